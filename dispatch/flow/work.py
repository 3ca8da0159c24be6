"""Worked and closed: what people do to a case by name, from a screen, the API or a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from dispatch import answering, closure, laddering, working
from dispatch import regrade as regrading
from dispatch.access import Act, Actor, Role
from dispatch.assessed import Assessed
from dispatch.case import Event, Line
from dispatch.casefile import CaseFile, Turn
from dispatch.disposition import Disposition
from dispatch.errors import Fault, InvalidInput, NotAllowed, Refused
from dispatch.facts import Facts
from dispatch.flow.assessing import bands_of_case, facts_of_case
from dispatch.flow.commit import commit
from dispatch.flow.service import Service
from dispatch.flow.teams import may_be_given, mix_with
from dispatch.opening import promise_to_call_back
from dispatch.priority import Urgency
from dispatch.store import contacts, notes, people, waivers
from dispatch.teammix import Mix
from dispatch.triage import doubts

Also = Callable[[Connection, Turn], None]
_LEADS = {Role.SUPERVISOR, Role.COORDINATOR, Role.SYSTEM}


def _both(*parts: Also | None) -> Also:
    def also(conn: Connection, turn: Turn) -> None:
        for part in parts:
            if part is not None:
                part(conn, turn)

    return also


def _with_note(actor: Actor, svc: Service, case_id: str, kind: str, text: str | None) -> Also | None:
    if not text:
        return None
    sealed = notes.seal(svc.sealer, svc.new_id(), case_id, kind, text)
    return lambda conn, turn: notes.add(conn, sealed, actor.id, turn.now)


def _needs_text(field: str, text: str | None) -> None:
    if not (text and text.strip()):
        problem = "say why" if field == "reason" else "is empty"
        raise InvalidInput(f"{field}: {problem}", [Fault(field, problem)])


def status(
    actor: Actor, svc: Service, case_id: str, event: Event, person: str | None, *, by_text: bool = False
) -> None:
    """How far the work is. A responder speaks for themselves; a supervisor or coordinator for whoever has the case."""

    def decide(turn: Turn) -> None:
        who = person or actor.person or (turn.file.owners[0] if turn.file.owners else None)
        if who is not None and who not in turn.file.owners:
            raise Refused(f"{who} does not have this case.")
        _own_or_lead(actor, who)
        if not turn.case.open:
            raise Refused("The case is closed.")
        for_other = who != actor.person and not by_text
        working.status(turn, event, who, tell=by_text or (who is not None and for_other), by_lead=for_other)

    def also(conn: Connection, turn: Turn) -> None:
        if event is Event.CLEARED:
            for owner in sorted(turn.file.owners):
                people.taken(conn, owner)

    commit(actor, svc, Act.STATUS, case_id, decide, also=also)


def _own_or_lead(actor: Actor, who: str | None) -> None:
    if who is not None and who != actor.person and not (actor.roles & _LEADS):
        raise NotAllowed("Only a supervisor or coordinator speaks for somebody else.")


def assign(actor: Actor, svc: Service, case_id: str, person: str) -> None:
    """Give the case to somebody by name: also to whoever is full or resting, never to one whose credential does not
    count for it. Raises InvalidInput for nobody of the team, Refused for the credential."""
    mixes: list[Mix] = []

    def first(conn: Connection, file: CaseFile) -> None:
        if file.case.open and person not in file.owners:
            may_be_given(svc, conn, file, person)
            mixes.append(mix_with(svc, conn, file, person))

    def decide(turn: Turn) -> None:
        if not turn.case.open:
            raise Refused("The case is closed: reopen it first.")
        answering.assign(turn, person, mixes[-1] if mixes else None)

    commit(actor, svc, Act.ASSIGN, case_id, decide, first=first, also=lambda conn, _: people.taken(conn, person))


def release(actor: Actor, svc: Service, case_id: str, person: str | None, why: str) -> None:
    """An owner gives the case back, or a coordinator takes it from them."""
    note = _with_note(actor, svc, case_id, "release", why)
    found: list[str] = []

    def decide(turn: Turn) -> None:
        who = person or actor.person
        if who is None and len(turn.file.owners) == 1:
            who = turn.file.owners[0]
        if who is None or who not in turn.file.owners:
            raise Refused("That person does not have this case.")
        _own_or_lead(actor, who)
        found.append(who)
        answering.release(turn, who, "released")

    commit(actor, svc, Act.RELEASE, case_id, decide, also=_both(note, lambda conn, _: people.taken(conn, found[-1])))


def escalate(actor: Actor, svc: Service, case_id: str, why: str | None = None) -> None:
    """A person wants the case to go faster: the next step now, or one more person when somebody already has it."""
    note = _with_note(actor, svc, case_id, "escalate", why)

    def decide(turn: Turn) -> None:
        if not turn.case.open:
            raise Refused("The case is closed: reopen it first.")
        running = turn.file.escalation
        if running is None:
            answering.backup(turn, None)
        elif running.state.value == "held":
            laddering.hold_ended(turn, running)
        elif running.state.value == "asking":
            laddering.pass_step(turn, running, "by_hand")
        else:
            laddering.round_overdue(turn, running)

    commit(actor, svc, Act.BACKUP, case_id, decide, also=note)


def regrade(actor: Actor, svc: Service, case_id: str, urgency: Urgency, reason: str) -> bool:
    """Change the urgency by hand; True when it took effect, False when it waits as proposed for a second person."""
    _needs_text("reason", reason)
    note = _with_note(actor, svc, case_id, "regrade", reason)
    known: list[tuple[Facts, list[Assessed]]] = []

    def first(conn: Connection, _: CaseFile) -> None:
        known.append((facts_of_case(conn, case_id), bands_of_case(conn, case_id)))

    def decide(turn: Turn) -> bool:
        _open(turn)
        found = regrading.regrade(turn.case.urgency, urgency, actor.id, spoke_with_person=_spoke(actor, turn))
        alone = doubts(*known[-1], turn.policy)
        return working.regrade(turn, urgency, confirmed=isinstance(found, regrading.Lowered), doubts=alone)

    return commit(actor, svc, Act.REGRADE, case_id, decide, first=first, also=note)


def confirm_regrade(actor: Actor, svc: Service, case_id: str) -> None:
    """A second person confirms a lower urgency, from their own sign-in or phone. Raises Refused when nothing is
    proposed."""

    def decide(turn: Turn) -> None:
        _open(turn)
        case = turn.case
        if case.proposed is None or case.proposed_by is None:
            raise Refused("No lower urgency is proposed for this case.")
        waiting = regrading.Proposed(case.proposed, case.proposed_by)
        lowered = regrading.confirm(case.urgency, waiting, actor.id, spoke_with_person=_spoke(actor, turn))
        working.regrade(turn, lowered.urgency, confirmed=True)

    commit(actor, svc, Act.REGRADE, case_id, decide)


def _spoke(actor: Actor, turn: Turn) -> bool:
    """The actor is the QMHP who has the case, and has spoken with the person."""
    return turn.case.first_contact_at is not None and actor.person in turn.file.owners


def _open(turn: Turn) -> None:
    if not turn.case.open:
        raise Refused("The case is closed: reopen it first.")


@dataclass(frozen=True, slots=True)
class EmergencyCall:
    """A hand-off to 911, or its confirmation (`contact_confirmed_at`)."""

    called_by: str
    agency: str
    reason: str | None = None
    least_invasive_tried: str | None = None
    person_consented: str = "unknown"
    incident_number: str | None = None
    contact_confirmed_at: datetime | None = None


def emergency(actor: Actor, svc: Service, case_id: str, call: EmergencyCall) -> None:
    """Raises InvalidInput for an agency or a number of theirs too long to be one, and for a time to come."""
    lengths = {"agency": len(call.agency), "incident_number": len(call.incident_number or "")}
    faults = [Fault(name, "has more than 64 characters") for name, length in lengths.items() if length > 64]
    if faults:
        raise InvalidInput("; ".join(f"{f.field}: {f.problem}" for f in faults), faults)
    text = "\n".join(part for part in (call.reason, call.least_invasive_tried) if part)
    note = _with_note(actor, svc, case_id, "emergency", text)

    def decide(turn: Turn) -> None:
        _open(turn)
        if call.contact_confirmed_at is not None and call.contact_confirmed_at > turn.now:
            raise InvalidInput("is in the future", [Fault("contact_confirmed_at", "is in the future")])
        working.call_emergency(
            turn,
            call.called_by,
            call.agency,
            call.incident_number,
            call.person_consented,
            call.contact_confirmed_at,
        )

    commit(actor, svc, Act.EMERGENCY, case_id, decide, also=note)


def recontact(actor: Actor, svc: Service, case_id: str, *, reached: bool, line: Line | None = None) -> None:
    """The operator tried to reach the person again; `line` is how the line is now."""

    def decide(turn: Turn) -> None:
        _open(turn)
        working.recontacted(turn, reached, line.value if line else None)
        if line is not None:
            turn.put(replace(turn.case, line=line))
            promise_to_call_back(turn)

    commit(actor, svc, Act.RECONTACT, case_id, decide)


def note(actor: Actor, svc: Service, case_id: str, text: str) -> None:
    _needs_text("text", text)
    commit(
        actor,
        svc,
        Act.NOTE,
        case_id,
        lambda turn: turn.say("note"),
        also=_with_note(actor, svc, case_id, "note", text),
    )


def stand_down(actor: Actor, svc: Service, case_id: str) -> None:
    def decide(turn: Turn) -> None:
        _open(turn)
        working.stand_down(turn)

    commit(actor, svc, Act.STAND_DOWN, case_id, decide)


def close(actor: Actor, svc: Service, case_id: str, disposition: Disposition, text: str | None = None) -> None:
    """Close with a disposition. Where `closure.why_a_lead` gives a reason, a supervisor or coordinator must do it."""
    remark = _with_note(actor, svc, case_id, "closing", text)
    owners: list[str] = []

    def decide(turn: Turn) -> None:
        why = closure.why_a_lead(turn.file)
        if turn.case.open and why is not None and not (actor.roles & _LEADS):
            raise NotAllowed(f"{why}: a supervisor or coordinator must close this case.")
        owners[:] = turn.file.owners
        closure.close(turn, disposition.value, by=actor.person)

    def also(conn: Connection, turn: Turn) -> None:
        contacts.rest_code(conn, case_id, turn.now + closure.CODE_REST)
        waivers.end_all(conn, case_id, turn.now)
        for person in sorted(owners):
            people.taken(conn, person)

    commit(actor, svc, Act.CLOSE, case_id, decide, also=_both(remark, also))


def reopen(actor: Actor, svc: Service, case_id: str, reason: str) -> None:
    _needs_text("reason", reason)
    remark = _with_note(actor, svc, case_id, "reopen", reason)
    keep = lambda conn, _: contacts.rest_code(conn, case_id, None)  # noqa: E731 - one line of the transaction
    commit(actor, svc, Act.REOPEN, case_id, closure.reopen, also=_both(remark, keep))


def clear_scene(actor: Actor, svc: Service, case_id: str) -> None:
    """A named person says that the scene is safe for a mobile team."""
    commit(actor, svc, Act.CLEAR_SCENE, case_id, working.scene_cleared)


def end_hold(actor: Actor, svc: Service, case_id: str) -> None:
    """Page now, although page hours have not begun."""

    def decide(turn: Turn) -> None:
        running = turn.file.escalation
        if running is None or running.state.value != "held":
            raise Refused("The case is not held.")
        laddering.hold_ended(turn, running)

    commit(actor, svc, Act.END_HOLD, case_id, decide)

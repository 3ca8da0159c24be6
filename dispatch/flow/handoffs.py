"""Hand-offs: open cases passed on at the end of a shift, by an explicit yes and by nothing else.

What is taken changes owner in the very transaction in which the hand-off says so. What is not taken stays with whoever
had it, and the coordinators are told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from dispatch.access import Act, Actor, check
from dispatch.alarm import Kind
from dispatch.answering import hand_over
from dispatch.case import EXPOSED
from dispatch.casefile import CaseFile, Turn
from dispatch.errors import Fault, InvalidInput, NotAllowed, Refused
from dispatch.flow import matters, service_alarms
from dispatch.flow.commit import mirror, retrying, save, turns_for
from dispatch.flow.handable import codes_of, held_by, why_not
from dispatch.flow.service import Service
from dispatch.handoff import Event, Handoff, Outcome, State, advance
from dispatch.matter import Matter
from dispatch.roster import on_call
from dispatch.store import casefiles, ledger, people, schema
from dispatch.store.casefiles import Told
from dispatch.store.ledger import Entry

#: An offer of a moment before the end of a spell is still given this long to be answered.
SHORTEST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Offer:
    """Whom the cases are offered to. `cases` None is everything the giver has in the team; `giver` None is whoever
    offers."""

    team: str
    taker: str
    cases: tuple[str, ...] | None = None
    giver: str | None = None


def offer(actor: Actor, svc: Service, wanted: Offer) -> str:
    """Offer open cases to somebody; the id of the hand-off. They stay where they are until that person says yes.

    Raises InvalidInput for a case that is not the giver's or a person who may not have it, and Refused when there is
    nothing to offer or a case is offered to somebody already.
    """
    giver = wanted.giver or actor.person
    if giver is None:
        raise InvalidInput("giver: say who", [Fault("giver", "say who: this sign-in belongs to nobody on a roster")])
    codes: list[str] = []
    by: list[str] = []

    def make(conn: Connection) -> Handoff:
        if giver != actor.person:
            check(actor, Act.ASSIGN, wanted.team)
        now = svc.clock.now()
        cases = _offered(conn, wanted, giver)
        _may_have(svc, conn, wanted, giver, cases)
        codes[:] = codes_of(conn, cases)
        due = _due(svc, conn, wanted.team, giver, now)
        by[:] = [f"{due.astimezone(svc.rosters.team(conn, wanted.team).team.zone):%H:%M}"]
        return Handoff(svc.new_id(), wanted.team, giver, wanted.taker, frozenset(cases), due)

    def decide(matter: Matter[Handoff]) -> str:
        row = matter.row
        matter.say("handoff", handoff=row.id, event="offered", giver=giver, taker=row.taker, cases=sorted(row.cases))
        about = {"who": giver, "codes": " ".join(codes), "at": by[0], "link": f"{svc.public_url}/handoffs"}
        matter.tell(row.taker, "handoff_offered", **about)
        return row.id

    return matters.begin(actor, svc, Act.HAND_OFF, wanted.team, make, decide)


@dataclass(frozen=True, slots=True)
class Taken:
    """How a yes came out: the hand-off as it is now, the cases that changed hands, and of those asked for the ones
    that could not, each with why."""

    handoff: Handoff
    moved: tuple[str, ...]
    kept: dict[str, str]


def accept(actor: Actor, svc: Service, handoff_id: str, cases: Sequence[str] | None = None) -> Taken:
    """The taker says yes, to all or to these cases. Only their own word counts.

    A case in which the giver is on the way or with the person is taken only when it is named. Its clocks go on as they
    are, from now on with the taker. Raises Refused when there is nothing left to take.
    """

    def once() -> Taken:
        now = svc.clock.now()
        with svc.record.write() as conn:
            row = matters.load(conn, Handoff, handoff_id)
            _own_word(actor, row)
            files = casefiles.load_many(conn, svc.record, sorted(row.cases))
            theirs = [file for file in files if file.case.open and row.giver in file.owners]
            kept = {f.case.id: why for f in theirs if (why := why_not(svc, conn, f, row.giver, row.taker)) is not None}
            able = [file for file in theirs if file.case.id not in kept]
            matter = matters.matter_of(actor, svc, conn, row)
            found = _yes(matter, cases, theirs, able)
            turns = turns_for(actor, svc, conn, [f for f in able if f.case.id in found.moves], now)
            for _, turn in turns:
                hand_over(turn, row.giver, row.taker, row.id)
            told, said = save(svc, conn, turns, now)
            _tell_taken(matter, [turn for _, turn in turns])
            said += matters.save(svc, conn, told, row, matter)
            said += _settled(conn, told, matter)
            for person in sorted({row.giver, row.taker}):
                people.taken(conn, person)
            told.ledger_no = ledger.append(conn, said)
        mirror(svc, told)
        asked = found.handoff.cases if cases is None else frozenset(cases)
        refused = {id_: reason for id_, reason in kept.items() if id_ in asked}
        return Taken(found.handoff, tuple(sorted(found.moves)), refused)

    return retrying(once)


def decline(actor: Actor, svc: Service, handoff_id: str) -> Handoff:
    """The taker says no: the cases stay, and the coordinators are told at once."""
    return _answered(actor, svc, handoff_id, Event.DECLINED)


def withdraw(actor: Actor, svc: Service, handoff_id: str) -> Handoff:
    """The giver keeps the cases after all; or a coordinator says so for them."""
    return _answered(actor, svc, handoff_id, Event.WITHDREW)


def overdue(actor: Actor, svc: Service, deadline_id: str, handoff_id: str) -> int:
    """No answer in time: the cases stay with whoever had them, and the coordinators are told."""
    held: list[str] = []
    codes: list[str] = []

    def first(conn: Connection, row: Handoff) -> None:
        held[:] = held_by(conn, row.giver, row.team)
        codes[:] = codes_of(conn, row.left & set(held))

    def decide(matter: Matter[Handoff]) -> None:
        _not_taken(matter, advance(matter.row, Event.OVERDUE, matter.now, still_open=held), Event.OVERDUE, codes)

    return matters.fire(actor, svc, deadline_id, Handoff, handoff_id, decide, first=first)


def _answered(actor: Actor, svc: Service, handoff_id: str, event: Event) -> Handoff:
    held: list[str] = []
    codes: list[str] = []

    def first(conn: Connection, row: Handoff) -> None:
        held[:] = held_by(conn, row.giver, row.team)
        codes[:] = codes_of(conn, row.left & set(held))

    def decide(matter: Matter[Handoff]) -> Handoff:
        row = matter.row
        if event is Event.DECLINED:
            _own_word(actor, row)
        elif actor.person != row.giver:
            check(actor, Act.ASSIGN, row.team)
        found = advance(row, event, matter.now, still_open=held)
        if found.refused is not None:
            raise Refused(f"{found.refused[:1].upper()}{found.refused[1:]}.")
        _not_taken(matter, found, event, codes)
        if event is Event.WITHDREW and codes:
            matter.tell(row.taker, "handoff_over", who=row.giver, codes=" ".join(codes))
        return matter.row

    return matters.settle(actor, svc, Act.HAND_OFF, Handoff, handoff_id, decide, first=first)


def _not_taken(matter: Matter[Handoff], found: Outcome, event: Event, codes: Sequence[str]) -> None:
    if found.refused is not None:
        return
    row = found.handoff
    matter.put(row)
    matter.say("handoff", handoff=row.id, event=event.value, state=row.state.value)
    if found.tell_coordinator:
        matter.raise_alarm(Kind.HANDOFF, "declined" if event is Event.DECLINED else "no_answer", row.giver)
        matter.tell(row.giver, "handoff_kept", who=row.taker, codes=" ".join(codes))


def _own_word(actor: Actor, row: Handoff) -> None:
    check(actor, Act.HAND_OFF, row.team)
    if actor.person != row.taker:
        raise NotAllowed("Only the person it is offered to answers: a coordinator assigns a case instead.")


def _yes(
    matter: Matter[Handoff], cases: Sequence[str] | None, theirs: Sequence[CaseFile], able: Sequence[CaseFile]
) -> Outcome:
    """What the yes comes to; those who may not have a case are asked for it in vain, and it is counted as left."""
    row = matter.row
    open_ids = [file.case.id for file in theirs]
    barred = frozenset(open_ids) - {file.case.id for file in able}
    exposed = frozenset(file.case.id for file in theirs if file.case.state in EXPOSED)
    wanted = None if cases is None else [id_ for id_ in cases if id_ not in barred]
    found = advance(row, Event.ACCEPTED, matter.now, wanted, open_ids, exposed | barred)
    if found.refused is not None:
        raise Refused(f"{found.refused[:1].upper()}{found.refused[1:]}.")
    matter.put(found.handoff)
    state, taken = found.handoff.state.value, sorted(found.moves)
    matter.say("handoff", handoff=row.id, event=Event.ACCEPTED.value, state=state, taken=taken)
    if found.tell_coordinator:
        matter.raise_alarm(Kind.HANDOFF, "partly", row.giver)
    return found


def _tell_taken(matter: Matter[Handoff], turns: Sequence[Turn]) -> None:
    row = matter.row
    codes = " ".join(sorted(turn.case.code for turn in turns))
    if codes:
        matter.tell(row.taker, "handoff_yours", who=row.giver, codes=codes)
        matter.tell(row.giver, "handoff_taken", who=row.taker, codes=codes)


def _settled(conn: Connection, told: Told, matter: Matter[Handoff]) -> list[Entry]:
    """The giver has nothing left: what rings because they had is over."""
    row = matter.row
    if row.state is not State.ACCEPTED or held_by(conn, row.giver, row.team):
        return []
    return service_alarms.end_for(conn, told, row.team, Kind.HANDOFF, matter.now, matter.actor, subject=row.giver)


def _offered(conn: Connection, wanted: Offer, giver: str) -> tuple[str, ...]:
    held = held_by(conn, giver, wanted.team)
    cases = tuple(held) if wanted.cases is None else tuple(dict.fromkeys(wanted.cases))
    if not cases:
        raise Refused(f"{giver} has no open case in this team.")
    faults = [Fault(f"cases.{n}", f"is not with {giver}") for n, id_ in enumerate(cases) if id_ not in held]
    if faults:
        raise _wrong(faults)
    h = schema.handoffs.c
    waiting = conn.execute(select(h.taker, h.cases).where(h.giver == giver, h.state == State.OFFERED.value)).all()
    for row in waiting:
        if set(row.cases) & set(cases):
            codes = ", ".join(codes_of(conn, set(row.cases) & set(cases)))
            raise Refused(f"{codes}: offered to {row.taker} already, who has not answered. Withdraw that first.")
    return cases


def _may_have(svc: Service, conn: Connection, wanted: Offer, giver: str, cases: Collection[str]) -> None:
    pool = {one.responder.id: one for one in people.pool(conn, wanted.team, None, svc.clock.now())}
    known = pool.get(wanted.taker)
    if known is None:
        raise _wrong([Fault("taker", "is nobody of the team who can be given a case")])
    if wanted.taker == giver:
        raise _wrong([Fault("taker", "has them already")])
    if not known.standing.reachable:
        raise _wrong([Fault("taker", "cannot be reached by text")])
    files = casefiles.load_many(conn, svc.record, sorted(cases), lock=False)
    faults = [
        Fault("taker", f"{file.case.code}: {why}")
        for file in files
        if (why := why_not(svc, conn, file, giver, wanted.taker)) is not None
    ]
    if faults:
        raise _wrong(faults)


def _due(svc: Service, conn: Connection, team: str, giver: str, now: datetime) -> datetime:
    """By when an answer is wanted: the end of the giver's spell when that is near, or as long as the team allows."""
    here = svc.rosters.team(conn, team)
    usual = now + here.team.settings.handoff
    ends = [one.until for one in on_call(here.roster, team, now) if one.person == giver and one.until is not None]
    return max(now + SHORTEST, min([usual, *ends]))


def _wrong(faults: list[Fault]) -> InvalidInput:
    return InvalidInput("; ".join(f"{fault.field}: {fault.problem}" for fault in faults), faults)

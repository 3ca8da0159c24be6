"""Working a case: travel, contact, check-ins, clearing; and what else a person may do to it by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dispatch import laddering
from dispatch.alarm import Kind
from dispatch.alarming import answer_stand_down, end_alarms, end_safety, raise_alarm
from dispatch.answering import one_more, tell_of_the_rise
from dispatch.case import UNFILLED, Event, State
from dispatch.casefile import Turn
from dispatch.deadline import Deadline, Meaning
from dispatch.opening import promise_to_call_back, queue
from dispatch.page import ANSWER, Act
from dispatch.priority import Mode, Urgency, strongest
from dispatch.recontact import CONFIRM_WITHIN, Emergency

#: The words an owner may send, and the event each one is.
STATUS = {
    "en_route": Event.EN_ROUTE,
    "arrived": Event.ARRIVED,
    "engaged": Event.ENGAGED,
    "not_reached": Event.NOT_REACHED,
    "checked_in": Event.CHECKED_IN,
    "cleared": Event.CLEARED,
}


def status(turn: Turn, event: Event, person: str | None, *, tell: bool = True, by_lead: bool = False) -> None:
    """An owner, or a coordinator for them, says how far the work is. `tell` texts it back, which a person at a screen
    does not need. `by_lead`: somebody else says it, and so knows that the owner is safe."""
    before = turn.case.state
    state = turn.happened(event, person=person)
    if event is Event.ENGAGED:
        _spoke(turn)
    if event in (Event.CHECKED_IN, Event.CLEARED):
        end_safety(turn, person, heard=by_lead)
    if state in (State.EN_ROUTE, State.ON_SCENE, State.ENGAGED):
        end_alarms(turn, Kind.CONTACT_OVERDUE, Kind.RETRY_OVERDUE)
    if state in (State.ON_SCENE, State.ENGAGED, State.CLEARED):
        end_alarms(turn, Kind.ARRIVAL_OVERDUE)
    if state is State.CLEARED:
        if before is not state:
            _tell_it_is_done(turn, person)
        _nobody_needed(turn)
        if person is not None:
            answer_stand_down(turn, person)
    if person is not None and tell:
        turn.tell(person, "status_noted", stage=state.value)


def _tell_it_is_done(turn: Turn, person: str | None) -> None:
    """Whoever goes together hears when one of them ends the case: nobody asks the others for check-ins any more."""
    for owner in turn.file.owners:
        if owner != person:
            turn.tell(owner, "cleared")


def _nobody_needed(turn: Turn) -> None:
    """The work is over: nobody else is looked for, and whoever was asked hears it."""
    for assignment in turn.file.assignments:
        if assignment.open and assignment.cleared_at is None:
            turn.put(replace(assignment, cleared_at=turn.now))
    end_alarms(turn, Kind.UNANSWERED, Kind.CONTACT_OVERDUE, Kind.ARRIVAL_OVERDUE, Kind.RETRY_OVERDUE)
    laddering.cancel(turn)
    withdraw_pages(turn)
    turn.nudge = True


def _spoke(turn: Turn) -> None:
    """A QMHP has spoken with the person: what respond-by promised is kept, and nobody needs to call back any more."""
    if turn.case.first_contact_at is None:
        turn.put(replace(turn.case, first_contact_at=turn.now))
        late = turn.now > turn.case.respond_by
        turn.say("first_contact", late=late)
    # Whoever has the case goes together: each of them is somebody this person has met.
    for assignment in turn.file.assignments:
        if assignment.open and assignment.engaged_at is None:
            turn.put(replace(assignment, engaged_at=turn.now))
    for recontact in turn.file.recontacts:
        if recontact.open:
            turn.put(replace(recontact, done_at=turn.now, deadline=None))
    end_alarms(turn, Kind.RECONTACT_OVERDUE)


def recontacted(turn: Turn, reached: bool, line: str | None = None) -> None:
    """The operator tried the person again. A try starts the recontact clock anew; only a QMHP's conversation ends
    it."""
    for recontact in turn.file.recontacts:
        if recontact.open:
            turn.put(
                replace(
                    recontact,
                    tries=recontact.tries + 1,
                    deadline=Deadline(Meaning.RECONTACT_OVERDUE, turn.now + recontact.every),
                )
            )
    end_alarms(turn, Kind.RECONTACT_OVERDUE)
    turn.say("recontact", reached=reached, line=line)


def recontact_overdue(turn: Turn) -> None:
    for recontact in turn.file.recontacts:
        if recontact.open:
            turn.put(
                replace(recontact, deadline=Deadline(Meaning.RECONTACT_OVERDUE, turn.now + recontact.every)),
            )
            raise_alarm(turn, Kind.RECONTACT_OVERDUE, "line_not_held", subject=recontact.owner)


def call_emergency(
    turn: Turn,
    called_by: str,
    agency: str,
    incident_number: str | None,
    consented: str,
    confirmed_at: datetime | None,
) -> None:
    """911 has been called, or has now confirmed contact. The hand-off stays open, with a clock, until somebody
    confirms it."""
    running = next((e for e in turn.file.emergencies if e.open), None)
    base = running or Emergency(turn.new_id(), turn.case.id, called_by, agency, turn.now)
    confirmed = confirmed_at is not None
    turn.put(
        replace(
            base,
            incident_number=incident_number or base.incident_number,
            # Whoever confirms the contact hours later is not asked about consent again.
            person_consented=base.person_consented if consented == "unknown" else consented,
            confirmed_at=confirmed_at,
            deadline=None if confirmed else Deadline(Meaning.CONFIRMATION_OVERDUE, turn.now + CONFIRM_WITHIN),
        )
    )
    turn.say("emergency", agency=agency, confirmed=confirmed)
    if confirmed:
        end_alarms(turn, Kind.EMERGENCY_UNCONFIRMED)


def confirmation_overdue(turn: Turn, emergency: Emergency) -> None:
    if emergency.open:
        due = Deadline(Meaning.CONFIRMATION_OVERDUE, turn.now + CONFIRM_WITHIN)
        turn.put(replace(emergency, deadline=due))
        raise_alarm(turn, Kind.EMERGENCY_UNCONFIRMED, "contact_not_confirmed")


def scene_cleared(turn: Turn) -> None:
    """A named person says the scene is safe for a mobile team."""
    turn.put(replace(turn.case, scene_hold=False))
    turn.say("scene_cleared")
    for person in turn.file.owners:
        turn.tell(person, "scene_cleared")


def regrade(turn: Turn, urgency: Urgency, *, confirmed: bool, doubts: tuple[str, ...] = ()) -> bool:
    """Set the urgency a person asks for. Raising takes effect at once; lowering waits as *proposed* unless it is
    `confirmed`. `doubts` are why nobody would travel alone for this case (`triage.doubts`): a higher urgency may turn a
    telephone call into a visit.

    Returns whether it took effect.
    """
    case = turn.case
    higher = urgency.rank < case.urgency.rank
    if urgency.rank > case.urgency.rank and not confirmed:
        turn.put(replace(case, proposed=urgency, proposed_by=turn.actor))
        turn.say("regrade_proposed", was=case.urgency.value, to=urgency.value)
        return False
    promised = case.answered_at + turn.policy.respond_by[urgency]
    # A lower urgency never takes a stronger response away by itself.
    mode = strongest(case.mode, turn.policy.mode[urgency]) if higher else case.mode
    alone = doubts if mode is Mode.MOBILE and case.mode is not mode and case.needed < 2 else ()
    turn.put(
        replace(
            case,
            urgency=urgency,
            by_hand=urgency,
            mode=mode,
            respond_by=min(case.respond_by, promised) if higher else promised,
            needed=2 if alone else case.needed,
            needed_because=(*case.needed_because, *alone),
            safety=("2-person",) if alone else case.safety,
            held_until=None if higher else case.held_until,
            proposed=None,
            proposed_by=None,
        )
    )
    turn.say("regraded", was=case.urgency.value, to=urgency.value)
    if higher:
        _hurried(turn)
    if turn.case.state in UNFILLED:
        turn.nudge = True
    return True


def _hurried(turn: Turn) -> None:
    """Everything that runs for a case goes at the pace of its new urgency."""
    promise_to_call_back(turn)
    first = turn.case.state is State.LOGGED and turn.file.escalation is None
    if turn.case.state is State.LOGGED:
        # Whoever raises it by hand has judged it: it does not wait for the operator's form.
        queue(turn)
    if not first:
        laddering.refreeze(turn, turn.case.urgency, turn.case.needed)
    turn.hurry()
    if turn.case.state is not State.CLEARED:
        tell_of_the_rise(turn)
        one_more(turn)


def stand_down(turn: Turn) -> None:
    """Nobody needs to go any more. Everyone on the case is rung until they have answered; the case is cleared, not
    closed."""
    owners = turn.file.owners
    turn.happened(Event.STOOD_DOWN)
    if owners:
        raise_alarm(turn, Kind.STOOD_DOWN, "stood_down", recipients=owners)
    _nobody_needed(turn)
    turn.happened(Event.CLEARED)


def withdraw_pages(turn: Turn) -> None:
    """Take back every open page, and tell those whose phones have it."""
    told: set[str] = set(turn.file.owners)
    for page in turn.file.pages:
        if page.open:
            turn.put(replace(page, answer=ANSWER[page.answer][Act.WITHDRAW], deadline=None))
            if page.sent_at is not None and page.person not in told:
                told.add(page.person)
                turn.tell(page.person, "withdrawn")

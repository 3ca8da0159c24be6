"""Closing: only a person closes a case, and it always can be closed. What is still running on it ends, and everyone
is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dispatch import laddering
from dispatch.alarm import Kind
from dispatch.alarming import end_alarms
from dispatch.case import Event, State
from dispatch.casefile import CaseFile, Turn
from dispatch.errors import Fault, InvalidInput, Refused
from dispatch.escalation import Reason
from dispatch.laddering import start
from dispatch.opening import promise_to_call_back
from dispatch.priority import Urgency
from dispatch.working import withdraw_pages

#: A code is not used again this long after closing, so that a late reply can never act on a newer case (xMatters: at
#: least 72 h).
CODE_REST = timedelta(hours=72)


def why_a_lead(file: CaseFile) -> str | None:
    """Why only a supervisor or coordinator may close this case now; None where anybody may who closes cases at all."""
    case = file.case
    if case.first_contact_at is None and case.urgency.at_least(Urgency.URGENT):
        return "Nobody has spoken with the person yet"
    if any(alarm.open and alarm.kind is Kind.SAFETY for alarm in file.alarms):
        # Closing ends it, and whoever holds the responder's telephone may know that.
        return "A safety alarm rings for somebody who has this case"
    return None


def close(turn: Turn, disposition: str | None, by: str | None = None) -> None:
    """Close with a disposition. `by` is the responder who does it, if one does, and needs no text about it. Raises
    InvalidInput without a disposition, Refused when the case is closed already."""
    case = turn.case
    if not case.open:
        raise Refused("The case is closed already.")
    if not (disposition or case.disposition):
        raise InvalidInput("A case is closed with a disposition.", [Fault("disposition", "say how the case ended")])
    laddering.cancel(turn)
    withdraw_pages(turn)
    for person in _on_their_way(turn.file):
        if person != by:
            turn.tell(person, "closed")
    for assignment in turn.file.assignments:
        if assignment.open:
            turn.put(replace(assignment, ended_at=turn.now, ended_because="closed"))
    for recontact in turn.file.recontacts:
        if recontact.open:
            turn.put(replace(recontact, done_at=turn.now, deadline=None))
    for emergency in turn.file.emergencies:
        if emergency.open:
            turn.put(replace(emergency, ended_at=turn.now, deadline=None))
    end_alarms(turn)
    turn.put(
        replace(
            turn.case,
            disposition=disposition or case.disposition,
            closed_at=turn.now,
            closed_by=turn.actor,
            proposed=None,
        )
    )
    turn.nudge = True
    turn.happened(Event.CLOSED, disposition=turn.case.disposition)
    turn.put(replace(turn.case, deadline=None))


def _on_their_way(file: CaseFile) -> tuple[str, ...]:
    """Who may be at work on the case still: nobody asks them for check-ins any more, and no alarm of it rings them."""
    working = [one.person for one in file.assignments if one.open and one.cleared_at is None]
    stood_down = [
        person
        for alarm in file.alarms
        if alarm.open and alarm.kind is Kind.STOOD_DOWN
        for person in alarm.recipients
        if person not in alarm.silenced
    ]
    return tuple(dict.fromkeys([*working, *stood_down]))


def reopen(turn: Turn) -> None:
    """Take a cleared or closed case up again, at its original place in the order. Raises Refused when it is neither."""
    if turn.case.state not in (State.CLEARED, State.CLOSED):
        raise Refused("Only a cleared or closed case can be reopened.")
    for assignment in turn.file.assignments:
        if assignment.open:
            turn.put(replace(assignment, ended_at=turn.now, ended_because="reopened"))
    turn.put(replace(turn.case, closed_at=None, closed_by=None, disposition=None))
    turn.happened(Event.REOPENED)
    # Backup may have been asked for after the case was cleared; a case has one run at the most.
    laddering.cancel(turn)
    start(turn, Reason.FIRST, turn.case.needed)
    promise_to_call_back(turn)
    # Whoever had it is free again, also where page hours hold this case back.
    turn.nudge = True
    turn.set_clock()

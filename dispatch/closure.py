"""Closing: only a person closes a case, and it always can be closed. What is still running on it ends, and everyone
is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dispatch import laddering
from dispatch.alarming import end_alarms
from dispatch.case import Event, State
from dispatch.casefile import Turn
from dispatch.errors import Fault, InvalidInput, Refused
from dispatch.escalation import Reason
from dispatch.laddering import start
from dispatch.working import withdraw_pages

#: A code is not used again this long after closing, so that a late reply can never act on a newer case (xMatters: at
#: least 72 h).
CODE_REST = timedelta(hours=72)


def close(turn: Turn, disposition: str | None) -> None:
    """Close with a disposition. Raises InvalidInput without one, Refused when the case is closed already."""
    case = turn.case
    if not case.open:
        raise Refused("The case is closed already.")
    if not (disposition or case.disposition):
        raise InvalidInput("A case is closed with a disposition.", [Fault("disposition", "say how the case ended")])
    laddering.cancel(turn)
    withdraw_pages(turn, "withdrawn")
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
    turn.set_clock()

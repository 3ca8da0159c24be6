"""What each deadline does when it fires. One table: meaning -> rule. Silence never closes anything; it asks more
people, or rings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dispatch import asking, laddering, working
from dispatch.alarm import Kind
from dispatch.alarming import MISSED, raise_alarm, ring_again
from dispatch.answering import backup
from dispatch.case import Event
from dispatch.casefile import Row, Turn, alarm_every, check_in_asked
from dispatch.deadline import Deadline, Meaning
from dispatch.escalation import Reason

Rule = Callable[[Turn, str], None]


def fire(turn: Turn, meaning: Meaning, owner_id: str) -> None:
    """Apply the rule of a deadline that is due now. `owner_id` is the row whose silence it is."""
    turn.say("fired", meaning=meaning.value, owner=owner_id)
    RULES[meaning](turn, owner_id)


def _row(turn: Turn, owner_id: str) -> Row:
    return next(r for r in turn.file.rows() if r.id == owner_id)


def _assessment(turn: Turn, _: str) -> None:
    turn.happened(Event.ASSESSMENT_OVERDUE)
    if turn.file.escalation is None:
        laddering.start(turn, Reason.FIRST, turn.case.needed)


def _match(turn: Turn, _: str) -> None:
    turn.happened(Event.MATCH_OVERDUE)
    raise_alarm(turn, Kind.UNANSWERED, "nobody_in_time", again=alarm_every(turn.policy, turn.case.urgency))
    turn.nudge = True


def _escalation(turn: Turn, _: str) -> None:
    turn.happened(Event.ESCALATION_OVERDUE)
    raise_alarm(turn, Kind.UNANSWERED, "ladder_overdue", again=alarm_every(turn.policy, turn.case.urgency))
    turn.nudge = True


def _alarm_overdue(turn: Turn, _: str) -> None:
    """The backstop under the alarm's own clock: whatever happened to it, it rings."""
    turn.happened(Event.ALARM_OVERDUE)
    raise_alarm(turn, Kind.UNANSWERED, "still_unanswered", again=alarm_every(turn.policy, turn.case.urgency))
    turn.nudge = True


def _contact(turn: Turn, _: str) -> None:
    """Accepted is not engaged: somebody took the case and nobody has spoken with the person. First one more person is
    asked; from then on a coordinator hears of it too, or one after another could say yes and nobody call."""
    turn.happened(Event.CONTACT_OVERDUE)
    for person in turn.file.owners:
        turn.tell(person, "contact_reminder")
    again = any(run.reason is Reason.BACKUP for run in turn.file.escalations)
    if turn.file.escalation is not None or again:
        raise_alarm(turn, Kind.CONTACT_OVERDUE, "no_contact_made")
    if turn.file.escalation is None:
        backup(turn, None)


def _arrival(turn: Turn, _: str) -> None:
    turn.happened(Event.ARRIVAL_OVERDUE)
    raise_alarm(turn, Kind.ARRIVAL_OVERDUE, "not_arrived")
    for person in turn.file.owners:
        turn.tell(person, "arrival_reminder")
    if turn.file.escalation is None:
        backup(turn, None)


def _check_in_due(turn: Turn, _: str) -> None:
    turn.happened(Event.CHECK_IN_DUE)
    for person in turn.file.owners:
        turn.tell(person, "check_in")
    check_in_asked(turn)


def _check_in_overdue(turn: Turn, _: str) -> None:
    turn.happened(Event.CHECK_IN_OVERDUE)
    for person in turn.file.owners:
        raise_alarm(turn, Kind.SAFETY, MISSED, subject=person)


def _retry(turn: Turn, _: str) -> None:
    """First the owner is reminded; from then on somebody must choose between another try, a welfare check and a
    co-response."""
    turn.happened(Event.RETRY_OVERDUE)
    for person in turn.file.owners:
        turn.tell(person, "retry_reminder")
    raise_alarm(turn, Kind.RETRY_OVERDUE, "not_reached")


def _disposition(turn: Turn, _: str) -> None:
    turn.happened(Event.DISPOSITION_OVERDUE)
    raise_alarm(turn, Kind.DISPOSITION_OVERDUE, "disposition_owed")
    morning = turn.office.morning(turn.now)
    if morning is not None:
        # Like the alarm, the text waits: whoever has worked half the night on the case sleeps now.
        turn.put(replace(turn.case, deadline=Deadline(Meaning.DISPOSITION_OVERDUE, morning)))
        return
    for person in turn.file.owners:
        turn.tell(person, "disposition_reminder")


def _of_row(rule: Callable[..., None]) -> Rule:
    return lambda turn, owner_id: rule(turn, _row(turn, owner_id))


RULES: dict[Meaning, Rule] = {
    Meaning.ASSESSMENT_OVERDUE: _assessment,
    Meaning.MATCH_OVERDUE: _match,
    Meaning.ESCALATION_OVERDUE: _escalation,
    Meaning.ALARM_OVERDUE: _alarm_overdue,
    Meaning.CONTACT_OVERDUE: _contact,
    Meaning.ARRIVAL_OVERDUE: _arrival,
    Meaning.CHECK_IN_DUE: _check_in_due,
    Meaning.CHECK_IN_OVERDUE: _check_in_overdue,
    Meaning.RETRY_OVERDUE: _retry,
    Meaning.DISPOSITION_OVERDUE: _disposition,
    Meaning.HOLD_ENDS: _of_row(laddering.hold_ended),
    Meaning.STEP_OVERDUE: _of_row(laddering.step_overdue),
    Meaning.ROUND_OVERDUE: _of_row(laddering.round_overdue),
    Meaning.RECEIPT_OVERDUE: _of_row(asking.receipt_overdue),
    Meaning.PAGE_OVERDUE: _of_row(asking.page_overdue),
    Meaning.RING_AGAIN: _of_row(ring_again),
    Meaning.RECONTACT_OVERDUE: lambda turn, _: working.recontact_overdue(turn),
    Meaning.CONFIRMATION_OVERDUE: _of_row(working.confirmation_overdue),
}

"""Alarms: the end of every ladder, and everything else a person must be told.

An alarm is a row of its own with a clock of its own: it rings again, wider, until a person acts, also while new pages
are out. Acknowledging silences it for that person for five minutes; only an informational alarm ends there. One about
a case ends when its cause does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.deadline import Deadline

SILENCE = timedelta(minutes=5)


class Kind(StrEnum):
    #: nobody has taken the case: the ladder or the time to find somebody ran out
    UNANSWERED = "unanswered"
    #: a responder missed a check-in, or asked for help
    SAFETY = "safety"
    CONTACT_OVERDUE = "contact_overdue"
    ARRIVAL_OVERDUE = "arrival_overdue"
    RETRY_OVERDUE = "retry_overdue"
    DISPOSITION_OVERDUE = "disposition_overdue"
    RECONTACT_OVERDUE = "recontact_overdue"
    #: emergency services were called, nobody has confirmed that they reached the person
    EMERGENCY_UNCONFIRMED = "emergency_unconfirmed"
    #: rings the people travelling, not the coordinators, until they answer
    STOOD_DOWN = "stood_down"
    #: a page reached nobody
    UNDELIVERED = "undelivered"
    OPTED_OUT = "opted_out"
    BAD_NUMBER = "bad_number"
    #: a text from a number we do not know, or one nobody could act on
    UNKNOWN_TEXT = "unknown_text"
    NOT_UNDERSTOOD = "not_understood"
    #: somebody went off duty while they were the last one, or other things a coordinator must see
    COVERAGE = "coverage"
    #: somebody goes off duty and their open cases were not taken over
    HANDOFF = "handoff"
    #: somebody did not answer the check at the start of their shift
    SHIFT_CHECK = "shift_check"
    #: somebody works on a case by a waiver of the credential it asks for
    WAIVER = "waiver"
    #: a trainee's assessment was not signed in time
    UNSIGNED = "unsigned"
    #: a credential runs out within days
    EXPIRING = "expiring"
    #: a debrief that was asked for has not been held
    DEBRIEF = "debrief"
    #: the service itself: a silent process, a clock step, a bad signature
    SERVICE = "service"
    #: rings whoever sets the service up, to see that texts and calls arrive and answers come back
    SET_UP = "set_up"


#: Rings by voice as well as text, and reaches wider each time: supervisors, then the last-resort numbers.
LOUD = frozenset({Kind.UNANSWERED, Kind.SAFETY, Kind.EMERGENCY_UNCONFIRMED, Kind.SET_UP})
#: Ends when a person acknowledges it: there is nothing else to put right within the case.
ENDS_ON_ACKNOWLEDGE = frozenset(
    {
        Kind.UNDELIVERED,
        Kind.OPTED_OUT,
        Kind.BAD_NUMBER,
        Kind.UNKNOWN_TEXT,
        Kind.NOT_UNDERSTOOD,
        Kind.COVERAGE,
        Kind.HANDOFF,
        Kind.SHIFT_CHECK,
        Kind.WAIVER,
        Kind.UNSIGNED,
        Kind.EXPIRING,
        Kind.DEBRIEF,
        Kind.SERVICE,
        Kind.STOOD_DOWN,
        Kind.SET_UP,
    }
)

#: Paperwork: nobody is worse off for it in the morning, and a coordinator who is woken for it sleeps through the next
#: alarm, which may be a person. In the policy's night these wait for its end, the first ring too.
PAPERWORK = frozenset({Kind.DISPOSITION_OVERDUE, Kind.UNSIGNED, Kind.EXPIRING, Kind.DEBRIEF})

#: Somebody may be hurt now; a person waits in vain; the service may fail the next one. The rest can wait for a moment.
_PRESSING = {
    Kind.SAFETY: 0,
    Kind.EMERGENCY_UNCONFIRMED: 0,
    Kind.UNANSWERED: 1,
    Kind.CONTACT_OVERDUE: 1,
    Kind.ARRIVAL_OVERDUE: 1,
    Kind.RETRY_OVERDUE: 1,
    Kind.RECONTACT_OVERDUE: 1,
    Kind.COVERAGE: 2,
    Kind.SERVICE: 2,
    Kind.UNDELIVERED: 2,
    Kind.HANDOFF: 2,
}
_REST = 3

_EVERY = {
    Kind.UNANSWERED: timedelta(minutes=2),
    Kind.SAFETY: timedelta(minutes=1),
    Kind.CONTACT_OVERDUE: timedelta(minutes=5),
    Kind.ARRIVAL_OVERDUE: timedelta(minutes=10),
    Kind.EMERGENCY_UNCONFIRMED: timedelta(minutes=5),
    Kind.STOOD_DOWN: timedelta(minutes=2),
    Kind.RECONTACT_OVERDUE: timedelta(minutes=10),
    # Opened by day only: once a day keeps it there.
    Kind.EXPIRING: timedelta(days=1),
}


def every(kind: Kind) -> timedelta:
    """How long an alarm of this kind stays quiet between rings, where no ladder says otherwise."""
    return _EVERY.get(kind, timedelta(minutes=30))


def pressing(kind: Kind) -> int:
    """How soon an alarm of this kind can cost somebody dear, 0 the soonest: the order of a list of alarms."""
    return _PRESSING.get(kind, _REST)


@dataclass(frozen=True, slots=True)
class Alarm:
    id: str
    team: str
    kind: Kind
    opened_at: datetime
    every: timedelta
    case_id: str | None = None
    #: the person it is about, by id
    subject: str | None = None
    #: whom it rings, by id; empty rings the team's coordinators
    recipients: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    rings: int = 0
    #: person -> until when it is silent for them (RFC 3339)
    silenced: dict[str, str] = field(default_factory=dict)
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    version: int = 0
    deadline: Deadline | None = None

    @property
    def open(self) -> bool:
        return self.ended_at is None

    @property
    def waits_for_morning(self) -> bool:
        """Whether its next ring can wait for the end of the night. A waiver is told at once, since somebody goes out on
        it now; what is left after that is to read about it."""
        return self.kind in PAPERWORK or (self.kind is Kind.WAIVER and self.rings > 0)

    def hidden_from(self, person: str | None) -> bool:
        """Whoever is in danger sees nothing of it on their own screen: somebody else may be reading it."""
        return self.kind is Kind.SAFETY and person is not None and self.subject == person

    def silent_for(self, person: str, now: datetime) -> bool:
        until = self.silenced.get(person)
        return until is not None and datetime.fromisoformat(until) > now

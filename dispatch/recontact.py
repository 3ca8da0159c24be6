"""Rows that promise something to the person in crisis: calling them back, and confirming that 911 reached them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.deadline import Deadline

#: Lifeline policy asks for confirmation that responders made contact, and to act again if they did not; it publishes
#: no minutes. Fifteen is ours.
CONFIRM_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Recontact:
    """A named operator keeps calling the person until a QMHP has spoken with them."""

    id: str
    case_id: str
    owner: str
    every: timedelta
    opened_at: datetime
    tries: int = 0
    done_at: datetime | None = None
    version: int = 0
    deadline: Deadline | None = None

    @property
    def open(self) -> bool:
        return self.done_at is None


@dataclass(frozen=True, slots=True)
class Emergency:
    """A hand-off to 911, open until somebody confirms that emergency services made contact."""

    id: str
    case_id: str
    called_by: str
    agency: str
    called_at: datetime
    incident_number: str | None = None
    person_consented: str = "unknown"
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 0
    deadline: Deadline | None = None

    @property
    def open(self) -> bool:
        return self.confirmed_at is None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class Assignment:
    """One person owning a case, from their accept to their release or the case's end."""

    id: str
    case_id: str
    person: str
    since: datetime
    page_id: str | None = None
    by: str | None = None
    #: when they, alone or as part of a team, first spoke with the person
    engaged_at: datetime | None = None
    #: when their work on it was over; they still owe how it ended
    cleared_at: datetime | None = None
    ended_at: datetime | None = None
    ended_because: str | None = None
    version: int = 0
    deadline: None = None

    @property
    def open(self) -> bool:
        return self.ended_at is None

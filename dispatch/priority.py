"""Who waits before whom. The order is total: (urgency, respond_by, logged_at, case id).

`logged_at` survives release and reopen, so a case that comes back keeps its age.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Urgency(StrEnum):
    """Most urgent first. Compare with `rank` (0 is most urgent), never with the text."""

    IMMEDIATE = "immediate"
    VERY_URGENT = "very_urgent"
    URGENT = "urgent"
    SOON = "soon"
    ROUTINE = "routine"

    @property
    def rank(self) -> int:
        return _RANK[self]

    def at_least(self, other: Urgency) -> bool:
        """True when this is as urgent as `other`, or more."""
        return self.rank <= other.rank


_RANK = {urgency: rank for rank, urgency in enumerate(Urgency)}


class Mode(StrEnum):
    """What kind of response, the weakest first. Kept apart from urgency: a phone call can be very urgent."""

    PHONE = "phone"
    MOBILE = "mobile"
    CO_RESPONSE = "co_response"
    EMERGENCY = "911"


def most_urgent(*urgencies: Urgency) -> Urgency:
    return min(urgencies, key=lambda u: u.rank)


def strongest(*modes: Mode) -> Mode:
    return max(modes, key=list(Mode).index)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A case's place in the waiting order; sorts as itself."""

    rank: int
    respond_by: datetime
    logged_at: datetime
    case_id: str

    @property
    def member(self) -> str:
        """The place as text that sorts the same way, for the sorted set (ids, numbers and times only)."""
        return f"{self.rank}|{_stamp(self.respond_by)}|{_stamp(self.logged_at)}|{self.case_id}"


def _stamp(at: datetime) -> str:
    micros = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return f"{micros:017d}"

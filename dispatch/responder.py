"""A responder, as decisions see one: what they may and can do, and what is true of them right now.

No name and no number: matching never needs them, so no reason, log line or ledger entry can leak them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dispatch.credential import Credential

__all__ = ["POPULATIONS", "ROLES", "Availability", "Credential", "Responder", "Standing", "Unreachable"]

ROLES = ("operator", "responder", "supervisor", "coordinator", "administrator", "auditor")
POPULATIONS = ("child", "adolescent", "adult", "older_adult")
#: A language tag, such as `es` or `es-MX`.
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Responder:
    """A person who can be paged.

    Empty `populations` or `areas` mean that no limit was written down, not that there is nobody they may see: a
    supervisor entered in a hurry must not be unpageable. Who has it in writing is ranked before who has not.
    """

    id: str
    teams: frozenset[str]
    roles: frozenset[str]
    languages: frozenset[str] = frozenset()
    gender: str | None = None
    populations: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    #: open cases at once
    capacity: int = 1
    credentials: tuple[Credential, ...] = ()
    areas: frozenset[str] = frozenset()

    def speaks(self, wanted: Iterable[str]) -> frozenset[str]:
        """Which of these languages they speak. `es-MX` answers `es`, and `es` answers `es-MX`: people of two countries
        understand each other better than two people without a language in common."""
        known = {_language(one) for one in self.languages}
        return frozenset(one for one in wanted if _language(one) in known)


def _language(tag: str) -> str:
    return tag.partition("-")[0]


class Availability(StrEnum):
    #: follows the roster
    ROSTER = "roster"
    #: said ON: reachable whatever the roster says
    ON = "on"
    #: said OFF: not paged whatever the roster says
    OFF = "off"


class Unreachable(StrEnum):
    """Why no page can reach a person. Each is mended by somebody else, so they are kept apart."""

    OPTED_OUT = "opted_out"
    UNVERIFIED = "unverified"
    BAD_NUMBER = "bad_number"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true of a person at one moment. The caller loads it in the same snapshot as the case.

    `open_page_ranks` holds `Urgency.rank` (0 most urgent) of each page still open to them, for whatever case.
    `resting_until` is set after long work, `excused_once` after a distressing call until they were passed over once.
    """

    availability: Availability = Availability.ROSTER
    #: when ON or OFF ends by itself; None is until they say otherwise
    until: datetime | None = None
    reachable: bool = True
    unreachable_because: str | None = None
    #: the number was proved by a code, or by an answer only its owner would give
    proved: bool = True
    open_cases: int = 0
    open_page_ranks: tuple[int, ...] = field(default=())
    resting_until: datetime | None = None
    last_paged_at: datetime | None = None
    #: pages received in the night that is running
    pages_tonight: int = 0
    #: hours worked on cases in the last seven days
    load_week: int = 0
    excused_once: bool = False

    def says(self, now: datetime) -> Availability:
        """ON or OFF while it holds, ROSTER once its time has passed."""
        if self.until is not None and self.until <= now:
            return Availability.ROSTER
        return self.availability

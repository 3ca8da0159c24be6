"""What a case needs of people, who could be asked, and what a match answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from dispatch.hours import night_of
from dispatch.priority import Mode, Urgency
from dispatch.responder import Responder, Standing
from dispatch.roster import OnCall
from dispatch.wallclock import zone

_NOBODY: frozenset[str] = frozenset()


class Waived(NamedTuple):
    """Somebody whose credential counts for one case although it does not, and who said so."""

    person: str
    by: str


@dataclass(frozen=True, slots=True)
class Need:
    """A case, as matching sees it; ids only.

    `people` counts all who are needed, with those already on the case. `mode` defaults to a visit, whose rules are the
    strictest. `with_people` have accepted. `paged` have an open page for this very case, which does not use up their
    place for it. `asked` were asked in this run of the ladder: a layer's step passes them over, `everyone` asks again.
    `declined` are not asked again in this run at all.
    """

    case_id: str
    team: str
    state: str
    urgency: Urgency
    population: str | None = None
    languages: frozenset[str] = _NOBODY
    gender: str | None = None
    skills: frozenset[str] = _NOBODY
    area: str | None = None
    asked: frozenset[str] = _NOBODY
    declined: frozenset[str] = _NOBODY
    #: responders who have worked with the person before
    known_people: frozenset[str] = _NOBODY
    with_people: frozenset[str] = _NOBODY
    paged: frozenset[str] = _NOBODY
    mode: Mode = Mode.MOBILE
    people: int = 1
    #: people whose credential a named person has waived for this case, with a reason and an alarm
    waived: tuple[Waived, ...] = ()
    #: filters that are not applied, from RELAXABLE
    relaxed: frozenset[str] = _NOBODY

    def waived_by(self, person: str) -> str | None:
        """Who waived this person's credential for the case, if anybody."""
        return next((one.by for one in self.waived if one.person == person), None) if self.waived else None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A responder of the team with what the roster and the moment say. `on` is empty for who is not on call."""

    responder: Responder
    on: tuple[OnCall, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Limits:
    """Rest and night limits. `night` and every date are in `timezone`; the night may cross midnight."""

    rest_after: timedelta
    pages_per_night: int
    night: tuple[time, time]
    timezone: str

    def is_night(self, now: datetime) -> bool:
        return self.night_began(now) is not None

    def night_began(self, now: datetime) -> datetime | None:
        """When the night that is running began; None by day."""
        running = night_of(now, self.night, zone(self.timezone))
        return running.start if running is not None else None


class Pick(NamedTuple):
    """A person to page. `layer` is where they are on call; `because` gives a reason for each rank that says something,
    and what is still missing when they are half of a team."""

    person: str
    layer: str
    because: tuple[str, ...]


class Skip(NamedTuple):
    """A person who was not picked, and the filter that said so. `lasting` is False where waiting may help.

    A tuple, since a large team makes thousands of them in every match.
    """

    person: str
    filter: str
    reason: str
    lasting: bool


@dataclass(frozen=True, slots=True)
class Match:
    """`picks` in the order to ask them; `others` passed every filter too and come after them."""

    picks: tuple[Pick, ...]
    skips: tuple[Skip, ...]
    others: tuple[Pick, ...] = ()
    #: filters that had to be relaxed, in the order in which they were
    relaxed: tuple[str, ...] = ()
    #: excused people who would have been picked, had they not been
    spared: tuple[str, ...] = ()

    @property
    def only_busy(self) -> bool:
        """Nobody can be paged now, but somebody could once they are free or rested."""
        return not self.picks and any(not skip.lasting for skip in self.skips)

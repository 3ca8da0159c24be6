"""Somebody's duty ends while they hold open cases.

They are told in good time, once for each end of a spell. When it has come, whatever they hold that nobody was offered
stays with them, and the coordinator is told: an open case is never with somebody who went off duty without anybody
knowing. The roster may have changed meanwhile, so the end is believed only when the roster still says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dispatch.deadline import Deadline, Meaning
from dispatch.roster import Roster, on_call


class State(StrEnum):
    #: the person was told
    COMING = "coming"
    #: the time has come, and what was left was looked at
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Departure:
    """One person's end of duty at `until` (aware UTC)."""

    id: str
    team: str
    person: str
    until: datetime
    state: State = State.COMING
    version: int = 0

    @property
    def deadline(self) -> Deadline | None:
        return Deadline(Meaning.SPELL_ENDS, self.until) if self.state is State.COMING else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`left` are the cases that went off duty with the person; the coordinator is told when there are any."""

    departure: Departure
    left: frozenset[str] = frozenset()


def ended(
    departure: Departure, roster: Roster, held: Iterable[str], offered: Iterable[str], now: datetime
) -> Outcome | None:
    """What the end of the spell makes of it; None while it has not come.

    `held` are the person's open cases, `offered` those of them that wait for somebody's answer and so have a clock of
    their own.
    """
    if departure.state is State.OVER or now < departure.until:
        return None
    stays = any(one.person == departure.person for one in on_call(roster, departure.team, now))
    left = frozenset() if stays else frozenset(held) - frozenset(offered)
    return Outcome(replace(departure, state=State.OVER), left)

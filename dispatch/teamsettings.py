"""What a team chooses about its duty: swaps, reminders, checks, and the cover it needs at every hour.

Everything a team does not choose is off, so that nobody is texted for a reason nobody asked for. One thing cannot be
turned off: before a spell ends, whoever holds open cases is told to hand them on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Demand:
    """What a team needs at every hour. `layers` None is every layer the roster of the team has. `people` 1 says that
    one person on call is enough: hours with one only are then no gap."""

    layers: tuple[str, ...] | None = None
    languages: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    people: int = 2


@dataclass(frozen=True, slots=True)
class TeamSettings:
    """`shift_check`: at the start of a shift a text asks for an answer within this long; None asks nobody.

    `reminders`: how long before a shift its person is reminded, each once. `approve_swaps`: a coordinator must agree to
    a swap. `verified_only`: nobody is paged at a number that was not proved by a code. Without it an unproved number is
    paged all the same and shown as such: a page that may arrive is better than none.
    """

    shift_check: timedelta | None = None
    reminders: tuple[timedelta, ...] = ()
    approve_swaps: bool = False
    verified_only: bool = False
    #: how long before the end of a spell whoever holds open cases is told to hand them on
    handoff: timedelta = timedelta(minutes=30)
    demand: Demand = Demand()


NOTHING_CHOSEN = TeamSettings()

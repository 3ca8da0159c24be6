"""When the next contact comes, and what it is about: drawn from measured figures, or replayed from a record.

World time is the time of the figures or of the record. `Pace` turns it into seconds of the demo: `--speed` moves
arrivals and nothing else, so ladders and timers run as they always do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.demo.figures import Figures, Surge, pick

#: A week of the world begins on a Saturday evening: what there is to see comes early.
FIRST = datetime(2026, 1, 3, 19, 0)  # noqa: DTZ001 - the world's own wall clock, no place on earth
#: A minute of the world in a second.
SPEED = 60.0
#: No world hour is this much busier than the mean hour; thinning needs a bound.
_BUSIEST = 2.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """`at` is world time, without a zone. `kind` is one of `contacts.KINDS`; `words` what the record called it."""

    at: datetime
    kind: str
    words: str = ""


def draw(figures: Figures, seed: int, first: datetime = FIRST) -> Iterator[Arrival]:
    """Arrivals without end, the same ones for the same seed: a Poisson process, thinned to the hour of the week."""
    drawn = random.Random(seed)
    most = figures.per_hour * _BUSIEST * figures.surge.factor
    at = first
    while True:
        at += timedelta(hours=drawn.expovariate(most))
        if drawn.random() * most < rate(figures, at, first):
            yield Arrival(at, pick(figures.kinds, drawn))


def rate(figures: Figures, at: datetime, first: datetime = FIRST) -> float:
    """Contacts an hour at a moment of the world."""
    shape = figures.hour_of_day[at.hour] * figures.day_of_week[at.weekday()]
    factor = figures.surge.factor if surging(figures.surge, at - first) else 1.0
    return figures.per_hour * min(_BUSIEST, shape) * factor


def surging(surge: Surge, since: timedelta) -> bool:
    """Whether many come at once: the last minutes of every so many hours. A visitor sees ordinary times first."""
    into = since % timedelta(hours=surge.every_hours)
    return into >= timedelta(hours=surge.every_hours, minutes=-surge.minutes)


@dataclass(slots=True)
class Pace:
    """Turns the world's clock into seconds of this one. `speed` world seconds pass in one."""

    speed: float
    began: datetime
    since: float
    #: seconds for which arrivals were held back; they come later, not all at once
    held: float = 0.0

    def due(self, arrival: Arrival) -> float:
        """On the monotonic clock."""
        return self.since + self.held + (arrival.at - self.began).total_seconds() / self.speed

    def at(self, now: float) -> datetime:
        """What time it is in the world; `now` on the monotonic clock."""
        return self.began + timedelta(seconds=max(0.0, now - self.since - self.held) * self.speed)

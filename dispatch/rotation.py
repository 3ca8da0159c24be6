"""Whose turn it is: a list of people, a length of turn and a hand-off time, all by the clock on the wall.

The first person's turn starts at the first hand-off, on the day `start`; before it there is nobody. An hourly turn is
counted on the clock too, so that hand-offs stay at the same times of day all year: in the night that skips an hour one
turn is an hour shorter (or does not come at all), in the night that doubles one it is an hour longer.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from dispatch.errors import Fault, InvalidInput
from dispatch.spans import Duty
from dispatch.wallclock import END, instant, wall

Unit = Literal["hour", "day", "week", "month"]
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_STEP = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True)
class Handoff:
    """When turns change hands: a time of day, for weeks on a weekday (0 is Monday), for months on a day of the month.

    A month without that day hands off on its last one, so that no month is without a hand-off.
    """

    at: time
    weekday: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """Turns of `every` x `unit`. Raises InvalidInput when `start` is not a day on which a hand-off can be."""

    people: tuple[str, ...]
    every: int
    unit: Unit
    handoff: Handoff
    start: date

    def __post_init__(self) -> None:
        faults = []
        if not self.people:
            faults.append(Fault("people", "at least one person is needed"))
        if self.every < 1:
            faults.append(Fault("every", "must be at least 1"))
        if self.unit == "week" and self.handoff.weekday != self.start.weekday():
            day = WEEKDAYS[self.start.weekday()]
            faults.append(Fault("start", f"{self.start} is a {day}; start on the weekday of the hand-off"))
        if self.unit == "month" and self.start != _on_day(self.start.year, self.start.month, self.handoff.day or 0):
            faults.append(Fault("start", f"{self.start} is not the day of the month of the hand-off"))
        if faults:
            raise InvalidInput("; ".join(f"{f.field}: {f.problem}" for f in faults), faults)

    def duties(self, place: ZoneInfo, start: datetime, end: datetime) -> Iterator[Duty]:
        """The turns that touch [start, end), whole, and one after another of the same person's as one."""
        because = f"rotation, {self.every} {self.unit}{'s' if self.every > 1 else ''} each"
        # Nearly every question is about a day long after the first hand-off, which then need not be placed.
        begun = start.toordinal() > self.start.toordinal() + 1
        first = start if begun else instant(self._local(0), place)
        if end <= first:
            return
        if self.people.count(self.people[0]) == len(self.people):
            yield Duty(instant(self._local(0), place), END, self.people[0], because)
            return
        turn = self._turn_at(max(start, first), place)
        while turn > 0 and self._who(turn) == self._who(turn - 1):
            turn -= 1
        begins = instant(self._local(turn), place)
        while begins < end:
            last = turn
            while self._who(last + 1) == self._who(turn):
                last += 1
            ends = instant(self._local(last + 1), place)
            if begins < ends and start < ends:
                yield Duty(begins, ends, self._who(turn), because)
            turn, begins = last + 1, ends

    def _who(self, turn: int) -> str:
        return self.people[turn % len(self.people)]

    def _local(self, turn: int) -> datetime:
        """The wall-clock hand-off that begins a turn, counted from 0."""
        if self.unit == "month":
            months = self.start.month - 1 + turn * self.every
            day = _on_day(self.start.year + months // 12, months % 12 + 1, self.handoff.day or 1)
            return datetime.combine(day, self.handoff.at)
        return datetime.combine(self.start, self.handoff.at) + turn * self.every * _STEP[self.unit]

    def _turn_at(self, at: datetime, place: ZoneInfo) -> int:
        """The turn that holds an instant at or after the first. The clock's reading finds it to within one; instants
        decide, because in a doubled hour the reading alone goes backwards."""
        local = wall(at, place)
        if self.unit == "month":
            months = (local.year - self.start.year) * 12 + local.month - self.start.month
            turn = months // self.every
        else:
            turn = (local - self._local(0)) // (self.every * _STEP[self.unit])
        turn = max(turn, 0)
        while turn > 0 and instant(self._local(turn), place) > at:
            turn -= 1
        while instant(self._local(turn + 1), place) <= at:
            turn += 1
        return turn


def _on_day(year: int, month: int, day: int) -> date:
    return date(year, month, min(max(day, 1), calendar.monthrange(year, month)[1]))

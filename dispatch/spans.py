"""Spans of duty and the few things one does to them: cut out, keep within, find those that touch a moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, Protocol, TypeVar


class Duty(NamedTuple):
    """One person on duty from `start` up to but not including `end` (aware UTC), and the rule that says so."""

    start: datetime
    end: datetime
    person: str
    because: str


class Window(NamedTuple):
    """From `start` up to but not including `end`, aware UTC."""

    start: datetime
    end: datetime


class Dated(Protocol):
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...


D = TypeVar("D", bound=Dated)


def cut(duties: Iterable[Duty], start: datetime, end: datetime) -> Iterator[Duty]:
    """What is left of each duty outside [start, end)."""
    for duty in duties:
        if duty.end <= start or end <= duty.start:
            yield duty
            continue
        if duty.start < start:
            yield duty._replace(end=start)
        if end < duty.end:
            yield duty._replace(start=end)


def within(duties: Iterable[Duty], windows: Sequence[Window]) -> Iterator[Duty]:
    """The parts of each duty inside the windows, which are in order and do not overlap."""
    starts = [window.start for window in windows]
    for duty in duties:
        at = max(0, bisect_right(starts, duty.start) - 1)
        for window in windows[at:]:
            if duty.end <= window.start:
                break
            if duty.start < window.end:
                yield duty._replace(start=max(duty.start, window.start), end=min(duty.end, window.end))


def joined(spans: Iterable[Dated]) -> list[Window]:
    """The same time as few windows: in order, apart from each other, and none empty."""
    done: list[Window] = []
    for span in sorted(spans, key=lambda s: s.start):
        if span.start >= span.end:
            continue
        if done and span.start <= done[-1].end:
            done[-1] = Window(done[-1].start, max(done[-1].end, span.end))
        else:
            done.append(Window(span.start, span.end))
    return done


def outside(spans: Iterable[Dated], start: datetime, end: datetime) -> list[Window]:
    """The windows of [start, end) that no span touches."""
    gaps: list[Window] = []
    at = start
    for window in joined(spans):
        if window.end <= start:
            continue
        if window.start >= end:
            break
        if window.start > at:
            gaps.append(Window(at, window.start))
        at = max(at, window.end)
    if at < end:
        gaps.append(Window(at, end))
    return gaps


_LONG = timedelta(days=31)


class ByDay(Generic[D]):
    """Dated things that can be found by the time they touch, in the order they were given.

    A five-year roster holds tens of thousands of single shifts and overrides; reading all of them for one instant is
    most of its cost. Each is filed under its days, and the few that last longer than a month in a list of their own.
    """

    __slots__ = ("_all", "_days", "_long")

    def __init__(self, items: Iterable[D]) -> None:
        self._all = tuple(items)
        self._days: dict[int, list[int]] = {}
        self._long: list[int] = []
        for place, item in enumerate(self._all):
            if item.end - item.start > _LONG:
                self._long.append(place)
                continue
            for day in range(item.start.toordinal(), item.end.toordinal() + 1):
                self._days.setdefault(day, []).append(place)

    def touching(self, start: datetime, end: datetime) -> list[D]:
        if not self._all:
            return []
        if end - start > _LONG:
            return [item for item in self._all if item.start < end and start < item.end]
        places = set(self._long)
        for day in range(start.toordinal(), end.toordinal() + 1):
            places.update(self._days.get(day, ()))
        found = (self._all[place] for place in sorted(places))
        return [item for item in found if item.start < end and start < item.end]

"""Reminders before a spell of duty: when each is due, and which are given now.

A reminder that would come at night comes the evening before, and none is sent at night even when it is late: who sleeps
before an early shift needs the sleep more than the text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatch.hours import night_of
from dispatch.spell import Spell

#: So long before the night begins the reminders of the night are given.
EVENING = timedelta(minutes=30)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One text about one spell. `keys` are all the lengths it stands for: two that are due together are one text."""

    spell: Spell
    keys: tuple[str, ...]


def ahead(lengths: Collection[timedelta]) -> timedelta:
    """How far ahead a spell can begin whose reminder may be due now."""
    return max(lengths) + _DAY if lengths else timedelta()


def prefix(team: str) -> str:
    return f"reminder|{team}|"


def key(team: str, spell: Spell, before: timedelta) -> str:
    """What is said once: by ids and times alone. A shift that moves is another one, and is reminded of again."""
    return f"{prefix(team)}{spell.person}|{spell.start:%Y-%m-%dT%H:%MZ}|{int(before.total_seconds())}"


def due(
    team: str,
    spells: Iterable[Spell],
    lengths: Collection[timedelta],
    given: Collection[str],
    night: tuple[time, time],
    place: ZoneInfo,
    now: datetime,
) -> tuple[Reminder, ...]:
    """The reminders to give now, none of them for a spell that has begun. `night` is local, in `place`."""
    if night_of(now, night, place) is not None:
        return ()
    found = []
    for spell in spells:
        if spell.start <= now:
            continue
        keys = [
            key(team, spell, before) for before in sorted(lengths) if moment(spell.start, before, night, place) <= now
        ]
        if any(one not in given for one in keys):
            found.append(Reminder(spell, tuple(keys)))
    return tuple(found)


def moment(start: datetime, before: timedelta, night: tuple[time, time], place: ZoneInfo) -> datetime:
    """When the reminder of this length is due."""
    at = start - before
    dark = night_of(at, night, place)
    return at if dark is None else dark.start - EVENING

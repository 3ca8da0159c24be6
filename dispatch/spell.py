"""A spell: the time one person is on call without a break, in whatever layers.

Reminders, and the check that a phone answers at the start of a shift, are about spells: a person who only changes layer
at midnight is not woken for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.roster import Roster, duties
from dispatch.spans import Duty, joined

#: How far back and ahead a spell is followed to see where it really begins and ends.
_REACH = timedelta(days=35)


@dataclass(frozen=True, slots=True, order=True)
class Spell:
    """`end` None is not within five weeks. `layers` are all of the spell, in the order they come."""

    start: datetime
    person: str
    layers: tuple[str, ...]
    end: datetime | None


def beginning(roster: Roster, team: str, start: datetime, end: datetime) -> tuple[Spell, ...]:
    """The spells that begin within [start, end), in order. Raises InvalidInput for an unknown team."""
    own: dict[str, list[tuple[Duty, str]]] = {}
    for layer, found in duties(roster, team, start - _REACH, end + _REACH).items():
        for duty in found:
            own.setdefault(duty.person, []).append((duty, layer))
    spells = []
    for person, theirs in own.items():
        for window in joined(duty for duty, _ in theirs):
            if start <= window.start < end:
                inside = sorted((d.start, layer) for d, layer in theirs if window.start <= d.start < window.end)
                layers = tuple(dict.fromkeys(layer for _, layer in inside))
                spells.append(Spell(window.start, person, layers, window.end if window.end < end + _REACH else None))
    return tuple(sorted(spells, key=lambda spell: (spell.start, spell.person)))

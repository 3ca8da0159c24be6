"""What to look at first: alarms in the order in which they can cost somebody dear, and the one case that is about to go
wrong. With forty cases and twenty alarms in sight, whoever is tired must not have to find it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.alarm import pressing
from dispatch.case import State
from dispatch.console.words import word
from dispatch.flow.desk import Working
from dispatch.flow.views import AlarmView, CaseLine, QueueLine
from dispatch.priority import Urgency

#: A case is about to go wrong when its time is over within this.
SOON = timedelta(minutes=10)
#: Alarms shown in full: so many, and none that is silent for the reader where others are not. The rest are folded away
#: behind their number.
FULL = 5
#: So few are all shown.
FEW = 3

_CASE_AT_RISK = 1


@dataclass(frozen=True, slots=True)
class First:
    """The case to open now. `due` is when its time is over, or was."""

    case_id: str
    code: str
    urgency: Urgency
    says: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Alarms:
    """`shown` in full, `folded` behind their number; those the reader has silenced come last in each."""

    shown: tuple[AlarmView, ...]
    folded: tuple[AlarmView, ...]
    #: case -> its urgency
    urgency: Mapping[str, Urgency]

    @property
    def total(self) -> int:
        return len(self.shown) + len(self.folded)


def alarms(found: Iterable[AlarmView], queue: Iterable[QueueLine], working: Iterable[Working]) -> Alarms:
    urgency = {line.id: line.urgency for line in queue} | {one.case.id: one.case.urgency for one in working}

    def key(alarm: AlarmView) -> tuple[object, ...]:
        known = urgency.get(alarm.case_id or "")
        rank = known.rank if known else len(Urgency)
        return alarm.silent_until is not None, pressing(alarm.kind), rank, alarm.opened_at

    ordered = sorted(found, key=key)
    unseen = sum(alarm.silent_until is None for alarm in ordered)
    room = len(ordered) if len(ordered) <= FEW else min(FULL, unseen)
    return Alarms(tuple(ordered[:room]), tuple(ordered[room:]), urgency)


def first(
    ringing: Iterable[AlarmView], queue: Sequence[QueueLine], working: Sequence[Working], now: datetime
) -> First | None:
    """The case with the worst alarm, or one that nobody has and whose time is over or nearly so; the most urgent of
    several, then the one that is due first. None while nothing of the kind is in sight."""
    worst: dict[str, AlarmView] = {}
    for alarm in ringing:
        if alarm.case_id and pressing(alarm.kind) <= _CASE_AT_RISK:
            worst[alarm.case_id] = min(worst.get(alarm.case_id, alarm), alarm, key=lambda one: pressing(one.kind))
    cases: list[tuple[QueueLine | CaseLine, datetime]] = [(line, line.respond_by) for line in queue]
    cases += [(one.case, one.clock.due_at if one.clock else one.case.respond_by) for one in working]
    late = {line.id for line in queue if _short_of_time(line, now)}
    found = []
    for case, due in cases:
        ring = worst.get(case.id)
        if ring is not None or case.id in late:
            says = word(ring.kind) if ring else "Nobody has taken it yet"
            weight = pressing(ring.kind) if ring else _CASE_AT_RISK
            found.append((weight, First(case.id, case.code, case.urgency, says, due)))
    return min(found, key=lambda one: (one[0], one[1].urgency.rank, one[1].due), default=(0, None))[1]


def _short_of_time(line: QueueLine, now: datetime) -> bool:
    held = line.held_until is not None and line.held_until > now
    return line.state is State.UNANSWERED or (not held and line.respond_by < now + SOON)

"""What is planned for a team: its days with who is on in each layer, absences, and temporary schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dispatch.access import Act, Actor, check
from dispatch.coverage import said_off
from dispatch.errors import Fault, InvalidInput
from dispatch.flow import marking
from dispatch.flow.names import Names
from dispatch.flow.rostering import absence_id, temporary_id
from dispatch.flow.service import Service
from dispatch.flow.views import Named
from dispatch.override import Absence, Temporary
from dispatch.responder import Standing
from dispatch.roster import Once, Shift, duties
from dispatch.rotation import Rotation
from dispatch.spans import Duty, cut
from dispatch.wallclock import instant, wall

#: Days that are shown at once: four weeks.
DAYS = 28
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceView:
    id: str
    person: Named
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedShift:
    """One shift of a temporary schedule; without times it follows a rule of the roster file."""

    person: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporaryView:
    id: str
    team: str
    layer: str
    start: datetime
    end: datetime
    #: who is on where the shifts leave nobody
    fallback: str | None
    shifts: tuple[PlannedShift, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Somebody's duty on one day. `start` and `end` are None where it goes on beyond the day. `off`: they said OFF, and
    are not paged."""

    person: Named
    start: datetime | None
    end: datetime | None
    because: str
    off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    day: date
    #: layer -> who is on that day, in order of time
    layers: Mapping[str, tuple[Piece, ...]]


def absences(actor: Actor, svc: Service, team: str) -> list[AbsenceView]:
    """Absences of the team's people that are not over, the next one first."""
    check(actor, Act.SEE_ROSTER, team)
    now = svc.clock.now()
    with svc.record.read() as conn:
        found = [a for a in svc.rosters.team(conn, team).roster.absences if a.end > now]
        names = Names(svc, conn, [a.person for a in found])
    views = [_absence(a, names) for a in found]
    return sorted(views, key=lambda a: (a.start, a.end, a.person.id))


def absence(svc: Service, absence: Absence) -> AbsenceView:
    with svc.record.read() as conn:
        return _absence(absence, Names(svc, conn, [absence.person]))


def _absence(absence: Absence, names: Names) -> AbsenceView:
    return AbsenceView(id=absence_id(absence), person=names.of(absence.person), start=absence.start, end=absence.end)


def temporaries(actor: Actor, svc: Service, team: str) -> list[TemporaryView]:
    """Temporary schedules that are not over, the next one first."""
    check(actor, Act.SEE_ROSTER, team)
    now = svc.clock.now()
    with svc.record.read() as conn:
        found = [t for t in svc.rosters.team(conn, team).roster.temporary if t.team == team and t.end > now]
    return sorted((temporary(one) for one in found), key=lambda t: (t.start, t.layer))


def temporary(one: Temporary) -> TemporaryView:
    return TemporaryView(
        id=temporary_id(one),
        team=one.team,
        layer=one.layer,
        start=one.start,
        end=one.end,
        fallback=one.fallback,
        shifts=tuple(_planned(shift) for shift in one.shifts),
    )


def _planned(shift: Shift) -> PlannedShift:
    pattern = shift.pattern
    who = " and ".join(pattern.people) if isinstance(pattern, Rotation) else pattern.person
    start, end = (pattern.start, pattern.end) if isinstance(pattern, Once) else (None, None)
    return PlannedShift(person=who, start=start, end=end)


def calendar(actor: Actor, svc: Service, team: str, first: date | None = None) -> list[Day]:
    """Four weeks of the team's own days from `first`, today without one: who is on in each layer, everything that
    changes the roster worked in, and who said OFF."""
    check(actor, Act.SEE_ROSTER, team)
    now = svc.clock.now()
    with svc.record.read() as conn:
        here = svc.rosters.team(conn, team)
        place = here.team.zone
        first = first or wall(now, place).date()
        edges = [instant(datetime.combine(first + n * _DAY, time()), place) for n in range(DAYS + 1)]
        planned = duties(here.roster, team, edges[0], edges[-1])
        names = Names(svc, conn, {duty.person for own in planned.values() for duty in own})
        standings = marking.standings(conn, here, now)
    layers = {layer: _parts(own, standings, now) for layer, own in planned.items()}
    return [
        Day(
            day=first + n * _DAY,
            layers={layer: tuple(_pieces(own, names, edges[n], edges[n + 1])) for layer, own in layers.items()},
        )
        for n in range(DAYS)
    ]


def _parts(own: Sequence[Duty], standings: Mapping[str, Standing], now: datetime) -> list[tuple[Duty, bool]]:
    """Each duty, cut where the person's OFF begins and ends; whether they are off in that part."""
    parts = []
    for duty in own:
        off = said_off(duty, standings.get(duty.person), now)
        if off is not None:
            parts.append((duty._replace(start=off.start, end=off.end), True))
        parts += [(left, False) for left in (cut([duty], *off) if off is not None else [duty])]
    return sorted(parts, key=lambda part: (part[0].start, part[0].person))


def _pieces(own: Sequence[tuple[Duty, bool]], names: Names, start: datetime, end: datetime) -> Iterator[Piece]:
    for duty, off in own:
        if duty.start < end and start < duty.end:
            since, until = (duty.start if duty.start > start else None), (duty.end if duty.end < end else None)
            yield Piece(person=names.of(duty.person), start=since, end=until, because=duty.because, off=off)


def moment(svc: Service, team: str, text: str, field: str) -> datetime:
    """A day and time as a page sends it, `2026-12-24T20:00`, on the team's clock. Raises InvalidInput by field."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{field}: give a day and a time", [Fault(field, "give a day and a time")]) from None
    with svc.record.read() as conn:
        place = svc.rosters.team(conn, team).team.zone
    return local if local.tzinfo is not None else instant(local, place)

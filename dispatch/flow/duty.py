"""Who is on call, when, and where the roster leaves gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.access import Act, Actor, check
from dispatch.coverage import Gap, gaps, said_off
from dispatch.errors import Fault, InvalidInput
from dispatch.flow import marking
from dispatch.flow.names import Names
from dispatch.flow.rostering import override_id
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.flow.views import Named
from dispatch.marks import Mark, What
from dispatch.matching import EVERYONE, Need, candidates, match
from dispatch.override import Override
from dispatch.priority import Mode, Urgency
from dispatch.responder import Responder, Standing
from dispatch.roster import duties
from dispatch.roster import on_call as on_call_by
from dispatch.spans import Window
from dispatch.store import people

#: A roster is worked out instant by instant: a longer window is a report, not a look.
LONGEST = timedelta(days=62)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class On:
    person: str
    name: str
    #: when this spell ends as the roster stands now; None is without end
    until: datetime | None
    because: str
    #: what else is true of them now; empty when another moment was asked for
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """On call by the roster, and yet no page would go to them now."""

    person: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerOn:
    layer: str
    on: tuple[On, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCallNow:
    at: datetime
    team: str
    layers: tuple[LayerOn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One stretch of duty, as the roster works out: shifts, overrides, temporary schedules and absences together.

    `off` is the part of it in which nobody would page them, because they said OFF.
    """

    team: str
    layer: str
    person: Named
    start: datetime
    end: datetime
    because: str
    off: Window | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideView:
    id: str
    team: str
    layer: str
    person: str | None
    instead_of: str | None
    start: datetime
    end: datetime


def on_call(actor: Actor, svc: Service, team: str, at: datetime | None = None) -> OnCallNow:
    """Everyone on call in a team at a moment, by layer; and why one of them would not be paged now."""
    check(actor, Act.SEE_ROSTER, team)
    now = svc.clock.now()
    at = at or now
    with svc.record.read() as conn:
        current = svc.rosters.team(conn, team)
        found = on_call_by(current.roster, team, at)
        pool = marking.pool(conn, current, now)
        known = {k.responder.id: (k.responder, k.standing) for k in pool}
        ids = sorted({one.person for one in found})
        names = Names(svc, conn, ids)
        rows = people.some(conn, ids) if at == now else []
        marks = marking.told(rows, {team: marking.see(conn, current, pool, now)}, now) if rows else {}
    skips = _skips(current, known, at)
    layers = dict.fromkeys([*current.roster.layers(team), *(one.layer for one in found)])
    return OnCallNow(
        at=at,
        team=team,
        layers=tuple(
            LayerOn(
                layer=layer,
                on=tuple(
                    On(
                        person=o.person,
                        name=names.of(o.person).name,
                        until=o.until,
                        because=o.because,
                        marks=tuple(mark for mark in marks.get(o.person, ()) if mark.what is not What.ON_CALL),
                    )
                    for o in found
                    if o.layer == layer
                ),
                skipped=tuple(
                    Skipped(person=o.person, name=names.of(o.person).name, reason=skips[o.person])
                    for o in found
                    if o.layer == layer and o.person in skips
                ),
            )
            for layer in layers
        ),
    )


def _skips(current: TeamNow, known: dict[str, tuple[Responder, Standing]], at: datetime) -> dict[str, str]:
    """The reason of whoever would be passed over for an ordinary case by telephone."""
    team = current.team
    on = on_call_by(current.roster, team.id, at)
    standings = {id_: standing for id_, (_, standing) in known.items()}
    pool = candidates((who for who, _ in known.values()), on, standings, at)
    need = Need(case_id="", team=team.id, state=team.state, urgency=Urgency.SOON, mode=Mode.PHONE)
    result = match(need, EVERYONE, pool, len(pool), at, current.limits, current.rules)
    skipped = {skip.person: skip.reason for skip in result.skips if skip.filter != "on_call"}
    missing = {one.person: "is on no list of people who can be paged" for one in on if one.person not in known}
    return skipped | missing


def shifts(
    actor: Actor, svc: Service, team: str, start: datetime | None = None, end: datetime | None = None
) -> list[Spell]:
    """Who is on in [start, end), a week from now without. Raises InvalidInput for a window that is empty or too
    long."""
    check(actor, Act.SEE_ROSTER, team)
    start, end = window(svc, start, end)
    now = svc.clock.now()
    with svc.record.read() as conn:
        here = svc.rosters.team(conn, team)
        found = duties(here.roster, team, start, end)
        names = Names(svc, conn, {duty.person for own in found.values() for duty in own})
        standings = marking.standings(conn, here, now)
    spells = [
        Spell(
            team=team,
            layer=layer,
            person=names.of(d.person),
            start=d.start,
            end=d.end,
            because=d.because,
            off=said_off(d, standings.get(d.person), now),
        )
        for layer, own in found.items()
        for d in own
    ]
    return sorted(spells, key=lambda s: (s.start, s.layer, s.person.id))


def overrides(actor: Actor, svc: Service, team: str) -> list[OverrideView]:
    """Overrides that are not over, in the order in which they apply."""
    check(actor, Act.SEE_ROSTER, team)
    now = svc.clock.now()
    with svc.record.read() as conn:
        roster = svc.rosters.team(conn, team).roster
    return [override_view(o) for o in roster.overrides if o.team == team and o.end > now]


def override_view(override: Override) -> OverrideView:
    return OverrideView(
        id=override_id(override),
        team=override.team,
        layer=override.layer,
        person=override.person,
        instead_of=override.instead_of,
        start=override.start,
        end=override.end,
    )


def coverage(
    actor: Actor, svc: Service, team: str, start: datetime | None = None, end: datetime | None = None
) -> tuple[Gap, ...]:
    """Where the roster leaves nobody, or too little; a week ahead without a window."""
    check(actor, Act.SEE_ROSTER, team)
    now = svc.clock.now()
    start, end = window(svc, start, end)
    with svc.record.read() as conn:
        here = svc.rosters.team(conn, team)
        known = {k.responder.id: k for k in marking.pool(conn, here, now)}
    who = {id_: k.responder for id_, k in known.items()}
    standings = {id_: k.standing for id_, k in known.items()}
    return gaps(here.roster, team, who, standings, start, end, now, rules=here.rules)


def window(svc: Service, start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    start = start or svc.clock.now()
    end = end or start + WEEK
    if end <= start:
        raise _wrong("must be after from")
    if end - start > LONGEST:
        raise _wrong(f"must be at most {LONGEST.days} days after from")
    return start, end


def _wrong(problem: str) -> InvalidInput:
    return InvalidInput(f"to: {problem}", [Fault("to", problem)])

"""Who can help: people, who is on call, when, and where the roster leaves gaps. Telephone numbers are shown one
person at a time, and looked at is
written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from dispatch.access import Act, Actor, check
from dispatch.coverage import Gap, gaps
from dispatch.credential import Credential
from dispatch.errors import Fault, InvalidInput
from dispatch.flow import marking
from dispatch.flow.boards import visible
from dispatch.flow.looks import noted
from dispatch.flow.names import Names
from dispatch.flow.rostering import override_id
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.flow.views import Named
from dispatch.marks import Mark, What
from dispatch.matching import EVERYONE, Need, candidates, match
from dispatch.override import Override
from dispatch.priority import Mode, Urgency
from dispatch.responder import Availability, Responder, Standing, Unreachable
from dispatch.roster import duties
from dispatch.roster import on_call as on_call_by
from dispatch.store import credentials, datakeys, people, schema

#: A roster is worked out instant by instant: a longer window is a report, not a look.
LONGEST = timedelta(days=62)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderView:
    """A person who can be paged. `phone` is only there when one person was asked for."""

    id: str
    name: str
    phone: str | None
    roles: tuple[str, ...]
    teams: tuple[str, ...]
    languages: tuple[str, ...]
    gender: str | None
    populations: tuple[str, ...]
    skills: tuple[str, ...]
    areas: tuple[str, ...]
    capacity: int
    credentials: tuple[CredentialView, ...]
    availability: Availability
    available_until: datetime | None
    #: why no page can reach them: opted_out, unverified, bad_number
    unreachable: str | None
    #: when they last proved that the number is theirs; null is not proved
    number_verified_at: datetime | None
    #: everything that brings pages to them or keeps pages away now, with its reason and until when
    marks: tuple[Mark, ...]
    #: after long work; until then asked after the others, and not for a case below urgent
    resting_until: datetime | None
    #: after a hard call: passed over once, and until then at the latest
    excused_until: datetime | None
    open_cases: int
    last_paged_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialView:
    state: str
    title: str
    authority: str | None
    status: str
    issued: date | None
    expires: date | None
    supervisor: str | None

    @classmethod
    def of(cls, one: Credential) -> CredentialView:
        return cls(
            state=one.state,
            title=one.title,
            authority=one.authority,
            status=one.status,
            issued=one.issued,
            expires=one.expires,
            supervisor=one.supervisor,
        )


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
    """One stretch of duty, as the roster works out: shifts, overrides, temporary schedules and absences together."""

    team: str
    layer: str
    person: Named
    start: datetime
    end: datetime
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideView:
    id: str
    team: str
    layer: str
    person: str | None
    instead_of: str | None
    start: datetime
    end: datetime


def responders(actor: Actor, svc: Service, team: str | None = None) -> list[ResponderView]:
    """Active people of a team, or of all the actor's, by id."""
    check(actor, Act.SEE_ROSTER, team)
    p, posts = schema.people, schema.posts.c
    ids = select(posts.person).where(*visible(actor, team, posts.team))
    with svc.record.read() as conn:
        if team is not None:
            svc.rosters.team(conn, team)
        rows = conn.execute(select(p).where(p.c.active, p.c.id.in_(ids)).order_by(p.c.id)).all()
        return _people(svc, conn, rows, phones=False)


def responder(actor: Actor, svc: Service, person: str) -> ResponderView:
    """One person, with their number. Raises NotFound. The look is recorded."""
    check(actor, Act.SEE_ROSTER)
    with svc.record.read() as conn:
        row = people.one(conn, person)
        if actor.teams and not actor.teams & set(row.teams):
            check(actor, Act.SEE_ROSTER, next(iter(row.teams), ""))
        found = _people(svc, conn, [row], phones=True)[0]
    noted(actor, svc, "responder_seen", None, None, person=person)
    return found


def _people(svc: Service, conn: Connection, rows: Sequence[Row[Any]], *, phones: bool) -> list[ResponderView]:
    ids = [row.id for row in rows]
    names = Names(svc, conn, ids)
    known = marking.of(svc, conn, rows, svc.clock.now())
    a, now = schema.assignments.c, svc.clock.now()
    held: dict[str, int] = {}
    for person in conn.scalars(select(a.person).where(a.person.in_(ids), a.ended_at.is_(None))):
        held[person] = held.get(person, 0) + 1
    keys = datakeys.load(conn, {row.key_id for row in rows}) if phones else {}
    return [
        ResponderView(
            id=row.id,
            name=names.of(row.id).name,
            phone=svc.sealer.open_text("people", "phone", row.id, keys[row.key_id], row.phone)
            if phones and row.phone
            else None,
            roles=tuple(row.roles),
            teams=tuple(row.teams),
            languages=tuple(row.languages),
            gender=row.gender,
            populations=tuple(row.populations),
            skills=tuple(row.skills),
            areas=tuple(row.areas),
            capacity=row.capacity,
            credentials=tuple(CredentialView.of(c) for c in credentials.joined(row.credentials, {})),
            availability=Availability(row.availability),
            available_until=row.available_until,
            unreachable=row.unreachable or _unproved(known[row.id]),
            number_verified_at=row.verified_at,
            marks=known[row.id],
            resting_until=_ahead(row.resting_until, now),
            excused_until=_ahead(row.excused_until, now),
            open_cases=held.get(row.id, 0),
            last_paged_at=row.last_paged_at,
        )
        for row in rows
    ]


def _unproved(marks: Sequence[Mark]) -> str | None:
    missing = any(mark.what in (What.NO_NUMBER, What.UNVERIFIED) for mark in marks)
    return Unreachable.UNVERIFIED.value if missing else None


def _ahead(at: datetime | None, now: datetime) -> datetime | None:
    return at if at is not None and at > now else None


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
    with svc.record.read() as conn:
        found = duties(svc.rosters.team(conn, team).roster, team, start, end)
        names = Names(svc, conn, {duty.person for own in found.values() for duty in own})
    spells = [
        Spell(team=team, layer=layer, person=names.of(d.person), start=d.start, end=d.end, because=d.because)
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

"""People who can be paged, as a coordinator reads them: who they are, what keeps pages from them, and what they hold.

A telephone number is shown one person at a time, and that somebody looked is written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from dispatch.access import Act, Actor, check
from dispatch.credential import Credential
from dispatch.flow import marking
from dispatch.flow.boards import visible
from dispatch.flow.looks import noted
from dispatch.flow.names import Names
from dispatch.flow.service import Service
from dispatch.marks import Mark, What
from dispatch.responder import Availability, Unreachable
from dispatch.store import credentials, datakeys, people, schema


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderView:
    """A person who can be paged. `phone` is only there when one person was asked for. `active` is false once they have
    left."""

    id: str
    name: str
    active: bool
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
            active=row.active,
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

"""People in and out of the record: who they are to decisions, and what is true of them right now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select, update

from dispatch.errors import Conflict, NotFound
from dispatch.responder import Availability, Responder, Standing
from dispatch.store import credentials, datakeys, schema
from dispatch.store.rows import OPEN_ANSWER
from dispatch.store.sealing import DataKey, SealedBytes

#: Roles whose holders may be asked to take a case.
CALLABLE = ("responder", "supervisor")
#: Load is counted over this long.
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Known:
    """A person as the matcher needs them, and the version their row had when they were looked at."""

    responder: Responder
    standing: Standing
    version: int


def in_team(conn: Connection, team: str, roles: Collection[str]) -> list[str]:
    """Ids of active people with one of these roles in the team, in a fixed order."""
    posts, people = schema.posts, schema.people
    query = (
        select(posts.c.person)
        .distinct()
        .join(people, people.c.id == posts.c.person)
        .where(posts.c.team == team, posts.c.role.in_(roles), people.c.active)
        .order_by(posts.c.person)
    )
    return list(conn.scalars(query))


_LEADS = ("coordinator", "supervisor")
# Asked in every decision about a case: written once, so that only its values change.
_REACHABLE_LEADS = (
    select(schema.posts.c.role, schema.posts.c.person)
    .join(schema.people, schema.people.c.id == schema.posts.c.person)
    .where(schema.posts.c.team == bindparam("team"), schema.posts.c.role.in_(_LEADS), schema.people.c.active)
    .where(schema.people.c.unreachable.is_(None), schema.people.c.phone_index.is_not(None))
    .order_by(schema.posts.c.person)
)


def reachable_leads(conn: Connection, team: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(coordinators, supervisors) of the team whom a text or a call can reach."""
    found = [(role, person) for role, person in conn.execute(_REACHABLE_LEADS, {"team": team})]
    return tuple(p for r, p in found if r == "coordinator"), tuple(p for r, p in found if r == "supervisor")


def pool(conn: Connection, team: str, night_began: datetime | None, now: datetime) -> list[Known]:
    """Everyone of the team who may be asked, with their standing at `now`; four queries however many they are."""
    ids = in_team(conn, team, CALLABLE)
    rows = conn.execute(select(schema.people).where(schema.people.c.id.in_(ids)).order_by(schema.people.c.id)).all()
    cases = _open_cases(conn, ids)
    ranks = _open_pages(conn, ids)
    tonight = _pages_since(conn, ids, night_began) if night_began else {}
    load = _hours_since(conn, ids, now - WEEK, now)
    return [
        Known(
            responder(row),
            Standing(
                availability=Availability(row.availability),
                until=row.available_until,
                reachable=row.unreachable is None and row.phone is not None,
                unreachable_because=row.unreachable or (None if row.phone is not None else "unverified"),
                open_cases=cases.get(row.id, 0),
                open_page_ranks=tuple(ranks.get(row.id, ())),
                resting_until=row.resting_until,
                last_paged_at=row.last_paged_at,
                pages_tonight=tonight.get(row.id, 0),
                load_week=load.get(row.id, 0),
                excused_once=row.excused_once,
            ),
            row.version,
        )
        for row in rows
    ]


def responder(row: Row[Any]) -> Responder:
    return Responder(
        id=row.id,
        teams=frozenset(row.teams),
        roles=frozenset(row.roles),
        languages=frozenset(row.languages),
        gender=row.gender,
        populations=frozenset(row.populations),
        skills=frozenset(row.skills),
        capacity=row.capacity,
        credentials=credentials.joined(row.credentials, {}),
        areas=frozenset(row.areas),
    )


def _open_cases(conn: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Cases still being worked: one that is cleared and only waits for its disposition keeps nobody from the next."""
    a, c = schema.assignments, schema.cases
    query = select(a.c.person, func.count()).join(c, c.c.id == a.c.case_id).where(c.c.state != "cleared")
    query = query.where(a.c.person.in_(ids), a.c.ended_at.is_(None)).group_by(a.c.person)
    return {row[0]: row[1] for row in conn.execute(query)}


def _open_pages(conn: Connection, ids: Sequence[str]) -> dict[str, list[int]]:
    p, c = schema.pages, schema.cases
    query = select(p.c.person, c.c.rank).join(c, c.c.id == p.c.case_id)
    found: dict[str, list[int]] = {}
    for person, rank in conn.execute(query.where(p.c.person.in_(ids), p.c.answer == OPEN_ANSWER)):
        found.setdefault(person, []).append(rank)
    return found


def _pages_since(conn: Connection, ids: Sequence[str], since: datetime) -> dict[str, int]:
    p = schema.pages
    query = select(p.c.person, func.count()).where(p.c.person.in_(ids), p.c.created_at >= since).group_by(p.c.person)
    return {row[0]: row[1] for row in conn.execute(query)}


def _hours_since(conn: Connection, ids: Sequence[str], since: datetime, now: datetime) -> dict[str, int]:
    a = schema.assignments
    query = select(a.c.person, a.c.since, a.c.ended_at).where(
        a.c.person.in_(ids), or_(a.c.ended_at.is_(None), a.c.ended_at >= since)
    )
    spent: dict[str, timedelta] = {}
    for person, began, ended in conn.execute(query):
        spent[person] = spent.get(person, timedelta()) + ((ended or now) - max(began, since))
    return {person: int(time / timedelta(hours=1)) for person, time in spent.items()}


def paged(conn: Connection, versions: Mapping[str, int], now: datetime) -> None:
    """These people are being asked. Raises Conflict when another team's commit changed one of them since they were
    looked at."""
    people = schema.people
    for person in sorted(versions):
        touched = (
            update(people)
            .where(people.c.id == person, people.c.version == versions[person])
            .values(version=people.c.version + 1, last_paged_at=now, excused_once=False)
        )
        if conn.execute(touched).rowcount != 1:
            raise Conflict("A person was asked by somebody else at this moment.")


def taken(conn: Connection, person: str) -> None:
    """This person takes or gives back a case: whoever is looking at them must look again."""
    people = schema.people
    if conn.execute(update(people).where(people.c.id == person).values(version=people.c.version + 1)).rowcount != 1:
        raise NotFound("There is no such person.")


def by_phone(conn: Connection, indexes: Sequence[str]) -> list[Row[Any]]:
    """Active people whose telephone has one of these keyed hashes."""
    people = schema.people
    query = select(people).where(people.c.phone_index.in_(indexes), people.c.active).order_by(people.c.id)
    return list(conn.execute(query))


def one(conn: Connection, person: str) -> Row[Any]:
    """Raises NotFound."""
    found = conn.execute(select(schema.people).where(schema.people.c.id == person)).one_or_none()
    if found is None:
        raise NotFound("There is no such person.")
    return found


def set_fields(conn: Connection, person: str, values: Mapping[str, Any]) -> None:
    people = schema.people
    conn.execute(update(people).where(people.c.id == person).values(**values, version=people.c.version + 1))


def phones(conn: Connection, persons: Sequence[str]) -> dict[str, tuple[SealedBytes, DataKey]]:
    """Sealed numbers of these people with their keys, to be opened after the transaction; people without one are
    absent."""
    p = schema.people
    rows = conn.execute(select(p.c.id, p.c.phone, p.c.key_id).where(p.c.id.in_(persons), p.c.phone.is_not(None))).all()
    keys = datakeys.load(conn, [row.key_id for row in rows])
    return {row.id: (row.phone, keys[row.key_id]) for row in rows}

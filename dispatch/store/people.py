"""People in and out of the record: who they are to decisions, and what is true of them right now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Text, bindparam, cast, func, select, union_all, update

from dispatch.errors import Conflict, NotFound
from dispatch.responder import Availability, Responder, Standing, Unreachable
from dispatch.store import credentials, datakeys, schema
from dispatch.store.sealing import DataKey, SealedBytes
from dispatch.store.tables_paging import OPEN_PAGES
from dispatch.store.types import UtcDateTime

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


#: Who says ON may be asked like everybody else: rest and an excuse are for those who want them.
RESTED = {"resting_until": None, "excused_until": None}


def pool(
    conn: Connection, team: str, night_began: datetime | None, now: datetime, *, proved_only: bool = False
) -> list[Known]:
    """Everyone of the team who may be asked, with their standing at `now`; a few queries however many they are.
    `proved_only`: the team pages nobody at a number that was not proved."""
    here = {"team": team}
    cases = dict(conn.execute(_OPEN_CASES, here).all())
    ranks = _open_pages(conn, here)
    tonight = dict(conn.execute(_PAGES_SINCE, {**here, "since": night_began}).all()) if night_began else {}
    load = _hours_since(conn, here, now - WEEK, now)
    return [
        _known(
            row,
            _Counts(cases.get(row[0], 0), tuple(ranks.get(row[0], ())), tonight.get(row[0], 0), load.get(row[0], 0)),
            excused=row.excused_until is not None and row.excused_until > now,
            proved_only=proved_only,
        )
        for row in conn.execute(_POOL, here)
    ]


class _Counts(NamedTuple):
    """What the person is asked and works on, besides what their own row says."""

    open_cases: int
    open_page_ranks: tuple[int, ...]
    pages_tonight: int
    load_week: int


# Hundreds are looked at in every pass, and a pass holds the team: a person is put together again only when something
# about them is another than in the pass before.
@lru_cache(8_192)
def _known(row: Row[*tuple[Any, ...]], counts: _Counts, *, excused: bool, proved_only: bool) -> Known:
    because = _unreachable(row, proved_only)
    return Known(
        _spelled(*row[: len(_WHO)]),
        Standing(
            availability=Availability(row.availability),
            until=row.available_until,
            reachable=because is None,
            unreachable_because=because,
            proved=row.verified_at is not None,
            open_cases=counts.open_cases,
            open_page_ranks=counts.open_page_ranks,
            resting_until=row.resting_until,
            last_paged_at=row.last_paged_at,
            pages_tonight=counts.pages_tonight,
            load_week=counts.load_week,
            excused_once=excused,
        ),
        row.version,
    )


def _unreachable(row: Row[*tuple[Any, ...]], proved_only: bool) -> str | None:
    if row.unreachable is not None:
        return str(row.unreachable)
    unproved = proved_only and row.verified_at is None
    return Unreachable.UNVERIFIED.value if unproved or not row.has_phone else None


_CALLABLE = (
    select(schema.posts.c.person)
    .join(schema.people, schema.people.c.id == schema.posts.c.person)
    .where(schema.posts.c.team == bindparam("team"), schema.posts.c.role.in_(CALLABLE), schema.people.c.active)
)
_LISTS = ("teams", "roles", "languages", "populations", "skills", "areas", "credentials")
_WHO = ("id", "gender", "capacity", *_LISTS)
_NOW = (
    "availability",
    "available_until",
    "unreachable",
    "verified_at",
    "resting_until",
    "last_paged_at",
    "excused_until",
    "version",
)
_POOL = (
    select(
        *(cast(schema.people.c[n], Text).label(n) if n in _LISTS else schema.people.c[n] for n in _WHO),
        *(schema.people.c[n] for n in _NOW),
        schema.people.c.phone.is_not(None).label("has_phone"),
    )
    .where(schema.people.c.id.in_(_CALLABLE))
    .order_by(schema.people.c.id)
)


@lru_cache(8_192)
def _spelled(id_: str, gender: str | None, capacity: int, *lists: str) -> Responder:
    """A page changes what is true of somebody now, but not who they are."""
    return _responder(id_, gender, capacity, **dict(zip(_LISTS, map(json.loads, lists), strict=True)))


def responder(row: Row[Any]) -> Responder:
    return _responder(row.id, row.gender, row.capacity, **{name: getattr(row, name) for name in _LISTS})


def _responder(id_: str, gender: str | None, capacity: int, **lists: Any) -> Responder:
    plain = lists.pop("credentials")
    sets = {name: frozenset(values) for name, values in lists.items()}
    return Responder(id=id_, gender=gender, capacity=capacity, credentials=credentials.joined(plain, {}), **sets)


def _open_pages(conn: Connection, here: Mapping[str, Any]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for person, rank in conn.execute(_OPEN_PAGES, here):
        found.setdefault(person, []).append(rank)
    return found


def _hours_since(conn: Connection, here: Mapping[str, Any], since: datetime, now: datetime) -> dict[str, int]:
    spent: dict[str, timedelta] = {}
    for person, began, ended in conn.execute(_WORKED_SINCE, {**here, "since": since}):
        spent[person] = spent.get(person, timedelta()) + ((ended or now) - max(began, since))
    return {person: int(time / timedelta(hours=1)) for person, time in spent.items()}


def _counted_and_asked() -> tuple[Any, ...]:
    a, c, p = schema.assignments, schema.cases, schema.pages
    # Cases still being worked: one that is cleared and only waits for its disposition keeps nobody from the next.
    open_cases = (
        select(a.c.person, func.count())
        .join(c, c.c.id == a.c.case_id)
        .where(c.c.state != "cleared", a.c.person.in_(_CALLABLE), a.c.ended_at.is_(None))
        .group_by(a.c.person)
    )
    open_pages = (
        select(p.c.person, c.c.rank).join(c, c.c.id == p.c.case_id).where(p.c.person.in_(_CALLABLE), OPEN_PAGES)
    )
    pages_since = (
        select(p.c.person, func.count())
        .where(p.c.person.in_(_CALLABLE), p.c.created_at >= bindparam("since"))
        .group_by(p.c.person)
    )
    # What is over and only waits for its disposition is no work any more.
    worked = select(a.c.person, a.c.since, func.coalesce(a.c.cleared_at, a.c.ended_at)).where(a.c.person.in_(_CALLABLE))
    # In two parts, because one with an "or" reads everything they ever worked on.
    worked_since = union_all(
        worked.where(a.c.ended_at.is_(None)), worked.where(a.c.ended_at >= bindparam("since", type_=UtcDateTime()))
    )
    return open_cases, open_pages, pages_since, worked_since


_OPEN_CASES, _OPEN_PAGES, _PAGES_SINCE, _WORKED_SINCE = _counted_and_asked()


def paged(conn: Connection, versions: Mapping[str, int], now: datetime) -> None:
    """These people are being asked. Raises Conflict when another team's commit changed one of them since they were
    looked at."""
    asked = [{"person": person, "was": versions[person], "now": now} for person in sorted(versions)]
    if asked and conn.execute(_PAGED, asked).rowcount != len(asked):
        raise Conflict("A person was asked by somebody else at this moment.")


_PAGED = (
    update(schema.people)
    .where(schema.people.c.id == bindparam("person"), schema.people.c.version == bindparam("was"))
    .values(version=schema.people.c.version + 1, last_paged_at=bindparam("now"), excused_until=None)
)


def passed_over(conn: Connection, persons: Iterable[str]) -> None:
    """Somebody else was asked in their place: each was excused once."""
    if wanted := sorted(persons):
        conn.execute(update(schema.people).where(schema.people.c.id.in_(wanted)).values(excused_until=None))


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


def callable_in(conn: Connection, team: str) -> list[str]:
    """Who may be asked in this team, by id."""
    return sorted(set(conn.scalars(_CALLABLE, {"team": team})))


def skills_of(conn: Connection, team: str) -> frozenset[str]:
    """Every skill that somebody has who may be asked in this team."""
    rows = conn.scalars(select(schema.people.c.skills).where(schema.people.c.id.in_(_CALLABLE)), {"team": team})
    return frozenset(skill for skills in rows for skill in skills)


def some(conn: Connection, persons: Sequence[str]) -> list[Row[Any]]:
    """Rows of these people, by id; whoever is not there is absent."""
    query = select(schema.people).where(schema.people.c.id.in_(persons)).order_by(schema.people.c.id)
    return list(conn.execute(query))


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

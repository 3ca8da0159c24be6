"""Contacts and assessments: what was logged, and what was answered. Personal parts are sealed before they get here."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Row, delete, select, update

from dispatch import codes
from dispatch.errors import NotFound, Unavailable
from dispatch.store import datakeys, schema
from dispatch.store.among import among
from dispatch.store.conflict import insert_for, insert_if_new
from dispatch.store.sealing import DataKey


def add(
    conn: Connection,
    keys: Sequence[DataKey],
    contacts: Sequence[Mapping[str, Any]],
    assessments: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Contacts, what was assessed in them, and the keys that sealed them."""
    datakeys.add(conn, keys, now)
    conn.execute(_ADD, [dict(c) for c in contacts])
    if assessments:
        conn.execute(_ADD_ASSESSMENTS, [dict(a) for a in assessments])


_ADD = schema.contacts.insert()
_ADD_ASSESSMENTS = schema.assessments.insert()


def add_assessments(conn: Connection, key: DataKey, assessments: Sequence[Mapping[str, Any]], now: datetime) -> None:
    datakeys.add(conn, [key], now)
    conn.execute(_ADD_ASSESSMENTS, [dict(a) for a in assessments])


def take_codes(conn: Connection, case_ids: Sequence[str]) -> dict[str, str]:
    """`take_code` for several cases that are new: the code of each."""
    tried = {codes.pick(frozenset(), secrets.randbits(24)): case_id for case_id in case_ids}
    rows = [{"code": code, "case_id": case_id, "free_at": None} for code, case_id in sorted(tried.items())]
    conn.execute(_try(conn.dialect.name), rows)
    found = {row.case_id: row.code for row in conn.execute(_TAKEN, {"codes": [row["code"] for row in rows]})}
    return {id_: found.get(id_) or take_code(conn, id_, secrets.randbits(24)) for id_ in case_ids}


_TAKEN = select(schema.codes.c.code, schema.codes.c.case_id).where(among(schema.codes.c.code, "codes"))


@cache
def _try(dialect: str) -> Executable:
    return insert_for(dialect, schema.codes).on_conflict_do_nothing(index_elements=["code"])


def take_code(conn: Connection, case_id: str, seed: int) -> str:
    """A case code nobody can confuse with another open one, or with one closed in the last days.

    Nearly always the first one tried is free. Then it looks at a few codes at a time only, so that it stays quick with
    thousands taken. Raises Unavailable when every code is in use.
    """
    c = schema.codes
    first = codes.pick(frozenset(), seed)
    if first is not None and insert_if_new(conn, c, {"code": first, "case_id": case_id, "free_at": None}, ("code",)):
        return first
    every = codes.codes()
    for tries in range(0, len(every), _LOOK):
        wanted = [codes.pick(frozenset(), seed + tries + n) for n in range(_LOOK)]
        taken = set(conn.scalars(select(c.c.code).where(c.c.code.in_([w for w in wanted if w]))))
        free = next((w for w in wanted if w is not None and w not in taken), None)
        row = {"code": free, "case_id": case_id, "free_at": None}
        # Two intakes may look at the same moment: the one that comes second looks further.
        if free is not None and insert_if_new(conn, c, row, ("code",)):
            return free
    raise Unavailable("Every case code is in use: close cases that are done.")


_LOOK = 32


def free_codes(conn: Connection, now: datetime) -> int:
    """Let go of codes that have rested long enough; returns how many."""
    c = schema.codes
    return conn.execute(delete(c).where(c.c.free_at.is_not(None), c.c.free_at <= now)).rowcount


def rest_code(conn: Connection, case_id: str, until: datetime | None) -> None:
    """A closed case's code rests; a reopened case (`until` None) keeps it."""
    conn.execute(update(schema.codes).where(schema.codes.c.case_id == case_id).values(free_at=until))


def one(conn: Connection, contact_id: str) -> Row[Any]:
    """Raises NotFound."""
    c = schema.contacts
    found = conn.execute(select(c).where(c.c.id == contact_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such contact.")
    return found


def confirm(conn: Connection, assessment_id: str) -> bool:
    """A proposed result counts from now on; False when it was not waiting."""
    a = schema.assessments
    waiting = update(a).where(a.c.id == assessment_id, a.c.standing == "proposed")
    return conn.execute(waiting.values(standing="confirmed")).rowcount == 1


def of_case(conn: Connection, case_id: str) -> Sequence[Row[Any]]:
    c = schema.contacts
    return conn.execute(select(c).where(c.c.case_id == case_id).order_by(c.c.logged_at, c.c.id)).all()


def known_to(conn: Connection, person_indexes: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Who of ours has spoken with the people of these telephones (their keyed hashes) before, by hash and then by id;
    one with whom nobody has is absent."""
    found: dict[str, tuple[str, ...]] = {}
    for index, person in conn.execute(_KNOWN_TO, {"indexes": list(person_indexes)}) if person_indexes else ():
        found[index] = (*found.get(index, ()), person)
    return found


def _spoken_with() -> Any:
    c, a = schema.contacts.c, schema.assignments.c
    query = select(c.person_index, a.person).distinct().join(schema.contacts, c.case_id == a.case_id)
    return query.where(among(c.person_index, "indexes"), a.engaged_at.is_not(None)).order_by(c.person_index, a.person)


_KNOWN_TO = _spoken_with()


def some_assessments(conn: Connection, ids: Collection[str]) -> Sequence[Row[Any]]:
    """These assessments, by id; whichever are not there are absent."""
    a = schema.assessments
    return conn.execute(select(a).where(a.c.id.in_(ids)).order_by(a.c.id)).all()


def assessments_of(conn: Connection, case_ids: Collection[str]) -> Sequence[Row[Any]]:
    a = schema.assessments
    return conn.execute(select(a).where(a.c.case_id.in_(case_ids)).order_by(a.c.at, a.c.id)).all()

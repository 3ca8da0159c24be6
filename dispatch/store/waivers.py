"""Waivers in the record: whose credential counts for one case although it does not, by whom, and the sealed reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from dispatch.need import Waived
from dispatch.store import datakeys
from dispatch.store.among import among
from dispatch.store.sealing import DataKey
from dispatch.store.tables_practice import waivers

# Asked in every pass of the matcher: one look for the whole batch, and nearly always an empty one.
_STANDING = (
    select(waivers.c.case_id, waivers.c.person, waivers.c.by)
    .where(among(waivers.c.case_id, "cases"), waivers.c.ended_at.is_(None))
    .order_by(waivers.c.case_id, waivers.c.at, waivers.c.id)
)


def standing(conn: Connection, case_ids: Collection[str]) -> dict[str, tuple[Waived, ...]]:
    """Those in force, by case; a case without any is absent."""
    found: dict[str, tuple[Waived, ...]] = {}
    for case_id, person, by in conn.execute(_STANDING, {"cases": list(case_ids)}):
        found[case_id] = (*found.get(case_id, ()), Waived(person, by))
    return found


def of_case(conn: Connection, case_id: str) -> Sequence[Row[Any]]:
    """All there ever were, oldest first."""
    query = select(waivers).where(waivers.c.case_id == case_id).order_by(waivers.c.at, waivers.c.id)
    return conn.execute(query).all()


def add(conn: Connection, key: DataKey, row: dict[str, Any], now: datetime) -> None:
    datakeys.add(conn, [key], now)
    conn.execute(waivers.insert(), {**row, "key_id": key.id, "ended_at": None})


def end(conn: Connection, waiver_id: str, now: datetime) -> None:
    conn.execute(update(waivers).where(waivers.c.id == waiver_id).values(ended_at=now))


def end_all(conn: Connection, case_id: str, now: datetime) -> None:
    """None outlives its case, and none comes back with it."""
    over = update(waivers).where(waivers.c.case_id == case_id, waivers.c.ended_at.is_(None))
    conn.execute(over.values(ended_at=now))

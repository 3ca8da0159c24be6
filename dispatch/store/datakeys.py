"""Rows of `data_keys`: one key a person, wrapped. Destroying it forgets the person in every table at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from dispatch.store.among import among
from dispatch.store.sealing import DataKey
from dispatch.store.tables_infra import data_keys

_ADD = insert(data_keys)
_LOAD = select(data_keys.c.id, data_keys.c.wrapped).where(among(data_keys.c.id, "ids"))


def add(conn: Connection, keys: Sequence[DataKey], now: datetime) -> None:
    """Store new keys; must commit together with what they sealed, or that is lost."""
    if keys:
        conn.execute(_ADD, [{"id": key.id, "wrapped": key.wrapped, "created_at": now} for key in keys])


def load(conn: Connection, ids: Collection[str]) -> dict[str, DataKey]:
    """The keys by id; destroyed ones come with `wrapped` None, unknown ids are absent."""
    rows = conn.execute(_LOAD, {"ids": list(ids)})
    return {row.id: DataKey(row.id, row.wrapped) for row in rows}


def destroy(conn: Connection, ids: Collection[str], now: datetime) -> int:
    """Forget for good; returns how many keys were still there. Backups made before hold them until they expire."""
    living = update(data_keys).where(data_keys.c.id.in_(ids), data_keys.c.destroyed_at.is_(None))
    return conn.execute(living.values(wrapped=None, destroyed_at=now)).rowcount


def drop_unused(conn: Connection, keys: Sequence[DataKey]) -> None:
    """Take back keys that turned out to seal nothing; the database refuses while a row names one."""
    if keys:
        conn.execute(delete(data_keys).where(data_keys.c.id.in_([key.id for key in keys])))

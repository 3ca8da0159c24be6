"""Idempotency keys of contacts: the same key and body is the same contact, however often it is sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from dispatch.errors import Conflict, KeyReused
from dispatch.store.conflict import insert_if_new
from dispatch.store.tables_infra import idempotency


def claim(conn: Connection, actor: str, key: str, body_hash: str, contact_id: str, now: datetime) -> str | None:
    """Bind `key` to `contact_id`, in the transaction that stores the contact.

    None: it is ours. Otherwise the id of the contact it was bound to before: store nothing, answer with that one. A
    twin running at the same time waits here until the first commits or gives up. Raises KeyReused for another body.
    """
    row = {"actor": actor, "key": key, "body_hash": body_hash, "contact_id": contact_id, "created_at": now}
    if insert_if_new(conn, idempotency, row, ("actor", "key")):
        return None
    bound = find(conn, actor, key, body_hash)
    if bound is None:
        raise Conflict("this Idempotency-Key expired at this moment")
    return bound


def find(conn: Connection, actor: str, key: str, body_hash: str) -> str | None:
    """The contact this key is bound to, None when it is free. Raises KeyReused for another body."""
    mine = select(idempotency.c.body_hash, idempotency.c.contact_id)
    row = conn.execute(mine.where(idempotency.c.actor == actor, idempotency.c.key == key)).one_or_none()
    if row is None:
        return None
    if row.body_hash != body_hash:
        raise KeyReused("this Idempotency-Key came with another body before: use a new one")
    return str(row.contact_id)


def purge(conn: Connection, before: datetime) -> int:
    """Forget keys older than that; returns how many."""
    return conn.execute(delete(idempotency).where(idempotency.c.created_at < before)).rowcount

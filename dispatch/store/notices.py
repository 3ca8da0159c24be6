"""What must be said once only: the key of whatever has been said."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, select

from dispatch.store.conflict import insert_if_new
from dispatch.store.tables_duty import notices


def given(conn: Connection, keys: Collection[str]) -> set[str]:
    """Those of these keys that have been said."""
    return set(conn.scalars(select(notices.c.key).where(notices.c.key.in_(list(keys))))) if keys else set()


def forget(conn: Connection, prefix: str, before: datetime) -> None:
    """Keys that begin so and were said before then; whatever they were about is long over."""
    conn.execute(delete(notices).where(notices.c.key.startswith(prefix, autoescape=True), notices.c.at < before))


def first(conn: Connection, key: str, now: datetime) -> bool:
    """Take the right to say it; False when somebody has. Waits for a transaction that is about to."""
    return insert_if_new(conn, notices, {"key": key, "at": now}, ("key",))

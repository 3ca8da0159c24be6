"""What came in from outside, kept before anything is made of it.

The first transaction stores it once, whatever how often it is delivered; the second makes something of it and calls
`finish` in the same transaction. The sweeper repeats the second for whatever stayed unread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.sql.dml import ReturningInsert

from dispatch.store import datakeys
from dispatch.store.among import among
from dispatch.store.conflict import insert_for, insert_if_new
from dispatch.store.sealing import DataKey, SealedBytes
from dispatch.store.tables_infra import inbox


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery. `status` is what the provider reports, or `received` for a message; `body` is sealed for
    `inbox.body` of row `id`."""

    id: str
    source: str
    sid: str
    status: str
    idempotency_token: str | None
    received_at: datetime
    body: SealedBytes
    sender_index: str | None = None


def keep(conn: Connection, arrival: Arrival, key: DataKey) -> str | None:
    """Store one arrival and the fresh key that sealed it. None when it is new; a repeat's first id when it is not.

    A repeat is the same source, sid and status; nothing of it is kept.
    """
    datakeys.add(conn, [key], arrival.received_at)
    if insert_if_new(conn, inbox, {**asdict(arrival), "key_id": key.id}, ("source", "sid", "status")):
        return None
    datakeys.drop_unused(conn, [key])
    same = select(inbox.c.id).where(
        inbox.c.source == arrival.source, inbox.c.sid == arrival.sid, inbox.c.status == arrival.status
    )
    return str(conn.execute(same).scalar_one())


def keep_all(
    conn: Connection, arrivals: Sequence[tuple[Arrival, DataKey]], processed_at: datetime | None = None
) -> set[str]:
    """Store several with the fresh keys that sealed them, acted on already where `processed_at` says when; the ids of
    those that are new. Of a repeat nothing is kept."""
    if not arrivals:
        return set()
    # In one order everywhere: two processes that are sent the same ones never wait for each other.
    several = sorted(arrivals, key=lambda one: (one[0].source, one[0].sid, one[0].status))
    datakeys.add(conn, [key for _, key in several], several[0][0].received_at)
    done = {"processed_at": processed_at, "attempts": 0 if processed_at is None else 1}
    rows = [{**asdict(arrival), **done, "key_id": key.id} for arrival, key in several]
    new = set(conn.scalars(_keep_all(conn.dialect.name), rows))
    datakeys.drop_unused(conn, [key for arrival, key in several if arrival.id not in new])
    return new


@cache
def _keep_all(dialect: str) -> ReturningInsert[str]:
    first = insert_for(dialect, inbox).on_conflict_do_nothing(index_elements=["source", "sid", "status"])
    return first.returning(inbox.c.id)


def load(conn: Connection, id_: str) -> Row[Any] | None:
    return conn.execute(select(inbox).where(inbox.c.id == id_)).one_or_none()


def load_unread(conn: Connection, ids: Sequence[str]) -> list[Row[Any]]:
    """Those of these that nobody has acted on, oldest first."""
    return list(conn.execute(_UNREAD, {"ids": list(ids)}))


def finish_all(conn: Connection, ids: Sequence[str], now: datetime) -> set[str]:
    """Mark them read, in the transaction that acts on them; those that another has acted on already are left out."""
    return set(conn.scalars(_FINISH_ALL, {"ids": list(ids), "now": now}))


_THESE = among(inbox.c.id, "ids") & inbox.c.processed_at.is_(None)
_UNREAD = select(inbox).where(_THESE).order_by(inbox.c.received_at, inbox.c.id)
_FINISH_ALL = (
    update(inbox)
    .where(_THESE)
    .values(processed_at=bindparam("now"), attempts=inbox.c.attempts + 1)
    .returning(inbox.c.id)
)


def finish(conn: Connection, id_: str, now: datetime) -> bool:
    """Mark it read, in the transaction that acts on it. False: another has acted on it already, so roll back."""
    unread = update(inbox).where(inbox.c.id == id_, inbox.c.processed_at.is_(None))
    return conn.execute(unread.values(processed_at=now, attempts=inbox.c.attempts + 1)).rowcount == 1


def failed(conn: Connection, id_: str) -> None:
    """Count an attempt that came to nothing; it stays unread."""
    conn.execute(update(inbox).where(inbox.c.id == id_).values(attempts=inbox.c.attempts + 1))


def unread(conn: Connection, before: datetime, limit: int) -> Sequence[str]:
    """Ids received before that moment and still unread, least often tried first: one that always fails blocks none."""
    rows = select(inbox.c.id).where(inbox.c.processed_at.is_(None), inbox.c.received_at < before)
    return conn.scalars(rows.order_by(inbox.c.attempts, inbox.c.received_at).limit(limit)).all()

"""Idempotency keys of contacts: the same key and body is the same contact, however often it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Executable, Row, delete, select

from dispatch.errors import Conflict, KeyReused
from dispatch.store.among import among
from dispatch.store.conflict import insert_for
from dispatch.store.tables_infra import idempotency


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody's key for a contact; `body` is the hash of what was sent."""

    actor: str
    key: str
    body: str
    contact_id: str


def claim(conn: Connection, actor: str, key: str, body_hash: str, contact_id: str, now: datetime) -> str | None:
    """`claim_all` for one."""
    return claim_all(conn, [Claim(actor, key, body_hash, contact_id)], now)[0]


def claim_all(conn: Connection, claims: Sequence[Claim], now: datetime) -> list[str | None]:
    """Bind each key to its contact, in the transaction that stores the contacts.

    None: it is ours. Otherwise the id of the contact it was bound to before: store nothing, answer with that one. A
    twin running at the same time waits here until the first commits or gives up. Raises KeyReused for another body.
    """
    rows = [
        {"actor": c.actor, "key": c.key, "body_hash": c.body, "contact_id": c.contact_id, "created_at": now}
        # In one order everywhere: two processes that are sent the same ones never wait for each other.
        for c in sorted(claims, key=lambda c: (c.actor, c.key))
    ]
    conn.execute(_bind(conn.dialect.name), rows)
    wanted = {"actors": sorted({c.actor for c in claims}), "keys": [c.key for c in claims]}
    bound = {(row.actor, row.key): row for row in conn.execute(_BOUND, wanted)}
    return [_before(c, bound.get((c.actor, c.key))) for c in claims]


def _before(claim: Claim, bound: Row[str, str, str, str] | None) -> str | None:
    if bound is None:
        raise Conflict("this Idempotency-Key expired at this moment")
    if bound.body_hash != claim.body:
        raise KeyReused("this Idempotency-Key came with another body before: use a new one")
    return None if bound.contact_id == claim.contact_id else str(bound.contact_id)


_I = idempotency.c
_BOUND = select(_I.actor, _I.key, _I.body_hash, _I.contact_id).where(among(_I.actor, "actors"), among(_I.key, "keys"))


@cache
def _bind(dialect: str) -> Executable:
    return insert_for(dialect, idempotency).on_conflict_do_nothing(index_elements=["actor", "key"])


def purge(conn: Connection, before: datetime) -> int:
    """Forget keys older than that; returns how many."""
    return conn.execute(delete(idempotency).where(idempotency.c.created_at < before)).rowcount

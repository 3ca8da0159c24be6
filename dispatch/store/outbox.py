"""Effects waiting to be performed. One SQL claim gives the right to perform one, with Redis and without it.

    pending --claim--> claimed --close--> done | failed | void
       ^                  |
       +-----retry--------+        a lapsed lease lets the next worker claim it again

A row is closed by the transaction that records the effect's result, never by the hand-over. Whoever gets a row with
`attempts` above 1 must first ask the provider what became of the attempt before, and else mark its own a repeat.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Integer, Row, and_, bindparam, func, insert, or_, select, update

from dispatch.store.among import among
from dispatch.store.deadlines import LONGEST_LEASE
from dispatch.store.tables_infra import OPEN_EFFECTS, outbox

Closed = Literal["done", "failed", "void"]


_ADD = insert(outbox)


def add(conn: Connection, effects: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Store effects, in the transaction that decided them.

    Each gives `id, kind, team, case_id, page_id, alarm_id, person, payload, priority, not_before`; payload holds ids,
    enumerations, numbers and times as text only. A lower `priority` is more urgent.
    """
    if effects:
        conn.execute(_ADD, [{**effect, "state": "pending", "created_at": now} for effect in effects])


_due = (
    select(outbox.c.n)
    .where(
        OPEN_EFFECTS,
        or_(
            and_(outbox.c.state == "pending", outbox.c.not_before <= bindparam("now")),
            and_(outbox.c.state == "claimed", outbox.c.lease_until <= bindparam("now")),
        ),
    )
    .order_by(outbox.c.priority, outbox.c.n)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("due")
)
# Built once: building it took as long as running it, with the write lock held.
_CLAIM = (
    update(outbox)
    .where(outbox.c.n.in_(select(_due.c.n)))
    .values(
        state="claimed",
        claimed_by=bindparam("worker"),
        lease_until=bindparam("until"),
        attempts=outbox.c.attempts + 1,
    )
    .returning(outbox)
)


def claim(conn: Connection, now: datetime, worker: str, lease: timedelta, limit: int) -> list[Row[Any]]:
    """Take up to `limit` due effects for `worker` until now + lease: most urgent first, then oldest.

    Takes pending ones whose `not_before` has come and claimed ones whose lease has lapsed. Both are the service's time:
    on a faster clock the caller stretches the lease.
    """
    taken = conn.execute(_CLAIM, {"now": now, "worker": worker, "until": now + lease, "at_most": limit})
    return sorted(taken, key=lambda row: (row.priority, row.n))


def close(conn: Connection, ids: Collection[str], state: Closed, now: datetime) -> int:
    """Record that effects need nothing more; returns how many were still open.

    Not bound to the claim: a result that comes after its lease is a result all the same.
    """
    if not ids:
        return 0
    return conn.execute(_CLOSE, {"ids": list(ids), "how": state, "now": now}).rowcount


_CLOSE = (
    update(outbox)
    .where(among(outbox.c.id, "ids"), OPEN_EFFECTS)
    .values(state=bindparam("how"), closed_at=bindparam("now"), claimed_by=None, lease_until=None)
)


def retry(conn: Connection, id_: str, worker: str, not_before: datetime) -> bool:
    """Hand a claimed effect back for a later attempt; False when `worker` no longer holds it."""
    held = update(outbox).where(outbox.c.id == id_, outbox.c.state == "claimed", outbox.c.claimed_by == worker)
    back = held.values(state="pending", not_before=not_before, claimed_by=None, lease_until=None)
    return conn.execute(back).rowcount == 1


def bring_forward(conn: Connection, now: datetime, by: timedelta) -> None:
    """The wall clock was set back by so much: what was to leave at once leaves now, and claims end when they would
    have. What was to wait for a moment of the day still does."""
    o = outbox.c
    made_later = select(o.n, o.created_at, o.not_before).where(OPEN_EFFECTS, o.state == "pending", o.created_at > now)
    at_once = [row.n for row in conn.execute(made_later) if row.not_before < row.created_at + LONGEST_LEASE]
    if at_once:
        conn.execute(update(outbox).where(o.n == bindparam("of")).values(not_before=now), [{"of": n} for n in at_once])
    claimed = select(o.n, o.lease_until).where(OPEN_EFFECTS, o.lease_until > now + LONGEST_LEASE)
    leases = [{"of": row.n, "at": row.lease_until - by} for row in conn.execute(claimed)]
    if leases:
        conn.execute(update(outbox).where(o.n == bindparam("of")).values(lease_until=bindparam("at")), leases)


def next_due(conn: Connection) -> datetime | None:
    """When the next effect may be claimed (it may be past), None when nothing is open."""
    pending, leased = conn.scalar(_FIRST_PENDING), conn.scalar(_FIRST_LEASE)
    return min((at for at in (pending, leased) if at is not None), default=None)


_FIRST_PENDING = select(func.min(outbox.c.not_before)).where(OPEN_EFFECTS, outbox.c.state == "pending")
_FIRST_LEASE = select(func.min(outbox.c.lease_until)).where(OPEN_EFFECTS, outbox.c.state == "claimed")

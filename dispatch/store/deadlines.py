"""The clocks of open rows. Each owner has at most one, with a meaning; firing one is an SQL claim.

A claim gives the right to decide what the deadline's passing means. The transaction of that decision moves the deadline
(`put`) or deletes it, and so ends the claim; if it never comes, the lease lapses and another ticker fires.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Integer, Row, bindparam, func, or_, select, update

from dispatch.store.among import among
from dispatch.store.conflict import insert_for
from dispatch.store.tables_infra import deadlines


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """A moment by which something must have happened to its owner. A moved deadline keeps its owner, not its id."""

    id: str
    owner_kind: str
    owner_id: str
    meaning: str
    due_at: datetime
    team: str
    case_id: str | None


#: One that ends later was given by a clock that has been set back since.
LONGEST_LEASE = timedelta(minutes=1)
_COLUMNS = tuple(field.name for field in fields(DeadlineRow))


def put(conn: Connection, clocks: Sequence[DeadlineRow]) -> None:
    """Give each owner this clock, in place of the one it has. A claim on the old one is void."""
    if not clocks:
        return
    conn.execute(_upsert(conn.dialect.name), [{name: getattr(clock, name) for name in _COLUMNS} for clock in clocks])


@cache
def _upsert(dialect: str) -> Executable:
    new = insert_for(dialect, deadlines)
    replaced = {name: new.excluded[name] for name in _COLUMNS if name not in ("owner_kind", "owner_id")}
    return new.on_conflict_do_update(
        index_elements=["owner_kind", "owner_id"], set_={**replaced, "claimed_by": None, "lease_until": None}
    )


@cache
def _claim(*, chosen: bool) -> Executable:
    # Built once: building it took as long as running it, with the write lock held.
    due = select(deadlines.c.id).where(
        deadlines.c.due_at <= bindparam("now"),
        or_(deadlines.c.lease_until.is_(None), deadlines.c.lease_until <= bindparam("now")),
    )
    if chosen:
        due = due.where(among(deadlines.c.id, "ids"))
    first = due.order_by(deadlines.c.due_at, deadlines.c.id).limit(bindparam("at_most", type_=Integer))
    return (
        update(deadlines)
        .where(deadlines.c.id.in_(select(first.with_for_update(skip_locked=True).cte("due").c.id)))
        .values(claimed_by=bindparam("worker"), lease_until=bindparam("until"))
        .returning(deadlines)
    )


def claim_due(
    conn: Connection, now: datetime, worker: str, lease: timedelta, ids: Collection[str] | None, limit: int
) -> list[Row[Any]]:
    """Take up to `limit` passed deadlines (of `ids` only, when given) until now + lease, longest passed first.

    One whose row another transaction holds is left out: it is being moved or fired this moment.
    """
    given: dict[str, Any] = {"now": now, "worker": worker, "until": now + lease, "at_most": limit}
    if ids is not None:
        given["ids"] = list(ids)
    taken = conn.execute(_claim(chosen=ids is not None), given)
    return sorted(taken, key=lambda row: (row.due_at, row.id))


def bring_forward(conn: Connection, now: datetime, by: timedelta, *owner_kinds: str) -> None:
    """The wall clock was set back by so much: clocks of a case, and of these kinds of owner, are due as much sooner,
    but not before now. Claims end when they would have."""
    d = deadlines.c
    ahead = select(d.id, d.due_at).where(d.due_at > now, or_(d.case_id.is_not(None), d.owner_kind.in_(owner_kinds)))
    moved = [{"of": row.id, "at": max(now, row.due_at - by)} for row in conn.execute(ahead.order_by(d.id))]
    if moved:
        conn.execute(update(deadlines).where(d.id == bindparam("of")).values(due_at=bindparam("at")), moved)
    held = select(d.id, d.lease_until).where(d.lease_until > now + LONGEST_LEASE).order_by(d.id)
    leases = [{"of": row.id, "at": row.lease_until - by} for row in conn.execute(held)]
    if leases:
        conn.execute(update(deadlines).where(d.id == bindparam("of")).values(lease_until=bindparam("at")), leases)


def next_due(conn: Connection) -> datetime | None:
    """When a claim can next succeed (it may be past): the first unclaimed deadline, or the first lease to lapse."""
    free = conn.scalar(select(func.min(deadlines.c.due_at)).where(deadlines.c.lease_until.is_(None)))
    leased = conn.scalar(select(func.min(deadlines.c.lease_until)))
    return min((at for at in (free, leased) if at is not None), default=None)

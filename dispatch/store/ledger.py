"""The append-only, hash-chained history. Its number order is commit order.

`append` locks the one head row until commit, so the next writer takes the next number only when this one is committed:
there are no gaps, and whoever has read up to n will never see a smaller number appear. That is also why it must be
the transaction's last statement, which `Record` enforces: everyone else is waiting.

Looks (who opened what) are a chain of their own, so that reading never waits for dispatching.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, insert, select, update

from dispatch.store.engine import SPOKEN_FOR
from dispatch.store.ledgerdata import Entry, NotForLedger, checked, link_hash
from dispatch.store.tables_infra import GENESIS, ledger, ledger_head, looks, looks_head

__all__ = ["HISTORY", "LOOKS", "Broken", "Chain", "Entry", "NotForLedger", "append", "last", "since", "verify"]

_BATCH = 1000


class Chain:
    """One history: its links, its single head row, and the statements each append needs, built once."""

    def __init__(self, links: Table, head: Table) -> None:
        self.links = links
        self.head = head
        self.lock = select(head.c.n, head.c.hash).where(head.c.id == 1).with_for_update()
        self.move = update(head).where(head.c.id == 1).values(n=bindparam("to_n"), hash=bindparam("to_hash"))
        self.add = insert(links)


HISTORY = Chain(ledger, ledger_head)
LOOKS = Chain(looks, looks_head)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first link that does not hold: its number, and how it fails."""

    n: int
    problem: str


def append(conn: Connection, entries: Sequence[Entry], *, chain: Chain = HISTORY) -> int:
    """Add `entries` in this order and return the number of the last; with none, the number of the last so far.

    Raises NotForLedger before touching anything. No statement may follow in this transaction.
    """
    plain = [checked(entry) for entry in entries]
    n, prev = conn.execute(chain.lock).one()
    rows: list[Mapping[str, Any]] = []
    for entry, data in zip(entries, plain, strict=True):
        n += 1
        hash_ = link_hash(n, entry, data, prev)
        rows.append(
            {
                "n": n,
                "at": entry.at,
                "actor": entry.actor,
                "kind": entry.kind,
                "case_id": entry.case_id,
                "team": entry.team,
                "data": data,
                "prev": prev,
                "hash": hash_,
            }
        )
        prev = hash_
    if rows:
        conn.execute(chain.add, rows)
        conn.execute(chain.move, {"to_n": n, "to_hash": prev})
        conn.info[SPOKEN_FOR] = True
    return int(n)


def last(conn: Connection, *, chain: Chain = HISTORY) -> int:
    """The number of the newest entry, 0 when there is none."""
    return int(conn.execute(select(chain.head.c.n)).scalar_one())


def since(conn: Connection, n: int, limit: int, *, chain: Chain = HISTORY) -> Sequence[Row[Any]]:
    """At most `limit` entries after number `n`, in order."""
    links = chain.links
    return conn.execute(select(links).where(links.c.n > n).order_by(links.c.n).limit(limit)).all()


def verify(conn: Connection, *, chain: Chain = HISTORY) -> Broken | None:
    """Walk the chain from its beginning; the first broken link, or None when every one holds.

    Reads in batches, in `conn`'s one snapshot: entries added meanwhile are neither seen nor missed.
    """
    n, prev = 0, GENESIS
    while batch := since(conn, n, _BATCH, chain=chain):
        for row in batch:
            n += 1
            problem = _problem(row, n, prev)
            if problem is not None:
                return Broken(n, problem)
            prev = row.hash
    head = conn.execute(select(chain.head.c.n, chain.head.c.hash)).one()
    if (head.n, head.hash) != (n, prev):
        return Broken(n + 1 if head.n > n else head.n, "the head does not stand at the last entry")
    return None


def _problem(row: Row[Any], n: int, prev: str) -> str | None:
    if row.n != n:
        return "the entry is missing"
    if row.prev != prev:
        return "it does not continue the entry before it"
    entry = Entry(row.at, row.actor, row.kind, row.case_id, row.team, row.data)
    if link_hash(n, entry, row.data, prev) != row.hash:
        return "its content does not match its hash"
    return None

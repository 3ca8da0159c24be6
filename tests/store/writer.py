"""One writer of the concurrency tests, in a thread or as a process: python -m tests.store.writer URL TIMES NAME."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from dispatch.store import ledger
from dispatch.store.engine import Record
from dispatch.store.ledger import Entry
from dispatch.store.schema import hearts

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
_COUNTER = hearts.c.process == "counter"


def prepare(record: Record) -> None:
    with record.write() as conn:
        conn.execute(insert(hearts), {"process": "counter", "beat_at": NOW, "state": {"n": 0}})


def count(conn: Connection) -> int:
    return int(conn.execute(select(hearts.c.state).where(_COUNTER)).scalar_one()["n"])


def write(record: Record, name: str, times: int) -> None:
    for _ in range(times):
        with record.write() as conn:
            row = conn.execute(record.for_update(select(hearts.c.state).where(_COUNTER))).scalar_one()
            n = row["n"] + 1
            conn.execute(update(hearts).where(_COUNTER).values(state={"n": n}))
            ledger.append(conn, [Entry(NOW, name, "counted", None, None, {"counter": n})])


if __name__ == "__main__":
    write(Record(sys.argv[1]), sys.argv[3], int(sys.argv[2]))

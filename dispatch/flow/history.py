"""The ledger as it is read by event streams: what was committed after a number, in commit order, without anything
personal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.flow.service import Service
from dispatch.store import ledger


@dataclass(frozen=True, slots=True)
class Told:
    """One committed entry. `n` is gap-free, so whoever has seen n never misses one before it."""

    n: int
    at: datetime
    kind: str
    case_id: str | None
    team: str | None
    data: Mapping[str, Any]


def since(svc: Service, n: int, limit: int = 500) -> Sequence[Told]:
    with svc.record.read() as conn:
        rows = ledger.since(conn, n, limit)
    return [Told(row.n, row.at, row.kind, row.case_id, row.team, row.data) for row in rows]


def last(svc: Service) -> int:
    with svc.record.read() as conn:
        return ledger.last(conn)

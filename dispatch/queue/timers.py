"""Due deadlines: when to look, never the right to fire, which is one SQL claim.

A score is the millisecond from which a deadline may be claimed: its due time, and while a ticker holds a lease, the
lease's end. So a ticker that dies with a lease needs no one to notice: its deadlines simply come due again.
Due times are rounded up to the millisecond and `now` is rounded down, so that no timer is ever early.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.client import Pipeline

from dispatch.queue.client import Client, text
from dispatch.queue.keys import LEASES, TIMERS, WAKE
from dispatch.queue.scripts import Script

ARM = Script("timers_arm", keys=("timers", "leases"), args=("wake",), each=("deadline id", "due"))
CLAIM = Script("timers_claim", keys=("timers", "leases"), args=("now", "limit", "until"))
DONE = Script("timers_done", keys=("timers", "leases"), args=("until",), each=("deadline id",))

_START = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Due:
    """One deadline as the timers know it; `due_at` is never before the record's, by less than a millisecond after."""

    deadline_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a ticker holds until `until`, longest due first, and when it need look again."""

    due: tuple[Due, ...]
    until: datetime
    next_due: datetime | None


def arm_on(pipe: Pipeline, items: Iterable[tuple[str, datetime]]) -> None:
    args = [part for deadline_id, due_at in items for part in (deadline_id, ms_after(due_at))]
    if args:
        ARM(pipe, (TIMERS.name, LEASES.name), [WAKE.name, *args])


def disarm_on(pipe: Pipeline, deadline_ids: Sequence[str]) -> None:
    if deadline_ids:
        pipe.zrem(TIMERS.name, *deadline_ids)
        pipe.hdel(LEASES.name, *deadline_ids)


class Timers:
    """Changes answer False when Redis is down; reads, claims and `replace` raise QueueDown. Times are service time."""

    def __init__(self, client: Client, patient: Client) -> None:
        self._client = client
        self._patient = patient

    def arm(self, items: Iterable[tuple[str, datetime]]) -> bool:
        """Arm (deadline id, due) pairs, or move them; sleeping tickers wake if one comes before all others."""
        items = list(items)
        return self._client.change(lambda pipe: arm_on(pipe, items)) is not None

    def disarm(self, deadline_ids: Sequence[str]) -> bool:
        return self._client.change(lambda pipe: disarm_on(pipe, deadline_ids)) is not None

    def claim(self, now: datetime, limit: int, lease: timedelta) -> Claimed:
        """Take up to `limit` due deadlines; if `done` does not follow within `lease`, they are due again."""
        until = ms_after(now + lease)
        args = [ms_before(now), limit, until]
        answer: list[Any] = self._client.do(lambda redis: CLAIM(redis, (TIMERS.name, LEASES.name), args))
        pairs = zip(answer[1::2], answer[2::2], strict=True)
        due = tuple(Due(text(deadline_id), at_ms(float(ms))) for deadline_id, ms in pairs)
        return Claimed(due, at_ms(until), at_ms(float(answer[0])) if answer[0] else None)

    def done(self, claimed: Claimed) -> bool:
        """Drop what was claimed. One that was armed anew meanwhile, or whose lease ran out, stays."""
        if not claimed.due:
            return True
        args: list[str | int] = [ms_after(claimed.until), *(item.deadline_id for item in claimed.due)]
        return self._client.change(lambda pipe: DONE(pipe, (TIMERS.name, LEASES.name), args)) is not None

    def next_due(self) -> datetime | None:
        """When the next claim can find something; None when nothing is armed."""
        first: list[Any] = self._client.do(lambda redis: redis.zrange(TIMERS.name, 0, 0, withscores=True))
        return at_ms(first[0][1]) if first else None

    def all(self) -> list[Due]:
        """Everything armed with its true due time, leased or not, longest due first; a rebuild compares it."""

        def read(pipe: Pipeline) -> None:
            pipe.zrange(TIMERS.name, 0, -1, withscores=True)
            pipe.hgetall(LEASES.name)

        scored, leased = self._patient.transact(read)
        true = {deadline_id: float(leased.get(deadline_id, score)) for deadline_id, score in scored}
        due = [Due(text(deadline_id), at_ms(ms)) for deadline_id, ms in true.items()]
        return sorted(due, key=lambda item: (item.due_at, item.deadline_id))

    def replace(self, items: Iterable[tuple[str, datetime]]) -> None:
        """Make the timers exactly `items`, in one transaction, and wake the tickers. Leases are void.

        Raises QueueDown.
        """
        scores = {deadline_id: ms_after(due_at) for deadline_id, due_at in items}
        ids = list(scores)

        def fill(pipe: Pipeline) -> None:
            pipe.delete(TIMERS.name, LEASES.name)
            for start in range(0, len(ids), _CHUNK):
                pipe.zadd(TIMERS.name, {each: scores[each] for each in ids[start : start + _CHUNK]})
            pipe.publish(WAKE.name, "1")

        self._patient.transact(fill)


def ms_before(at: datetime) -> int:
    """The last whole millisecond not after `at`."""
    return (at - _START) // _MS


def ms_after(at: datetime) -> int:
    """The first whole millisecond not before `at`."""
    return -((_START - at) // _MS)


def at_ms(ms: float) -> datetime:
    return _START + int(ms) * _MS

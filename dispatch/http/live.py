"""The ledger as a stream. One reader a process, however many people watch.

Redis only says "look"; rows are read from the record, at most once in 250 ms, and handed to every watcher through a
queue of its own. A watcher who does not keep up is cut off and comes back with the last number it has seen: nobody's
memory grows, and nothing is missed. With Redis gone the same reader looks once a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress

from dispatch import logs
from dispatch.access import Act, Actor
from dispatch.errors import ServiceError
from dispatch.flow import history
from dispatch.flow.history import Told
from dispatch.flow.service import Service
from dispatch.http.threads import quickly

log = logs.get(__name__)

EVERY = 0.25
POLL = 1.0
#: Batches a watcher may be behind.
BEHIND = 64
#: Entries replayed to somebody who comes back; further ones follow in the next read.
BATCH = 500

Batch = Sequence[Told]


class Live:
    """Start with `running()`; `watch` from any request of the same event loop."""

    def __init__(self, svc: Service) -> None:
        self._svc = svc
        self._watchers: set[asyncio.Queue[Batch | None]] = set()
        self._at = 0

    @property
    def watching(self) -> int:
        return len(self._watchers)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        reader = asyncio.create_task(self._read())
        try:
            yield
        finally:
            reader.cancel()
            with suppress(asyncio.CancelledError):
                await reader
            for queue in self._watchers:
                _end(queue)

    async def watch(self, after: int | None = None) -> AsyncGenerator[Batch, None]:
        """Batches of entries, in order and without a gap: those after number `after`, or those from now on."""
        queue: asyncio.Queue[Batch | None] = asyncio.Queue(BEHIND)
        # Joined before the replay, so that what is committed meanwhile waits in the queue instead of falling between.
        self._watchers.add(queue)
        try:
            seen = await quickly(history.last, self._svc) if after is None else after
            while after is not None and (replay := await quickly(history.since, self._svc, seen, BATCH)):
                yield replay
                seen = replay[-1].n
            while (batch := await queue.get()) is not None:
                fresh = [told for told in batch if told.n > seen]
                if fresh:
                    yield fresh
                    seen = fresh[-1].n
        finally:
            self._watchers.discard(queue)

    async def _read(self) -> None:
        started = False
        async with aclosing(self._svc.queue.updates.listen(POLL)) as nudges:
            async for _ in nudges:
                if not self._watchers:
                    # Nobody watches: the next one begins where the ledger then is.
                    started = False
                    continue
                try:
                    if not started:
                        self._at = await quickly(_start, self._svc)
                        started = True
                    await self._look()
                except ServiceError:
                    pass
                except Exception:
                    # Were the one reader to end by it, every board of this process would stand still and look well.
                    log.exception("stream_not_read")
                await asyncio.sleep(EVERY)

    async def _look(self) -> None:
        while batch := await quickly(history.since, self._svc, self._at, BATCH):
            self._at = batch[-1].n
            for queue in list(self._watchers):
                try:
                    queue.put_nowait(batch)
                except asyncio.QueueFull:
                    self._watchers.discard(queue)
                    _end(queue)


def _start(svc: Service) -> int:
    # A little back: whoever joined since the last look has asked for the end of the ledger as it was then. Repeats
    # are dropped by number.
    return max(0, history.last(svc) - BATCH)


def _end(queue: asyncio.Queue[Batch | None]) -> None:
    while queue.full():
        queue.get_nowait()
    queue.put_nowait(None)


_PAGE = frozenset({"page_wanted", "page", "page_silent", "next_person", "matched", "only_busy"})
_RESPONDER = frozenset(
    {
        "availability",
        "number_proved",
        "opted_in",
        "opted_out",
        "override_added",
        "override_removed",
        "person_added",
        "person_changed",
        "policy_changed",
        "roster_imported",
        "shift_check",
    }
)
#: What may move a case in the waiting order, or in and out of it.
_QUEUE = frozenset({"case", "case_opened", "reassessed", "regraded", "lowered"})


def kinds_of(told: Told) -> tuple[str, ...]:
    """The names of an entry's events, `queue` first where the order may have changed; none for what concerns no
    board.
    """
    if told.kind.startswith("alarm"):
        return ("alarm",)
    if told.kind in _PAGE:
        return ("page",)
    if told.kind in _RESPONDER:
        return ("responder",)
    if told.case_id is None:
        return ()
    return ("queue", "case") if told.kind in _QUEUE else ("case",)


def may_see(actor: Actor, told: Told) -> bool:
    return told.team is None or actor.may(Act.SEE_QUEUE, told.team)

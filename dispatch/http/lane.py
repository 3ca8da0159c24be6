"""Work that is cheaper done together: while one batch is under way, what comes meanwhile gathers for the next.

A lane has one thread of its own. Twenty threads that log a contact each at the same time spend a quarter of their time
waking one another, because only one of them can ever run. Whoever comes alone is a batch of one, at once. Only in a
rush is there a moment's wait for as many as came the last time: a batch of four costs half as much for each.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Generic, TypeVar

from dispatch.errors import Unavailable

T = TypeVar("T")
R = TypeVar("R")
#: Seconds. Less than a batch of one takes, so the wait is never what makes anybody late.
COMPANY = 0.003
#: Seconds. Longer than a writer waits for its turn at the record: then somebody stands still with the record in hand.
PATIENCE = 12.0

Asked = tuple[T, "asyncio.Future[R]"]


class Lane(Generic[T, R]):
    """`work` is given up to `most` items and answers each, in order; an answer that is an Exception is raised where
    the item came from. When `work` itself raises for several, each is tried alone: one that is wrong fails nobody
    else's. `patience` is how long anybody waits for an answer, in seconds; None is for ever.
    """

    def __init__(
        self,
        work: Callable[[Sequence[T]], Sequence[R | Exception]],
        most: int = 50,
        patience: float | None = PATIENCE,
    ) -> None:
        self._work = work
        self._most = most
        self._patience = patience
        self._gathered: deque[Asked[T, R]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lane")
        self._lock = threading.Lock()
        self._busy = False
        self._last = 1
        self._enough = threading.Event()

    async def do(self, item: T) -> R:
        """The answer for `item`. Raises what `work` raised for it, or answered, and Unavailable when that takes too
        long: an operator whose page hangs does not know to write on paper. It is done all the same, also when whoever
        asked has gone meanwhile; so whoever asks again brings the same key."""
        mine: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._gathered.append((item, mine))
            rest, self._busy = not self._busy, True
        if rest:
            self._thread.submit(self._run)
        elif len(self._gathered) >= self._last:
            self._enough.set()
        try:
            async with asyncio.timeout(self._patience):
                return await mine
        except TimeoutError:
            raise Unavailable("this takes too long: send it again, with the same key") from None

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._gathered:
                    self._busy = False
                    return
            if len(self._gathered) < self._last:
                self._enough.clear()
                self._enough.wait(COMPANY)
            batch = [self._gathered.popleft() for _ in range(min(self._most, len(self._gathered)))]
            self._last = len(batch)
            answers = self._answers([item for item, _ in batch])
            told = list(zip((asked for _, asked in batch), answers, strict=True))
            # One wake-up for all who wait in a loop: each costs the loop and this thread a change of hands.
            for loop in {asked.get_loop() for asked, _ in told}:
                # A loop that has ended has nobody waiting in it; the lane must outlive it.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(_answer, [one for one in told if one[0].get_loop() is loop])

    def _answers(self, items: Sequence[T]) -> Sequence[R | Exception]:
        try:
            return self._work(items)
        except Exception as error:  # noqa: BLE001  (raised again where the item came from)
            return [error] if len(items) == 1 else [answer for item in items for answer in self._answers([item])]


def _answer(told: Sequence[tuple[asyncio.Future[R], R | Exception]]) -> None:
    for asked, answer in told:
        if asked.done():  # whoever asked has gone
            continue
        if isinstance(answer, Exception):
            asked.set_exception(answer)
        else:
            asked.set_result(answer)

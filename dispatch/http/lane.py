"""Work that is cheaper done together: while one batch is under way, what comes meanwhile gathers for the next.

A lane has one thread of its own. Twenty threads that log a contact each at the same time spend a quarter of their time
waking one another, because only one of them can ever run. Nobody waits for a batch to fill: whoever comes alone is a
batch of one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Lane(Generic[T, R]):
    """`work` is given up to `most` items and answers each, in order; an answer that is an Exception is raised where
    the item came from. When `work` itself raises for several, each is tried alone: one that is wrong fails nobody
    else's.
    """

    def __init__(self, work: Callable[[Sequence[T]], Sequence[R | Exception]], most: int = 50) -> None:
        self._work = work
        self._most = most
        self._gathered: deque[tuple[T, Future[R]]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lane")

    async def do(self, item: T) -> R:
        """The answer for `item`. Raises what `work` raised for it, or answered. It is done also when whoever asked has
        gone meanwhile."""
        mine: Future[R] = Future()
        # From here on nobody can take it back.
        mine.set_running_or_notify_cancel()
        self._gathered.append((item, mine))
        self._thread.submit(self._take)
        return await asyncio.wrap_future(mine)

    def _take(self) -> None:
        # One call is submitted for each item; whoever comes late finds that another has taken it along.
        batch = [self._gathered.popleft() for _ in range(min(self._most, len(self._gathered)))]
        if batch:
            self._try(batch)

    def _try(self, batch: Sequence[tuple[T, Future[R]]]) -> None:
        try:
            answers = self._work([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001  (raised again where the item came from)
            if len(batch) == 1:
                batch[0][1].set_exception(error)
            else:
                for one in batch:
                    self._try([one])
            return
        for (_, asked), answer in zip(batch, answers, strict=True):
            if isinstance(answer, Exception):
                asked.set_exception(answer)
            else:
                asked.set_result(answer)

"""Work that is cheaper done together: while one batch is under way, what comes meanwhile gathers for the next.

Nobody waits for a batch to fill: whoever comes alone is a batch of one.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class _Slot(Generic[T, R]):
    """One item and what became of it."""

    def __init__(self, item: T) -> None:
        self.item = item
        self.answer: list[R] = []
        self.error: BaseException | None = None

    @property
    def over(self) -> bool:
        return bool(self.answer) or self.error is not None


class Together(Generic[T, R]):
    """`work` is given up to `most` items and answers each, in order. It runs in the threads of those who ask, one batch
    at a time. When it raises for several, each is tried alone: one that is wrong fails nobody else's.
    """

    def __init__(self, work: Callable[[Sequence[T]], Sequence[R]], most: int = 50) -> None:
        self._work = work
        self._most = most
        self._gathered: deque[_Slot[T, R]] = deque()
        self._changed = threading.Condition()
        self._busy = False
        self._waiting = 0

    def do(self, item: T) -> R:
        """The answer for `item`. Raises what `work` raised for it."""
        mine: _Slot[T, R] = _Slot(item)
        with self._changed:
            self._gathered.append(mine)
            self._waiting += 1
            while self._busy and not mine.over:
                self._changed.wait()
            self._waiting -= 1
            leads = not mine.over
            self._busy = self._busy or leads
        if leads:
            self._lead(mine)
        if mine.error is not None:
            raise mine.error
        return mine.answer[0]

    def begin(self, item: T) -> None:
        """Have it done; returns at once when another thread is at it, and forgets what `work` answers or raises."""
        mine: _Slot[T, R] = _Slot(item)
        with self._changed:
            self._gathered.append(mine)
            if self._busy:
                return
            self._busy = True
        self._lead(mine)

    def _lead(self, mine: _Slot[T, R]) -> None:
        """Batch after batch, until ours is over and the rest can be left to somebody who waits."""
        while True:
            with self._changed:
                if mine.over and (self._waiting or not self._gathered):
                    self._busy = False
                    self._changed.notify_all()
                    return
                batch = [self._gathered.popleft() for _ in range(min(self._most, len(self._gathered)))]
            self._try(batch)
            with self._changed:
                self._changed.notify_all()

    def _try(self, batch: Sequence[_Slot[T, R]]) -> None:
        try:
            answers = self._work([slot.item for slot in batch])
        except BaseException as error:  # noqa: BLE001  (raised again in the thread of whoever asked)
            if len(batch) == 1:
                batch[0].error = error
            else:
                for slot in batch:
                    self._try([slot])
        else:
            for slot, answer in zip(batch, answers, strict=True):
                slot.answer.append(answer)

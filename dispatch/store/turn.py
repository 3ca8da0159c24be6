"""A lock whose waiters are served in the order in which they came.

`threading.Lock` lets the thread that has just let go take it again before a waiter wakes: of eight writers some then
waited a hundred times longer than the others. Here the lock is handed over, never up for grabs.
"""

from __future__ import annotations

from collections import deque
from threading import Lock


class Turn:
    """Not re-entrant."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    def take(self, timeout: float) -> bool:
        """Wait for our turn for at most `timeout` seconds; False when it did not come."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=timeout):
            return True
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        # It was handed to us in the very moment in which we stopped waiting.
        return True

    def leave(self) -> None:
        """End our turn; the one who has waited longest has the next."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

"""Which phones a visitor has in the hand. Such a phone waits for them: nobody made up answers it.

A browser says again and again which phones it holds, so one that was closed lets go by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from dispatch.clock import monotonic

#: Longer than a browser's timers are delayed when its window is not in front.
LETS_GO = 15.0


class Hands:
    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()
        #: set once somebody has opened a page
        self.somebody = threading.Event()

    def holds(self, people: Iterable[str]) -> None:
        """A visitor holds the phones of exactly these people now, as far as this browser is concerned."""
        until = monotonic() + LETS_GO
        with self._lock:
            self._until.update(dict.fromkeys(people, until))

    def lets_go(self, person: str) -> None:
        with self._lock:
            self._until.pop(person, None)

    def held(self, person: str) -> bool:
        with self._lock:
            return self._until.get(person, 0.0) > monotonic()

    def looks_as(self, role: str) -> None:
        """A visitor has the page open in this role."""
        self.somebody.set()
        with self._lock:
            self._seen[role] = monotonic() + LETS_GO

    def somebody_is(self, role: str) -> bool:
        with self._lock:
            return self._seen.get(role, 0.0) > monotonic()

"""Which phones a visitor has in the hand. Such a phone waits for them: nobody made up answers it.

A browser says again and again which phones it holds, so one that was closed lets go by itself. So does a key that was
pressed on a phone nobody ticked: whoever only tried one key has not taken its owner's work over.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from dispatch.clock import monotonic

#: Longer than a browser's timers are delayed when its window is not in front.
LETS_GO = 15.0
#: Whoever has opened something on the board is at work on another page, from which nothing is heard.
AT_WORK = 60.0


class Hands:
    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._seen: dict[str, float] = {}
        self._at_work = 0.0
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
        return self.left(person) > 0

    def left(self, person: str) -> float:
        """Seconds until this phone is let go of, unless it is held again; 0 for one in nobody's hand."""
        with self._lock:
            return max(0.0, self._until.get(person, 0.0) - monotonic())

    def goes_to_work(self) -> None:
        """A visitor has opened or pressed something on the board."""
        with self._lock:
            self._at_work = monotonic() + AT_WORK

    def at_work(self) -> bool:
        with self._lock:
            return self._at_work > monotonic()

    def looks_as(self, role: str) -> None:
        """A visitor has the page open in this role."""
        self.somebody.set()
        with self._lock:
            self._seen[role] = monotonic() + LETS_GO

    def somebody_is(self, role: str) -> bool:
        with self._lock:
            return self._seen.get(role, 0.0) > monotonic()

"""How often one thing is asked for. Counted in this process alone: enough to keep a broken program from taking every
thread, and no more is asked of it."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from math import ceil

from dispatch.clock import monotonic

#: Beyond these the longest unasked are forgotten.
_KEPT = 10_000


class Often:
    """At most `times` a key within `within` real seconds. Safe to share between threads."""

    def __init__(self, times: int, within: float) -> None:
        self._times = times
        self._within = within
        self._seen: OrderedDict[bytes, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str) -> int:
        """Count one; 0 when it may go on, else how many seconds to wait."""
        now = monotonic()
        # A stranger chooses the key: as long as they sent them, ten thousand would fill the memory.
        short = hashlib.blake2b(key.encode(), digest_size=16).digest()
        with self._lock:
            began, count = self._seen.pop(short, (now, 0))
            if now - began >= self._within:
                began, count = now, 0
            self._seen[short] = (began, count + 1)
            if len(self._seen) > _KEPT:
                self._seen.popitem(last=False)
        return 0 if count < self._times else max(1, ceil(began + self._within - now))

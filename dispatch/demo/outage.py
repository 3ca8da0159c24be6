"""The "kill Redis" button: the embedded Valkey is killed, and killed again whenever the supervisor has started it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

from redis import RedisError

from dispatch.clock import monotonic
from dispatch.queue.client import connect

#: Long enough to see that everything goes on without it.
LASTS = 15.0
_LOOK = 0.2

GONE = "Redis is killed. Who waits, what is due and the jobs it held are gone with it; the record has all of it."
BACK = "Redis is back, and was filled again from the record."


class Outage:
    """Of the queue at `url`, which must be this demo's own. `intact`: whether it holds what the record says; `tell` is
    given plain words for what happens."""

    def __init__(self, url: str, intact: Callable[[], bool], tell: Callable[[str], None]) -> None:
        self._url = url
        self._intact = intact
        self._tell = tell
        self._ends = 0.0
        self._lock = threading.Lock()
        #: From the first kill until Redis is back and filled.
        self.gone = False

    @property
    def left(self) -> float:
        """Seconds until it is left alone again; 0 when nothing is killed."""
        return max(0.0, self._ends - monotonic())

    def begin(self, stopping: threading.Event) -> None:
        with self._lock:
            if self.gone:
                return
            self.gone = True
            self._ends = monotonic() + LASTS
        self._tell(GONE)
        threading.Thread(target=self._last, args=(stopping,), name="outage", daemon=True).start()

    def _last(self, stopping: threading.Event) -> None:
        while self.left and not stopping.is_set():
            if (pid := self._pid()) is not None:
                os.kill(pid, signal.SIGKILL)
            stopping.wait(_LOOK)
        # The supervisor pauses some seconds before it starts again what died again and again.
        while not self._intact():
            if stopping.wait(_LOOK):
                return
        self._tell(BACK)
        self.gone = False

    def _pid(self) -> int | None:
        client = connect(self._url)
        try:
            return int(client.info("server")["process_id"])
        except (RedisError, OSError):
            return None
        finally:
            client.close()

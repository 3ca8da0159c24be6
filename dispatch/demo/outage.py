"""The "kill Redis" button: the embedded Valkey is killed, and killed again whenever the supervisor has started it."""

from __future__ import annotations

import os
import signal
import threading

from redis import RedisError

from dispatch.clock import monotonic
from dispatch.queue.client import connect

#: Long enough to see that everything goes on without it.
LASTS = 20.0
_LOOK = 0.2


class Outage:
    """Of the queue at `url`, which must be this demo's own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._ends = 0.0
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """Seconds until it is left alone again; 0 when nothing is killed."""
        return max(0.0, self._ends - monotonic())

    def begin(self, stopping: threading.Event) -> None:
        with self._lock:
            if self.left:
                return
            self._ends = monotonic() + LASTS
        threading.Thread(target=self._keep_killing, args=(stopping,), name="outage", daemon=True).start()

    def _keep_killing(self, stopping: threading.Event) -> None:
        while self.left and not stopping.is_set():
            if (pid := self._pid()) is not None:
                os.kill(pid, signal.SIGKILL)
            stopping.wait(_LOOK)

    def _pid(self) -> int | None:
        client = connect(self._url)
        try:
            return int(client.info("server")["process_id"])
        except (RedisError, OSError):
            return None
        finally:
            client.close()

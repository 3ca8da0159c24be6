"""A process says now and then that it is alive. It says so from the loop that matters, or the heart would be a lie."""

from __future__ import annotations

from dispatch import logs
from dispatch.clock import monotonic
from workers.duties import Duties

log = logs.get(__name__)

EVERY = 5.0


class Heart:
    def __init__(self, duties: Duties, process: str) -> None:
        self._duties = duties
        self._process = process
        self._next = 0.0

    def beat(self) -> None:
        """Beats at most once in five seconds, however often it is called; never raises."""
        if monotonic() < self._next:
            return
        self._next = monotonic() + EVERY
        try:
            self._duties.beat(self._process)
        except Exception:
            log.exception("beat_failed", process=self._process)

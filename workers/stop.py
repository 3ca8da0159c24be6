"""SIGTERM and SIGINT as something that can be waited for.

Not a threading.Event: setting one inside a signal handler, while the interrupted thread is just taking its lock, stops
the process for ever. A byte in a pipe has no lock.
"""

from __future__ import annotations

import os
import select
import signal
from types import FrameType


class Stop:
    def __init__(self) -> None:
        self._set = False
        # Read by nobody, so that every waiter of every thread sees it.
        self._read, self._write = os.pipe()

    def on_signals(self) -> None:
        """Be set by SIGTERM and SIGINT. Needs the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        if not self._set:
            self._set = True
            os.write(self._write, b".")

    def wait(self, seconds: float) -> bool:
        """True at once when set, False after `seconds`."""
        return bool(select.select([self], [], [], max(0.0, seconds))[0])

    def fileno(self) -> int:
        """For `select`: readable once set."""
        return self._read

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.set()

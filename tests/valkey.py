"""A real Valkey for tests: started, killed, hung and started again."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from dispatch.clock import monotonic
from workers import valkey
from workers.parent import tethered


def until(condition: Callable[[], object], seconds: float = 10.0, *, what: str = "the condition") -> None:
    """Wait until `condition` holds; fail the test after `seconds`."""
    ends = monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert monotonic() < ends, f"{what} did not come about within {seconds} s"
        pause.wait(0.005)


class TestServer:
    __test__ = False

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.url = valkey.url(data_dir)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            tethered(valkey.command(self.data_dir), signal.SIGTERM), stdout=subprocess.DEVNULL
        )
        until(lambda: valkey.answers(self.data_dir), what="Valkey")

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        self._send(signal.SIGKILL)
        self._wait()

    def hang(self) -> None:
        """It accepts and never answers."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        self._send(signal.SIGCONT)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.resume()
            self._send(signal.SIGTERM)
            self._wait()

    def forget(self) -> None:
        """Lose the append-only file; the next start comes up empty."""
        for file in (self.data_dir / "valkey" / "appendonlydir").iterdir():
            file.unlink()

    def _send(self, what: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(what)

    def _wait(self) -> None:
        assert self._process is not None
        self._process.wait(10)

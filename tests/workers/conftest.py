from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatch.queue import Queue
from tests.support.valkey import ValkeyServer
from tests.workers.fake import FakeDuties
from workers.ticker import Ticker

Start = Callable[[FakeDuties], None]


@pytest.fixture
def duties(own_valkey: ValkeyServer) -> Iterator[FakeDuties]:
    queue = Queue(own_valkey.url)
    yield FakeDuties(queue)
    queue.close()


@pytest.fixture
def start_ticker() -> Iterator[Start]:
    """Starts tickers that end with the test."""
    stop = threading.Event()
    threads: list[threading.Thread] = []
    queues: list[Queue] = []

    def start(duties: FakeDuties) -> None:
        threads.append(threading.Thread(target=Ticker(duties, duties.queue, stop).run))
        threads[-1].start()
        queues.append(duties.queue)

    yield start
    stop.set()
    for queue in queues:
        queue.timers.arm([("end", datetime(2026, 1, 1, tzinfo=UTC))])  # wakes those that sleep
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


class Process:
    """A real process of tests/workers/process.py."""

    def __init__(self, *arguments: str, log: Path) -> None:
        self.log = log
        with log.open("ab") as out:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "tests.workers.process", *arguments], stdout=out, stderr=subprocess.STDOUT
            )

    def end(self, by: signal.Signals = signal.SIGTERM, seconds: float = 10) -> int:
        """Its exit code after `by`."""
        self.popen.send_signal(by)
        return self.popen.wait(seconds)


Run = Callable[..., Process]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Starts real processes; whatever still runs at the end of the test is killed."""
    started: list[Process] = []

    def start(*arguments: str) -> Process:
        started.append(Process(*arguments, str(tmp_path), log=tmp_path / "log"))
        return started[-1]

    yield start
    for process in started:
        if process.popen.poll() is None:
            process.end(signal.SIGKILL)

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

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
        queue.timers.replace([])  # wakes those that sleep
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()

"""How a ticker sleeps: until its next due time to the millisecond, or until an earlier one is armed.

A blocking pop would end on the server's own timetable, a tenth of a second coarse; a listener with a timeout ends when
it is told to, on ours.
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from redis import RedisError
from redis.client import PubSub

from dispatch.queue.client import Client, connect
from dispatch.queue.keys import WAKE


class Stop(Protocol):
    """What ends a process: a threading.Event will do, or something a signal handler may set."""

    def is_set(self) -> bool: ...

    def wait(self, seconds: float, /) -> bool:
        """True as soon as it is set, False after `seconds`."""
        ...


class Waker:
    """A listener of its own connection; one a ticker, used by one thread."""

    def __init__(self, client: Client, stop: Stop) -> None:
        self._client = client
        self._stop = stop
        self._listener: PubSub | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._drop()

    def wait(self, seconds: float) -> None:
        """Return after `seconds`, or sooner: when told, when stopping, or when listening has just begun.

        The last because whatever was armed before is not heard: look once more, then sleep. With Redis gone it only
        sleeps.
        """
        if self._stop.is_set():
            return
        if self._listener is None and self._listen():
            return
        if self._listener is None:
            self._stop.wait(seconds)
            return
        try:
            self._listener.get_message(timeout=seconds)
        except (RedisError, OSError):
            self._drop()

    def _listen(self) -> bool:
        if not self._client.up():
            return False
        # No timeout on the socket itself: silence on this connection is what it is for.
        listener = PubSub(connect(self._client.url).connection_pool, ignore_subscribe_messages=True)
        try:
            listener.subscribe(WAKE.name)
            listener.get_message(timeout=1)
        except (RedisError, OSError):
            listener.close()
            return False
        self._listener = listener
        return True

    def _drop(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

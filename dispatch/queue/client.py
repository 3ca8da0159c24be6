"""The one connection to Redis, with a breaker: it may be gone at any moment, and must then cost milliseconds.

redis-py's own defaults wait about 4 s before they fail (ten retries), and never fail when Redis accepts but does not
answer. Here every call has 250 ms, nothing is tried twice, and after a failure nobody asks again for a second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

from redis import Redis, RedisError, ResponseError
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.retry import Retry

from dispatch import logs
from dispatch.clock import monotonic
from dispatch.queue.keys import EPOCH
from protocols.errors import Fault, InvalidInput, ServiceError

TIMEOUT = 0.25
OPEN_FOR = 1.0

T = TypeVar("T")
log = logs.get(__name__)


class QueueDown(ServiceError):
    """Redis is not answering. Only reads raise it; the answer is in the record, read it there."""

    status = 503
    title = "The queue is not answering"


def connect(url: str, *, timeout: float = TIMEOUT) -> Redis:
    """A client without retries, every call bounded by `timeout` seconds. It connects at its first call.

    Raises InvalidInput, naming `DISPATCH_REDIS_URL`, for what is no address of a Redis.
    """
    try:
        # Redis's own reader takes a database that is no number for the first one: somebody else's, perhaps.
        if not url.startswith("unix:"):
            int(urlsplit(url).path.strip("/") or 0)
        return Redis.from_url(
            url,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
    except ValueError:
        problem = "must be an address such as redis://HOST:6379/0, rediss://HOST:6379/0 or unix:///PATH"
        # `from None`: the original may carry the password.
        raise InvalidInput(f"DISPATCH_REDIS_URL {problem}", [Fault("DISPATCH_REDIS_URL", problem)]) from None


def text(value: bytes | str) -> str:
    """Redis answers bytes (rq needs them so); ids are text."""
    return value.decode() if isinstance(value, bytes) else value


class Client:
    """Calls to Redis through a breaker. Shared by all threads of a process."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT, open_for: float = OPEN_FOR) -> None:
        self.url = url
        self.redis = connect(url, timeout=timeout)
        self._open_for = open_for
        self._open_until = 0.0
        self._lock = threading.Lock()
        self._losses = 0
        self._losses_told = 0

    def close(self) -> None:
        self.redis.close()

    def up(self) -> bool:
        """Is Redis answering? Costs one round trip, or nothing while the breaker is open."""
        try:
            return bool(self.do(lambda redis: redis.ping()))
        except QueueDown:
            return False

    def do(self, act: Callable[[Redis], T]) -> T:
        """Run `act`, or raise QueueDown at once while the breaker is open."""
        if not self._may_ask():
            raise QueueDown("the breaker is open")
        try:
            answer = act(self.redis)
        except (RedisError, OSError) as error:
            if isinstance(error, ResponseError) and "WRONGTYPE" in str(error):
                self._have_it_filled()
            else:
                self._open(error)
            raise QueueDown(type(error).__name__) from None
        if self._open_until:
            log.warning("queue_up")
            self._open_until = 0.0
        return answer

    def transact(self, fill: Callable[[Pipeline], object]) -> list[Any]:
        """The answers of one transaction, all from the same moment; raises QueueDown."""

        def send(redis: Redis) -> list[Any]:
            with redis.pipeline(transaction=True) as pipe:
                fill(pipe)
                return pipe.execute()

        return self.do(send)

    def change(self, fill: Callable[[Pipeline], object]) -> list[Any] | None:
        """Send what `fill` puts on a pipeline in one round trip; its results, or None when Redis is down.

        A change that was lost leaves Redis behind the record, and nobody else may have noticed. So the next change that
        succeeds also takes the epoch away, which makes a ticker rebuild.
        """
        losses = self._losses
        forget_epoch = losses > self._losses_told

        def send(redis: Redis) -> list[Any]:
            with redis.pipeline(transaction=False) as pipe:
                fill(pipe)
                results = len(pipe)
                if forget_epoch:
                    pipe.delete(EPOCH.name)
                return pipe.execute()[:results]

        try:
            answers = self.do(send)
        except QueueDown:
            with self._lock:
                self._losses += 1
            return None
        if forget_epoch:
            self._losses_told = losses
        return answers

    def _open(self, error: Exception) -> None:
        if not self._open_until:
            # The class name only: messages of ResponseError quote the command's arguments.
            log.warning("queue_down", error=type(error).__name__)
        self._open_until = monotonic() + self._open_for

    def _have_it_filled(self) -> None:
        """Somebody put other data under a key of ours. No change of ours can succeed on it, so none would ever take the
        epoch away: done here, and a ticker fills everything anew. (Redis itself answers: the breaker stays closed.)"""
        log.warning("queue_holds_other_data")
        with suppress(RedisError, OSError):
            self.redis.delete(EPOCH.name)

    def _may_ask(self) -> bool:
        """True for everyone while closed; while open, for one caller each `open_for` seconds."""
        if not self._open_until:
            return True
        with self._lock:
            now = monotonic()
            if now < self._open_until:
                return False
            self._open_until = now + self._open_for
            return True

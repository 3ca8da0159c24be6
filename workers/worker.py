"""An rq worker that executes in its own process: a fork per job costs more than the job.

Redis may go and come back. rq's worker then waits up to a minute, or quits; this one waits a quarter of a second, and
when it quits a new one takes its place in the same process, which keeps what was loaded.
"""

from __future__ import annotations

import signal
from types import FrameType

from redis import Redis, RedisError
from redis.client import Pipeline
from rq.exceptions import StopRequested
from rq.worker import SimpleWorker

from dispatch import logs
from dispatch.queue import Queue
from dispatch.queue.client import connect
from dispatch.queue.nudges import job_queue
from workers import jobs
from workers.duties import Duties
from workers.heart import Heart
from workers.stop import Stop

log = logs.get(__name__)

# Seconds. rq blocks for this less 15 at a time, so a hung Redis is noticed in 7.
_WORKER_TTL = 20
_PATIENCE = 2
_PAUSE = 0.25


class InProcessWorker(SimpleWorker):
    exponential_backoff_factor = 1.0
    max_connection_wait_time = _PAUSE

    def __init__(self, redis: Redis, heart: Heart) -> None:
        super().__init__(
            [job_queue(redis)],
            connection=redis,
            worker_ttl=_WORKER_TTL,
            log_job_description=False,
            serializer="json",
        )
        self._heart = heart

    @property
    def connection_timeout(self) -> int:
        return self.dequeue_timeout + _PATIENCE

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        self._heart.beat()
        super().heartbeat(timeout, pipeline)

    def subscribe(self) -> None:
        """Nobody sends commands through Redis, and the thread that would listen dies with its connection."""

    def unsubscribe(self) -> None:
        """Nothing to leave."""

    def set_shutdown_requested_date(self) -> None:
        """Called inside a signal handler: with Redis gone it would raise in the middle of a job."""

    def _install_signal_handlers(self) -> None:
        """`run` has installed its own."""


def run(duties: Duties, queue: Queue, url: str, stop: Stop) -> None:
    """Work until SIGTERM or SIGINT; a job that has begun is finished. Needs the main thread."""
    jobs.serve(duties, queue, stop)
    heart = Heart(duties, "worker")
    at_work: list[InProcessWorker] = []

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()
        for worker in at_work:
            worker.request_stop(number, frame)  # type: ignore[no-untyped-call]

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    while not stop.is_set():
        heart.beat()
        if not queue.up():
            stop.wait(_PAUSE)
            continue
        redis = connect(url)
        try:
            at_work[:] = [InProcessWorker(redis, heart)]
            at_work[0].work(logging_level="CRITICAL")
        except StopRequested:
            return
        except (RedisError, OSError) as error:
            log.info("worker_recycled", error=type(error).__name__)
        finally:
            at_work.clear()
            redis.close()
        stop.wait(_PAUSE)

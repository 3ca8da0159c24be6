"""The one rq job: look at a team. It carries a team id, may run twice or never, and keeps no result."""

from __future__ import annotations

from dispatch import logs
from dispatch.queue import Queue
from workers.duties import Duties

log = logs.get(__name__)


class WorkFailed(Exception):
    """The look at a team went wrong. Without data on purpose: rq keeps the text of errors in Redis."""


class _Bench:
    """What this process works with; `serve` sets it before the first job, because rq finds jobs by name alone."""

    duties: Duties | None = None
    queue: Queue | None = None


def serve(duties: Duties, queue: Queue) -> None:
    _Bench.duties, _Bench.queue = duties, queue


def work_team(team: str) -> None:
    """Match the team's waiting cases and send what is pending. Raises only WorkFailed."""
    failed = False
    try:
        duties, queue = _Bench.duties, _Bench.queue
        assert duties is not None
        assert queue is not None
        queue.nudge_taken(team)
        duties.work(team)
    except Exception:
        log.exception("work_failed", team=team)
        failed = True
    # Outside the handler: inside, the first error would hang on the second as its context.
    if failed:
        raise WorkFailed

"""The one rq job: look at a team. It carries a team id, may run twice or never, and keeps no result."""

from __future__ import annotations

from typing import ClassVar

from dispatch import logs
from dispatch.clock import monotonic
from dispatch.queue import Queue
from workers.duties import Duties
from workers.stop import Stop

log = logs.get(__name__)

# In a rush a team is left alone this many times as long as the last look at it took, and whoever comes meanwhile is
# looked at together: on SQLite nobody else writes during a look, neither a contact nor an answer.
REST = 3
# Seconds, however long a look takes. Nobody notices them: a text is on its way for longer.
MOST_REST = 0.25


class WorkFailed(Exception):
    """The look at a team went wrong. Without data on purpose: rq keeps the text of errors in Redis."""


class _Bench:
    """What this process works with; `serve` sets it before the first job, because rq finds jobs by name alone."""

    duties: Duties | None = None
    queue: Queue | None = None
    stop: Stop | None = None
    #: team -> when it may be looked at again
    rested: ClassVar[dict[str, float]] = {}


def serve(duties: Duties, queue: Queue, stop: Stop) -> None:
    _Bench.duties, _Bench.queue, _Bench.stop = duties, queue, stop


def work_team(team: str) -> None:
    """Match the team's waiting cases and begin to send what is pending. Raises only WorkFailed."""
    failed = False
    try:
        duties, queue, stop = _Bench.duties, _Bench.queue, _Bench.stop
        assert duties is not None
        assert queue is not None
        assert stop is not None
        stop.wait(_Bench.rested.get(team, 0.0) - monotonic())
        # After the rest: until here further nudges for the team are the same job.
        queue.nudge_taken(team)
        begun = monotonic()
        duties.work(team)
        ended = monotonic()
        _Bench.rested[team] = ended + min(MOST_REST, REST * (ended - begun))
    except Exception:
        log.exception("work_failed", team=team)
        failed = True
    # Outside the handler: inside, the first error would hang on the second as its context.
    if failed:
        raise WorkFailed

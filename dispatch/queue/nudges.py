"""Telling a worker to look at a team, through rq: the only file of the service that knows rq.

A nudge may be lost, doubled or late; the ticker does the same work. Nudges for one team are bundled: while a job is on
its way, no second one is sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from redis import Redis
from redis.client import Pipeline
from rq import Queue
from rq.serializers import JSONSerializer

from dispatch.queue.client import Client, QueueDown
from dispatch.queue.keys import JOB_QUEUE, PENDING

JOB = "workers.jobs.work_team"
# A job that takes longer is stuck: the batch it sends is bounded by leases of 10 s.
JOB_TIMEOUT = 180
# With no worker alive, jobs would pile up, one a team every 5 s. Nobody misses them: whoever comes reads the record.
STALE_AFTER = 60
ENOUGH = 1000


class Nudges:
    def __init__(self, client: Client) -> None:
        self._client = client
        self._jobs = job_queue(client.redis)

    def __call__(self, teams: Iterable[str]) -> bool:
        """Have each team looked at; False at once when Redis is down."""
        teams = sorted(teams)
        answers = self._client.change(lambda pipe: ask_on(pipe, teams))
        return answers is not None and self.send(teams, answers)

    def send(self, teams: Sequence[str], answers: Sequence[Any]) -> bool:
        """Enqueue for those teams for which `ask_on` found nothing on its way; `answers` are what it was answered."""
        if not teams:
            return True
        *free, length = answers
        wanted = [team for team, was_free in zip(teams, free, strict=True) if was_free]
        if not wanted or length >= ENOUGH:
            return True

        def enqueue(redis: Redis) -> None:
            with redis.pipeline() as pipe:
                for team in wanted:
                    self._jobs.enqueue_call(
                        JOB,
                        args=(team,),
                        # An id used twice would be deleted with the first job while the second still waits.
                        job_id=f"work-{uuid.uuid4().hex}",
                        timeout=JOB_TIMEOUT,
                        ttl=STALE_AFTER,
                        result_ttl=0,
                        failure_ttl=STALE_AFTER,
                        description=JOB,
                        pipeline=pipe,
                    )
                pipe.execute()

        try:
            self._client.do(enqueue)
        except QueueDown:
            return False
        return True

    def taken(self, team: str) -> bool:
        """The job has begun. Called before the record is read, so that what is committed later nudges again."""
        return self._client.change(lambda pipe: pipe.delete(PENDING.of(team))) is not None


def ask_on(pipe: Pipeline, teams: Sequence[str]) -> None:
    for team in teams:
        pipe.set(PENDING.of(team), "1", nx=True, ex=PENDING.expires)
    if teams:
        pipe.llen(Queue.redis_queue_namespace_prefix + JOB_QUEUE)


def job_queue(redis: Redis) -> Queue:
    """The one queue of jobs: JSON, so that nothing taken from Redis is ever executed by being read."""
    return Queue(JOB_QUEUE, connection=redis, serializer=JSONSerializer)

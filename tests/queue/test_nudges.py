from __future__ import annotations

import json
import zlib

from redis import Redis

from dispatch.queue import MirrorChanges, Queue
from dispatch.queue.keys import PENDING
from dispatch.queue.nudges import ENOUGH, JOB, job_queue
from tests.support.waiting import wait_until


def test_a_nudge_is_one_job_that_carries_the_team_and_nothing_else(queue: Queue, redis: Redis) -> None:
    assert queue.nudge("north")
    [job] = job_queue(redis).jobs
    assert (job.func_name, job.args, job.kwargs) == (JOB, ["north"], {})
    assert (job.result_ttl, job.description) == (0, JOB)
    stored = redis.hget(job.key, "data")
    assert isinstance(stored, bytes)
    assert json.loads(zlib.decompress(stored)) == [JOB, None, ["north"], {}]


def test_nudges_are_bundled_until_the_job_begins(queue: Queue, redis: Redis) -> None:
    assert all(queue.nudge("north") for _ in range(5))
    assert len(job_queue(redis)) == 1
    assert queue.nudge_taken("north")
    assert queue.nudge("north")
    assert len(job_queue(redis)) == 2


def test_teams_do_not_wait_for_each_other(queue: Queue, redis: Redis) -> None:
    queue.nudge("north")
    assert queue.mirror(MirrorChanges(nudge_teams={"north", "south", "west"}))
    assert sorted(job.args[0] for job in job_queue(redis).jobs) == ["north", "south", "west"]


def test_a_job_that_was_lost_blocks_its_team_for_seconds_only(queue: Queue, redis: Redis) -> None:
    queue.nudge("north")
    left = redis.pttl(PENDING.of("north"))
    assert 0 < left <= 5000


def test_without_workers_jobs_do_not_pile_up(queue: Queue, redis: Redis) -> None:
    jobs = job_queue(redis)
    redis.rpush(jobs.key, *(f"gone-{n}" for n in range(ENOUGH)))
    assert queue.nudge("north")
    assert len(jobs) == ENOUGH


def test_a_job_nobody_takes_expires(queue: Queue, redis: Redis) -> None:
    queue.nudge("north")
    [job] = job_queue(redis).jobs
    wait_until(lambda: 0 < redis.ttl(job.key) <= 60)

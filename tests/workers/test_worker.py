"""rq workers as real processes: nudged, interrupted, and with Redis taken from under them."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from rq.job import Job
from rq.serializers import JSONSerializer

from dispatch.clock import monotonic
from dispatch.queue import Queue
from dispatch.queue.client import connect
from dispatch.queue.nudges import job_queue
from tests.queue.known import assert_every_key_is_known
from tests.support.valkey import ValkeyServer
from tests.support.waiting import wait_until
from tests.workers.conftest import Run
from tests.workers.fake import FakeDuties
from tests.workers.process import notes
from workers import jobs
from workers.stop import Stop


@pytest.fixture
def queue(own_valkey: ValkeyServer) -> Queue:
    return Queue(own_valkey.url)


def nudge_until(queue: Queue, told: Path, team: str, seconds: float = 10.0) -> None:
    """As commits would: nudge, and nudge again when the first was lost."""
    wait_until(lambda: queue.nudge(team) and team in notes(told / "worked"), seconds, what=f"{team} to be worked")


def test_a_nudge_is_worked_once_and_leaves_no_job_behind(
    own_valkey: ValkeyServer, queue: Queue, run: Run, tmp_path: Path
) -> None:
    run("worker", own_valkey.url)
    queue.nudge("north")
    wait_until(lambda: "north" in notes(tmp_path / "worked"))
    redis = connect(own_valkey.url)
    wait_until(lambda: not list(redis.scan_iter("rq:job:*")))
    assert len(job_queue(redis)) == 0
    assert notes(tmp_path / "worked") == ["north"]
    assert_every_key_is_known(connect(own_valkey.url))


def test_a_nudge_during_the_work_is_worked_after_it(
    own_valkey: ValkeyServer, queue: Queue, run: Run, tmp_path: Path
) -> None:
    run("worker", own_valkey.url)
    queue.nudge("slow")
    wait_until(lambda: notes(tmp_path / "begun") == ["slow"])
    assert queue.nudge("slow")
    (tmp_path / "go").touch()
    wait_until(lambda: notes(tmp_path / "worked") == ["slow", "slow"])


def test_an_error_leaves_nothing_of_itself_in_redis_and_the_worker_goes_on(
    own_valkey: ValkeyServer, queue: Queue, run: Run, tmp_path: Path
) -> None:
    run("worker", own_valkey.url)
    queue.nudge("broken")
    wait_until(lambda: "broken" in notes(tmp_path / "begun"))
    nudge_until(queue, tmp_path, "north")
    redis = connect(own_valkey.url, timeout=5)
    [failed] = job_queue(redis).failed_job_registry.get_job_ids()
    result = Job.fetch(failed, redis, serializer=JSONSerializer).latest_result()
    assert result is not None
    kept = str(result.exc_string)
    assert "WorkFailed" in kept, "rq keeps the failure for a minute"
    assert "Ana" not in kept
    assert "2025550101" not in kept
    assert "Ana" not in (tmp_path / "log").read_text(encoding="utf-8")
    assert_every_key_is_known(redis)


def test_a_job_that_has_begun_is_finished_before_the_worker_stops(
    own_valkey: ValkeyServer, queue: Queue, run: Run, tmp_path: Path
) -> None:
    worker = run("worker", own_valkey.url)
    queue.nudge("slow")
    wait_until(lambda: notes(tmp_path / "begun") == ["slow"])
    worker.popen.send_signal(signal.SIGTERM)
    (tmp_path / "go").touch()
    assert worker.popen.wait(10) == 0
    assert notes(tmp_path / "worked") == ["slow"]


def test_an_idle_worker_stops_at_once(own_valkey: ValkeyServer, queue: Queue, run: Run, tmp_path: Path) -> None:
    worker = run("worker", own_valkey.url)
    nudge_until(queue, tmp_path, "north")
    began = monotonic()
    assert worker.end() == 0
    assert monotonic() - began < 3


@pytest.mark.parametrize("how", ["killed", "killed in the middle of a job"])
def test_redis_gone_and_back_a_worker_is_at_work_within_seconds(
    own_valkey: ValkeyServer, queue: Queue, run: Run, tmp_path: Path, how: str
) -> None:
    worker = run("worker", own_valkey.url)
    nudge_until(queue, tmp_path, "north")
    if how == "killed in the middle of a job":
        queue.nudge("slow")
        wait_until(lambda: "slow" in notes(tmp_path / "begun"))
    own_valkey.kill()
    (tmp_path / "go").touch()
    assert not queue.nudge("south")
    own_valkey.start()
    own_valkey.empty()
    nudge_until(queue, tmp_path, "south", seconds=5)
    assert worker.popen.poll() is None, "the same process"


def test_a_worker_started_without_redis_waits_for_it(
    own_valkey: ValkeyServer, queue: Queue, run: Run, tmp_path: Path
) -> None:
    own_valkey.kill()
    worker = run("worker", own_valkey.url)
    wait_until(lambda: "queue_down" in worker.log.read_text(encoding="utf-8"))
    own_valkey.start()
    nudge_until(queue, tmp_path, "north", seconds=5)
    assert worker.end() == 0


def test_a_worker_stops_with_redis_gone(own_valkey: ValkeyServer, queue: Queue, run: Run, tmp_path: Path) -> None:
    worker = run("worker", own_valkey.url)
    nudge_until(queue, tmp_path, "north")
    own_valkey.kill()
    assert worker.end() == 0


def test_a_job_raises_one_error_without_data(duties: FakeDuties) -> None:
    duties.broken.add("work")
    jobs.serve(duties, duties.queue, Stop())
    with pytest.raises(jobs.WorkFailed) as caught:
        jobs.work_team("north")
    assert caught.value.args == ()
    assert caught.value.__context__ is None


class Waits(Stop):
    """A second hand that moves only while somebody waits or works."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 100.0
        self.waited: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.waited.append(max(0.0, seconds))
        self.at += max(0.0, seconds)
        return False


def test_in_a_rush_a_team_is_left_alone_for_a_moment_and_whoever_comes_then_is_the_same_look(
    duties: FakeDuties, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand, taken = Waits(), []

    def work(team: str) -> int:
        hand.at += {"east": 0.03125, "west": 2.0}[team]
        return 1

    monkeypatch.setattr(jobs, "monotonic", lambda: hand.at)
    monkeypatch.setattr(duties, "work", work)
    monkeypatch.setattr(duties.queue, "nudge_taken", lambda team: taken.append((team, len(hand.waited))))
    jobs.serve(duties, duties.queue, hand)
    for team in ("east", "east", "west", "west"):
        jobs.work_team(team)
    assert hand.waited == [0, 3 * 0.03125, 0, jobs.MOST_REST], "at once when alone, and one team's rush is no other's"
    assert taken == [("east", 1), ("east", 2), ("west", 3), ("west", 4)], "a nudge during the rest is the same look"
    hand.at += 10
    jobs.work_team("east")
    assert hand.waited[-1] == 0

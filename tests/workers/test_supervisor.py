"""The supervisor with real children: started in order, restarted, stopped in order, and never left behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from dispatch.clock import monotonic
from tests.support.waiting import wait_until
from tests.workers.conftest import Run
from tests.workers.process import notes
from workers import child as children
from workers.child import Child, Spec


def pids(told: Path) -> dict[str, int]:
    """The latest process of each child."""
    lines = (told / "started").read_text(encoding="utf-8").splitlines()
    return {name: int(pid) for name, pid in map(str.split, lines)}


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_what_dies_is_started_again_at_once(run: Run, tmp_path: Path) -> None:
    run("supervisor", "queue,api")
    wait_until((tmp_path / "ready").exists)
    first = pids(tmp_path)["api"]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: pids(tmp_path)["api"] != first, seconds=3)
    assert notes(tmp_path / "started").count("queue") == 1


def test_stopping_ends_all_and_the_queue_last(run: Run, tmp_path: Path) -> None:
    supervisor = run("supervisor", "queue,api,worker")
    wait_until((tmp_path / "ready").exists)
    assert supervisor.end() == 0
    stopped = notes(tmp_path / "stopped")
    assert sorted(stopped) == ["api", "queue", "worker"]
    assert stopped[-1] == "queue"
    assert notes(tmp_path / "ended") == ["clean"]
    assert all(gone(pid) for pid in pids(tmp_path).values())


def test_ctrl_c_is_a_stop_too(run: Run, tmp_path: Path) -> None:
    supervisor = run("supervisor", "queue,api")
    wait_until((tmp_path / "ready").exists)
    assert supervisor.end(signal.SIGINT) == 0


def test_killed_it_takes_its_children_with_it(run: Run, tmp_path: Path) -> None:
    supervisor = run("supervisor", "queue,api,deaf")
    wait_until((tmp_path / "ready").exists)
    supervisor.end(signal.SIGKILL)
    wait_until(lambda: all(gone(pid) for pid in pids(tmp_path).values()), what="the children to end")


def test_a_stop_before_all_is_ready_is_a_clean_stop(run: Run, tmp_path: Path) -> None:
    supervisor = run("supervisor", "queue")
    wait_until((tmp_path / "started").exists)
    assert supervisor.end() == 0


def test_one_that_never_comes_up_is_named_and_the_rest_is_stopped(run: Run, tmp_path: Path) -> None:
    supervisor = run("supervisor", "queue,dying")
    assert supervisor.popen.wait(20) == 0
    assert "dying does not start" in (tmp_path / "gave-up").read_text(encoding="utf-8")
    assert notes(tmp_path / "stopped") == ["queue"]


class TestOneChild:
    def test_pauses_grow_while_it_dies_young(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(children, "FIRST_PAUSE", 0.02)
        child = Child(Spec("false", ["false"]))
        pauses = []
        while child.deaths < 5:
            pause = child.tend()
            if pause != float("inf"):
                pauses.append(pause)
            child.ended(0.02 if pause == float("inf") else 0)
        rounded = sorted({round(pause, 2) for pause in pauses})
        assert rounded[0] <= 0.02
        assert rounded[-1] > 0.15

    def test_one_that_ignores_sigterm_can_still_be_ended(self, tmp_path: Path) -> None:
        ready = tmp_path / "ready"
        child = Child(Spec("deaf", ["sh", "-c", f"trap '' TERM; touch {ready}; while :; do sleep 0.05; done"]))
        child.tend()
        wait_until(ready.exists)
        child.send(signal.SIGTERM)
        assert not child.ended(0.2)
        child.send(signal.SIGKILL)
        assert child.ended(5)

    def test_ctrl_c_in_a_terminal_does_not_reach_it_past_the_supervisor(self) -> None:
        child = Child(Spec("sleep", ["sleep", "30"]))
        child.tend()
        assert child.pid is not None
        assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
        child.send(signal.SIGKILL)
        assert child.ended(5)

    def test_its_environment_is_ours_and_its_own(self, tmp_path: Path) -> None:
        out = tmp_path / "out"
        child = Child(Spec("env", ["sh", "-c", f'echo "$HOME $MINE" > {out}'], env={"MINE": "yes"}))
        began = monotonic()
        child.tend()
        assert child.ended(5)
        assert monotonic() - began < 5
        assert out.read_text(encoding="utf-8").split() == [os.environ["HOME"], "yes"]

"""Real processes for the tests: `python -m tests.workers.process worker URL DIR` and the like.

Each writes what it does into files of DIR, and does what files there tell it to.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from dispatch import logs
from dispatch.queue import Queue
from tests.support.waiting import wait_until
from tests.workers.fake import FakeDuties
from workers.child import Spec
from workers.errors import CannotStart
from workers.stop import Stop
from workers.supervisor import Stopped, Supervisor
from workers.worker import run


class FileDuties(FakeDuties):
    def __init__(self, queue: Queue, told: Path) -> None:
        super().__init__(queue)
        self.told = told

    def work(self, team: str) -> int:
        note(self.told / "begun", team)
        if team == "broken":
            raise RuntimeError("Ana Ruiz, +12025550101")
        if team == "slow":
            wait_until((self.told / "go").exists, seconds=30)
        note(self.told / "worked", team)
        return 1


def note(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"{text} {os.getpid()}\n")


def notes(file: Path) -> list[str]:
    """What was noted, without the process ids."""
    return [line.split()[0] for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def worker(url: str, told: Path) -> None:
    queue = Queue(url)
    run(FileDuties(queue, told), queue, url, Stop())


def child(name: str, told: Path) -> None:
    """Says that it runs, and ends when told by a signal or by a file of its name."""
    if name == "dying":
        sys.exit(3)
    stop = Stop()
    stop.on_signals()
    if name == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note(told / "started", name)
    die = told / f"{name}.die"
    while not stop.wait(0.02):
        if die.exists():
            die.unlink()
            os._exit(3)
    note(told / "stopped", name)


def supervisor(names: str, told: Path) -> None:
    command = [sys.executable, "-m", "tests.workers.process", "child"]
    with Supervisor() as over:
        try:
            for name in names.split(","):
                over.start(Spec(name, [*command, name, str(told)], last=name == "queue"))
            over.until(lambda: set(names.split(",")) <= set(notes(told / "started")), "the children")
            note(told / "ready", "yes")
            over.watch()
        except Stopped:
            note(told / "ready", "no")
        except CannotStart as error:
            note(told / "gave-up", error.detail)
    note(told / "ended", "clean")


if __name__ == "__main__":
    logs.configure("info", "console")
    {"worker": worker, "child": child, "supervisor": supervisor}[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))

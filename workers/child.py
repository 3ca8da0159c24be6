"""One process under the supervisor: started, watched, started again when it dies, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dispatch import logs
from dispatch.clock import monotonic
from workers.parent import tethered

log = logs.get(__name__)

# Seconds between a death and the next start: none at first, then doubling, and none again after a good while alive.
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
GOOD_WHILE = 10.0


@dataclass(frozen=True, slots=True)
class Spec:
    """What to run. `orphan` is the signal it gets when the supervisor itself is killed."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    orphan: signal.Signals = signal.SIGKILL
    #: Stopped after all others, because they talk to it to their end.
    last: bool = False
    #: Open files it is handed, under their numbers here.
    files: Sequence[int] = ()
    #: Done when it gave up by itself soon after its start, before the next: with what it has it cannot begin.
    mend: Callable[[], None] | None = None

    def launch(self) -> subprocess.Popen[bytes]:
        """Start it once, in our environment and `env`, without an input.

        In a process group of its own: Ctrl-C in a terminal reaches a whole group, and the queue would stop first.
        """
        command = tethered(self.command, self.orphan)
        env = {**os.environ, **self.env}
        return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, process_group=0, pass_fds=self.files)


def process(name: str, env: Mapping[str, str], number: int | None = None) -> Spec:
    shown = name if number is None else f"{name}-{number}"
    return Spec(shown, [sys.executable, "-m", "workers", name], env)


class Child:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.deaths = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = 0.0
        self._start_at = 0.0

    @property
    def pid(self) -> int | None:
        """Of the running process; None when it is not running."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def tend(self) -> float:
        """Start it if it is not running and its pause is over; seconds until that, or infinity while it runs."""
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return float("inf")
            self._process = None
            self._mourn(code)
        wait = self._start_at - monotonic()
        if wait > 0:
            return wait
        self._started = monotonic()
        self._process = self.spec.launch()
        return float("inf")

    def send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def ended(self, seconds: float) -> bool:
        """Wait up to `seconds` for its end."""
        if self._process is None:
            return True
        try:
            self._process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            return False
        return True

    def _mourn(self, code: int) -> None:
        self.deaths += 1
        lived = monotonic() - self._started
        self._pause = 0.0 if lived > GOOD_WHILE else min(LONGEST_PAUSE, max(FIRST_PAUSE, self._pause * 2))
        self._start_at = monotonic() + self._pause
        log.warning("child_died", child=self.spec.name, code=code, lived_s=round(lived, 1), again_in_s=self._pause)
        # A signal (below zero) is somebody else's doing.
        if self.spec.mend is not None and code > 0 and lived <= GOOD_WHILE:
            self.spec.mend()

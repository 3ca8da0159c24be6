"""Keeps processes running on one machine: starts them in order, restarts what dies, stops them in reverse.

It does no work of its own and holds nothing that matters: killed, it takes its children with it, and started again it
begins where the record is.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Self

from dispatch import logs
from dispatch.clock import monotonic
from workers.child import Child, Spec
from workers.errors import CannotStart
from workers.stop import Stop

log = logs.get(__name__)

# Seconds that children have to end by themselves before they are killed.
GRACE = 10.0
# Longest time between two looks. A death is noticed at once, by its signal.
LOOK = 1.0
ASK_READY = 0.05
# Deaths before anything was ready, after which starting is given up and the reason is in the log above.
GIVE_UP = 5


class Stopped(Exception):
    """A signal asked for the end before everything was ready."""


class Supervisor:
    """Use it in a `with`, in the main thread: leaving it stops every child."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self._stop = Stop()
        self._died, self._death = os.pipe()
        os.set_blocking(self._died, False)
        os.set_blocking(self._death, False)

    def __enter__(self) -> Self:
        self._stop.on_signals()
        # Its only use is to end a wait; what died is found by looking.
        signal.signal(signal.SIGCHLD, self._on_death)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._end([child for child in self.children if not child.spec.last])
        self._end([child for child in self.children if child.spec.last])

    def start(self, spec: Spec) -> None:
        child = Child(spec)
        self.children.append(child)
        child.tend()

    def once(self, spec: Spec, seconds: float = 300.0) -> None:
        """Run something to its end before going on. Raises CannotStart when it fails."""
        process = spec.launch()
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = -int(signal.SIGKILL)
        if self._stop.is_set():
            raise Stopped
        if code:
            raise CannotStart(f"{spec.name} failed (exit {code}); the reason is above")

    def until(self, ready: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        """Watch over the children until `ready`. Raises CannotStart after `seconds` or when one keeps dying."""
        ends = monotonic() + seconds
        while not ready():
            self._tend(ASK_READY)
            if self._stop.is_set():
                raise Stopped
            dying = next((child for child in self.children if child.deaths >= GIVE_UP), None)
            if dying is not None:
                raise CannotStart(f"{dying.spec.name} does not start; the reason is above")
            if monotonic() > ends:
                raise CannotStart(f"{what} did not answer within {seconds:g} s")

    def watch(self) -> None:
        """Until SIGTERM or SIGINT."""
        while not self._stop.is_set():
            self._tend(LOOK)

    def _tend(self, most: float) -> None:
        """Start what must be started, then sleep: until the next start, a death, a stop, or `most` seconds."""
        pause = min([most, *(child.tend() for child in self.children)])
        if select.select([self._died, self._stop.fileno()], [], [], pause)[0]:
            with contextlib.suppress(BlockingIOError):
                os.read(self._died, 4096)

    def _on_death(self, _number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._death, b".")

    def _end(self, children: Sequence[Child]) -> None:
        ends = monotonic() + GRACE
        for child in reversed(children):
            child.send(signal.SIGTERM)
        for child in children:
            if not child.ended(ends - monotonic()):
                log.warning("child_killed", child=child.spec.name)
                child.send(signal.SIGKILL)
                child.ended(GRACE)

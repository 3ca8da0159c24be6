"""Ringing the installer once by text and once by call, and waiting for both answers to come back."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from protocols.errors import ServiceError

if TYPE_CHECKING:
    from dispatch.cli.local import Local
    from dispatch.flow.live import Answers
    from dispatch.settings import Settings

START_SECONDS = 90.0
_LOOK = 0.25


class NotRunning(ServiceError):
    status = 503
    title = "The service does not start"


@contextmanager
def running(given: Settings) -> Iterator[bool]:
    """The service is up meanwhile: the one that runs already (True), or one for this time only."""
    if answers_here(given):
        yield True
        return
    log = given.data_dir / "setup.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers", "supervisor"], stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        _until_up(given, process, str(log))
        yield False
    finally:
        process.terminate()
        process.wait()


def answers_here(given: Settings) -> bool:
    """Does a service of these settings answer on this machine?"""
    import requests

    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(given.host, given.host)  # noqa: S104  (only compared with)
    try:
        return requests.get(f"http://{host}:{given.port}/healthz", timeout=2).ok
    except requests.RequestException:
        return False


def ring(here: Local, team: str, person: str, seconds: float) -> Answers:
    """Ring, and wait until both answers are there or the time is over."""
    from dispatch.clock import monotonic
    from dispatch.flow import live

    pause = threading.Event()
    until = monotonic() + seconds
    alarm = live.ring_installer(here.actor, here.svc, team, person)
    try:
        while True:
            found = live.answers(here.svc, alarm, person)
            if (found.text and found.call) or monotonic() > until:
                return found
            pause.wait(_LOOK)
    finally:
        live.end_ring(here.actor, here.svc, alarm)


def _until_up(given: Settings, process: subprocess.Popen[bytes], log: str) -> None:
    from dispatch.clock import monotonic

    pause = threading.Event()
    until = monotonic() + START_SECONDS
    while not answers_here(given):
        if process.poll() is not None or monotonic() > until:
            raise NotRunning(f"the service does not start; {log} says why")
        pause.wait(_LOOK)

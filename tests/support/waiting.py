"""Waiting on a condition instead of for a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from dispatch.clock import monotonic

T = TypeVar("T")


def wait_until(condition: Callable[[], T], seconds: float = 10.0, what: str = "the condition") -> T:
    """The first truthy answer of `condition`, asked every 10 ms. Raises AssertionError after `seconds`."""
    pause = threading.Event()
    deadline = monotonic() + seconds
    while True:
        if answer := condition():
            return answer
        if monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s for {what}")
        pause.wait(0.01)

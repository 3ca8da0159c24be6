"""The log as a process writes it, caught; afterwards it goes where it went before."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from dispatch import logs


@contextmanager
def logged(level: str = "info", form: str = "json") -> Iterator[io.StringIO]:
    """What is written meanwhile. Left as it was configured, all later tests would write into a closed stream."""
    root = logging.getLogger()
    handlers, before = root.handlers[:], root.level
    written = io.StringIO()
    logs.configure(level, form, written)
    try:
        yield written
    finally:
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(before)

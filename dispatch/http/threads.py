"""Threads for endpoints, as many as the record has connections; and two for slow arithmetic.

Hashing a password takes a tenth of a second and all of a core. Behind a limit of two, a crowd signing in after a
restart never takes the threads that webhooks and intake need.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio.to_thread
from anyio.lowlevel import RunVar

P = ParamSpec("P")
T = TypeVar("T")

#: As many as `bootstrap.build` gives the record connections: a thread never waits for one. With the default two web
#: processes and all loops they stay below the hundred connections that PostgreSQL allows unless told otherwise.
THREADS = 20
SLOW = 2

_slow: RunVar[anyio.CapacityLimiter] = RunVar("dispatch.slow")


def set_up() -> None:
    """Call once in the event loop that serves."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS


async def quickly(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` in a thread of the common pool."""
    return await anyio.to_thread.run_sync(partial(work, *args, **kwargs))


async def slowly(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` (hashing, PDF, CSV) in one of two threads; waiting for one costs no thread."""
    try:
        limiter = _slow.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(SLOW)
        _slow.set(limiter)
    return await anyio.to_thread.run_sync(partial(work, *args, **kwargs), limiter=limiter)

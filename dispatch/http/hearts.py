"""A web process says that it lives, from the very loop and threads that answer people: a stuck one falls silent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from dispatch import logs
from dispatch.errors import ServiceError
from dispatch.flow import health
from dispatch.flow.service import Service
from dispatch.http.threads import quickly

log = logs.get(__name__)

#: Seconds.
EVERY = 5.0


def name(number: int) -> str:
    """What web process `number` of this host beats as. A host's name is not personal."""
    return f"{health.WEB}:{socket.gethostname()[:24]}:{number}"


@asynccontextmanager
async def beating(svc: Service, process: str | None) -> AsyncGenerator[None, None]:
    """Beats as `process` meanwhile; None beats not at all. A clean stop is no silence: its heart is taken away."""
    if process is None:
        yield
        return
    heart = asyncio.create_task(_beat(svc, process))
    try:
        yield
    finally:
        heart.cancel()
        with suppress(asyncio.CancelledError):
            await heart
        with suppress(ServiceError):
            await quickly(health.still, svc, process)


async def _beat(svc: Service, process: str) -> None:
    while True:
        try:
            await quickly(health.beat, svc, process)
        except ServiceError:
            pass  # the record is away, and whoever asks is told so
        except Exception:
            # Whatever it was, the process lives: one such beat was the last, and it was spoken of as dead ever after.
            log.exception("beat_failed", process=process)
        await asyncio.sleep(EVERY)

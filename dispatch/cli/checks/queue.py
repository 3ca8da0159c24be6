"""Redis: does it answer, keep what it is told over a restart, and refuse rather than forget."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from redis import RedisError

from dispatch.cli.checks.finding import Finding, note, ok, red
from dispatch.flow.service import Service
from dispatch.queue import QueueDown
from dispatch.queue.client import connect
from dispatch.settings import Settings

OLDEST = 7


def check(given: Settings, svc: Service) -> Iterator[Finding]:
    client = connect(given.queue_url, timeout=2)
    try:
        info: dict[str, Any] = client.info()
    except (RedisError, OSError) as error:
        own = given.redis_url is None
        mend = "start the service: `dispatch up` runs its own" if own else "start it, or mend DISPATCH_REDIS_URL"
        says = f"does not answer ({type(error).__name__}): pages still go out, from the record, a little later"
        yield red("redis", says, mend)
        return
    finally:
        client.close()
    yield _version(info)
    yield _persistence(info)
    yield _eviction(info)
    yield _filled(svc)


def _version(info: dict[str, Any]) -> Finding:
    name = "Valkey" if "valkey_version" in info else "Redis"
    version = str(info.get("valkey_version") or info.get("redis_version") or "0")
    if int(version.partition(".")[0]) < OLDEST:
        return red("redis", f"{name} {version} is too old", f"run Redis {OLDEST} or newer, or Valkey")
    return ok("redis", f"{name} {version}")


def _persistence(info: dict[str, Any]) -> Finding:
    if not int(info.get("aof_enabled", 0)):
        says = "it forgets on a restart: the queue is then filled again from the record, which takes a moment"
        return red("redis persistence", says, "appendonly yes, appendfsync everysec")
    if str(info.get("aof_last_write_status", "ok")) != "ok":
        return red("redis persistence", "it could not write its file", "see its log, and whether its disk is full")
    return ok("redis persistence", "append-only file")


def _eviction(info: dict[str, Any]) -> Finding:
    policy = str(info.get("maxmemory_policy", "noeviction"))
    if policy != "noeviction":
        return red("redis eviction", f"{policy}: when full it forgets timers", "maxmemory-policy noeviction")
    return ok("redis eviction", policy)


def _filled(svc: Service) -> Finding:
    try:
        intact = svc.queue.epoch.intact()
    except QueueDown:
        intact = False
    if intact:
        return ok("redis content", "filled from the record")
    return note("redis content", "not filled since it started", "a ticker fills it by itself; or `dispatch rebuild`")

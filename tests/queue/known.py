"""What a test left in Redis must be what keys.py says can be there."""

from __future__ import annotations

from redis import Redis

from dispatch.queue.client import text
from dispatch.queue.keys import rule_for


def assert_every_key_is_known(redis: Redis) -> None:
    """Each key is named in keys.py, is of the type named there, and ends as it says."""
    for key in redis.scan_iter():
        name = text(key)
        rule = rule_for(name)
        assert rule is not None, f"{name} is not in keys.py"
        kind, left = text(redis.type(key)), redis.pttl(key)
        if kind == "none":  # gone since it was listed
            continue
        assert kind == rule.kind, f"{name} is a {kind}"
        if rule.expires is not None:
            assert 0 < left <= rule.expires.total_seconds() * 1000, f"{name} has {left} ms to live"

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from dispatch.queue import Queue
from dispatch.queue.client import connect, text
from dispatch.queue.keys import rule_for
from tests.valkey import TestServer


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    server = TestServer(tmp_path_factory.mktemp("vk"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis(server: TestServer) -> Iterator[Redis]:
    client = connect(server.url, timeout=5)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def queue(server: TestServer, redis: Redis) -> Iterator[Queue]:
    queue = Queue(server.url)
    yield queue
    queue.close()


@pytest.fixture(autouse=True)
def no_key_is_forgotten(redis: Redis) -> Iterator[None]:
    """Whatever a test left behind must be named in keys.py, be of the type named there, and end as it says."""
    yield
    for key in redis.scan_iter():
        name = text(key)
        rule = rule_for(name)
        assert rule is not None, f"{name} is not in keys.py"
        assert text(redis.type(key)) == rule.kind, f"{name} is not a {rule.kind}"
        if rule.expires is not None:
            left = redis.pttl(key)
            assert 0 < left <= rule.expires.total_seconds() * 1000, f"{name} has {left} ms to live"

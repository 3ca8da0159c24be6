from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from dispatch.queue import Queue
from dispatch.queue.client import connect
from tests.queue.known import assert_every_key_is_known
from tests.support.valkey import ValkeyServer


@pytest.fixture
def redis(valkey_url: str) -> Iterator[Redis]:
    client = connect(valkey_url, timeout=5)
    yield client
    client.close()


@pytest.fixture
def queue(valkey_url: str) -> Iterator[Queue]:
    # What the scripts do is shown here, not how fast: a busy machine must not open the breaker in the middle of a test.
    queue = Queue(valkey_url, timeout=5.0)
    yield queue
    queue.close()


@pytest.fixture
def own_queue(own_valkey: ValkeyServer) -> Iterator[Queue]:
    """On a server of the test's own, to be killed or hung."""
    queue = Queue(own_valkey.url)
    yield queue
    queue.close()


@pytest.fixture(autouse=True)
def no_key_is_forgotten(redis: Redis) -> Iterator[None]:
    """Whatever a test left behind must be named in keys.py, be of the type named there, and end as it says."""
    yield
    assert_every_key_is_known(redis)

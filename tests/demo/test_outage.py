"""The "kill Redis" button: the server is really killed, and what is said of it is true."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from dispatch.demo import outage
from dispatch.demo.outage import BACK, GONE, Outage
from tests.support.valkey import ValkeyServer
from tests.support.waiting import wait_until


@pytest.fixture
def stopping() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_redis_is_killed_and_back_only_once_it_is_filled(
    own_valkey: ValkeyServer, stopping: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "LASTS", 1.0)
    filled = threading.Event()
    told: list[str] = []
    button = Outage(own_valkey.url, filled.is_set, told.append)
    button.begin(stopping)
    wait_until(lambda: not own_valkey.answers(), 5.0, "the server to be killed")
    # A second press changes nothing.
    button.begin(stopping)
    wait_until(lambda: not button.left, 5.0, "the killing to end")
    assert button.gone
    assert told == [GONE]
    filled.set()
    wait_until(lambda: not button.gone, 5.0, "the end to be noticed")
    assert told == [GONE, BACK]

"""Phones and the service's web side, shared by the stories of one module: starting both costs more than a story."""

from __future__ import annotations

import asyncio
from datetime import datetime
from types import TracebackType
from typing import Self

from dispatch import bootstrap
from dispatch.api import app as api
from dispatch.clock import ManualClock
from dispatch.demo.phones.lines import NORMAL
from dispatch.flow.service import Service
from dispatch.settings import Settings
from tests.phones import Phones
from tests.stories.webserver import WebServer


class Telephony:
    """`begin` empties every phone, `serve` connects them to a service."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.phones = Phones(clock=self.clock)
        self.web = WebServer()

    def __enter__(self) -> Self:
        self.phones.__enter__()
        self.web.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.web.__exit__(kind, error, trace)
        self.phones.__exit__(kind, error, trace)

    def begin(self, at: datetime) -> ManualClock:
        """A new story: nobody has got anything, everybody's phone works, and it is `at`."""
        network = self.phones.server.network
        with network.changed:
            network.messages.clear()
            network.calls.clear()
            network.faults.clear()
            for phone in network.phones():
                phone.thread.clear()
                phone.calls.clear()
                phone.line = NORMAL
                phone.opted_out = False
        self.phones.expected.clear()
        self.clock._now = at
        return self.clock

    def serve(self, svc: Service, settings: Settings) -> None:
        """Connect the phones to the real application over `svc`."""
        self.web.app = api.create(svc, signatures=bootstrap.signatures(settings), settings=settings)
        self.phones.server.webhooks.reached_at = {settings.address: self.web.url}

    def unreachable(self, path: str | None) -> None:
        """Until None is given, whatever the provider sends to `path` meets a proxy's 502."""
        self.web.refused = path

    def end(self) -> None:
        """Calls that still wait for a key are hung up."""
        server = self.phones.server
        assert server._loop is not None
        asyncio.run_coroutine_threadsafe(server._tasks.stop(), server._loop).result(10)
        self.web.app = None
        self.web.refused = None

    def settle(self) -> None:
        assert self.phones.server.network.settle(10), "the phones did not come to rest"

    def settled(self) -> bool:
        return self.phones.server.network.settle(0)

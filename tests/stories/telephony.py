"""Phones and the service's webhooks, shared by the stories of one module: starting both costs more than a story."""

from __future__ import annotations

import asyncio
from datetime import datetime
from types import TracebackType
from typing import Self

from dispatch.access import system
from dispatch.clock import ManualClock
from dispatch.demo.phones.lines import NORMAL
from dispatch.flow import inbound
from dispatch.flow.service import Service
from dispatch.settings import Settings
from tests.channels import service as stand_in
from tests.phones import Phones

_PROVIDER = system("provider")


class Telephony:
    """`begin` empties every phone, `serve` connects them to a service."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.phones = Phones(clock=self.clock)
        self._service: Service | None = None
        #: The service cannot be reached for what people text: as during a proxy's bad minute.
        self.deaf = False
        self._web = stand_in.Service(answer=self._answer)

    def __enter__(self) -> Self:
        self.phones.__enter__()
        self._web.__enter__()
        self.phones.serve(self._web.url)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._web.__exit__(kind, error, trace)
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
        self.deaf = False
        self.clock._now = at
        return self.clock

    def serve(self, svc: Service, settings: Settings) -> None:
        self._service = svc
        self.phones.server.webhooks.reached_at = {settings.address: self._web.url}

    def end(self) -> None:
        """Calls that still wait for a key are hung up."""
        server = self.phones.server
        assert server._loop is not None
        asyncio.run_coroutine_threadsafe(server._tasks.stop(), server._loop).result(10)
        self._service = None

    def settle(self) -> None:
        assert self.phones.server.network.settle(10), "the phones did not come to rest"

    def settled(self) -> bool:
        return self.phones.server.network.settle(0)

    def _answer(self, request: stand_in.Received) -> tuple[int, str]:
        svc = self._service
        if svc is None or not request.genuine:
            return 403, ""
        source = request.path.removeprefix("/twilio/")
        if self.deaf and source == "sms":
            return 502, ""
        query = dict(part.split("=", 1) for part in request.query.split("&") if part)
        taken = inbound.take_in(_PROVIDER, svc, source, request.fields, request.idempotency, query)  # type: ignore[arg-type]
        said = inbound.process(_PROVIDER, svc, taken.inbox_id)
        return (200, said) if said else (204, "")

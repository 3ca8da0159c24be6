"""The stand-in on a port of this machine, in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from dispatch.clock import Clock, SystemClock
from dispatch.demo.phones.api import Api
from dispatch.demo.phones.calls import Calls
from dispatch.demo.phones.carrier import Account, Carrier, Tasks
from dispatch.demo.phones.lines import NORMAL, Line
from dispatch.demo.phones.network import Network
from dispatch.demo.phones.records import Call
from dispatch.demo.phones.webhooks import Webhooks

START_WITHIN = 10.0


class PhoneServer:
    """Start it, give `url` to the service as its provider's address, and use the phones.

    `latency`: seconds before each API answer. `hop`: seconds between steps of a message. `patience`: the longest
    anyone waits for an answer or a key, in seconds. `usual`: how a phone behaves until it is told otherwise. `routes`
    are served beside the provider's own.
    """

    def __init__(
        self,
        account: Account,
        *,
        clock: Clock | None = None,
        latency: float = 0.0,
        hop: float = 0.005,
        patience: float = 30.0,
        port: int = 0,
        usual: Line = NORMAL,
        routes: Sequence[Route] = (),
    ) -> None:
        clock = clock or SystemClock()
        self.account = account
        self.network = Network(usual)
        self._tasks = Tasks(self.network)
        self.webhooks = Webhooks(account.token)
        self._carrier = Carrier(account, self.network, self.webhooks, clock, hop)
        self._calls = Calls(account, self.network, self.webhooks, clock, patience)
        self.api = Api(self.network, self._carrier, self._calls, self._tasks, clock, latency)
        self._socket = socket.create_server(("127.0.0.1", port), backlog=1024)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        app = Starlette(routes=[*self.api.routes(), *routes], lifespan=self._lifespan)
        # Broken connections are this server's business: uvicorn would log each lost answer as its own fault.
        config = uvicorn.Config(app, log_level="critical", access_log=False, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="phones", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def start(self) -> Self:
        self._thread.start()
        if not self._ready.wait(START_WITHIN):
            raise TimeoutError("the phones did not start")
        return self

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(START_WITHIN)
        self._socket.close()

    def reach(self, public_url: str, local_url: str) -> None:
        """Webhooks to `public_url` are signed for it and delivered to `local_url`, as a proxy would."""
        self.webhooks.reached_at[public_url] = local_url

    def reply(self, number: str, body: str, to: str | None = None) -> None:
        """The person at `number` texts us."""
        phone = self.network.phone(number)
        self._do(self._carrier.receive(phone, to or self.account.numbers[0], body))

    def press(self, number: str, keys: str) -> bool:
        """The person at `number` presses `keys` in the call they are in; False when there is none."""
        call = next((call for call in reversed(self.network.phone(number).calls) if not call.over), None)
        if call is None:
            return False
        self._do(self._pressed(call, keys))
        return True

    def pick_up(self, number: str) -> bool:
        """The person at `number` picks up the call that is ringing; False when none is."""
        call = next((call for call in reversed(self.network.phone(number).calls) if call.status == "ringing"), None)
        if call is None:
            return False
        self._do(self._picked(call))
        return True

    def dial(self, number: str, to: str | None = None) -> None:
        """The person at `number` calls us."""
        self._do(self._calls.dial_in(self.network.phone(number), to or self.account.numbers[0]))

    # Both wait until the call has noticed: from then on it counts itself as under way.
    async def _pressed(self, call: Call, keys: str) -> None:
        for key in keys:
            call.keys.put_nowait(key)
        await call.going_on.wait()

    async def _picked(self, call: Call) -> None:
        call.picked_up.set()
        await call.going_on.wait()

    def _do(self, work: Coroutine[object, object, None]) -> None:
        """Hand `work` to the server's loop, and return once it counts as under way."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self._started(work), self._loop).result(START_WITHIN)

    async def _started(self, work: Coroutine[object, object, None]) -> None:
        self._tasks.start(work)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        await self.webhooks.open()
        self._ready.set()
        yield
        await self._tasks.stop()
        await self.webhooks.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

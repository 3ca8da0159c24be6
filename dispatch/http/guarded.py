"""A connection that sends without end, or hardly at all, is cut: no sign-in is asked before a request is whole, and the
server's own protocol has no bound on what comes before a body, and no clock on what does not come.

Source: the defaults and the rule of Apache's mod_reqtimeout, https://httpd.apache.org/docs/2.4/mod/mod_reqtimeout.html.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes of the line and the fields before a body, or after one: what nginx takes together. The last piece is counted
#: after it was read, so a little more may come in.
LARGEST = 32 * 1024
#: Seconds that a request may take to come in, and bytes for each of which it is given that part of a second more.
SECONDS = 20.0
RATE = 500


class Guarded(HttpToolsProtocol):
    """What uvicorn speaks with one client, within bounds. A client that has them read slowly is not hurried: only what
    it sends is looked at."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._outside_a_body = 0
        self._taken = 0
        self._since = 0.0
        self._whole = False
        self._clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._outside_a_body += len(data)
        self._taken += len(data)
        super().data_received(data)
        if self._outside_a_body > LARGEST:
            self.transport.abort()
        elif not self._whole and self._clock is None and not self.transport.is_closing():
            # Most requests come in one piece, and never cost a clock.
            self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._whole = False

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._outside_a_body = 0

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._outside_a_body = 0

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._outside_a_body = 0
        self._whole = True
        self._rest()

    def _wait(self) -> None:
        self._since, self._taken = self.loop.time(), 0
        self._clock = self.loop.call_later(SECONDS, self._look)

    def _rest(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _look(self) -> None:
        left = self._since + SECONDS + self._taken / RATE - self.loop.time()
        if self.flow.read_paused or self.pipeline:
            # It is we who do not read on.
            left = SECONDS
        if left > 0:
            self._clock = self.loop.call_later(left, self._look)
        else:
            self.transport.abort()

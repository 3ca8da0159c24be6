"""A body that says itself that it is too large is refused before it is read, as problem+json.

The framework's own limit cuts off the others while they are read; to those with a length it would answer in plain text.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from dispatch.http.lines import are_lines
from dispatch.http.problems import of_status


class Announced:
    """ASGI middleware: 413 for a Content-Length above `largest` bytes, or above `lines` for a body of many lines.

    Where no lines are taken, the framework's limit is the one for everything else.
    """

    def __init__(self, app: ASGIApp, *, largest: int, lines: int) -> None:
        self._app = app
        self._largest = largest
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            length = Headers(scope=scope).get("content-length", "")
            largest = self._lines if are_lines(scope) else self._largest
            if length.isascii() and length.isdigit() and int(length[:18]) > largest:
                answer = of_status(413)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

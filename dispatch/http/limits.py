"""A body that says itself that it is too large is refused before it is read, as problem+json.

The framework's own limit cuts off the others while they are read; to those with a length it would answer in plain text.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from dispatch.http.problems import problem


class Announced:
    """ASGI middleware: 413 for a Content-Length above `largest` bytes."""

    def __init__(self, app: ASGIApp, *, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            length = Headers(scope=scope).get("content-length", "")
            if length.isascii() and length.isdigit() and int(length[:18]) > self._largest:
                answer = problem(413, "Content Too Large", kind="content-too-large")
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

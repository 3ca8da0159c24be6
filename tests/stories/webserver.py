"""A real web server in a thread, for whichever application a story has just now."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class WebServer:
    """`app` is what answers; None answers 503, and `refused`, a path, is answered 502."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.refused: str | None = None
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        config = uvicorn.Config(
            self._serve,
            interface="asgi3",
            lifespan="off",
            log_level="error",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="web", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = PlainTextResponse("", 502) if scope["path"] == self.refused else self.app
        await (app or PlainTextResponse("", 503))(scope, receive, send)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

"""A stand-in for our own service: it checks signatures, remembers what it was sent, and answers as told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from dispatch.channels.signature import HEADER, Signatures
from tests.phones import AUTH_TOKEN, PUBLIC_URL


@dataclass(frozen=True)
class Received:
    path: str
    query: str
    fields: dict[str, str]
    genuine: bool
    idempotency: str | None


@dataclass
class Service:
    """`answer` gives status and body for each request; the default is an empty 204."""

    answer: Callable[[Received], tuple[int, str]] = lambda _request: (204, "")
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        service = self
        checks = Signatures(PUBLIC_URL, AUTH_TOKEN)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                parts = urlsplit(self.path)
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
                genuine = checks.genuine(parts.path, parts.query, form, self.headers.get(HEADER))
                one = {name: values[-1] for name, values in form.items()}
                request = Received(
                    parts.path, parts.query, one, genuine, self.headers.get("I-Twilio-Idempotency-Token")
                )
                service.received.append(request)
                status, body = service.answer(request)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *args: object) -> None:
                """Nothing to standard error: pytest shows what matters."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def statuses(self) -> list[str]:
        return [request.fields["MessageStatus"] for request in self.received if "MessageStatus" in request.fields]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

"""Whoever has not even signed in: requests without an end, and such as never come in, over a real socket."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from fastapi import FastAPI
from starlette.requests import Request

from dispatch import web
from dispatch.http import guarded
from tests.support.waiting import wait_until

HEAD = b"POST /heard HTTP/1.1\r\nHost: here\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where an application that reads a body and says how long it was is served as the service itself is."""
    app = FastAPI()

    @app.post("/heard")
    async def heard(request: Request) -> int:
        return len(await request.body())

    running = web.server(app)
    running.config.port = 0
    thread = threading.Thread(target=running.run)
    thread.start()
    wait_until(lambda: running.started, what="the server")
    yield running.servers[0].sockets[0].getsockname()[1]
    running.should_exit = True
    thread.join()


def said(port: int, *pieces: bytes, most: int = 2_000_000) -> tuple[bytes, int]:
    """What is answered to these pieces, the last of them again and again, until we are cut off or `most` is sent; and
    how many bytes were taken."""
    sent, answer = 0, b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line, suppress(ConnectionError):
        for piece in pieces[:-1]:
            line.sendall(piece)
        while sent < most:
            line.sendall(pieces[-1])
            sent += len(pieces[-1])
        while more := line.recv(65536):
            answer += more
    return answer, sent


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param((HEAD, b"X-More: " + b"a" * 1000 + b"\r\n"), id="fields"),
        pytest.param((HEAD + b"X-More: ", b"a" * 1000), id="one field"),
        pytest.param((b"GET /", b"a" * 1000), id="an address"),
        pytest.param((CHUNKED + b"0\r\n", b"X: " + b"a" * 1000 + b"\r\n"), id="trailers"),
        pytest.param((CHUNKED + b"5;", b"a" * 1000), id="a chunk's extension"),
    ],
)
def test_what_comes_before_or_after_a_body_has_an_end(port: int, pieces: tuple[bytes, bytes]) -> None:
    answer, sent = said(port, *pieces, most=20_000_000)
    assert b"200 OK" not in answer
    # What was on its way when we were cut off is the network's, and not kept.
    assert sent < 20_000_000


@pytest.mark.parametrize(
    "begun", [b"", b"GET / HTTP/1.1\r\nHost:", HEAD + b"Content-Length: 35\r\n\r\n{"], ids=["nothing", "head", "body"]
)
def test_a_request_that_does_not_come_in_is_not_waited_for(
    port: int, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded, "SECONDS", 0.05)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(begun)
        with suppress(ConnectionResetError):
            assert line.recv(100) == b""


def test_whoever_is_slow_and_sends_all_the_same_is_heard(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "SECONDS", 0.05)
    # So much time for each byte that nobody is ever too slow.
    monkeypatch.setattr(guarded, "RATE", 0.001)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        for n in range(2):
            line.sendall(HEAD + b"Content-Length: 6\r\n\r\n")
            for byte in b"abcdef":
                line.setblocking(False)
                waited = select.select([line], [], [], 0.03)
                assert waited == ([], [], []), f"cut off at request {n}"
                line.setblocking(True)
                line.sendall(bytes([byte]))
            line.settimeout(5)
            answer = b""
            while not answer.endswith(b"\r\n\r\n6"):
                answer += line.recv(4096)
            assert answer.startswith(b"HTTP/1.1 200 OK")

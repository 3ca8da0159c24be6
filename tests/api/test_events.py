"""The live stream over real sockets: nothing missed, nothing of another team, with Redis and without it."""

from __future__ import annotations

import gc
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from pydantic import SecretStr

from dispatch import bootstrap, web
from dispatch.access import Role
from dispatch.api import events
from dispatch.api.schemas.contact import ContactIn
from dispatch.flow import admin, history, intake, people
from dispatch.flow.service import Service
from dispatch.http import live
from dispatch.responder import Availability
from dispatch.settings import Settings
from dispatch.store import ledger
from tests.api.conftest import TEST
from tests.api.made import GRAVE, ROSTER, contact
from tests.support.waiting import wait_until


@dataclass
class Server:
    port: int
    svc: Service
    app: Any

    def token(self, *roles: Role, teams: tuple[str, ...] = ()) -> str:
        return admin.create_token(TEST, self.svc, f"{roles}{teams}", roles, teams)[1]

    def log(self, body: dict[str, Any] | None = None) -> str:
        """Another process commits a contact: this one learns of it only through Redis or the record."""
        draft = ContactIn.model_validate(body or contact()).draft()
        done = intake.log_contact(TEST, self.svc, draft, self.svc.new_id(), "body")
        return done.case_id or ""


@dataclass
class Watcher:
    """What one client of the stream has received."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def ids(self) -> list[int]:
        return [int(e["id"]) for e in self.events if "id" in e]

    def of(self, case_id: str) -> set[str]:
        return {e["event"] for e in self.events if e["data"]["case_id"] == case_id}


@contextmanager
def watching(server: Server, token: str, after: int | None = None) -> Iterator[Watcher]:
    """A client that reads until it is hung up on, as a browser that is closed."""
    watcher = Watcher()
    headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": str(after)} if after is not None else {})
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    line.request("GET", "/api/v1/events", headers=headers)
    answer = line.getresponse()
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    thread = threading.Thread(target=_read, args=(answer, watcher))
    thread.start()
    # The headers leave before the watcher has joined; whoever joins is counted.
    wait_until(lambda: server.app.state.live.watching == 1, what="a watcher")
    try:
        yield watcher
    finally:
        line.sock.shutdown(socket.SHUT_RDWR)
        thread.join()
        line.close()
    wait_until(lambda: _forgotten(server), what="the watcher to be forgotten")


def _forgotten(server: Server) -> bool:
    # A stream that broke off in the middle of sending is closed by the collector, which on a quiet server comes late.
    gc.collect()
    return bool(server.app.state.live.watching == 0)


def _read(answer: http.client.HTTPResponse, watcher: Watcher) -> None:
    event: dict[str, Any] = {}
    with suppress(OSError, http.client.HTTPException):
        while raw := answer.readline():
            name, _, value = raw.decode().rstrip("\n").partition(": ")
            if name in ("event", "id", "data"):
                event[name] = json.loads(value) if name == "data" else value
            elif event:
                watcher.events.append(event)
                event = {}


@pytest.fixture(params=["redis", "without redis"])
def server(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Server]:
    if request.param == "redis":
        settings = settings.model_copy(update={"redis_url": SecretStr(request.getfixturevalue("valkey_url"))})
    svc = bootstrap.build(settings)
    people.import_roster(TEST, svc, ROSTER)
    app = web.create(svc, settings)
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=running.run)
    thread.start()
    wait_until(lambda: running.started, what="the server")
    port = running.servers[0].sockets[0].getsockname()[1]
    yield Server(port, svc, app)
    running.should_exit = True
    thread.join()
    svc.queue.close()
    svc.record.dispose()


def test_what_happens_arrives_in_order_and_is_resumed_without_a_gap(server: Server) -> None:
    token = server.token(Role.OPERATOR)
    with watching(server, token) as first:
        case = server.log()
        wait_until(lambda: {"case", "queue"} <= first.of(case), what="the first case")
    last = first.ids()[-1]
    missed = [server.log(contact(GRAVE)) for _ in range(3)]
    with watching(server, token, after=last) as second:
        wait_until(lambda: all(second.of(case) for case in missed), what="what was missed")
        later = server.log()
        wait_until(lambda: second.of(later), what="what came after")
    assert second.ids() == sorted(set(second.ids()))
    assert second.ids()[0] > last
    with server.svc.record.read() as conn:
        known = [row.n for row in ledger.since(conn, last, 100) if live.kinds_of(_told(row))]
    assert second.ids() == known[: len(second.ids())]


def _told(row: Any) -> history.Told:
    return history.Told(row.n, row.at, row.kind, row.case_id, row.team, row.data)


def test_a_stream_ends_with_the_sign_in_it_was_opened_with(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "AGAIN", 0.0)
    with watching(server, server.token(Role.OPERATOR)) as watcher:
        before = server.log()
        wait_until(lambda: watcher.of(before), what="the first case")
        for token in admin.list_tokens(TEST, server.svc):
            admin.revoke_token(TEST, server.svc, token.name)
        after = server.log()
        wait_until(lambda: _forgotten(server), what="the end of the stream")
    assert watcher.of(after) == set()


def test_a_team_s_events_stay_in_the_team(server: Server) -> None:
    with watching(server, server.token(Role.OPERATOR, teams=("north",))) as north:
        theirs = server.log()
        people.set_availability(TEST, server.svc, "ben", Availability.OFF)
        ours = server.log(contact(team="north", location={"area": "loudoun", "known": "yes"}))
        wait_until(lambda: north.of(ours), what="the team's own case")
    assert north.of(theirs) == set()
    (changed,) = [e for e in north.events if e["data"]["kind"] == "availability"]
    assert "ben" not in str(changed)

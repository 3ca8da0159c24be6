"""Two web processes behind one port: whatever one of them is told, the other knows."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from dispatch import bootstrap
from dispatch.access import Role
from dispatch.demo.command import free_port
from dispatch.flow import admin, people
from dispatch.settings import Settings, load
from tests.api.conftest import TEST
from tests.api.made import GRAVE, ROSTER, contact
from tests.support.waiting import wait_until
from workers.up import COUNTS
from workers.webs import answers


class Service:
    """`dispatch up` on a throw-away data dir."""

    def __init__(self, folder: Path) -> None:
        given = {"data_dir": folder, "port": free_port(), "secret_key": secrets.token_urlsafe(40)}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DISPATCH_")}
        env = clean | {f"DISPATCH_{name.upper()}": str(value) for name, value in given.items()}
        self.settings: Settings = load(None, **given)
        self.log = folder / "log"
        command = [sys.executable, "-m", "workers", "supervisor"]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(command, env=env, stdout=out, stderr=out)

    def fill(self) -> None:
        wait_until(self._ready, 90, what="the service")
        self.svc = bootstrap.build(self.settings, pool_size=2)
        people.import_roster(TEST, self.svc, ROSTER)
        wanted = (Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR)
        self.tokens = {role: admin.create_token(TEST, self.svc, role.value, [role])[1] for role in wanted}

    def _ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text("utf-8")
        return b"running at" in self.log.read_bytes() and len(self.webs()) == 2

    def webs(self) -> list[psutil.Process]:
        return [one for one in psutil.Process(self.process.pid).children() if _serves(one)]

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        if hasattr(self, "svc"):
            self.svc.queue.close()
            self.svc.record.dispose()


def _serves(one: psutil.Process) -> bool:
    try:
        return "api" in one.cmdline()
    except psutil.Error:
        # It died as we looked.
        return False


class Line:
    """One kept connection, and so one of the two processes for as long as it lasts."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._line = http.client.HTTPConnection(service.settings.host, service.settings.port, timeout=30)
        self._line.connect()
        # Whoever took it has it among its own; a process that is stopped takes nothing.
        assert self.ask("GET", "/healthz")[0] == 200
        port = self._line.sock.getsockname()[1]
        self.pid = next(one.pid for one in service.webs() if any(c.raddr[1:] == (port,) for c in one.net_connections()))

    def ask(
        self, method: str, path: str, body: Any = None, role: Role | None = None, **headers: str
    ) -> tuple[int, bytes]:
        if role is not None:
            headers["Authorization"] = f"Bearer {self._service.tokens[role]}"
        sent = json.dumps(body) if body is not None else None
        headers |= {"Content-Type": "application/json"} if sent else {}
        self._line.request(method, path, sent, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = self._line.getresponse()
        return answer.status, answer.read()

    def log(self, key: str) -> tuple[int, dict[str, Any]]:
        status, body = self.ask("POST", "/api/v1/contacts", contact(GRAVE), Role.OPERATOR, Idempotency_Key=key)
        return status, json.loads(body)

    def events(self) -> http.client.HTTPResponse:
        headers = {"Authorization": f"Bearer {self._service.tokens[Role.OPERATOR]}"}
        self._line.request("GET", "/api/v1/events", headers=headers)
        return self._line.getresponse()

    def hang_up(self) -> None:
        self._line.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._line.close()


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    # A socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="two-", dir="/tmp"))
    running = Service(folder)
    try:
        running.fill()
        yield running
    finally:
        running.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def stopped(process: psutil.Process) -> Iterator[None]:
    process.suspend()
    try:
        yield
    finally:
        process.resume()


@pytest.fixture
def pair(service: Service) -> Iterator[tuple[Line, Line]]:
    """A connection to each of the two: while one is stopped, only the other can take it."""
    first, second = service.webs()
    with stopped(second):
        one = Line(service)
    with stopped(first):
        other = Line(service)
    assert (one.pid, other.pid) == (first.pid, second.pid)
    yield one, other
    one.close()
    other.close()


def test_a_stream_of_one_tells_what_was_committed_by_the_other(pair: tuple[Line, Line]) -> None:
    watching, logging = pair
    stream = watching.events()
    assert stream.status == 200
    seen: list[str] = []

    def read() -> None:
        while line := stream.readline():
            seen.append(line.decode())

    reading = threading.Thread(target=read)
    reading.start()
    # The stream's headers leave a moment before its reader has joined: so one after the other, until one is seen.
    cases: list[str] = []

    def heard() -> bool:
        cases.append(logging.log(secrets.token_hex(8))[1]["case"]["id"])
        return any(case in line for case in cases for line in seen)

    wait_until(heard, 20, what="the other's commit")
    watching.hang_up()
    reading.join()


def test_a_key_is_one_contact_whichever_of_them_is_asked(pair: tuple[Line, Line]) -> None:
    found: list[tuple[int, dict[str, Any]]] = []
    both = threading.Barrier(2)

    def send(line: Line) -> None:
        both.wait()
        found.append(line.log("the-same-key"))

    threads = [threading.Thread(target=send, args=(line,)) for line in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in found) == [200, 201]
    assert len({answer["contact_id"] for _, answer in found}) == 1


def test_a_token_revoked_at_one_is_over_at_both(service: Service, pair: tuple[Line, Line]) -> None:
    def answers_to_it() -> list[int]:
        return [line.ask("GET", "/api/v1/session", role=Role.SUPERVISOR)[0] for line in pair]

    assert answers_to_it() == [200, 200]
    admin.revoke_token(TEST, service.svc, Role.SUPERVISOR.value)
    assert answers_to_it() == [401, 401]


def test_either_counts_for_both(pair: tuple[Line, Line]) -> None:
    def counted(line: Line) -> float:
        text = line.ask("GET", "/metrics", role=Role.AUDITOR)[1].decode()
        name = r'dispatch_http_requests_total\{method="GET",route="/healthz",status="200"\} (\S+)'
        found = re.search(name, text)
        assert found is not None, text
        return float(found[1])

    before = counted(pair[0])
    for line in pair:
        assert line.ask("GET", "/healthz")[0] == 200
    assert [counted(line) for line in pair] == [before + 2, before + 2]


def test_one_that_is_stuck_holds_nobody_up_and_is_spoken_of(service: Service) -> None:
    stuck, _ = service.webs()

    def reasons() -> set[str]:
        line = Line(service)
        found = {reason["code"] for reason in json.loads(line.ask("GET", "/readyz")[1])["reasons"]}
        line.close()
        return found

    assert "api_silent" not in reasons()
    with stopped(stuck):
        wait_until(lambda: "api_silent" in reasons(), 40, what="the silence to be noticed")
    wait_until(lambda: "api_silent" not in reasons(), 20, what="it to be heard of again")


def test_one_that_dies_is_replaced_while_the_other_answers(service: Service) -> None:
    first, _ = service.webs()
    files = set((service.settings.data_dir / COUNTS).iterdir())
    os.kill(first.pid, signal.SIGKILL)
    assert answers(service.settings)
    wait_until(lambda: first.pid not in {one.pid for one in service.webs()} and len(service.webs()) == 2, 30)
    # It goes on in the files of the one that died: a crash an hour would pile them up.
    new, _ = sorted(service.webs(), key=lambda one: one.create_time(), reverse=True)
    wait_until(lambda: {file for file in files if str(file) in _maps(new)}, 30, "it to count")
    assert set((service.settings.data_dir / COUNTS).iterdir()) == files


def _maps(process: psutil.Process) -> str:
    return Path(f"/proc/{process.pid}/maps").read_text("utf-8")

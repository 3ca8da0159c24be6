"""The whole service in real processes on a throw-away data dir: what each measurement runs against."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dispatch import bootstrap
from dispatch.access import Role, system
from dispatch.flow import admin, people
from dispatch.settings import Settings, load
from dispatch.store.migrate import migrate
from tests.bench.machine import cpu_seconds, megabytes
from tests.phones import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER
from tests.support.waiting import wait_until
from workers import listening, valkey
from workers.child import Spec, process
from workers.up import loops
from workers.webs import answers, webs

LATENCY = 0.15
BENCH = system("bench")
#: A process that has not stopped by itself by then is killed.
GRACE = 15.0


class Running:
    """In a `with`: phones, Valkey, the record with a roster; then `start()` or `start_api()`.

    `url` names another record than SQLite in the data dir. Everybody on the roster is on call in the layer primary.
    """

    def __init__(self, *, url: str | None = None, people: int = 500, capacity: int = 1, latency: float = LATENCY):
        # On a disk: what syncs to a file system in memory costs nothing and means nothing.
        self.dir = Path(tempfile.mkdtemp(prefix="bench-", dir="/var/tmp"))
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._people, self._capacity = people, capacity
        self._socket: socket.socket | None = None
        self._phones = _phones(latency)
        self.settings = self._settings(url)

    def _settings(self, url: str | None) -> Settings:
        given = {
            "DATA_DIR": str(self.dir),
            "SECRET_KEY": secrets.token_urlsafe(40),
            "PORT": str(free_port()),
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_FROM": OUR_NUMBER,
            "TWILIO_API_BASE": self._answer()["url"],
            "LOG_LEVEL": "warning",
            **({"DATABASE_URL": url} if url else {}),
        }
        self._env = {f"DISPATCH_{name}": value for name, value in given.items()}
        return load(None, **{name.lower(): value for name, value in given.items()})

    def __enter__(self) -> Self:
        try:
            self._prepare()
        except BaseException:
            self._close()
            raise
        return self

    def _prepare(self) -> None:
        self._launch([Spec("valkey", valkey.command(self.dir))])
        wait_until(lambda: valkey.answers(self.dir), what="Valkey")
        migrate(self.settings.record_url)
        self.svc = bootstrap.build(self.settings)
        people.import_roster(BENCH, self.svc, roster(self._people, self._capacity))
        self.token = admin.create_token(BENCH, self.svc, "bench", [Role.OPERATOR])[1]

    def start(self) -> Self:
        """All processes that `dispatch up` starts."""
        return self._start([*self._webs(), *loops(self.settings, self._env)])

    def start_api(self) -> Self:
        """The web processes alone: contacts are taken, and nobody is asked."""
        return self._start(self._webs())

    def _webs(self) -> list[Spec]:
        self._socket = listening.bind(self.settings.host, self.settings.port)
        counts = self.dir / "counts"
        counts.mkdir()
        return webs(process("api", self._env), self.settings, self._socket, counts)

    def _start(self, specs: Sequence[Spec]) -> Self:
        self._launch(specs)
        wait_until(lambda: answers(self.settings), 60.0, what="the service")
        return self

    def _launch(self, specs: Sequence[Spec]) -> None:
        self.processes |= {spec.name: spec.launch() for spec in specs}

    def texts(self) -> list[tuple[float, str]]:
        """(second of the wall clock, case code or "") of every text the phones were asked to send."""
        assert self._phones.stdin is not None
        self._phones.stdin.write(b"\n")
        self._phones.stdin.flush()
        return [(at, code) for at, code in self._answer()["texts"]]

    def cpu_seconds(self) -> dict[str, float]:
        return {name: cpu_seconds(p.pid) for name, p in self._all().items()}

    def megabytes(self) -> dict[str, float]:
        return {name: megabytes(p.pid) for name, p in self.processes.items()}

    def _all(self) -> dict[str, subprocess.Popen[bytes]]:
        return {**self.processes, "phones": self._phones}

    def _answer(self) -> Any:
        assert self._phones.stdout is not None
        return json.loads(self._phones.stdout.readline())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        # Valkey last, as the supervisor would.
        queue = self.processes.pop("valkey", None)
        _end([self._phones, *self.processes.values()])
        if self._socket is not None:
            self._socket.close()
        _end([queue] if queue else [])
        if hasattr(self, "svc"):
            self.svc.queue.close()
            self.svc.record.dispose()
        shutil.rmtree(self.dir, ignore_errors=True)


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for one in processes:
        one.terminate()
    for one in processes:
        try:
            one.wait(GRACE)
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait()


def _phones(latency: float) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.bench.phones", str(latency)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ)


def roster(count: int, capacity: int) -> str:
    """A roster file of made-up people with one credential each, all on call."""
    lines = ["teams:", "  - {id: default, timezone: America/New_York, state: VA, areas: [fairfax]}", "people:"]
    lines += [
        f"  - {{id: p{n}, name: Person {n}, phone: '+1202555{1000 + n:04d}', roles: [responder], teams: [default],"
        f" populations: [adult], capacity: {capacity},"
        " credentials: [{state: VA, title: LMHP, status: active, expires: 2030-01-01}]}"
        for n in range(count)
    ]
    lines.append("shifts:")
    lines += [f"  - {{team: default, layer: primary, person: p{n}, always: true}}" for n in range(count)]
    return "\n".join(lines) + "\n"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])

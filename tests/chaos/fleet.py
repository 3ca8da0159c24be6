"""The service as `dispatch up` runs it: a supervisor and its real processes, on a throw-away data dir, to be killed."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from dispatch import bootstrap
from dispatch.access import Role, system
from dispatch.flow import admin, people
from dispatch.settings import load
from dispatch.store.migrate import migrate
from tests.phones import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER
from tests.support.waiting import wait_until
from workers.webs import answers

#: Names of what can be killed, as their command lines show them.
NAMES = ("api", "worker", "ticker", "sweeper", "valkey")
#: On two busy cores six Python processes take their time.
START = 60.0

SYSTEM = system("chaos")


class Fleet:
    """In a `with`: everything runs and answers. `url` names another record than SQLite in the data dir."""

    def __init__(self, port: int, phones_url: str, roster: str, policy: str, url: str | None = None) -> None:
        self.dir = Path(tempfile.mkdtemp(prefix="chaos-", dir="/tmp"))
        given = {
            "DATA_DIR": str(self.dir),
            "SECRET_KEY": secrets.token_urlsafe(40),
            "PORT": str(port),
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_FROM": OUR_NUMBER,
            "TWILIO_API_BASE": phones_url,
            "LOG_LEVEL": "warning",
            **({"DATABASE_URL": url} if url else {}),
        }
        self._env = {**os.environ, **{f"DISPATCH_{name}": value for name, value in given.items()}}
        self.settings = load(None, **{name.lower(): value for name, value in given.items()})
        migrate(self.settings.record_url)
        # Reads the record beside the processes, and is not one of them.
        self.svc = bootstrap.build(self.settings, pool_size=4)
        people.import_roster(SYSTEM, self.svc, roster)
        people.set_policy(SYSTEM, self.svc, "default", policy)
        self.token = admin.create_token(SYSTEM, self.svc, "chaos", [Role.OPERATOR])[1]
        self._supervisor: subprocess.Popen[bytes] | None = None
        self.kills: list[str] = []

    def start(self) -> None:
        with (self.dir / "log").open("ab") as log:
            command = [sys.executable, "-m", "workers", "supervisor"]
            self._supervisor = subprocess.Popen(command, env=self._env, stdout=log, stderr=log)
        wait_until(self._answers, START, what="the service")

    def _answers(self) -> bool:
        assert self._supervisor is not None
        assert self._supervisor.poll() is None, self.log()
        return answers(self.settings)

    def kill(self, name: str) -> None:
        """SIGKILL to every process of this name; the supervisor starts them again."""
        found = [one for one in self._children() if _is(one, name)]
        for one in found:
            one.kill()
        self.kills.append(f"{name} x{len(found)}")

    def kill_all(self) -> None:
        """As when the machine's power goes, and comes back."""
        assert self._supervisor is not None
        everybody = [psutil.Process(self._supervisor.pid), *self._children()]
        for one in everybody:
            one.kill()
        self._supervisor.wait()
        psutil.wait_procs(everybody[1:], 10)
        self.kills.append(f"all {len(everybody)}")
        self.start()

    def _children(self) -> list[psutil.Process]:
        assert self._supervisor is not None
        return psutil.Process(self._supervisor.pid).children(recursive=True)

    def log(self) -> str:
        return (self.dir / "log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._supervisor is not None and self._supervisor.poll() is None:
            self._supervisor.send_signal(signal.SIGTERM)
            try:
                self._supervisor.wait(30)
            except subprocess.TimeoutExpired:
                self._supervisor.kill()
                self._supervisor.wait()
        self.svc.queue.close()
        self.svc.record.dispose()
        shutil.rmtree(self.dir, ignore_errors=True)


def _is(one: psutil.Process, name: str) -> bool:
    try:
        line = one.cmdline()
    except psutil.Error:
        return False
    if name == "valkey":
        return "valkey-server" in line[0] if line else False
    # A web process is also given its socket and its number.
    return "workers" in line and line[line.index("workers") + 1 :][:1] == [name]

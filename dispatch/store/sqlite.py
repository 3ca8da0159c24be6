"""SQLite as the record uses it: write-ahead log, full sync, one writer at a time, transactions opened by us.

The driver's own habit, beginning a transaction before the first write only, lets a transaction read first and lose the
race to write later ("database is locked", at once and whatever the timeout). So the driver is told to keep out
(`isolation_level = None`) and BEGIN is sent by us, IMMEDIATE when writing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from dispatch.errors import Fault, InvalidInput, Unavailable
from dispatch.store.turn import Turn

# Only a stranger (a shell, a backup) can hold SQLite's own lock while we hold the file lock; it gets this long.
_BUSY_SECONDS = 5.0
# Compiled statements each connection keeps; the driver's 128 is less than the service has.
_STATEMENTS = 512
_WRITER = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # 16 MB: a contact dirties some 25 pages, and folding the log back in each 40 contacts made the slowest ones slower.
    "PRAGMA wal_autocheckpoint = 4000",
    # Zeroes freed pages: a destroyed key must not linger in the file.
    "PRAGMA secure_delete = ON",
    # The log shrinks back after a burst instead of keeping its greatest size for ever.
    "PRAGMA journal_size_limit = 67108864",
)
_READER = ("PRAGMA query_only = ON",)


def database_file(url: URL) -> Path:
    """The file of a SQLite URL. Raises InvalidInput for one in memory: other processes could never see it."""
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        problem = "names no file: the record is shared by several processes"
        raise InvalidInput(f"DISPATCH_DATABASE_URL {problem}", [Fault("DISPATCH_DATABASE_URL", problem)])
    return Path(url.database).absolute()


def create_file(path: Path) -> None:
    """Make the file before SQLite does, readable by its owner only; log and index files inherit that.

    Raises Unavailable when it cannot be made or opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise Unavailable(f"{path} cannot be opened: {error.strerror}") from error


def engine(url: URL, *, writing: bool, pool_size: int) -> Engine:
    made = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_BUSY_SECONDS,
        # An error's text goes to logs: it names the statement, never the values.
        hide_parameters=True,
        connect_args={"timeout": _BUSY_SECONDS, "cached_statements": _STATEMENTS, "check_same_thread": False},
    )

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in _WRITER if writing else _READER:
            connection.execute(pragma)

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return made


class WriteLock:
    """One writer: first among the threads of this process, then, by `flock` on a sidecar file, among processes.

    The kernel frees the file lock of a process that dies. A process that is stopped while it holds the lock stops all
    writing; its threads give up after `patience` seconds with Unavailable, save the one that waits in the kernel.
    """

    def __init__(self, database: Path, patience: float = 10.0) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._patience = patience
        self._turn = Turn()
        self._file = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)

    @contextmanager
    def held(self) -> Iterator[None]:
        if not self._turn.take(self._patience):
            raise Unavailable("another writer has kept the record for too long")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._turn.leave()

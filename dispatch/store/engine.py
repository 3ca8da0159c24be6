"""The record as one object: `write()` is the one writing transaction, `read()` one consistent look.

    record = Record(url)
    with record.write() as conn: ...     # commits on clean exit, rolls back on any error
    with record.read() as conn: ...      # cannot write, never waits for a writer

Inside `write()` only load, decide and store. No network call, rendering, scoring, sealing or opening: on SQLite every
other writer of every process is waiting.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Select, event, make_url
from sqlalchemy.exc import ArgumentError

from dispatch.errors import Fault, InvalidInput
from dispatch.store import postgres, sqlite
from dispatch.store.failures import translated

_Query = TypeVar("_Query", bound=Select[*tuple[Any, ...]])

# Set in `Connection.info` by the ledger, whose entries must be a transaction's last statement.
SPOKEN_FOR = "dispatch.ledger_written"


class Record:
    """The SQL database named by `url` (`sqlite:////path` or `postgresql://…`), for any number of threads.

    `pool_size` readers at once on SQLite, connections on PostgreSQL; further ones wait a few seconds, then get
    Unavailable. Raises InvalidInput for any other kind of URL. `write` and `read` raise Unavailable when the database
    cannot be used and Conflict when it chose another transaction over this one; programming errors pass through.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = parse_url(url)
        self.dialect = self.url.get_backend_name()
        self._inside = threading.local()
        self._pid = os.getpid()
        self._lock: sqlite.WriteLock | None = None
        if self.dialect == "sqlite":
            path = sqlite.database_file(self.url)
            with translated(writing=True):
                sqlite.create_file(path)
                self._lock = sqlite.WriteLock(path)
                self._writer = sqlite.engine(self.url, writing=True, pool_size=1)
                self._reader = sqlite.engine(self.url, writing=False, pool_size=pool_size)
                # The first connection turns the log on, which needs the file to itself: not beside another process.
                with self._lock.held(), self._writer.connect():
                    pass
        else:
            self._writer = postgres.engine(self.url, pool_size=pool_size)
            # One snapshot for all statements of a look, as SQLite gives: a case and its pages belong together.
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        event.listen(self._writer, "before_cursor_execute", _nothing_after_the_ledger)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One writing transaction. RuntimeError when this thread already has one open, to read or to write."""
        with self._alone(), self._turn(), translated(writing=True), self._writer.begin() as conn:
            info = conn.info
            try:
                yield conn
            finally:
                info.pop(SPOKEN_FOR, None)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent snapshot. RuntimeError inside `write`: it would not see what that transaction has done."""
        with self._alone(), translated(writing=False), self._reader.begin() as conn:
            yield conn

    def for_update(self, query: _Query) -> _Query:
        """`query` locking its rows until commit. On SQLite the write lock already holds them all."""
        return query.with_for_update() if self.dialect == "postgresql" else query

    def dispose(self) -> None:
        """Close every connection. The record can be used again; files of SQLite stay consistent either way."""
        self._writer.dispose()
        if self._reader is not self._writer:
            self._reader.dispose()

    def _turn(self) -> AbstractContextManager[None]:
        return self._lock.held() if self._lock is not None else nullcontext()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # A forked child shares the parent's file lock, and SQLite's own idea of who holds what: neither would hold.
        if self._pid != os.getpid():
            raise RuntimeError("a record does not survive a fork: start processes with spawn or exec")
        if getattr(self._inside, "open", False):
            raise RuntimeError("this thread already has a transaction open: pass its connection on")
        self._inside.open = True
        try:
            yield
        finally:
            self._inside.open = False


def parse_url(url: str) -> URL:
    """The URL with the driver this service ships. Raises InvalidInput naming `DISPATCH_DATABASE_URL`."""
    try:
        parsed = make_url(url)
        name = parsed.get_backend_name()
    except (ArgumentError, ValueError):
        # The second is about a port; either may carry the password.
        name = ""
    if name == "sqlite":
        return parsed.set(drivername="sqlite")
    if name == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    problem = "must begin with sqlite:/// or postgresql://, and its port must be a number"
    raise InvalidInput(f"DISPATCH_DATABASE_URL {problem}", [Fault("DISPATCH_DATABASE_URL", problem)])


def _nothing_after_the_ledger(conn: Connection, *_: Any) -> None:
    if conn.info.get(SPOKEN_FOR):
        raise RuntimeError("the ledger's head is locked: its entries must be the transaction's last statement")

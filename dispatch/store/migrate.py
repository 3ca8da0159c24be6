"""Bring the record to this version's schema. Any number of processes may call it at the same time.

SQLite: under the write lock, so that no writer of an older process works on half a schema. PostgreSQL: under an
advisory lock. In both a failed migration rolls back whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text

from dispatch.errors import Unavailable
from dispatch.store import postgres, sqlite
from dispatch.store.engine import parse_url
from dispatch.store.failures import translated

# Any number, the same in every version: the name of the advisory lock.
_ADVISORY = 711_988


def migrate(url: str) -> bool:
    """Apply what is missing; True when something was. Raises Unavailable when the record cannot be reached, cannot hold
    every name, or was written by a newer version, which this one must not touch."""
    with translated(writing=True), locked(url) as conn:
        _refuse_other_encodings(conn)
        now, head = _revisions(conn)
        if now == head:
            return False
        known = ScriptDirectory.from_config(config(conn))
        if now is not None and now not in {script.revision for script in known.walk_revisions()}:
            raise Unavailable(f"the record's schema ({now}) is newer than this version knows ({head}): update first")
        command.upgrade(config(conn), "head")
        _refuse_orphans(conn)
        return True


def revisions(url: str) -> tuple[str | None, str]:
    """The record's schema, None where it has none yet, and the one this version wants. Raises Unavailable; makes no
    file."""
    parsed = parse_url(url)
    reading = sqlite.engine(parsed, writing=False, pool_size=1) if parsed.get_backend_name() == "sqlite" else None
    engine = reading or create_engine(parsed, poolclass=NullPool, connect_args=postgres.REACH)
    try:
        with translated(writing=False), engine.connect() as conn:
            return _revisions(conn)
    finally:
        engine.dispose()


def _revisions(conn: Connection) -> tuple[str | None, str]:
    head = ScriptDirectory.from_config(config(conn)).get_current_head()
    assert head is not None, "the package carries its migrations"
    return MigrationContext.configure(conn).get_current_revision(), head


def config(conn: Connection) -> Config:
    """Alembic's configuration, made here and not in a file: the package carries its migrations wherever it is."""
    made = Config()
    made.set_main_option("script_location", "dispatch.store:migrations")
    made.attributes["connection"] = conn
    return made


@contextmanager
def locked(url: str) -> Iterator[Connection]:
    """One transaction that alone may change the schema. It commits on clean exit."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = sqlite.database_file(parsed)
        sqlite.create_file(path)
        engine = sqlite.engine(parsed, writing=True, pool_size=1)
        try:
            with sqlite.WriteLock(path).held(), engine.connect() as conn:
                # Off while tables are swapped for their new selves, or every row that points to one would be an error.
                # It has no effect inside a transaction, hence before it.
                _raw(conn, "PRAGMA foreign_keys = OFF")
                with conn.begin():
                    yield conn
        finally:
            engine.dispose()
    else:
        engine = create_engine(parsed, poolclass=NullPool, hide_parameters=True, connect_args=postgres.REACH)
        with engine.connect() as conn, conn.begin():
            conn.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": _ADVISORY})
            # A change that waits for a running transaction makes everyone wait behind it: rather give up, try later.
            conn.execute(text("SET LOCAL lock_timeout = '10s'"))
            yield conn


def _raw(conn: Connection, pragma: str) -> None:
    driver = conn.connection.driver_connection
    assert driver is not None
    driver.execute(pragma)


def _refuse_other_encodings(conn: Connection) -> None:
    # PostgreSQL encodes as the machine's locale says where nobody chose. Better refused at the start than at the first
    # contact with a name that cannot be kept.
    if conn.dialect.name == "postgresql" and (has := conn.scalar(text("SHOW server_encoding"))) != "UTF8":
        raise Unavailable(
            f"the record is encoded in {has}, it must be UTF8: make it with createdb -E UTF8 -T template0"
        )


def _refuse_orphans(conn: Connection) -> None:
    if conn.dialect.name == "sqlite" and conn.execute(text("PRAGMA foreign_key_check")).first() is not None:
        raise Unavailable("after the migration rows point to rows that do not exist; nothing was changed")

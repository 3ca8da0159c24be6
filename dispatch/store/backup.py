"""A copy of the record while it is in use, and proof that a record is whole.

A SQLite record is copied here. PostgreSQL has its own tools (pg_dump, a base backup), which know more than we would.
Without DISPATCH_SECRET_KEY a copy's personal fields stay sealed: keep the key, and keep it elsewhere.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, text

from dispatch.errors import Refused, Unavailable
from dispatch.store import ledger, sqlite
from dispatch.store.engine import Record, parse_url


def backup(url: str, file: Path) -> None:
    """Copy the record to `file` (readable by its owner only) at one moment, while others write, and check the copy.

    `file` appears, or is replaced, only once the copy is whole and on the disk. Raises Refused for PostgreSQL,
    Unavailable when the copy cannot be made or does not check.
    """
    source = _sqlite_file(url)
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    sqlite.create_file(part)
    try:
        # In one step: a copy in several begins anew with every write in between, and under load would never end.
        with closing(_open(source)) as from_, closing(_open(part)) as to:
            from_.backup(to)
            to.execute("PRAGMA journal_mode = DELETE")
        _must_be_whole(part)
        _sync(part)
        part.replace(file)
        _sync(file.parent)
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(f"the copy could not be made: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def restore(url: str, file: Path) -> None:
    """Put the copy `file` in the place of the whole record. All that is not in the copy is lost.

    Others wait meanwhile. Raises Refused for PostgreSQL, Unavailable when the copy is not whole (then nothing changes).
    """
    target = _sqlite_file(url)
    if not file.is_file():
        raise Unavailable(f"there is no file {file}")
    try:
        _must_be_whole(file)
        sqlite.create_file(target)
        with sqlite.WriteLock(target).held(), closing(_open(file)) as from_, closing(_open(target)) as to:
            from_.backup(to)
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(f"the copy could not be restored: {error}") from error


def check(url: str) -> list[str]:
    """What is wrong with the record, one plain sentence each; empty when it is whole.

    The database's own check (SQLite), and both hash chains. Raises Unavailable when it cannot be read at all.
    """
    record = Record(url, pool_size=1)
    try:
        with record.read() as conn:
            own = _sqlite_problems(conn) if record.dialect == "sqlite" else []
            return own or _chain_problems(conn)
    finally:
        record.dispose()


def _chain_problems(conn: Connection) -> list[str]:
    chains = {"ledger": ledger.HISTORY, "looks": ledger.LOOKS}
    found = {name: ledger.verify(conn, chain=chain) for name, chain in chains.items()}
    return [f"{name}, entry {broken.n}: {broken.problem}" for name, broken in found.items() if broken]


def _sqlite_problems(conn: Connection) -> list[str]:
    damage = [str(line) for line in conn.scalars(text("PRAGMA integrity_check")) if line != "ok"]
    orphans = conn.execute(text("PRAGMA foreign_key_check")).all()
    return damage + [f"{row[0]}: row {row[1]} points to a row of {row[2]} that does not exist" for row in orphans]


def _must_be_whole(file: Path) -> None:
    with closing(_open(file)) as conn:
        (verdict,) = conn.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise Unavailable(f"{file} is damaged: {verdict}")


def _sqlite_file(url: str) -> Path:
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise Refused("this record is on PostgreSQL: use pg_dump and pg_restore, or its own continuous archiving")
    return sqlite.database_file(parsed)


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=10)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Copies of a record in use, and the check that finds what is wrong."""

from __future__ import annotations

import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text, update

from dispatch.errors import Refused, Unavailable
from dispatch.store import ledger
from dispatch.store.backup import backup, check, restore
from dispatch.store.engine import Record
from dispatch.store.ledger import Entry
from dispatch.store.migrate import migrate

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'data' / 'record.db'}"
    migrate(url)
    return url


@pytest.fixture
def record(url: str) -> Record:
    return Record(url)


def write(record: Record, entries: int = 1) -> int:
    with record.write() as conn:
        return ledger.append(conn, [Entry(NOW, "ana", "paged", None, None, {"step": i}) for i in range(entries)])


def test_a_copy_made_while_others_write_is_whole(record: Record, url: str, tmp_path: Path) -> None:
    stop = threading.Event()

    def keep_writing() -> None:
        while not stop.is_set():
            write(record, 3)

    write(record, 2000)
    writer = threading.Thread(target=keep_writing)
    writer.start()
    copies = [tmp_path / f"copy{i}.db" for i in range(5)]
    for copy in copies:
        backup(url, copy)
    stop.set()
    writer.join(10)
    for copy in copies:
        assert check(f"sqlite:///{copy}") == []


def test_a_copy_is_for_its_owner_only_replaces_the_last_and_leaves_nothing_else(
    record: Record, url: str, tmp_path: Path
) -> None:
    copy = tmp_path / "copies" / "copy.db"
    backup(url, copy)
    write(record)
    backup(url, copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [file.name for file in copy.parent.iterdir()] == ["copy.db"]
    with closing(sqlite3.connect(copy)) as conn:
        assert conn.execute("SELECT n FROM ledger_head").fetchone() == (1,)


def test_a_copy_that_cannot_be_written_leaves_the_last_one(record: Record, url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    backup(url, copy)
    before = copy.read_bytes()
    Path(url.removeprefix("sqlite:///")).write_bytes(b"no database " * 1000)
    with pytest.raises(Unavailable):
        backup(url, copy)
    assert copy.read_bytes() == before
    assert not (tmp_path / "copy.db.part").exists()


def test_restoring_brings_back_what_was_copied(record: Record, url: str, tmp_path: Path) -> None:
    write(record, 5)
    backup(url, tmp_path / "copy.db")
    write(record, 5)
    restore(url, tmp_path / "copy.db")
    with record.read() as conn:
        assert ledger.last(conn) == 5
    assert write(record) == 6
    assert check(url) == []


def test_a_damaged_copy_is_not_restored(record: Record, url: str, tmp_path: Path) -> None:
    write(record, 500)
    backup(url, tmp_path / "copy.db")
    whole = (tmp_path / "copy.db").read_bytes()
    (tmp_path / "copy.db").write_bytes(whole[:4096] + b"\xff" * 8192 + whole[12288:])
    with pytest.raises(Unavailable):
        restore(url, tmp_path / "copy.db")
    with pytest.raises(Unavailable, match="no file"):
        restore(url, tmp_path / "missing.db")
    with record.read() as conn:
        assert ledger.last(conn) == 500


def test_a_restored_record_can_start_where_none_was(record: Record, url: str, tmp_path: Path) -> None:
    write(record, 3)
    backup(url, tmp_path / "copy.db")
    new = f"sqlite:///{tmp_path / 'new' / 'record.db'}"
    restore(new, tmp_path / "copy.db")
    assert check(new) == []
    with Record(new).read() as conn:
        assert ledger.last(conn) == 3


def test_the_check_names_a_broken_chain_and_rows_that_point_nowhere(record: Record, url: str) -> None:
    write(record, 3)
    assert check(url) == []
    with record.write() as conn:
        conn.execute(update(ledger.HISTORY.links).where(ledger.HISTORY.links.c.n == 2).values(kind="closed"))
    assert check(url) == ["ledger, entry 2: its content does not match its hash"]

    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as stranger:
        stranger.execute(
            "INSERT INTO inbox (id, source, sid, status, received_at, body, key_id)"
            " VALUES ('i', 's', 's', 's', '2026-01-05 12:00:00.000000', x'01', 'gone')"
        )
        stranger.commit()
    assert check(url) == ["inbox: row 1 points to a row of data_keys that does not exist"]


def test_the_check_sees_damaged_pages(record: Record, url: str) -> None:
    write(record, 500)
    with record.write() as conn:
        conn.execute(text("CREATE INDEX extra ON ledger (kind, n)"))
    record.dispose()
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as stranger:
        stranger.execute("PRAGMA writable_schema = ON")
        stranger.execute("UPDATE sqlite_master SET sql = 'CREATE INDEX extra ON ledger (n, kind)' WHERE name = 'extra'")
    assert any("extra" in problem for problem in check(url))


@pytest.mark.postgres
def test_postgresql_is_copied_by_its_own_tools_and_checked_by_ours(postgres_url: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="pg_dump"):
        backup(postgres_url, tmp_path / "copy.db")
    with pytest.raises(Refused, match="pg_dump"):
        restore(postgres_url, tmp_path / "copy.db")
    migrate(postgres_url)
    record = Record(postgres_url)
    write(record, 3)
    assert check(postgres_url) == []
    with record.write() as conn:
        conn.execute(update(ledger.HISTORY.head).values(n=9))
    assert check(postgres_url) == ["ledger, entry 4: the head does not stand at the last entry"]
    record.dispose()

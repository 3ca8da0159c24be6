"""The record: one writer at a time, readers that cannot write, and plain words when the database is gone."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, event, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, OperationalError, ProgrammingError

from dispatch.errors import Conflict, InvalidInput, Unavailable
from dispatch.store import ledger
from dispatch.store.engine import Record
from dispatch.store.tables_infra import idempotency, inbox
from tests.support.postgres import PostgresServer
from tests.support.waiting import wait_until

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def key(name: str) -> dict[str, object]:
    return {"actor": "ana", "key": name, "body_hash": "0", "contact_id": "c1", "created_at": NOW}


def keys(record: Record) -> list[str]:
    with record.read() as conn:
        return list(conn.scalars(select(idempotency.c.key).order_by(idempotency.c.key)))


def test_a_clean_exit_commits_and_an_error_leaves_nothing(record: Record) -> None:
    with record.write() as conn:
        conn.execute(insert(idempotency), key("kept"))
    with contextlib.suppress(LookupError), record.write() as conn:
        conn.execute(insert(idempotency), key("lost"))
        raise LookupError
    assert keys(record) == ["kept"]


def test_bulk_inserts_are_one_transaction(record: Record) -> None:
    with pytest.raises(IntegrityError), record.write() as conn:
        conn.execute(insert(idempotency), [key("a"), key("b"), key("a")])
    assert keys(record) == []


def test_a_reader_cannot_write(record: Record) -> None:
    with pytest.raises(DBAPIError), record.read() as conn:
        conn.execute(insert(idempotency), key("no"))
    with record.write() as conn:
        conn.execute(insert(idempotency), key("yes"))
    assert keys(record) == ["yes"]


def test_a_reader_sees_one_moment_and_never_what_is_not_committed(record: Record) -> None:
    seen: list[int] = []
    looking, changed = threading.Event(), threading.Event()

    def look() -> None:
        with record.read() as conn:
            for _ in range(2):
                seen.append(conn.scalar(select(func.count()).select_from(idempotency)) or 0)
                looking.set()
                assert changed.wait(10)

    thread = threading.Thread(target=look)
    with record.write() as conn:
        conn.execute(insert(idempotency), key("a"))
        thread.start()
        assert looking.wait(10), "a reader waited for the writer"
    changed.set()
    thread.join(10)
    assert seen == [0, 0]
    assert keys(record) == ["a"]


def test_a_second_transaction_in_the_same_thread_is_a_programming_error(record: Record) -> None:
    with record.write():
        with pytest.raises(RuntimeError, match="already has a transaction"), record.write():
            pass
        with pytest.raises(RuntimeError, match="already has a transaction"), record.read():
            pass
    with record.write() as conn:
        conn.execute(insert(idempotency), key("after"))
    assert keys(record) == ["after"]


def test_nothing_follows_the_ledger_in_a_transaction(record: Record) -> None:
    entry = ledger.Entry(NOW, "ana", "contact_logged", None, "default", {})
    with record.write() as conn:
        ledger.append(conn, [entry])
        with pytest.raises(RuntimeError, match="last statement"):
            conn.execute(insert(idempotency), key("late"))
    with record.write() as conn:
        conn.execute(insert(idempotency), key("next"))
    assert keys(record) == ["next"]


def test_rows_locked_for_update_make_the_next_writer_wait(record: Record) -> None:
    with record.write() as conn:
        conn.execute(insert(idempotency), key("a"))
    order: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        waiting.set()
        with record.write() as conn:
            conn.execute(record.for_update(select(idempotency).where(idempotency.c.key == "a"))).one()
            order.append("second")

    thread = threading.Thread(target=second)
    with record.write() as conn:
        conn.execute(record.for_update(select(idempotency).where(idempotency.c.key == "a"))).one()
        thread.start()
        assert waiting.wait(10)
        # Not a proof that it waits, but the chance to overtake: without the lock it does so almost every time.
        thread.join(0.2)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_our_mistakes_are_not_called_unavailability(record: Record) -> None:
    with pytest.raises((OperationalError, ProgrammingError)), record.write() as conn:
        conn.execute(text("SELECT * FROM no_such_table"))
    with pytest.raises(IntegrityError), record.write() as conn:
        conn.execute(insert(inbox), {**key("a"), "id": None})


def test_an_errors_text_names_no_value(record: Record) -> None:
    with record.write() as conn:
        conn.execute(insert(idempotency), key("told-in-confidence"))
    with pytest.raises(IntegrityError) as error, record.write() as conn:
        conn.execute(insert(idempotency), {**key("told-in-confidence"), "contact_id": "a private value"})
    assert "a private value" not in str(error.value)


@pytest.mark.parametrize("url", ["mysql://db/record", "not a url", "", "sqlite://", "sqlite:///:memory:"])
def test_a_url_that_cannot_hold_the_record_is_named(url: str) -> None:
    with pytest.raises(InvalidInput) as error:
        Record(url)
    assert [fault.field for fault in error.value.faults] == ["DISPATCH_DATABASE_URL"]


def test_a_sqlite_file_nobody_may_open_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "record.db").mkdir()
    with pytest.raises(Unavailable):
        Record(f"sqlite:///{tmp_path / 'record.db'}")


def test_a_damaged_sqlite_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "record.db").write_bytes(b"these bytes are no database, and never were one" * 100)
    with pytest.raises(Unavailable):
        Record(f"sqlite:///{tmp_path / 'record.db'}")


def test_a_full_disk_is_unavailable_and_leaves_nothing(tmp_path: Path) -> None:
    record = Record(f"sqlite:///{tmp_path / 'record.db'}")
    with record.write() as conn:
        conn.execute(text("CREATE TABLE big (bytes BLOB)"))
        pages = conn.scalar(text("PRAGMA page_count")) + 10
        conn.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(Unavailable, match="full"), record.write() as conn:
        conn.execute(text("INSERT INTO big VALUES (zeroblob(1000000))"))
    with record.read() as conn:
        assert conn.scalar(text("SELECT count(*) FROM big")) == 0


def test_a_writer_that_keeps_the_record_makes_others_unavailable_not_stuck(tmp_path: Path) -> None:
    record = Record(f"sqlite:///{tmp_path / 'record.db'}")
    assert record._lock is not None
    record._lock._patience = 0.05
    told: list[Exception] = []

    def other() -> None:
        try:
            with record.write():
                pass
        except Unavailable as error:
            told.append(error)

    with record.write():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
    assert [str(error) for error in told] == ["another writer has kept the record for too long"]


def test_sqlite_is_set_up_to_survive_a_power_cut_and_to_forget(tmp_path: Path) -> None:
    record = Record(f"sqlite:///{tmp_path / 'record.db'}")
    with record.write() as conn:
        settings = {
            name: conn.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "secure_delete": 1,
    }


def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    record = Record(f"sqlite:///{tmp_path / 'deep' / 'record.db'}")
    with record.write() as conn:
        conn.execute(text("CREATE TABLE t (x)"))
    files = list((tmp_path / "deep").iterdir())
    assert {file.suffix for file in files} >= {".db", ".lock", ".db-wal"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_process_that_dies_while_writing_frees_the_record_and_leaves_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    record = Record(url)
    with record.write() as conn:
        conn.execute(text("CREATE TABLE t (x)"))
    program = """
import sys
from sqlalchemy import text
from dispatch.store.engine import Record
with Record(sys.argv[1]).write() as conn:
    conn.execute(text("INSERT INTO t VALUES (1)"))
    print("writing", flush=True)
    input()
"""
    run = [sys.executable, "-c", program, url]
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"writing\n"
        child.send_signal(signal.SIGKILL)
    with record.write() as conn:
        assert conn.scalar(text("SELECT count(*) FROM t")) == 0


def test_a_forked_child_is_refused_instead_of_walking_in_beside_its_parent(tmp_path: Path) -> None:
    record = Record(f"sqlite:///{tmp_path / 'record.db'}")
    child = os.fork()
    if child == 0:
        try:
            with record.write():
                os._exit(1)
        except RuntimeError:
            os._exit(0)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0


def test_processes_wait_for_each_other_at_the_file_lock(tmp_path: Path) -> None:
    record = Record(f"sqlite:///{tmp_path / 'record.db'}")
    wrote = threading.Event()

    def write() -> None:
        with record.write():
            wrote.set()

    thread = threading.Thread(target=write)
    with (tmp_path / "record.db.lock").open("r+") as other_process:
        fcntl.flock(other_process, fcntl.LOCK_EX)
        thread.start()
        assert not wrote.wait(0.1)
    assert wrote.wait(10)
    thread.join(10)


def test_a_writer_is_sure_of_sqlite_before_its_first_read(tmp_path: Path) -> None:
    """Else a stranger could write between what it reads and what it decides, and its own write would be refused."""
    record = Record(f"sqlite:///{tmp_path / 'record.db'}")
    stranger = sqlite3.connect(tmp_path / "record.db", isolation_level=None, timeout=0)
    with record.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        stranger.execute("BEGIN IMMEDIATE")
    stranger.execute("BEGIN IMMEDIATE")
    stranger.close()


def test_a_stranger_holding_sqlite_itself_is_waited_for(tmp_path: Path) -> None:
    """A shell or a restore does not know the file lock; SQLite's own busy timeout covers it."""
    record = Record(f"sqlite:///{tmp_path / 'record.db'}")
    with record.write() as conn:
        conn.execute(text("CREATE TABLE t (x)"))
    stranger = sqlite3.connect(tmp_path / "record.db", isolation_level=None, check_same_thread=False)
    stranger.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.1, stranger.execute, ["COMMIT"])
    release.start()
    with record.write() as conn:
        assert not stranger.in_transaction, "it had not let go"
        conn.execute(text("INSERT INTO t VALUES (1)"))
    release.join()
    stranger.close()


@pytest.mark.postgres
def test_postgresql_connections_that_were_cut_are_replaced(postgres_url: str) -> None:
    record = Record(postgres_url, pool_size=2)
    admin = create_engine(record.url, isolation_level="AUTOCOMMIT")
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    cut = text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")  # noqa: S608 - a constant

    def cut_in_the_middle() -> None:
        with record.write() as conn:
            with admin.connect() as other:
                other.execute(cut)
            conn.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        cut_in_the_middle()
    with admin.connect() as other:
        other.execute(cut)
        left = text(f"SELECT count(*) FROM pg_stat_activity WHERE {others}")  # noqa: S608 - a constant
        wait_until(lambda: other.scalar(left) == 0, what="the server to have ended them")
    with record.write() as conn:
        assert conn.scalar(text("SELECT 1")) == 1
    admin.dispose()
    record.dispose()


@pytest.mark.postgres
def test_a_postgresql_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    record = Record(f"postgresql://dispatch@/record?host={tmp_path}")
    with pytest.raises(Unavailable), record.read():
        pass


@pytest.mark.postgres
def test_a_postgresql_that_became_a_standby_is_unavailable_to_writers_and_still_read(postgres: PostgresServer) -> None:
    """As after a fail-over that our address has not followed yet; whatever a connection was used for before."""
    server = PostgresServer(postgres.bin)
    try:
        server.start()
        record = Record(server.fresh(), pool_size=1)
        with record.write() as conn:
            conn.execute(text("CREATE TABLE t (n int)"))
        server.again(standby=True)
        for _ in range(3):
            with pytest.raises(Unavailable), record.write() as conn:
                conn.execute(text("INSERT INTO t VALUES (1)"))
            with record.read() as conn:
                assert conn.scalar(text("SELECT count(*) FROM t")) == 0
        server.again(standby=False)
        with record.write() as conn:
            conn.execute(text("INSERT INTO t VALUES (1)"))
        record.dispose()
    finally:
        server.stop()


@pytest.mark.postgres
def test_a_pool_of_which_every_connection_is_dead_is_unavailable(record: Record) -> None:
    """As a burst of restarts leaves it: each one that is handed out turns out to be cut."""

    def cut(*_: object) -> None:
        raise DisconnectionError

    event.listen(record._writer, "checkout", cut)
    with pytest.raises(Unavailable), record.write():
        pass
    event.remove(record._writer, "checkout", cut)
    with record.write():
        pass


def test_a_deadlock_is_a_lost_race(postgres_url: str) -> None:
    record = Record(postgres_url)
    with record.write() as conn:
        conn.execute(text("CREATE TABLE t (x int)"))
        conn.execute(text("INSERT INTO t VALUES (1), (2)"))
    both = threading.Barrier(2)
    ends: list[str] = []

    def lock(first: int, second: int) -> None:
        try:
            with record.write() as conn:
                conn.execute(text("UPDATE t SET x = x WHERE x = :x"), {"x": first})
                both.wait(10)
                conn.execute(text("UPDATE t SET x = x WHERE x = :x"), {"x": second})
            ends.append("committed")
        except Conflict:
            ends.append("conflict")

    threads = [threading.Thread(target=lock, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(ends) == ["committed", "conflict"]
    record.dispose()


def test_more_readers_than_connections_are_told_the_record_is_unavailable(record: Record) -> None:
    few = Record(record.url.render_as_string(hide_password=False), pool_size=1)
    few._reader.pool._timeout = 0.05  # type: ignore[attr-defined]
    done = threading.Event()

    def hold() -> None:
        with few.read() as conn:
            conn.execute(select(idempotency))
            started.set()
            done.wait(10)

    started = threading.Event()
    thread = threading.Thread(target=hold)
    thread.start()
    assert started.wait(10)
    with pytest.raises(Unavailable, match="every connection"), few.read():
        pass
    done.set()
    thread.join(10)
    wait_until(lambda: few._reader.pool.checkedout() == 0)  # type: ignore[attr-defined]
    with few.read() as conn:
        assert conn.execute(select(idempotency)).all() == []
    few.dispose()


def test_update_and_delete_report_how_many_rows_they_met(record: Record) -> None:
    """Guards on a row's version rest on this."""
    with record.write() as conn:
        conn.execute(insert(idempotency), [key("a"), key("b")])
        assert conn.execute(update(idempotency).values(body_hash="1")).rowcount == 2
        assert conn.execute(update(idempotency).where(idempotency.c.key == "z").values(body_hash="2")).rowcount == 0
        assert conn.execute(delete(idempotency).where(idempotency.c.key == "a")).rowcount == 1

"""`dispatch migrate`, `db`, `audit verify` and `rebuild`."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from dispatch.clock import SystemClock
from dispatch.queue import Queue
from tests.cli.conftest import Shell


def test_migrate_makes_the_record_and_again_changes_nothing(bare: Shell) -> None:
    for _ in range(2):
        done = bare.script("migrate")
        assert (done.code, done.out, done.err) == (0, "", "")
    assert (bare.data / "record.db").is_file()


def test_a_record_of_another_version_is_refused_with_what_to_do(shell: Shell) -> None:
    with closing(sqlite3.connect(shell.data / "record.db")) as conn, conn:
        conn.execute("DROP TABLE users")
        conn.execute("UPDATE alembic_version SET version_num = '0000'")
    done = shell.run("users", "list")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "run `dispatch migrate`" in done.err


def test_a_backup_restores_what_was_there_then(staffed: Shell) -> None:
    assert "checked" in staffed.ok("db", "backup", "copy.db").out
    staffed.ok("users", "add", "later", "--role", "operator", "--no-password")
    assert staffed.run("db", "restore", "copy.db", stdin="n\n").code == 1
    assert len(staffed.ok("users", "list", "--json").json) == 1
    staffed.ok("db", "restore", "copy.db", "--yes")
    assert staffed.ok("users", "list", "--json").json == []
    assert "ana" in staffed.ok("roster", "export").out
    assert staffed.ok("db", "check").out == "the record is whole\n"


def test_nothing_is_restored_under_a_running_service(staffed: Shell) -> None:
    staffed.ok("db", "backup", "copy.db")
    with closing(sqlite3.connect(staffed.data / "record.db")) as conn, conn:
        now = SystemClock().now().isoformat(sep=" ").removesuffix("+00:00")
        conn.execute("INSERT INTO hearts (process, beat_at, state) VALUES ('ticker:host:1', ?, '{}')", [now])
    staffed.ok("users", "add", "later", "--role", "operator", "--no-password")
    done = staffed.run("db", "restore", "copy.db", "--yes")
    assert (done.code, done.err) == (
        1,
        "the service is running (ticker): stop it, wait 15 seconds, and restore then\n",
    )
    assert len(staffed.ok("users", "list", "--json").json) == 1


def test_what_is_no_copy_is_not_restored(staffed: Shell) -> None:
    (staffed.here / "junk.db").write_bytes(b"not a database at all" * 200)
    done = staffed.run("db", "restore", "junk.db", "--yes")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "ana" in staffed.ok("roster", "export").out


def test_the_history_holds(staffed: Shell) -> None:
    done = staffed.ok("audit", "verify")
    assert done.out.splitlines() == ["ledger: 1 entries, every link holds", "looks: 0 entries, every link holds"]
    assert staffed.ok("audit", "verify", "--json").json["ledger"] == {
        "entries": 1,
        "broken_at": None,
        "problem": None,
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE ledger SET kind = 'nothing' WHERE n = 2", "ledger, entry 2: its content does not match its hash"),
        ("DELETE FROM ledger WHERE n = 2", "ledger, entry 2: the entry is missing"),
        ("DELETE FROM ledger WHERE n = 3", "ledger, entry 3: the head does not stand at the last entry"),
    ],
)
def test_the_first_broken_link_is_named(change: str, says: str, staffed: Shell) -> None:
    for name in ("a", "b"):
        staffed.ok("tokens", "create", name, "--role", "operator")
    with closing(sqlite3.connect(staffed.data / "record.db")) as conn, conn:
        conn.execute(change)
    done = staffed.run("audit", "verify")
    assert (done.code, done.err) == (1, f"{says}\n")
    found = staffed.run("db", "check")
    assert (found.code, found.err) == (1, f"{says}\n")
    assert staffed.run("db", "check", "--json").json == [says]


def test_rebuild_fills_redis_and_says_what_differed(staffed: Shell, valkey_url: str) -> None:
    staffed.env(REDIS_URL=valkey_url)
    queue = Queue(valkey_url)
    queue.timers.arm([("stale", SystemClock().now())])
    assert staffed.ok("rebuild").out.splitlines() == [
        "waiting cases: 0; nothing differed",
        "timers: 0; 0 were missing, 1 were left over",
    ]
    assert staffed.ok("rebuild", "--json").json["timers_stale"] == 0
    assert queue.epoch.intact()
    queue.close()


def test_without_redis_rebuild_fails_in_one_line(staffed: Shell) -> None:
    done = staffed.run("rebuild")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "Redis does not answer" in done.err

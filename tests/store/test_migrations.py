"""Migrations: they make exactly the tables that are declared, once, whole or not at all."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from dispatch.errors import Unavailable
from dispatch.store import ledger, postgres, schema
from dispatch.store.engine import Record
from dispatch.store.migrate import config, locked, migrate, revisions
from dispatch.store.migrations.rendering import plain_type
from dispatch.store.types import UtcDateTime
from tests.support.postgres import PostgresServer


@pytest.fixture
def migrated(url: str) -> Iterator[Record]:
    assert migrate(url)
    record = Record(url)
    yield record
    record.dispose()


def test_the_migrated_record_is_the_declared_one(migrated: Record) -> None:
    with migrated.write() as conn:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(conn, opts=options), schema.metadata) == []


def shape(conn: Connection) -> set[str]:
    """Every table, constraint and index in the database's own words."""
    if conn.dialect.name == "sqlite":
        rows = conn.execute(
            text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND sql IS NOT NULL")
        )
        return {f"{name}: {part}" for name, sql in rows for part in _parts(sql)}
    constraints = "SELECT conrelid::regclass::text || conname || pg_get_constraintdef(oid) FROM pg_constraint"
    constraints += " WHERE connamespace = 'public'::regnamespace"
    columns = (
        "SELECT table_name || column_name || data_type || is_nullable || coalesce(column_default, '')"
        " || coalesce(character_maximum_length, 0) FROM information_schema.columns WHERE table_schema = 'public'"
    )
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
    return {
        row
        for query in (constraints, columns, indexes)
        for row in conn.scalars(text(query))
        if "alembic_version" not in row
    }


def _parts(sql: str) -> list[str]:
    """The parts of a table, whatever their order and wherever the lines break: SQLite writes a column that was added
    later behind the last one. An index is one part."""
    words = " ".join(sql.replace('"', "").split())
    if not words.startswith("CREATE TABLE"):
        return [words]
    parts, depth = [""], 0
    for char in words.partition("(")[2].rpartition(")")[0]:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def test_checks_indexes_and_defaults_are_the_declared_ones_too(migrated: Record, url: str) -> None:
    """Alembic compares no check constraints and no conditions of an index; the databases' own words tell."""
    with migrated.write() as conn:
        made_by_migrations = shape(conn)
        conn.execute(text("DROP TABLE alembic_version"))
        schema.metadata.drop_all(conn)
        schema.metadata.create_all(conn)
        declared = shape(conn)
    assert made_by_migrations - declared == set()
    assert declared - made_by_migrations == set()


def test_a_second_time_there_is_nothing_to_do(migrated: Record, url: str) -> None:
    assert migrate(url) is False


def test_the_revisions_tell_before_and_after(url: str) -> None:
    before, head = revisions(url)
    assert before is None
    migrate(url)
    assert revisions(url) == (head, head)


def test_the_ledgers_begin_with_their_heads(migrated: Record) -> None:
    with migrated.read() as conn:
        for chain in (ledger.HISTORY, ledger.LOOKS):
            assert ledger.last(conn, chain=chain) == 0
            assert ledger.verify(conn, chain=chain) is None


def test_there_is_one_head_and_no_way_back(url: str) -> None:
    with locked(url) as conn:
        scripts = ScriptDirectory.from_config(config(conn))
    assert len(scripts.get_heads()) == 1
    for script in scripts.walk_revisions():
        assert not hasattr(script.module, "downgrade"), script.path


def test_many_processes_may_migrate_at_once(url: str) -> None:
    program = "import sys; from dispatch.store.migrate import migrate; print(migrate(sys.argv[1]))"
    run = [sys.executable, "-c", program, url]
    children = [subprocess.Popen(run, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = [child.communicate(timeout=60)[0].strip() for child in children]
    assert sorted(answers) == ["False", "False", "True"]


def test_many_threads_may_migrate_at_once(url: str) -> None:
    answers: list[bool] = []
    threads = [threading.Thread(target=lambda: answers.append(migrate(url))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == [False, False, True]


def test_a_record_of_a_newer_version_is_left_alone(migrated: Record, url: str) -> None:
    with migrated.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match="newer than this version"):
        migrate(url)
    with migrated.read() as conn:
        assert conn.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_a_migration_that_fails_leaves_nothing(url: str) -> None:
    def half_done() -> None:
        with locked(url) as conn:
            conn.execute(text("CREATE TABLE teams (other integer)"))
            migrate_within(conn)

    def migrate_within(conn: Connection) -> None:
        from alembic import command

        command.upgrade(config(conn), "head")

    with pytest.raises(Exception, match="teams"):
        half_done()
    with locked(url) as conn:
        assert shape(conn) == set()
    assert migrate(url)


#: Ends itself, as by SIGKILL, before its fiftieth statement of about a hundred.
KILLED_HALFWAY = """
import itertools, os, signal, sys
from sqlalchemy import Engine, event
from dispatch.store.migrate import migrate
count = itertools.count(1)
event.listen(Engine, "before_cursor_execute", lambda *_: next(count) == 50 and os.kill(os.getpid(), signal.SIGKILL))
migrate(sys.argv[1])
"""


def test_a_migration_that_is_killed_halfway_leaves_nothing_and_the_next_one_is_whole(url: str) -> None:
    assert subprocess.run([sys.executable, "-c", KILLED_HALFWAY, url], check=False).returncode == -signal.SIGKILL
    assert revisions(url)[0] is None
    with locked(url) as conn:
        assert shape(conn) == set()
    assert migrate(url)
    assert len(set(revisions(url))) == 1


@pytest.mark.postgres
def test_a_server_that_takes_the_call_and_says_nothing_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start waited for its migration for five minutes, and could then not say why."""
    monkeypatch.setitem(postgres.REACH, "connect_timeout", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unavailable):
        migrate(f"postgresql://dispatch@127.0.0.1:{silent.getsockname()[1]}/record")


def test_a_new_migration_names_plain_types() -> None:
    assert plain_type("type", UtcDateTime(), None) == "sa.DateTime(timezone=True)"  # type: ignore[arg-type]
    versions = Path(schema.__file__).parent / "migrations" / "versions"
    for file in versions.glob("[0-9]*.py"):
        assert "dispatch" not in file.read_text(), f"{file.name} leans on code that will change"


@pytest.mark.postgres
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_could_not_hold_every_name_is_refused_by_name(postgres: PostgresServer, encoding: str) -> None:
    url = postgres.fresh(encoding=encoding)
    with pytest.raises(Unavailable, match=f"encoded in {encoding}, it must be UTF8"):
        migrate(url)
    assert revisions(url)[0] is None
    postgres.drop(url)

"""Every test that asks for `url` or `record` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.store.engine import Record
from dispatch.store.keyring import Keyring
from dispatch.store.migrate import migrate
from dispatch.store.sealing import Sealer
from tests.support.postgres import PostgresServer

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, without tables."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'record.db'}"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("record") / "record.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=BOTH)
def record(request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> Iterator[Record]:
    """Every table, empty."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.fresh(prepare=migrate)
    else:
        url = f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'record.db')}"
    opened = Record(url, pool_size=10)
    yield opened
    opened.dispose()
    if request.param == "postgresql":
        server.drop(url)


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(Keyring(["a made-up secret that is long enough"]))

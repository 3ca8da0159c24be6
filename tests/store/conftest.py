"""Every test that asks for `url` or `record` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.store import schema
from dispatch.store.engine import Record
from dispatch.store.keyring import Keyring
from dispatch.store.sealing import Sealer


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'record.db'}"


@pytest.fixture
def record(url: str) -> Iterator[Record]:
    """Every table, empty."""
    opened = Record(url, pool_size=10)
    with opened.write() as conn:
        schema.metadata.create_all(conn)
    yield opened
    opened.dispose()


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(Keyring(["a made-up secret that is long enough"]))

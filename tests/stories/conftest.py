"""`world`: the service on SQLite with a real Valkey. `@everywhere` runs a story on PostgreSQL and without Redis too."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dispatch.store.migrate import migrate
from tests.stories.telephony import Telephony
from tests.stories.world import NO_REDIS, World
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="module")
def telephony() -> Iterator[Telephony]:
    with Telephony() as started:
        yield started


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("stories") / "record.db"
    migrate(f"sqlite:///{file}")
    return file


def _shared(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("valkey_url"))


_QUEUES: dict[str, Callable[[pytest.FixtureRequest], str]] = {
    "no-redis": lambda _request: NO_REDIS,
    "own-redis": lambda request: str(request.getfixturevalue("own_valkey").url),
}


@pytest.fixture
def world(request: pytest.FixtureRequest, telephony: Telephony, migrated: Path, tmp_path: Path) -> Iterator[World]:
    """Everybody is on call. What nobody expected fails the story at its end."""
    kind = getattr(request, "param", "sqlite")
    server: PostgresServer | None = None
    if kind == "postgres":
        server = request.getfixturevalue("postgres")
        url = server.fresh(prepare=migrate)
    else:
        url = f"sqlite:///{shutil.copy(migrated, tmp_path / 'record.db')}"
    queue = _QUEUES.get(kind, _shared)(request)
    made = World(telephony, url, queue, tmp_path).staff()
    try:
        yield made
        made.assert_quiet()
    finally:
        made.close()
        if server is not None:
            server.drop(url)

"""A whole application on a real record, with Redis gone; one client for each role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from dispatch import bootstrap, web
from dispatch.access import Role, system
from dispatch.clock import ManualClock
from dispatch.flow import admin, people, sessions
from dispatch.flow.service import Service
from dispatch.http import forgery
from dispatch.http.signin import COOKIE
from dispatch.settings import Settings
from dispatch.store import ledger
from dispatch.store.migrate import migrate
from tests.api.made import ROSTER, contact

ACCOUNT = "AC" + "0" * 32
TOKEN = "a-made-up-auth-token"
URL = "http://testserver"
PASSWORD = "correct horse battery"
TEST = system("test")


@dataclass
class Api:
    """The application under test. `as_(role)` is a client with that role's token."""

    app: FastAPI
    svc: Service
    clock: ManualClock
    browser: Callable[[], TestClient]
    _clients: dict[tuple[str, ...], TestClient] = field(default_factory=dict)
    _keys: Any = field(default_factory=count)

    def as_(self, *roles: Role, teams: tuple[str, ...] = ()) -> TestClient:
        key = (*sorted(roles), *teams)
        if key not in self._clients:
            _, secret = admin.create_token(TEST, self.svc, "-".join(key), roles, teams)
            client = self.browser()
            client.headers["Authorization"] = f"Bearer {secret}"
            self._clients[key] = client
        return self._clients[key]

    def browser_as(self, person: str, *roles: Role) -> TestClient:
        """A browser signed in as a user who is this person, sending what our own pages send."""
        # Without a password: hashing is slow on purpose, and is tested where it matters.
        user = admin.add_user(TEST, self.svc, person, None, roles, person=person)
        session = sessions._open(self.svc, user.id)
        client = self.browser()
        client.cookies.set(COOKIE, session)
        client.headers |= {"Sec-Fetch-Site": "same-origin", forgery.HEADER: forgery.token_of(session)}
        return client

    def log(self, body: dict[str, Any] | None = None, key: str | None = None) -> Any:
        """Log a contact as an operator; the response."""
        headers = {"Idempotency-Key": key or f"key-{next(self._keys)}"}
        return self.as_(Role.OPERATOR).post("/api/v1/contacts", json=body or contact(), headers=headers)

    def looks(self) -> list[str]:
        """What was written down about who looked, in order."""
        with self.svc.record.read() as conn:
            return [row.kind for row in ledger.since(conn, 0, 100, chain=ledger.LOOKS)]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("api") / "record.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def settings_in(folder: Path, migrated: Path) -> Settings:
    """Redis is not there: every test sees that nothing needs it."""
    shutil.copy(migrated, folder / "record.db")
    return Settings(
        data_dir=folder,
        secret_key=SecretStr("a-made-up-secret-that-is-long-enough"),
        redis_url=SecretStr(f"unix://{folder / 'nobody.sock'}"),
        public_url=URL,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=SecretStr(TOKEN),
        twilio_from="+12025550100",
        twilio_api_base="http://127.0.0.1:1",
    )


@contextmanager
def served(settings: Settings, clock: ManualClock, roster: str | None = ROSTER) -> Iterator[Api]:
    svc = bootstrap.build(settings, clock=clock)
    if roster is not None:
        people.import_roster(TEST, svc, roster)
    app = web.create(svc, settings)
    yield Api(app, svc, clock, lambda: TestClient(app, base_url=URL, raise_server_exceptions=False))
    svc.queue.close()
    svc.record.dispose()


@pytest.fixture
def settings(tmp_path: Path, migrated: Path) -> Settings:
    return settings_in(tmp_path, migrated)


@pytest.fixture
def api(settings: Settings, clock: ManualClock) -> Iterator[Api]:
    with served(settings, clock) as found, TestClient(found.app, base_url=URL, raise_server_exceptions=False):
        yield found

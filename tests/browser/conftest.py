"""A whole site on a real port for a real browser: application, record, Valkey, and whoever matches and sends."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page
from pydantic import SecretStr

from dispatch import bootstrap, web
from dispatch.access import Role, system
from dispatch.casefile import CaseFile
from dispatch.flow import admin, intake, people, searching
from dispatch.flow.service import Service
from dispatch.settings import Settings
from dispatch.store import casefiles
from dispatch.store.migrate import migrate
from tests.api.made import ROSTER
from tests.console.conftest import PASSWORD
from tests.support.waiting import wait_until

TEST = system("test")
PEOPLE = {
    "op": ([Role.OPERATOR], None),
    "dee": ([Role.COORDINATOR, Role.SUPERVISOR], "dee"),
    "ana": ([Role.RESPONDER], "ana"),
}


@dataclass
class Site:
    svc: Service
    url: str
    server: uvicorn.Server

    def sign_in(self, page: Page, login: str) -> None:
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/*", wait_until="load")

    def match(self) -> None:
        """What a worker does: ask people for whatever waits."""
        searching.match_team(TEST, self.svc, "default")

    def log(self, draft: intake.Draft, key: str) -> str:
        """A contact logged by somebody else; its case."""
        done = intake.log_contact(TEST, self.svc, draft, key, key)
        assert done.case_id is not None
        return done.case_id

    def file(self, case: str) -> CaseFile:
        with self.svc.record.read() as conn:
            return casefiles.load(conn, self.svc.record, case, lock=False)

    def stop(self) -> None:
        self.server.should_exit = True


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("browser") / "record.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def site(tmp_path: Path, migrated: Path, valkey_url: str) -> Iterator[Site]:
    shutil.copy(migrated, tmp_path / "record.db")
    settings = Settings(
        data_dir=tmp_path,
        secret_key=SecretStr("a-made-up-secret-that-is-long-enough"),
        redis_url=SecretStr(valkey_url),
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token=SecretStr("a-made-up-auth-token"),
        twilio_from="+12025550100",
        twilio_api_base="http://127.0.0.1:1",
    )
    svc = bootstrap.build(settings)
    people.import_roster(TEST, svc, ROSTER)
    for login, (roles, person) in PEOPLE.items():
        admin.add_user(TEST, svc, login, PASSWORD, roles, ["default"], person)
    server = uvicorn.Server(
        uvicorn.Config(web.create(svc, settings), port=0, log_level="error", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started, what="the site to answer")
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Site(svc, f"http://127.0.0.1:{port}", server)
    finally:
        server.should_exit = True
        thread.join(15)
        svc.queue.close()
        svc.record.dispose()


@pytest.fixture
def rough_page(browser: Browser) -> Iterator[Page]:
    """A window for tests in which the server refuses or is gone, which the browser itself reports as an error."""
    with browser.new_context(locale="en-US", timezone_id="America/New_York") as context:
        yield context.new_page()

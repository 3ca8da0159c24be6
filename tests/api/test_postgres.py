"""The same application on PostgreSQL: every read and every act once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from dispatch.access import Role, system
from dispatch.clock import ManualClock
from dispatch.flow import admin, firing, searching
from dispatch.flow.admin import GRANTABLE
from dispatch.store.migrate import migrate
from tests.api.conftest import PASSWORD, TEST, URL, Api, served, settings_in
from tests.api.made import GRAVE, contact
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.postgres
V1 = "/api/v1"


@pytest.fixture
def api(postgres: PostgresServer, tmp_path: Path, migrated: Path, clock: ManualClock) -> Iterator[Api]:
    url = postgres.fresh(prepare=migrate)
    settings = settings_in(tmp_path, migrated).model_copy(update={"database_url": SecretStr(url)})
    with served(settings, clock) as found, TestClient(found.app, base_url=URL, raise_server_exceptions=False):
        yield found
    postgres.drop(url)


def ok(answer: Any) -> Any:
    assert answer.status_code in (200, 201, 204), f"{answer.request.method} {answer.request.url}: {answer.text}"
    return answer.json() if answer.content else None


def test_every_read_answers(api: Api) -> None:
    case = ok(api.log(contact(GRAVE), key="k"))["case"]
    assert api.log(contact(GRAVE), key="k").status_code == 200
    assert api.log(key="k").status_code == 409
    searching.match_team(system("test"), api.svc, "default")
    for _ in range(20):
        api.clock.forward(minutes=1)
        firing.fire_due(system("test"), api.svc, None, 100)
    boss = api.as_(*GRANTABLE)
    detail = ok(boss.get(f"{V1}/cases/{case['id']}"))
    assert detail["contacts"][0]["personal"]["narrative"]
    assert [line["id"] for line in ok(boss.get(f"{V1}/queue"))["items"]] == [case["id"]]
    assert len(ok(boss.get(f"{V1}/cases?limit=1"))["items"]) == 1
    assert ok(boss.get(f"{V1}/cases/{case['id']}/timeline"))["items"]
    assert ok(boss.post(f"{V1}/contacts/search", json={"phone": "+12025550143"}))["cases"]
    for path in ("alarms", "responders", "responders/ana", "oncall", "shifts", "overrides", "coverage", "measures"):
        assert ok(boss.get(f"{V1}/{path}"))
    for path in ("/readyz", "/metrics"):
        assert boss.get(path).status_code == 200
    assert {"case_seen", "timeline_seen", "person_searched", "responder_seen"} <= set(api.looks())


def test_edits_and_sign_ins_hold(api: Api) -> None:
    boss = api.as_(*GRANTABLE)
    override = {"team": "default", "layer": "primary", "person": "ben"}
    body = override | {"from": "2026-01-06T08:00:00Z", "to": "2026-01-06T20:00:00Z"}
    made = ok(boss.post(f"{V1}/overrides", json=body))
    ok(boss.delete(f"{V1}/overrides/{made['id']}"))
    ok(boss.patch(f"{V1}/responders/ana", json={"capacity": 2}))
    code = admin.setup_code(api.svc)
    assert code is not None
    admin.create_administrator(api.svc, code, "boss", PASSWORD)
    client = api.browser()
    ok(client.post(f"{V1}/session", json={"login": "boss", "password": PASSWORD}))
    assert ok(client.get(f"{V1}/session"))["name"] == "boss"
    admin.revoke_token(TEST, api.svc, "-".join(sorted(GRANTABLE)))
    assert boss.get(f"{V1}/queue").status_code == 401
    assert Role.ADMINISTRATOR in admin.list_users(TEST, api.svc)[0].roles


def test_a_page_is_accepted_at_a_screen(api: Api) -> None:
    case = ok(api.log(contact(GRAVE)))["case"]
    searching.match_team(system("test"), api.svc, "default")
    ana = api.browser_as("ana", Role.RESPONDER)
    assert ok(ana.post(f"{V1}/cases/{case['id']}/accept"))["yours"] is True
    boss = api.as_(Role.COORDINATOR)
    assert ok(boss.post(f"{V1}/cases/{case['id']}/note", json={"text": "on the phone"}))["state"] == "accepted"
    assert ok(boss.post(f"{V1}/cases/{case['id']}/close", json={"disposition": "duplicate"}))["state"] == "closed"

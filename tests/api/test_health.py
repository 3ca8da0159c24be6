"""Ready means: contacts can be recorded. Everything less is said, with its cost."""

from __future__ import annotations

from pydantic import SecretStr
from starlette.testclient import TestClient

from dispatch import bootstrap, web
from dispatch.access import Role
from dispatch.flow import health, people
from dispatch.settings import Settings
from tests.api.conftest import TEST, URL, Api
from tests.api.made import ROSTER


def reasons(api: Api) -> set[str]:
    answer = api.browser().get("/readyz")
    assert answer.status_code == 200
    return {reason["code"] for reason in answer.json()["reasons"]}


def test_alive(api: Api) -> None:
    assert api.browser().get("/healthz").json() == {"status": "alive"}


def test_degraded_says_why(api: Api) -> None:
    assert reasons(api) == {"queue_down", "ticker_silent", "worker_silent", "sweeper_silent"}


def test_a_heart_counts_for_fifteen_seconds(api: Api) -> None:
    for process in health.NEEDED:
        health.beat(api.svc, process)
    assert reasons(api) == {"queue_down"}
    api.clock.forward(seconds=15)
    assert reasons(api) == {"queue_down"}
    api.clock.forward(seconds=1)
    assert "ticker_silent" in reasons(api)


def test_a_web_process_that_falls_silent_is_spoken_of_until_it_stops_on_purpose(api: Api) -> None:
    for number in (1, 2):
        health.beat(api.svc, f"api:here:{number}")
    api.clock.forward(seconds=16)
    health.beat(api.svc, "api:here:1")
    assert "api_silent" in reasons(api)
    health.still(api.svc, "api:here:2")
    assert "api_silent" not in reasons(api)


def test_a_web_process_that_is_gone_for_good_is_spoken_of_for_an_hour(api: Api) -> None:
    health.beat(api.svc, "api:elsewhere:1")
    api.clock.forward(seconds=3600)
    assert "api_silent" in reasons(api)
    api.clock.forward(seconds=16)
    assert "api_silent" not in reasons(api)


def test_a_team_that_no_alarm_can_reach_is_named(api: Api) -> None:
    change = api.as_(Role.ADMINISTRATOR).patch("/api/v1/responders/dee", json={"phone": None})
    assert change.status_code == 200
    assert "no_coordinator" in reasons(api)


def test_with_everything_there_it_is_ok(settings: Settings, valkey_url: str) -> None:
    whole = settings.model_copy(update={"redis_url": SecretStr(valkey_url)})
    svc = bootstrap.build(whole)
    people.import_roster(TEST, svc, ROSTER)
    for process in health.NEEDED:
        health.beat(svc, process)
    with TestClient(web.create(svc, whole), base_url=URL) as client:
        assert client.get("/readyz").json() == {"status": "ok", "reasons": []}


def test_a_record_that_cannot_be_written_is_not_ready(api: Api) -> None:
    """As when the disk has gone read-only."""
    api.as_(Role.OPERATOR)
    with api.svc.record.write() as conn:
        conn.exec_driver_sql("PRAGMA query_only = ON")
    refused = api.log()
    assert (refused.status_code, refused.json()["type"]) == (503, "unavailable")
    assert refused.headers["retry-after"] == "2"
    answer = api.browser().get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unable")
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["record_down"]
    assert api.browser().get("/healthz").status_code == 200


def test_metrics_know_routes_and_no_ids(api: Api) -> None:
    case = api.log().json()["case"]
    operator = api.as_(Role.OPERATOR)
    operator.get(f"/api/v1/cases/{case['id']}")
    operator.get("/wp-login.php")
    text = api.as_(Role.AUDITOR).get("/metrics").text
    assert 'route="/api/v1/cases/{case_id}"' in text
    assert 'dispatch_cases_waiting{urgency="soon"} 1.0' in text
    assert case["id"] not in text
    assert "wp-login" not in text

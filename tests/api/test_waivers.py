"""Waiving a credential for one case through the API."""

from __future__ import annotations

from datetime import date
from typing import Any

from dispatch.access import Role
from tests.api.conftest import Api

LAPSED = {"state": "VA", "title": "LMHP", "expires": str(date(2020, 1, 5))}


def lapsed(api: Api, **fields: Any) -> str:
    """Ben's credential is not as it should be; the id of a case."""
    changed = {"credentials": [{**LAPSED, **fields}]}
    assert api.as_(Role.COORDINATOR).patch("/api/v1/responders/ben", json=changed).status_code == 200
    return str(api.log().json()["case"]["id"])


def waive(api: Api, case: str, **body: Any) -> Any:
    given = {"person": "ben", "reason": "nobody else can go"} | body
    return api.as_(Role.SUPERVISOR).post(f"/api/v1/cases/{case}/waivers", json=given)


def test_a_waiver_is_on_the_case_until_it_is_ended_by_name(api: Api) -> None:
    case = lapsed(api)
    answer = waive(api, case)
    assert (answer.status_code, answer.json()["case"]["id"]) == (201, case)
    coordinator, id_ = api.as_(Role.COORDINATOR), answer.json()["waiver_id"]
    (shown,) = coordinator.get(f"/api/v1/cases/{case}").json()["waivers"]
    assert (shown["id"], shown["person"]["name"], shown["reason"]) == (id_, "Ben Okoro", "nobody else can go")
    assert [a["kind"] for a in coordinator.get("/api/v1/alarms").json()["items"]] == ["waiver"]
    assert coordinator.delete(f"/api/v1/cases/{case}/waivers/{id_}").status_code == 204
    (shown,) = coordinator.get(f"/api/v1/cases/{case}").json()["waivers"]
    assert shown["ended_at"] is not None
    assert coordinator.delete(f"/api/v1/cases/{case}/waivers/other").status_code == 404


def test_what_may_not_be_waived_says_why(api: Api) -> None:
    answer = waive(api, lapsed(api, status="suspended"))
    assert answer.status_code == 409
    assert answer.json()["detail"] == "VA LMHP is suspended: no waiver covers that."


def test_wrong_fields_are_named(api: Api) -> None:
    case = lapsed(api)
    for body, field in (({"person": "nobody"}, "person"), ({"reason": " "}, "reason"), ({"reason": None}, "reason")):
        answer = waive(api, case, **body)
        assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, [field])

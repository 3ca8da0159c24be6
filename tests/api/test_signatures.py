"""Signing what somebody in training assessed, through the API and on the page."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.access import Role
from tests.api.conftest import Api
from tests.api.made import GRAVE
from tests.console.conftest import Screen

TRAINEE = {"state": "VA", "title": "QMHP-T", "expires": "2030-01-01", "supervisor": "dee"}


@pytest.fixture
def unsigned(api: Api) -> dict[str, Any]:
    """Ben, in training, has assessed a case."""
    changed = api.as_(Role.COORDINATOR).patch("/api/v1/responders/ben", json={"credentials": [TRAINEE]})
    assert changed.status_code == 200
    case: dict[str, Any] = api.log().json()["case"]
    body = {"protocol": "cssrs-screener", "answered_by": "self", "answers": GRAVE}
    ben = api.browser_as("ben", Role.RESPONDER)
    assert ben.post(f"/api/v1/cases/{case['id']}/assessments", json=body).status_code == 201
    return case


def test_it_waits_with_its_answers_until_it_is_signed_and_the_look_is_recorded(
    api: Api, unsigned: dict[str, Any]
) -> None:
    dee = api.browser_as("dee", Role.SUPERVISOR)
    (one,) = dee.get("/api/v1/signatures").json()["items"]
    assert (one["code"], one["trainee"]["name"], one["yours"], one["state"]) == (
        unsigned["code"], "Ben Okoro", True, "asked",
    )  # fmt: skip
    assert one["assessment"]["answers"] == GRAVE
    assert api.looks()[-1] == "assessment_seen"
    assert dee.post(f"/api/v1/signatures/{one['id']}/sign").status_code == 204
    assert dee.get("/api/v1/signatures").json()["items"] == []
    again = dee.post(f"/api/v1/signatures/{one['id']}/return", json={"reason": "too late"})
    assert (again.status_code, again.json()["detail"]) == (409, "This assessment is signed already.")
    assert dee.post("/api/v1/signatures/none/sign").status_code == 404


def test_sending_back_needs_a_reason(api: Api, unsigned: dict[str, Any]) -> None:
    dee = api.browser_as("dee", Role.SUPERVISOR)
    (one,) = dee.get("/api/v1/signatures").json()["items"]
    for body in ({}, {"reason": ""}, {"reason": "  "}):
        answer = dee.post(f"/api/v1/signatures/{one['id']}/return", json=body)
        assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, ["reason"])
    assert dee.post(f"/api/v1/signatures/{one['id']}/return", json={"reason": "ask again"}).status_code == 204
    ana = api.browser_as("ana", Role.RESPONDER)
    (returned,) = ana.get("/api/v1/signatures").json()["items"]
    assert (returned["state"], returned["yours"], returned["may_sign"]) == ("returned", False, True)


def test_the_page_shows_it_and_takes_a_signature_or_a_reason(api: Api, unsigned: dict[str, Any]) -> None:
    screen = Screen(api.browser_as("dee", Role.SUPERVISOR))
    shown = screen.open("/signatures")
    assert f"{unsigned['code']} by Ben Okoro asked of you" in shown.text
    assert "wish to be dead" in shown.text.casefold()
    id_ = shown.html.split('id="s-')[1].split('"')[0]
    assert screen.post(f"/signatures/{id_}/return", {"reason": " "}).problems() == ["say why"]
    back = screen.post(f"/signatures/{id_}/return", {"reason": "ask again"})
    assert "sent back" in back.text
    assert "Nothing waits" in screen.post(f"/signatures/{id_}/sign").text
    late = screen.post(f"/signatures/{id_}/sign")
    assert (late.status, "is signed already" in late.text) == (409, True)


def test_the_case_says_of_each_assessment_whether_it_is_signed(api: Api, unsigned: dict[str, Any]) -> None:
    dee = Screen(api.browser_as("dee", Role.SUPERVISOR))
    assert "waits for a signature asked of Dee Park" in dee.open(f"/cases/{unsigned['id']}").text
    (one,) = dee.client.get("/api/v1/signatures").json()["items"]
    dee.post(f"/signatures/{one['id']}/return", {"reason": "ask again"})
    assert "sent back Ben Okoro assesses again" in dee.open(f"/cases/{unsigned['id']}").text
    dee.post(f"/signatures/{one['id']}/sign")
    assert "signed by dee" in dee.open(f"/cases/{unsigned['id']}").text
    (told,) = dee.client.get(f"/api/v1/cases/{unsigned['id']}").json()["signatures"]
    assert (told["assessment_id"], told["state"]) == (one["assessment"]["id"], "signed")
    assert (told["supervisor"]["name"], told["signed_by"]["name"]) == ("Dee Park", "dee")

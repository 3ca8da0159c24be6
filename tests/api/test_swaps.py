"""Swaps and hand-offs over the API."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from dispatch.access import Role
from dispatch.flow import people
from tests.api.conftest import TEST, Api
from tests.api.made import ROSTER

API = "/api/v1"
ASK = {"team": "default", "layer": "primary", "from": "2026-01-06T08:00:00Z", "to": "2026-01-06T20:00:00Z"}
#: Cy has nothing to do, and is so the one who can take something.
CY = """\
  - {id: cy, name: Cy Long, phone: "+12025550105", roles: [responder], teams: [default],
     credentials: [{state: VA, title: LMHP, status: active, expires: 2027-06-30}]}
shifts:"""


@pytest.fixture
def ana(api: Api) -> TestClient:
    people.import_roster(TEST, api.svc, ROSTER.replace("shifts:", CY))
    return api.browser_as("ana", Role.RESPONDER)


@pytest.fixture
def cy(api: Api, ana: TestClient) -> TestClient:
    return api.browser_as("cy", Role.RESPONDER)


def asked(ana: TestClient, **more: Any) -> Any:
    answer = ana.post(f"{API}/swaps", json=ASK | {"asked": ["cy"]} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def on(api: Api, at: str = "2026-01-06T12:00:00Z") -> list[str]:
    found = api.as_(Role.OPERATOR).get(f"{API}/oncall", params={"at": at}).json()
    return [one["person"] for each in found["layers"] if each["layer"] == "primary" for one in each["on"]]


def test_a_swap_has_the_shape_of_the_interface_and_changes_the_roster_when_it_is_taken(
    api: Api, ana: TestClient, cy: TestClient
) -> None:
    made = asked(ana)
    assert {key: made[key] for key in ("team", "layer", "from", "to", "state", "can", "in_roster")} == {
        "team": "default", "layer": "primary", "from": "2026-01-06T08:00:00Z", "to": "2026-01-06T20:00:00Z",
        "state": "asked", "can": ["withdraw"], "in_roster": False,
    }  # fmt: skip
    assert (made["giver"], made["asked"]) == ({"id": "ana", "name": "Ana Ruiz"}, [{"id": "cy", "name": "Cy Long"}])
    seen = cy.get(f"{API}/swaps").json()["items"]
    assert [(each["id"], each["can"]) for each in seen] == [(made["id"], ["take", "decline"])]
    assert on(api) == ["ana"]
    taken = cy.post(f"{API}/swaps/{made['id']}/take")
    assert (taken.status_code, taken.json()["state"], taken.json()["in_roster"]) == (200, "done", True)
    assert (taken.json()["taker"]["id"], taken.json()["can"]) == ("cy", ["undo"])
    assert on(api) == ["cy"]
    undone = ana.post(f"{API}/swaps/{made['id']}/undo")
    assert (undone.json()["state"], undone.json()["can"], on(api)) == ("undone", [], ["ana"])
    assert ana.get(f"{API}/swaps").json()["items"] == []
    assert [each["state"] for each in ana.get(f"{API}/swaps?all=true").json()["items"]] == ["undone"]


def test_whoever_comes_second_is_told_who_has_it(api: Api, ana: TestClient, cy: TestClient) -> None:
    swap = asked(ana, asked=[])["id"]
    cy.post(f"{API}/swaps/{swap}/take")
    late = api.browser_as("dee", Role.SUPERVISOR, Role.COORDINATOR).post(f"{API}/swaps/{swap}/take")
    assert (late.status_code, late.json()["detail"]) == (409, "This swap is done by cy.")


def test_a_coordinator_speaks_for_others_and_nobody_else_does(api: Api, ana: TestClient, cy: TestClient) -> None:
    assert cy.post(f"{API}/swaps", json=ASK | {"giver": "ana"}).status_code == 403
    lead = api.as_(Role.COORDINATOR)
    swap = lead.post(f"{API}/swaps", json=ASK | {"giver": "ana", "asked": ["cy"]}).json()
    assert (swap["giver"]["id"], swap["can"]) == ("ana", ["withdraw"])
    assert ana.post(f"{API}/swaps/{swap['id']}/take", json={"person": "cy"}).status_code == 403
    assert lead.post(f"{API}/swaps/{swap['id']}/take", json={"person": "cy"}).json()["state"] == "done"


def test_agreeing_and_refusing_are_a_coordinators(api: Api, ana: TestClient, cy: TestClient) -> None:
    approved = ROSTER.replace("areas: [fairfax, arlington]", "areas: [fairfax, arlington], swaps: approved")
    people.import_roster(TEST, api.svc, approved.replace("shifts:", CY))
    lead = api.as_(Role.COORDINATOR)
    first = asked(ana)["id"]
    assert cy.post(f"{API}/swaps/{first}/take").json()["state"] == "taken"
    assert cy.post(f"{API}/swaps/{first}/approve").status_code == 403
    waiting = lead.get(f"{API}/swaps").json()["items"]
    assert [each["can"] for each in waiting] == [["withdraw", "approve", "refuse"]]
    assert lead.post(f"{API}/swaps/{first}/refuse").json()["state"] == "refused"
    second = asked(ana)["id"]
    cy.post(f"{API}/swaps/{second}/take")
    assert lead.post(f"{API}/swaps/{second}/approve").json()["state"] == "done"
    assert on(api) == ["cy"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"layer": "backup"}, "from"),
        ({"from": "2026-01-05T11:00:00Z"}, "from"),
        ({"to": "2026-01-06T08:00:00Z"}, "to"),
        ({"to": None}, "to"),
        ({"asked": ["ana"]}, "asked.0"),
        ({"asked": ["cy", "nobody"]}, "asked.1"),
        ({"team": "nowhere"}, "team"),
        ({"start": "2026-01-06T08:00:00Z"}, "start"),
    ],
)
def test_an_ask_that_cannot_be_right(ana: TestClient, change: dict[str, Any], field: str) -> None:
    answer = ana.post(f"{API}/swaps", json=ASK | change)
    assert answer.status_code == 422, answer.text
    assert field in [each["field"] for each in answer.json()["errors"]]


def test_a_sign_in_that_is_nobody_on_a_roster_has_nothing_to_give(api: Api, ana: TestClient) -> None:
    answer = api.as_(Role.RESPONDER).post(f"{API}/swaps", json=ASK)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "person")


def case_of_ana(api: Api) -> tuple[str, str]:
    case = api.log().json()["case"]
    assert api.as_(Role.COORDINATOR).post(f"{API}/cases/{case['id']}/assign", json={"person": "ana"}).status_code == 200
    return case["id"], case["code"]


def test_a_hand_off_lists_its_cases_and_moves_what_is_taken(api: Api, ana: TestClient, cy: TestClient) -> None:
    one, code = case_of_ana(api)
    two, _ = case_of_ana(api)
    made = ana.post(f"{API}/handoffs", json={"team": "default", "taker": "cy"})
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["giver"]["id"], body["taker"]["id"], body["state"], body["can"]) == (
        "ana",
        "cy",
        "offered",
        ["withdraw"],
    )
    assert {case["id"] for case in body["cases"]} == {one, two}
    shown = next(case for case in body["cases"] if case["id"] == one)
    assert {key: shown[key] for key in ("code", "urgency", "state", "by_name", "left")} == {
        "code": code, "urgency": "soon", "state": "accepted", "by_name": False, "left": True,
    }  # fmt: skip
    assert [each["can"] for each in cy.get(f"{API}/handoffs").json()["items"]] == [["accept", "decline"]]
    some = cy.post(f"{API}/handoffs/{body['id']}/accept", json={"cases": [one]}).json()
    assert (some["moved"], some["not_moved"], some["handoff"]["state"]) == ([one], [], "partly")
    rest = cy.post(f"{API}/handoffs/{body['id']}/accept").json()
    assert (rest["moved"], rest["handoff"]["state"], rest["handoff"]["can"]) == ([two], "accepted", [])
    owners = api.as_(Role.COORDINATOR).get(f"{API}/cases/{one}").json()["owners"]
    assert [each["id"] for each in owners] == ["cy"]
    assert cy.get(f"{API}/handoffs").json()["items"] == []
    assert len(cy.get(f"{API}/handoffs?all=true").json()["items"]) == 1


def test_a_hand_off_is_answered_by_whom_it_was_offered_to_alone(api: Api, ana: TestClient, cy: TestClient) -> None:
    case_of_ana(api)
    lead = api.as_(Role.COORDINATOR)
    assert cy.post(f"{API}/handoffs", json={"team": "default", "taker": "ben", "giver": "ana"}).status_code == 403
    offer = {"team": "default", "taker": "cy", "giver": "ana"}
    handoff = lead.post(f"{API}/handoffs", json=offer).json()["id"]
    for act in ("accept", "decline"):
        assert lead.post(f"{API}/handoffs/{handoff}/{act}").status_code == 403
    assert cy.post(f"{API}/handoffs/{handoff}/decline").json()["state"] == "declined"
    assert "handoff" in [alarm["kind"] for alarm in lead.get(f"{API}/alarms").json()["items"]]
    again = lead.post(f"{API}/handoffs", json=offer).json()["id"]
    assert ana.post(f"{API}/handoffs/{again}/withdraw").json()["state"] == "withdrawn"
    assert cy.post(f"{API}/handoffs/{again}/accept").status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"taker": "ana"}, "taker"),
        ({"taker": "nobody"}, "taker"),
        ({"cases": ["0" * 24]}, "cases.0"),
        ({"cases": []}, "cases"),
        ({"person": "cy"}, "person"),
    ],
)
def test_an_offer_that_cannot_be_right(api: Api, ana: TestClient, change: dict[str, Any], field: str) -> None:
    case_of_ana(api)
    answer = ana.post(f"{API}/handoffs", json={"team": "default", "taker": "cy"} | change)
    assert answer.status_code == 422, answer.text
    assert field in [each["field"] for each in answer.json()["errors"]]


def test_another_team_s_swaps_are_not_shown(api: Api, ana: TestClient) -> None:
    asked(ana)
    north = api.as_(Role.COORDINATOR, teams=("north",))
    assert north.get(f"{API}/swaps").json()["items"] == []
    assert north.get(f"{API}/swaps?team=default").status_code == 403

"""A lead waives a credential from the case's page."""

from __future__ import annotations

from datetime import date

from dispatch.access import Role
from tests.api.conftest import Api
from tests.console.conftest import Screen, SignIn


def lapsed(api: Api, operator: Screen) -> str:
    changed = {"credentials": [{"state": "VA", "title": "QMHP", "expires": str(date(2020, 1, 5))}]}
    assert api.as_(Role.COORDINATOR).patch("/api/v1/responders/ben", json=changed).status_code == 200
    return str(api.log().json()["case"]["id"])


def test_a_waiver_shows_who_for_whom_and_why_and_can_be_ended(api: Api, operator: Screen, coordinator: Screen) -> None:
    case = lapsed(api, operator)
    coordinator.open(f"/cases/{case}")
    shown = coordinator.post(f"/cases/{case}/waive", {"person": "ben", "reason": "the roads are closed"})
    assert "credential waived for Ben Okoro, by dee at" in shown.text
    assert "The credential of Ben Okoro was waived for this case" in shown.text
    assert "the roads are closed" in shown.text
    over = coordinator.post(f"/cases/{case}/end-waiver", {"waiver": shown.hidden()["waiver"]})
    assert "credential waived for" not in over.text
    assert "The waiver for Ben Okoro was ended" in over.text


def test_a_refusal_keeps_what_was_entered(api: Api, operator: Screen, coordinator: Screen) -> None:
    case = lapsed(api, operator)
    coordinator.open(f"/cases/{case}")
    refused = coordinator.post(f"/cases/{case}/waive", {"person": "ana", "reason": "the roads are closed"})
    assert refused.status == 409
    assert "Nothing has to be waived" in refused.text
    assert 'value="the roads are closed"' in refused.html


def test_only_leads_see_it(api: Api, operator: Screen, sign_in: SignIn) -> None:
    case = lapsed(api, operator)
    assert "Waive a credential" not in operator.open(f"/cases/{case}").text

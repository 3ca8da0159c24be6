"""Numbers that are proved, and what the service says of each person, by API."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.access import Role
from dispatch.flow import people, verifying
from dispatch.responder import Availability
from dispatch.store import schema
from tests.api.conftest import TEST, Api
from tests.api.made import ROSTER

ANA = "/api/v1/responders/ana"


def code_of(api: Api, person: str) -> str:
    """The code as the text would carry it."""
    with api.svc.record.read() as conn:
        (payload,) = list(conn.scalars(schema.outbox.select().with_only_columns(schema.outbox.c.payload)))
    return verifying.about(api.svc, person, payload["about"])["digits"]


def marks(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {mark["what"]: mark for mark in view["marks"]}


def test_a_code_proves_the_number(api: Api) -> None:
    client = api.browser_as("ana", Role.RESPONDER)
    sent = client.post(f"{ANA}/phone/verify")
    assert (sent.status_code, sent.json()["verified_at"]) == (200, None)
    assert sent.json()["expires_at"] is not None
    wrong = client.post(f"{ANA}/phone/confirm", json={"code": "000000"})
    assert (wrong.status_code, [e["field"] for e in wrong.json()["errors"]]) == (422, ["code"])
    right = client.post(f"{ANA}/phone/confirm", json={"code": code_of(api, "ana")})
    assert right.json()["verified_at"] is not None
    assert client.get(ANA).json()["number_verified_at"] is not None


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "", None])
def test_what_is_no_code_is_refused_by_name(api: Api, code: object) -> None:
    answer = api.browser_as("ana", Role.RESPONDER).post(f"{ANA}/phone/confirm", json={"code": code})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "code")


def test_only_the_person_and_who_manages_people(api: Api) -> None:
    assert api.browser_as("ben", Role.RESPONDER).post(f"{ANA}/phone/verify").status_code == 403
    assert api.as_(Role.AUDITOR).post(f"{ANA}/phone/verify").status_code == 403
    assert api.as_(Role.COORDINATOR).post(f"{ANA}/phone/verify").status_code == 200
    again = api.as_(Role.COORDINATOR).post(f"{ANA}/phone/verify")
    assert (again.status_code, again.json()["type"]) == (409, "refused")


def test_everything_that_is_true_of_a_person_now(api: Api) -> None:
    people.set_availability(TEST, api.svc, "ana", Availability.OFF, 2)
    view = api.as_(Role.COORDINATOR).get(ANA).json()
    found = marks(view)
    assert set(found) == {"on_call", "off", "not_proved"}
    assert view["marks"][0]["what"] == "off"
    assert (found["off"]["blocks"], found["off"]["until"] is not None) == (True, True)
    assert found["on_call"]["because"].startswith("in primary")
    (listed,) = [
        one for one in api.as_(Role.COORDINATOR).get("/api/v1/responders").json()["items"] if one["id"] == "ana"
    ]
    assert listed["marks"] == view["marks"]


def test_who_is_on_call_is_shown_with_what_keeps_pages_away(api: Api) -> None:
    people.import_roster(
        TEST, api.svc, ROSTER.replace("areas: [fairfax, arlington]", "areas: [fairfax, arlington], numbers: verified")
    )
    verifying.proved(TEST, api.svc, "ben", "code")
    layers = {layer["layer"]: layer for layer in api.as_(Role.COORDINATOR).get("/api/v1/oncall").json()["layers"]}
    (ana,) = layers["primary"]["on"]
    assert [(m["what"], m["blocks"]) for m in ana["marks"]] == [("unverified", True)]
    assert layers["primary"]["skipped"][0]["reason"] == "cannot be reached: unverified"
    assert layers["backup"]["on"][0]["marks"] == []
    view = api.as_(Role.COORDINATOR).get(ANA).json()
    assert view["unreachable"] == "unverified"

"""Absences, temporary schedules, fairness and debriefs through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.access import Role
from dispatch.disposition import Disposition
from dispatch.flow import people, work
from tests.api.conftest import TEST, Api
from tests.api.made import ROSTER, contact

NIGHT = {"from": "2026-12-24T20:00:00Z", "to": "2026-12-26T08:00:00Z"}
CHRISTMAS = "2026-12-25T12:00:00Z"


def on(api: Api, layer: str = "primary", at: str = CHRISTMAS) -> list[str]:
    layers = api.as_(Role.OPERATOR).get("/api/v1/oncall", params={"at": at}).json()["layers"]
    return [one["person"] for each in layers if each["layer"] == layer for one in each["on"]]


class TestAbsences:
    def test_away_from_every_layer_until_it_is_taken_back(self, api: Api) -> None:
        asking = api.as_(Role.COORDINATOR)
        made = asking.post("/api/v1/absences", json={"person": "ana", **NIGHT})
        assert made.status_code == 201
        assert made.json()["person"] == {"id": "ana", "name": "Ana Ruiz"}
        assert on(api) == []
        assert asking.get("/api/v1/absences").json()["items"] == [made.json()]
        assert asking.delete(f"/api/v1/absences/{made.json()['id']}").status_code == 204
        assert on(api) == ["ana"]
        assert asking.delete(f"/api/v1/absences/{made.json()['id']}").status_code == 404

    def test_the_same_twice_is_one(self, api: Api) -> None:
        asking = api.as_(Role.COORDINATOR)
        first, second = (asking.post("/api/v1/absences", json={"person": "ana", **NIGHT}).json() for _ in range(2))
        assert first == second
        assert len(asking.get("/api/v1/absences").json()["items"]) == 1

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"person": "nobody", **NIGHT}, "person"),
            ({"person": "ana", "from": NIGHT["to"], "to": NIGHT["from"]}, "to"),
            ({"person": "ana", "from": NIGHT["from"]}, "to"),
        ],
    )
    def test_a_fault_names_its_field(self, api: Api, body: dict[str, str], field: str) -> None:
        answer = api.as_(Role.COORDINATOR).post("/api/v1/absences", json=body)
        assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, [field])

    def test_only_a_coordinator_of_one_of_their_teams(self, api: Api) -> None:
        answer = api.as_(Role.COORDINATOR, teams=("north",)).post("/api/v1/absences", json={"person": "ana", **NIGHT})
        assert answer.status_code == 403
        mine = api.as_(Role.COORDINATOR, teams=("north",)).post("/api/v1/absences", json={"person": "dee", **NIGHT})
        assert mine.status_code == 201

    def test_an_import_of_the_exported_file_changes_nothing(self, api: Api) -> None:
        api.as_(Role.COORDINATOR).post("/api/v1/absences", json={"person": "ana", **NIGHT})
        assert people.import_roster(TEST, api.svc, people.export_roster(TEST, api.svc)).nothing


class TestTemporarySchedules:
    def body(self, **changes: Any) -> dict[str, Any]:
        shift = {"person": "ben", "from": "2026-12-25T00:00:00Z", "to": "2026-12-25T10:00:00Z"}
        return {"team": "default", "layer": "primary", **NIGHT, "shifts": [shift], "fallback": "dee", **changes}

    def test_replaces_the_layer_and_its_fallback_fills_what_is_left_open(self, api: Api) -> None:
        asking = api.as_(Role.COORDINATOR)
        made = asking.post("/api/v1/temporary-schedules", json=self.body())
        assert made.status_code == 201
        assert on(api, at="2026-12-25T09:00:00Z") == ["ben"]
        assert on(api) == ["dee"]
        assert asking.get("/api/v1/temporary-schedules").json()["items"] == [made.json()]
        assert asking.delete(f"/api/v1/temporary-schedules/{made.json()['id']}").status_code == 204
        assert on(api) == ["ana"]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"fallback": "nobody"}, "fallback"),
            ({"shifts": [], "fallback": None}, "shifts"),
            ({"team": "west"}, "team"),
            ({"shifts": [{"person": "zoe", **NIGHT}]}, "shifts.0.person"),
        ],
    )
    def test_a_fault_names_its_field(self, api: Api, changes: dict[str, Any], field: str) -> None:
        answer = api.as_(Role.COORDINATOR).post("/api/v1/temporary-schedules", json=self.body(**changes))
        assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, [field])

    def test_a_layer_has_one_at_a_time(self, api: Api) -> None:
        asking = api.as_(Role.COORDINATOR)
        assert asking.post("/api/v1/temporary-schedules", json=self.body()).status_code == 201
        again = asking.post("/api/v1/temporary-schedules", json=self.body(fallback="ben"))
        assert [e["field"] for e in again.json()["errors"]] == ["from"]


class TestFairness:
    def test_hours_by_the_roster_and_pages_as_they_were_answered(self, api: Api) -> None:
        case = api.log(contact(answers=None)).json()["case"]
        work.assign(TEST, api.svc, case["id"], "ana")
        now = api.clock.now()
        window = {"from": (now - timedelta(hours=24)).isoformat(), "to": (now + timedelta(hours=24)).isoformat()}
        found = api.as_(Role.COORDINATOR).get("/api/v1/fairness", params=window).json()
        assert [one["person"]["id"] for one in found["people"]] == ["ana", "ben", "dee"]
        assert {one["hours"] for one in found["people"]} == {48}
        assert found["people"][0]["pages"] == 0

    def test_a_window_is_a_year_at_most(self, api: Api) -> None:
        window = {"from": "2024-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}
        answer = api.as_(Role.COORDINATOR).get("/api/v1/fairness", params=window)
        assert [e["field"] for e in answer.json()["errors"]] == ["to"]

    def test_somebody_who_does_nothing_is_listed_too(self, api: Api) -> None:
        people.import_roster(TEST, api.svc, ROSTER.replace("person: ben, always", "person: dee, always"))
        found = api.as_(Role.COORDINATOR).get("/api/v1/fairness").json()
        ben = next(one for one in found["people"] if one["person"]["id"] == "ben")
        assert ben.pop("person") == {"id": "ben", "name": "Ben Okoro"}
        assert set(ben.values()) == {0}


class TestDebriefs:
    def hard(self, api: Api) -> str:
        safety = {"attempt_in_progress": "yes"}
        case_id = str(api.log(contact(safety=safety)).json()["case"]["id"])
        work.assign(TEST, api.svc, case_id, "ana")
        work.close(TEST, api.svc, case_id, Disposition.MEDICAL_HOSPITAL)
        return case_id

    def test_offered_wanted_and_held(self, api: Api) -> None:
        case_id = self.hard(api)
        ana, lead = api.browser_as("ana", Role.RESPONDER), api.browser_as("dee", Role.COORDINATOR)
        assert lead.get("/api/v1/debriefs").json()["items"] == []
        (offer,) = ana.get("/api/v1/debriefs").json()["items"]
        assert (offer["case_id"], offer["state"], offer["because"]) == (case_id, "offered", ["attempt_in_progress"])
        wanted = ana.post(f"/api/v1/debriefs/{offer['id']}/want")
        assert (wanted.status_code, wanted.json()["state"]) == (200, "wanted")
        assert [one["person"]["id"] for one in lead.get("/api/v1/debriefs").json()["items"]] == ["ana"]
        assert lead.post(f"/api/v1/debriefs/{offer['id']}/decline").status_code == 403
        assert lead.post(f"/api/v1/debriefs/{offer['id']}/held").json()["state"] == "held"
        assert lead.post(f"/api/v1/debriefs/{offer['id']}/held").status_code == 409

    def test_asked_for_without_an_offer(self, api: Api) -> None:
        ben = api.browser_as("ben", Role.RESPONDER)
        assert ben.post("/api/v1/debriefs", json={}).status_code == 409
        case_id = api.log(contact()).json()["case"]["id"]
        work.assign(TEST, api.svc, case_id, "ben")
        made = ben.post("/api/v1/debriefs", json={"case_id": case_id})
        assert (made.status_code, made.json()["state"]) == (201, "wanted")
        assert ben.post("/api/v1/debriefs", json={}).json()["id"] == made.json()["id"]

"""People, who is on call, overrides and gaps over the API."""

from __future__ import annotations

import pytest

from dispatch.access import Role
from dispatch.flow import people
from tests.api.conftest import TEST, Api

API = "/api/v1"
NEW = {"id": "eli", "name": "Eli Moss", "phone": "+12025550109", "roles": ["responder"], "teams": ["default"]}


def on(api: Api, layer: str, at: str | None = None) -> list[str]:
    found = api.as_(Role.OPERATOR).get(f"{API}/oncall", params={"at": at} if at else {}).json()
    return [one["person"] for each in found["layers"] if each["layer"] == layer for one in each["on"]]


def test_who_is_on_call_has_the_shape_of_the_interface(api: Api) -> None:
    found = api.as_(Role.OPERATOR).get(f"{API}/oncall").json()
    assert (set(found), found["at"], found["team"]) == ({"at", "team", "layers"}, "2026-01-05T12:00:00Z", "default")
    primary = found["layers"][0]
    assert set(primary) == {"layer", "on", "skipped"}
    assert primary["layer"] == "primary"
    (on,) = primary["on"]
    assert [mark["what"] for mark in on.pop("marks")] == ["not_proved"]
    assert on == {"person": "ana", "name": "Ana Ruiz", "until": None, "because": "always"}
    assert primary["skipped"] == []


def test_whoever_is_off_is_skipped_with_a_reason(api: Api) -> None:
    ana = api.browser_as("ana", Role.RESPONDER)
    answer = ana.post(f"{API}/responders/ana/availability", json={"availability": "off", "hours": 2})
    assert answer.json() == {"person": "ana", "availability": "off", "until": "2026-01-05T14:00:00Z"}
    found = api.as_(Role.OPERATOR).get(f"{API}/oncall").json()["layers"][0]
    assert [s["person"] for s in found["skipped"]] == ["ana"]
    assert "OFF" in found["skipped"][0]["reason"]
    assert ana.post(f"{API}/responders/ben/availability", json={"availability": "off"}).status_code == 403


def test_shifts_and_gaps_say_who_said_off(api: Api) -> None:
    ana = api.browser_as("ana", Role.RESPONDER)
    ana.post(f"{API}/responders/ana/availability", json={"availability": "off", "hours": 2})
    reader = api.as_(Role.OPERATOR)
    spells = {one["person"]["id"]: one for one in reader.get(f"{API}/shifts").json()["items"]}
    assert spells["ana"]["off"] == {"from": "2026-01-05T12:00:00Z", "to": "2026-01-05T14:00:00Z"}
    assert spells["ben"]["off"] is None
    (gap,) = [one for one in reader.get(f"{API}/coverage").json()["gaps"] if one["kind"] == "nobody"]
    assert (gap["to"], gap["off"]) == ("2026-01-05T14:00:00Z", ["ana"])
    assert gap["reason"] == "nobody is on call in primary; said OFF: ana"


def test_going_off_as_the_last_one_is_asked_back_on_page_and_api(api: Api) -> None:
    ana = api.browser_as("ana", Role.RESPONDER)
    for other in ("ben", "tom", "dee"):
        api.as_(Role.COORDINATOR).post(f"{API}/responders/{other}/availability", json={"availability": "off"})
    url, off = f"{API}/responders/ana/availability", {"availability": "off"}
    answer = ana.post(url, json=off)
    assert (answer.status_code, answer.json()["type"]) == (409, "asked-back")
    assert answer.json()["detail"] == "ana is the last one on call."
    assert ana.get(f"{API}/responders/ana").json()["availability"] == "roster"
    page = ana.post("/on-call/me", data={"state": "off", "hours": "2"})
    assert page.status_code == 409
    assert "ana is the last one on call." in page.text
    assert 'name="even_so"' in page.text
    assert ana.post(url, json=off | {"even_so": True}).json()["availability"] == "off"


def test_an_override_takes_effect_and_goes_again(api: Api) -> None:
    lead = api.as_(Role.COORDINATOR)
    body = {
        "team": "default", "layer": "primary", "person": "ben", "instead_of": "ana",
        "from": "2026-01-06T08:00:00Z", "to": "2026-01-06T20:00:00Z",
    }  # fmt: skip
    made = lead.post(f"{API}/overrides", json=body)
    assert made.status_code == 201
    assert {key: made.json()[key] for key in body} == body
    assert lead.post(f"{API}/overrides", json=body).json()["id"] == made.json()["id"]
    assert len(lead.get(f"{API}/overrides").json()["items"]) == 1
    assert on(api, "primary", "2026-01-06T12:00:00Z") == ["ben"]
    spells = api.as_(Role.OPERATOR).get(f"{API}/shifts").json()["items"]
    assert {s["person"]["id"] for s in spells if s["layer"] == "primary"} == {"ana", "ben"}
    gone = lead.delete(f"{API}/overrides/{made.json()['id']}")
    assert gone.status_code == 204
    assert lead.delete(f"{API}/overrides/{made.json()['id']}").status_code == 404
    assert on(api, "primary", "2026-01-06T12:00:00Z") == ["ana"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": "2026-01-06T08:00:00Z"}, "to"),
        ({"from": "2026-01-06 08:00"}, "from"),
        ({"from": "1626-01-06T08:00:00Z"}, "from"),
        ({"person": "nobody"}, "person"),
        ({"instead_of": "ben"}, "instead_of"),
        ({"person": None, "instead_of": None}, "person"),
        ({"team": "nowhere"}, "team"),
        ({"layer": "The Night"}, "layer"),
        ({"start": "2026-01-06T08:00:00Z"}, "start"),
    ],
)
def test_an_override_that_cannot_be_right(api: Api, change: dict[str, str | None], field: str) -> None:
    body: dict[str, str | None] = {
        "team": "default", "layer": "primary", "person": "ben", "instead_of": "ana",
        "from": "2026-01-06T08:00:00Z", "to": "2026-01-06T20:00:00Z",
    }  # fmt: skip
    answer = api.as_(Role.COORDINATOR).post(f"{API}/overrides", json=body | change)
    assert answer.status_code == 422, answer.text
    assert field in [e["field"] for e in answer.json()["errors"]]


def test_gaps_have_the_shape_of_the_interface(api: Api) -> None:
    gaps = api.as_(Role.OPERATOR).get(f"{API}/coverage?team=north").json()["gaps"]
    assert gaps
    assert {"from", "to", "layer", "kind", "reason"} <= set(gaps[0])
    assert (gaps[0]["kind"], gaps[0]["from"]) == ("nobody", "2026-01-05T12:00:00Z")


def test_a_new_person_can_be_paged_and_keeps_their_number_to_one_look(api: Api) -> None:
    admin = api.as_(Role.ADMINISTRATOR)
    credential = {"state": "VA", "title": "QMHP", "number": "0732-9", "expires": "2027-06-30"}
    made = admin.post(f"{API}/responders", json=NEW | {"languages": ["es"], "credentials": [credential]})
    assert made.status_code == 201, made.text
    assert (made.json()["name"], made.json()["phone"]) == ("Eli Moss", "+12025550109")
    listed = next(r for r in admin.get(f"{API}/responders").json()["items"] if r["id"] == "eli")
    assert (listed["phone"], listed["credentials"][0]["title"], listed["languages"]) == (None, "QMHP", ["es"])
    assert "0732-9" not in made.text
    assert "responder_seen" in api.looks()
    assert "number: 0732-9" in people.export_roster(TEST, api.svc)


def test_a_change_leaves_the_rest_as_it_was(api: Api) -> None:
    before = people.export_roster(TEST, api.svc)
    admin = api.as_(Role.ADMINISTRATOR)
    changed = admin.patch(f"{API}/responders/ana", json={"capacity": 2})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["capacity"], changed.json()["phone"]) == (2, "+12025550101")
    assert people.export_roster(TEST, api.svc) == before.replace("capacity: 1", "capacity: 2", 1)
    back = admin.patch(f"{API}/responders/ana", json={"capacity": 1})
    assert back.json()["capacity"] == 1
    assert people.export_roster(TEST, api.svc) == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "ana"}, "id"),
        ({"id": "Eli Moss"}, "id"),
        ({"phone": "+12025550101"}, "phone"),
        ({"phone": "2025550109"}, "phone"),
        ({"roles": []}, "roles"),
        ({"roles": ["wizard"]}, "roles.0"),
        ({"teams": ["default", "nowhere"]}, "teams.1"),
        ({"capacity": 0}, "capacity"),
        ({"languages": ["Spanish, a little"]}, "languages.0"),
        ({"credentials": [{"state": "Virginia", "title": "QMHP"}]}, "credentials.0.state"),
        ({"credentials": [{"state": "VA", "title": "QMHP", "expires": "soon"}]}, "credentials.0.expires"),
    ],
)
def test_a_person_that_cannot_be_right(api: Api, change: dict[str, object], field: str) -> None:
    answer = api.as_(Role.ADMINISTRATOR).post(f"{API}/responders", json=NEW | change)
    assert answer.status_code == 422, answer.text
    assert field in [e["field"] for e in answer.json()["errors"]]
    assert len(api.as_(Role.ADMINISTRATOR).get(f"{API}/responders").json()["items"]) == 3


def test_a_supervisor_who_is_not_there_is_refused(api: Api) -> None:
    trainee = {"credentials": [{"state": "VA", "title": "QMHP-T", "supervisor": "nobody"}]}
    assert api.as_(Role.ADMINISTRATOR).post(f"{API}/responders", json=NEW | trainee).status_code == 422


def test_a_coordinator_of_one_team_manages_only_it(api: Api) -> None:
    north = api.as_(Role.COORDINATOR, teams=("north",))
    assert north.patch(f"{API}/responders/ana", json={"capacity": 2}).status_code == 403
    assert north.post(f"{API}/responders", json=NEW).status_code == 403
    assert north.get(f"{API}/responders/ana").status_code == 403
    assert north.get(f"{API}/oncall?team=default").status_code == 403
    assert [r["id"] for r in north.get(f"{API}/responders").json()["items"]] == ["dee"]


def test_windows_are_bounded(api: Api) -> None:
    operator = api.as_(Role.OPERATOR)
    for path in ("shifts", "coverage"):
        backwards = operator.get(f"{API}/{path}?from=2026-01-07T00:00:00Z&to=2026-01-06T00:00:00Z")
        assert backwards.json()["errors"][0]["field"] == "to"
        long = operator.get(f"{API}/{path}?from=2026-01-07T00:00:00Z&to=2027-01-06T00:00:00Z")
        assert long.status_code == 422


def test_a_window_in_another_zone_is_the_same_override_told_in_utc_and_found_by_its_id(api: Api) -> None:
    coordinator = api.as_(Role.COORDINATOR)
    window = {"from": "2026-01-05T07:00:00-05:00", "to": "2026-01-05T09:00:00-05:00"}
    made = coordinator.post(f"{API}/overrides", json={"team": "default", "layer": "primary", "person": "ben", **window})
    assert (made.json()["from"], made.json()["to"]) == ("2026-01-05T12:00:00Z", "2026-01-05T14:00:00Z")
    assert on(api, "primary", "2026-01-05T08:30:00-05:00") == ["ana", "ben"]
    assert coordinator.delete(f"{API}/overrides/{made.json()['id']}").status_code == 204
    looked = coordinator.get(f"{API}/oncall", params={"at": "2026-01-05T08:30:00-05:00"}).json()
    assert looked["at"] == "2026-01-05T13:30:00Z"


@pytest.mark.parametrize("given", [{"hours": "4"}, {"hours": True}, {"even_so": "yes"}, {"even_so": 1}])
def test_what_is_of_another_type_is_not_taken_for_what_it_may_mean(api: Api, given: dict[str, object]) -> None:
    url = f"{API}/responders/ana/availability"
    answer = api.as_(Role.COORDINATOR).post(url, json={"availability": "on", **given})
    assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, list(given))


def test_whoever_leaves_is_in_no_list_any_more_and_may_come_back(api: Api) -> None:
    coordinator = api.as_(Role.COORDINATOR)

    def listed() -> set[str]:
        return {one["id"] for one in coordinator.get(f"{API}/responders").json()["items"]}

    left = coordinator.patch(f"{API}/responders/ben", json={"active": False})
    assert (left.status_code, left.json()["active"], "ben" in listed()) == (200, False, False)
    back = coordinator.patch(f"{API}/responders/ben", json={"active": True})
    assert (back.status_code, back.json()["active"], "ben" in listed()) == (200, True, True)

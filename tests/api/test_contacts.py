"""Logging a contact, as the interface promises it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from dispatch.access import Role
from tests.api.conftest import Api
from tests.api.made import CALM, GRAVE, NO, contact


def test_the_answer_has_exactly_the_shape_of_the_example(api: Api) -> None:
    answer = api.log()
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"contact_id", "case", "prompts"}
    assert body["prompts"] == []
    case = body["case"]
    words = "id code state team urgency response_mode respond_by queue_position incomplete because"
    assert set(case) == set(words.split())
    assert (case["state"], case["team"], case["urgency"]) == ("waiting", "default", "soon")
    assert (case["response_mode"], case["queue_position"], case["incomplete"]) == ("phone", 1, False)
    assert case["respond_by"] == "2026-01-06T12:00:00Z"
    [because] = case["because"]
    assert set(because) == {"protocol", "version", "band", "reasons"}
    assert (because["protocol"], because["band"], because["reasons"]) == ("cssrs-screener", "low", ["q2 = yes"])


def test_what_to_ask_or_do_next_is_told_as_on_the_form(api: Api) -> None:
    body = contact(safety={**NO, "overdose_taken": "yes", "violence": "unknown"}, needs={"skills": ["perinatl"]})
    answer = api.log(body, key="k").json()
    assert answer["prompts"] == [
        "Call 911 now and stay on the line; record the hand-off, and keep the case until they confirm contact.",
        "Is anyone being violent right now?",
        "Nobody in the team has the skill perinatl. Was perinatal meant?",
    ]
    assert api.log(body, key="k").json()["prompts"] == []


def test_an_assessment_tells_what_to_ask_next(api: Api) -> None:
    case = api.log(contact(assessments=[])).json()["case"]["id"]
    answers = {f"q{n}": 0 for n in range(1, 9)} | {"q9": 1}
    body = {"protocol": "phq-9", "answers": answers}
    told = api.as_(Role.OPERATOR).post(f"/api/v1/cases/{case}/assessments", json=body).json()["prompts"]
    assert told[-1] == "Ask cssrs-screener: phq-9 item9_flag."


def test_the_position_is_the_place_in_the_waiting_order(api: Api) -> None:
    first = api.log().json()["case"]
    worse = api.log(contact(GRAVE)).json()["case"]
    assert (first["queue_position"], worse["queue_position"]) == (1, 1)
    queue = api.as_(Role.OPERATOR).get("/api/v1/queue").json()["items"]
    assert [(line["position"], line["id"]) for line in queue] == [(1, worse["id"]), (2, first["id"])]


def test_the_same_key_and_body_again_is_the_same_contact_as_it_is_now(api: Api) -> None:
    first = api.log(key="k")
    api.log(contact(GRAVE))
    again = api.log(key="k")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["contact_id"] == first.json()["contact_id"]
    assert (first.json()["case"]["queue_position"], again.json()["case"]["queue_position"]) == (1, 2)


def test_the_same_key_with_another_body_is_refused(api: Api) -> None:
    api.log(key="k")
    other = api.log(contact(GRAVE), key="k")
    assert other.status_code == 409
    assert other.headers["content-type"] == "application/problem+json"
    assert other.json()["type"] == "key-reused"


def test_a_key_belongs_to_whoever_sent_it(api: Api) -> None:
    mine = api.log(key="k").json()
    theirs = api.as_(Role.SUPERVISOR).post("/api/v1/contacts", json=contact(GRAVE), headers={"Idempotency-Key": "k"})
    assert theirs.status_code == 201
    assert theirs.json()["contact_id"] != mine["contact_id"]


def test_twins_at_the_same_moment_make_one_contact(api: Api) -> None:
    api.as_(Role.OPERATOR)
    answers: list[Any] = []
    start = threading.Barrier(4)

    def send() -> None:
        start.wait()
        answers.append(api.log(key="twin"))

    twins = [threading.Thread(target=send) for _ in range(4)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join()
    assert sorted(a.status_code for a in answers) == [200, 200, 200, 201]
    assert len({a.json()["contact_id"] for a in answers}) == 1
    assert len(api.as_(Role.OPERATOR).get("/api/v1/cases").json()["items"]) == 1


def test_a_prank_is_kept_with_its_disposition_and_makes_no_case(api: Api) -> None:
    body = {"channel": "voice", "call_type": "prank", "team": "default", "disposition": "call_ended", "worry": "none"}
    answer = api.log(body | {"safety": contact()["safety"], "person": {"age_band": "25-40"}})
    assert (answer.status_code, answer.json()["case"]) == (201, None)


def test_resolved_on_the_call_needs_everything_said(api: Api) -> None:
    answer = api.log(contact(disposition="resolved_on_call", outcome="distress_down"))
    assert answer.status_code == 422
    assert {e["field"] for e in answer.json()["errors"]} == {"resources_offered", "follow_up"}
    said: dict[str, Any] = {"outcome": "distress_down", "resources_offered": ["988"], "follow_up": "declined"}
    answer = api.log(contact(disposition="resolved_on_call", **said))
    assert answer.status_code == 201, answer.text
    assert answer.json()["case"]["state"] == "closed"


def test_resolved_on_the_call_at_urgent_or_above_needs_a_supervisor(api: Api) -> None:
    said: dict[str, Any] = {"outcome": "distress_down", "resources_offered": [], "follow_up": "accepted"}
    body = contact(GRAVE, disposition="resolved_on_call", **said)
    assert api.log(body).status_code == 422
    by_supervisor = api.as_(Role.SUPERVISOR).post("/api/v1/contacts", json=body, headers={"Idempotency-Key": "s"})
    assert by_supervisor.status_code == 201
    assert by_supervisor.json()["case"]["state"] == "closed"


def test_a_second_contact_joins_an_open_case(api: Api) -> None:
    case = api.log().json()["case"]
    joined = api.log(contact(GRAVE, case_id=case["id"]))
    assert joined.status_code == 201
    assert joined.json()["case"]["id"] == case["id"]
    assert joined.json()["case"]["urgency"] == "very_urgent"
    detail = api.as_(Role.OPERATOR).get(f"/api/v1/cases/{case['id']}").json()
    assert len(detail["contacts"]) == 2


def test_a_lower_result_in_a_second_contact_waits_until_a_second_person_confirms_it(api: Api) -> None:
    case = api.log(contact(GRAVE)).json()["case"]
    api.clock.forward(minutes=1)
    assert api.log(contact(CALM, case_id=case["id"])).json()["case"]["urgency"] == "very_urgent"
    path = f"/api/v1/cases/{case['id']}"
    given = api.as_(Role.OPERATOR).get(path).json()["assessments"]
    assert [(one["band"], one["standing"]) for one in given] == [("high", "counts"), ("low", "proposed")]
    confirmed = api.as_(Role.SUPERVISOR).post(f"{path}/assessments/{given[1]['id']}/confirm")
    assert (confirmed.status_code, confirmed.json()["urgency"]) == (200, "soon")


def test_an_ending_does_not_end_the_case_a_contact_joins_and_is_refused(api: Api) -> None:
    case = api.log().json()["case"]
    said = {"outcome": "distress_down", "resources_offered": [], "follow_up": "declined"}
    for ending in ({"disposition": "resolved_on_call", **said}, {"disposition": "died"}):
        answer = api.log(contact(case_id=case["id"], **ending))
        assert [e["field"] for e in answer.json()["errors"]] == ["disposition"], answer.text
    silent = contact(case_id=case["id"], call_type="silent", disposition="no_one_spoke", assessments=[])
    assert api.log(silent).status_code == 201
    detail = api.as_(Role.OPERATOR).get(f"/api/v1/cases/{case['id']}").json()
    assert [each["disposition"] for each in detail["contacts"]] == [None, "no_one_spoke"]


def test_while_the_operator_still_asks_an_unfinished_form_waits(api: Api) -> None:
    unfinished = dict(list(CALM.items())[:2])
    case = api.log(contact(unfinished, assessing=True)).json()["case"]
    assert (case["state"], case["incomplete"], case["queue_position"]) == ("logged", True, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channel": None}, "channel"),
        ({"call_type": "unheard_of"}, "call_type"),
        ({"team": "nowhere"}, "team"),
        ({"team": 7}, "team"),
        ({"surprise": "yes"}, "surprise"),
        ({"safety": {"waepon": "no"}}, "safety.waepon"),
        ({"safety": {"weapon": "perhaps"}}, "safety.weapon"),
        ({"person": {"phone": {"number": "2025550143"}}}, "person.phone.number"),
        ({"person": {"phone": {"number": "+1202555"}}}, "person.phone.number"),
        ({"person": {"age": "17"}}, "person.age"),
        ({"person": {"age": 17, "age_band": "25-40"}}, "person.age_band"),
        ({"caller": {"phone": "anonymous"}}, "caller.phone"),
        ({"location": {"area": "12 Nowhere Lane"}}, "location.area"),
        ({"answered_at": "2026-01-05T11:59:00"}, "answered_at"),
        ({"answered_at": 1767614340}, "answered_at"),
        ({"answered_at": "1767614340"}, "answered_at"),
        ({"answered_at": "2026-01-06T12:00:00Z"}, "answered_at"),
        ({"assessing": 1}, "assessing"),
        ({"assessing": "no"}, "assessing"),
        ({"person": {"name": "A\0na"}}, "person.name"),
        ({"person": {"na\0me": "Ana"}}, "person.na\0me"),
        ({"needs": {"languages": ["Klingon, fluently"]}}, "needs.languages.0"),
        ({"assessments": [{"protocol": "made-up", "answers": {}}]}, "assessments.0.protocol"),
        ({"assessments": [{"protocol": "cssrs-screener", "answers": {"q9": "yes"}}]}, "assessments.0.answers.q9"),
        ({"assessments": [{"protocol": "cssrs-screener", "answers": {"q2": "maybe"}}]}, "assessments.0.answers.q2"),
        ({"assessments": [{"protocol": "phq-9", "answers": {"q1": [1]}}]}, "assessments.0.answers.q1"),
        ({"assessments": [{"protocol": "phq-9", "answers": {"q1": {"missing": 1}}}]}, "assessments.0.answers.q1"),
        ({"assessments": [{"protocol": "phq-9", "answers": {"q1": True}}]}, "assessments.0.answers.q1"),
        ({"assessments": [{"protocol": "phq-9", "answers": {"q1": 1.0}}]}, "assessments.0.answers.q1"),
        ({"outcome": "distress_down"}, "outcome"),
        ({"case_id": "../etc"}, "case_id"),
        ({"narrative": "x" * 20_001}, "narrative"),
    ],
)
def test_what_cannot_be_right_is_named_and_nothing_is_stored(api: Api, change: dict[str, Any], field: str) -> None:
    answer = api.log(contact(**change), key="k")
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["type"]) == (422, problem["type"])
    assert field in {e["field"] for e in problem["errors"]}
    assert api.as_(Role.OPERATOR).get("/api/v1/cases").json()["items"] == []
    # The key is still free: nothing was half-done.
    assert api.log(key="k").status_code == 201


def test_a_value_is_never_repeated_in_an_error(api: Api) -> None:
    answer = api.log(contact(person={"name": "Secret Name", "age": "Secret Age"}, channel="Secret Channel"))
    assert answer.status_code == 422
    assert "Secret" not in answer.text


def test_a_case_of_another_team_cannot_be_joined(api: Api) -> None:
    case = api.log().json()["case"]
    answer = api.log(contact(team="north", case_id=case["id"]))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "case_id"


def test_the_key_is_required_and_must_be_printable(api: Api) -> None:
    operator = api.as_(Role.OPERATOR)
    for headers in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "x" * 256}, {"Idempotency-Key": "a b"}):
        answer = operator.post("/api/v1/contacts", json=contact(), headers=headers)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_earlier_contacts_are_found_by_number_and_the_look_is_written_down(api: Api) -> None:
    case = api.log().json()["case"]
    operator = api.as_(Role.OPERATOR)
    found = operator.post("/api/v1/contacts/search", json={"phone": "+12025550143"}).json()
    assert [c["id"] for c in found["cases"]] == [case["id"]]
    assert found["contacts"][0]["personal"]["person"]["name"] == "Made Up"
    nobody = operator.post("/api/v1/contacts/search", json={"phone": "+12025550144"}).json()
    assert nobody == {"contacts": [], "cases": []}
    assert api.looks() == ["person_searched", "found_by_search", "person_searched"]

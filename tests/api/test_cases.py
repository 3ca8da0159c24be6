"""Working a case through the API, and what each look leaves behind."""

from __future__ import annotations

from typing import Any

from dispatch.access import Actor, Role, system
from dispatch.flow import firing, paging, searching
from tests.api.conftest import Api
from tests.api.made import GRAVE, contact

ANA = Actor("ana", frozenset({Role.RESPONDER}), person="ana")


def paged(api: Api, **changes: Any) -> dict[str, Any]:
    """A grave case whose first page is out."""
    case: dict[str, Any] = api.log(contact(GRAVE, **changes)).json()["case"]
    searching.match_team(system("test"), api.svc, "default")
    return case


def act(api: Api, role: Role, case_id: str, name: str, **body: Any) -> Any:
    return api.as_(role).post(f"/api/v1/cases/{case_id}/{name}", json=body or None)


def test_a_case_from_accept_to_closed(api: Api) -> None:
    case = paged(api)
    assert paging.accept(ANA, api.svc, case["id"], "ana", None)
    lead = Role.SUPERVISOR
    for status, state in [
        ("en_route", "en_route"),
        ("arrived", "on_scene"),
        ("engaged", "engaged"),
        ("cleared", "cleared"),
    ]:
        answer = act(api, lead, case["id"], "status", status=status, person="ana")
        assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert act(api, Role.OPERATOR, case["id"], "note", text="slept well").status_code == 200
    blank = act(api, Role.OPERATOR, case["id"], "note", text="  ")
    assert blank.json()["errors"] == [{"field": "text", "problem": "is empty"}]
    closed = act(api, Role.OPERATOR, case["id"], "close", disposition="de_escalated")
    assert closed.json()["state"] == "closed"
    assert api.as_(Role.OPERATOR).get("/api/v1/cases").json()["items"] == []
    [line] = api.as_(Role.OPERATOR).get("/api/v1/cases?state=closed").json()["items"]
    assert (line["id"], line["disposition"]) == (case["id"], "de_escalated")
    reopened = act(api, Role.SUPERVISOR, case["id"], "reopen", reason="called again")
    assert reopened.json()["state"] == "waiting"


def test_one_case_shows_everything_and_the_look_is_recorded(api: Api) -> None:
    case = paged(api)
    detail = api.as_(Role.OPERATOR).get(f"/api/v1/cases/{case['id']}").json()
    assert detail["contacts"][0]["personal"]["narrative"] == contact()["narrative"]
    assert detail["contacts"][0]["personal"]["person"]["phone"]["number"] == "+12025550143"
    assert detail["contacts"][0]["facts"]["safety"]["weapon"] == "no"
    assert detail["assessments"][0]["answers"]["q4"] == "yes"
    assert detail["pages"][0]["person"] == {"id": "ana", "name": "Ana Ruiz"}
    assert (detail["escalation"]["step"], detail["escalation"]["asks"]) == (1, ["primary"])
    assert detail["due_meaning"] is not None
    assert (detail["respond_by"], detail["arrive_by"]) == ("2026-01-05T13:00:00Z", "2026-01-05T14:00:00Z")
    assert api.looks() == ["case_seen"]


def test_a_case_has_its_level_in_other_services_codes_with_the_source(api: Api) -> None:
    case = paged(api)
    codes = api.as_(Role.OPERATOR).get(f"/api/v1/cases/{case['id']}").json()["codes"]
    # Very urgent, mobile: the UK's B, NHS England's 4 (which stands above its 2), a Marcus Alert level 2.
    assert {one["scale"]: one["code"] for one in codes} == {"marcus-alert": "2", "uk-mhts": "B", "nhs-crisis": "4"}
    assert all(len(one["source"]) > 20 for one in codes)


def test_every_result_of_a_case_is_kept_and_the_most_urgent_decides(api: Api) -> None:
    case = api.log().json()["case"]
    client, address = api.as_(Role.OPERATOR), f"/api/v1/cases/{case['id']}/assessments"
    high = {"q1": "yes", "q2": "yes", "q3": "no", "q4": "yes", "q5": "no", "q6": "no"}
    bodies = [
        {"protocol": "phq-2", "answered_by": "self", "answers": {"q1": 0, "q2": 0}},
        {"protocol": "cssrs-screener", "answered_by": "reported", "answers": high},
    ]
    urgencies = [client.post(address, json=body).json()["case"]["urgency"] for body in bodies]
    assert (case["urgency"], urgencies) == ("soon", ["soon", "very_urgent"])
    kept = client.get(f"/api/v1/cases/{case['id']}").json()["assessments"]
    # All at one moment of a clock that stands still, so in no order of their own.
    assert {(one["protocol"], one["band"], one["answered_by"]) for one in kept} == {
        ("cssrs-screener", "low", "self"),
        ("phq-2", "negative", "self"),
        ("cssrs-screener", "high", "reported"),
    }


def test_assessing_again_moves_the_case_in_the_queue(api: Api) -> None:
    first = api.log().json()["case"]["id"]
    api.clock.forward(seconds=1)
    second = api.log().json()["case"]["id"]
    client = api.as_(Role.OPERATOR)

    def order() -> list[str]:
        return [line["id"] for line in client.get("/api/v1/queue").json()["items"]]

    assert order() == [first, second]
    high = {"q1": "yes", "q2": "yes", "q3": "no", "q4": "yes", "q5": "no", "q6": "no"}
    client.post(f"/api/v1/cases/{second}/assessments", json={"protocol": "cssrs-screener", "answers": high})
    assert order() == [second, first]


def test_the_timeline_tells_what_happened_and_what_was_written(api: Api) -> None:
    case = paged(api)
    act(api, Role.OPERATOR, case["id"], "note", text="neighbour is with them")
    items = api.as_(Role.SUPERVISOR).get(f"/api/v1/cases/{case['id']}/timeline").json()["items"]
    kinds = [item["kind"] for item in items]
    assert kinds[:2] == ["contact_logged", "case_opened"]
    assert "page_wanted" in kinds
    [note] = [item for item in items if item["kind"] == "note_note"]
    assert (note["text"], note["by"]["name"]) == ("neighbour is with them", "operator")
    wanted = next(item for item in items if item["kind"] == "page_wanted")
    assert wanted["data"]["person_name"] == "Ana Ruiz"
    assert api.looks() == ["timeline_seen"]


def test_lists_hold_nothing_of_the_people_who_called(api: Api) -> None:
    paged(api)
    operator = api.as_(Role.OPERATOR)
    for path in ("cases", "queue", "alarms", "responders", "shifts", "oncall"):
        text = operator.get(f"/api/v1/{path}").text
        for personal in ("Made Up", "Nowhere Lane", "+1202555", "cannot sleep"):
            assert personal not in text, path
    assert api.looks() == []


def test_cases_are_paged_newest_first_without_a_gap(api: Api) -> None:
    logged = []
    for _ in range(5):
        logged.append(api.log().json()["case"]["id"])
        api.clock.forward(seconds=1)
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = api.as_(Role.OPERATOR).get("/api/v1/cases", params=query).json()
        seen += [line["id"] for line in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == logged[::-1]


def test_the_queue_is_paged_too(api: Api) -> None:
    for _ in range(3):
        api.log()
    first = api.as_(Role.OPERATOR).get("/api/v1/queue?limit=2").json()
    second = api.as_(Role.OPERATOR).get(f"/api/v1/queue?limit=2&cursor={first['next']}").json()
    assert [line["position"] for line in [*first["items"], *second["items"]]] == [1, 2, 3]
    assert second["next"] is None


def test_a_lower_urgency_waits_for_a_second_person(api: Api) -> None:
    case = paged(api)
    proposed = act(api, Role.OPERATOR, case["id"], "regrade", urgency="soon", reason="calmer now").json()
    assert (proposed["took_effect"], proposed["case"]["urgency"]) == (False, "very_urgent")
    assert act(api, Role.OPERATOR, case["id"], "regrade/confirm").status_code == 409
    confirmed = act(api, Role.SUPERVISOR, case["id"], "regrade/confirm")
    assert (confirmed.status_code, confirmed.json()["urgency"]) == (200, "soon")


def test_a_further_assessment_moves_the_case(api: Api) -> None:
    case = api.log().json()["case"]
    body = {"protocol": "cssrs-screener", "answers": GRAVE}
    scored = api.as_(Role.OPERATOR).post(f"/api/v1/cases/{case['id']}/assessments", json=body)
    assert scored.status_code == 201
    assert (scored.json()["counts"], scored.json()["case"]["urgency"]) == (True, "very_urgent")


def test_assign_release_escalate_and_stand_down(api: Api) -> None:
    case = paged(api)
    assert act(api, Role.OPERATOR, case["id"], "assign", person="ana").status_code == 403
    assert act(api, Role.COORDINATOR, case["id"], "assign", person="nobody").status_code in (404, 409, 422)
    assert act(api, Role.COORDINATOR, case["id"], "assign", person="ana").json()["state"] == "accepted"
    released = act(api, Role.COORDINATOR, case["id"], "release", person="ana", reason="off sick")
    assert released.json()["state"] == "waiting"
    assert act(api, Role.OPERATOR, case["id"], "escalate").status_code == 200
    assert act(api, Role.COORDINATOR, case["id"], "stand-down").json()["state"] == "cleared"


def test_the_hand_off_to_911_and_its_confirmation(api: Api) -> None:
    case = paged(api)
    called = act(
        api, Role.OPERATOR, case["id"], "emergency", called_by="operator", agency="fairfax-911", reason="knife"
    )
    assert called.status_code == 200
    detail = api.as_(Role.OPERATOR).get(f"/api/v1/cases/{case['id']}").json()
    assert (detail["emergencies"][0]["agency"], detail["emergencies"][0]["confirmed_at"]) == ("fairfax-911", None)
    confirmed = act(
        api, Role.OPERATOR, case["id"], "emergency",
        called_by="operator", agency="fairfax-911", contact_confirmed_at="2026-01-05T11:59:59Z",
    )  # fmt: skip
    assert confirmed.status_code == 200
    future = act(
        api, Role.OPERATOR, case["id"], "emergency",
        called_by="operator", agency="fairfax-911", contact_confirmed_at="2026-01-07T12:00:00Z",
    )  # fmt: skip
    assert future.json()["errors"][0]["field"] == "contact_confirmed_at"


def test_recontact_keeps_the_promise_to_call_back(api: Api) -> None:
    case = paged(api, caller={"relation": "self", "line": "lost"})
    assert act(api, Role.OPERATOR, case["id"], "recontact", reached=False, line="lost").status_code == 200
    detail = api.as_(Role.OPERATOR).get(f"/api/v1/cases/{case['id']}").json()
    assert (detail["recontacts"][0]["tries"], detail["recontacts"][0]["owner"]["name"]) == (1, "operator")


def test_a_responder_answers_a_page_at_a_screen(api: Api) -> None:
    case = paged(api)
    ana = api.browser_as("ana", Role.RESPONDER)
    mine = ana.post(f"/api/v1/cases/{case['id']}/accept")
    assert (mine.status_code, mine.json()["yours"], mine.json()["case"]["state"]) == (200, True, "accepted")
    nobody = act(api, Role.SUPERVISOR, case["id"], "accept")
    assert (nobody.status_code, nobody.json()["type"]) == (409, "refused")


def test_a_declined_page_asks_the_next_person(api: Api) -> None:
    case = paged(api)
    ana, ben = api.browser_as("ana", Role.RESPONDER), api.browser_as("ben", Role.RESPONDER)
    assert ben.post(f"/api/v1/cases/{case['id']}/decline").status_code == 409
    assert ana.post(f"/api/v1/cases/{case['id']}/decline").status_code == 200
    detail = ana.get(f"/api/v1/cases/{case['id']}").json()
    assert detail["pages"][0]["answer"] == "declined"
    theirs = ana.post(f"/api/v1/cases/{case['id']}/decline", json={"page_id": "0" * 24})
    assert theirs.status_code == 404


def test_an_alarm_is_silenced_for_whoever_acknowledges_it(api: Api) -> None:
    case = paged(api)
    for _ in range(30):
        api.clock.forward(minutes=1)
        firing.fire_due(system("test"), api.svc, None, 100)
        searching.match_team(system("test"), api.svc, "default")
    ringing = api.as_(Role.SUPERVISOR).get("/api/v1/alarms").json()["items"]
    unanswered = next(a for a in ringing if a["kind"] == "unanswered")
    assert (unanswered["case_id"], unanswered["code"], unanswered["silent_until"]) == (case["id"], case["code"], None)
    seen = api.as_(Role.SUPERVISOR).post(f"/api/v1/alarms/{unanswered['id']}/acknowledge")
    assert seen.status_code == 200
    assert seen.json()["silent_until"] is not None
    assert seen.json()["ended_at"] is None
    others = api.as_(Role.COORDINATOR).get("/api/v1/alarms").json()["items"]
    assert next(a for a in others if a["id"] == unanswered["id"])["silent_until"] is None


def test_what_is_not_there_is_a_problem(api: Api) -> None:
    operator = api.as_(Role.OPERATOR)
    for path in ("cases/nothing", "cases/nothing/timeline", "responders/nobody", "protocols/nothing"):
        answer = operator.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert operator.post("/api/v1/alarms/nothing/acknowledge").status_code == 404
    assert operator.get("/api/v1/nowhere").json()["type"] == "not-found"
    assert operator.delete("/api/v1/queue").status_code == 405
    assert operator.get("/api/v1/cases?cursor=%00").status_code == 422
    assert operator.get("/api/v1/queue?team=nowhere").status_code == 422


def test_a_sign_in_for_one_team_sees_and_moves_only_that_team(api: Api) -> None:
    case = paged(api)
    north = api.as_(Role.COORDINATOR, teams=("north",))
    assert north.get("/api/v1/cases").json()["items"] == []
    assert north.get("/api/v1/queue?team=default").status_code == 403
    assert north.get(f"/api/v1/cases/{case['id']}").status_code == 403
    assert north.post(f"/api/v1/cases/{case['id']}/close", json={"disposition": "duplicate"}).status_code == 403
    assert north.post("/api/v1/contacts/search", json={"phone": "+12025550143"}).json()["cases"] == []

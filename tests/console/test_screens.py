"""The board, a case and what can be done to it, the operator's and the responder's own pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch.clock import ManualClock
from dispatch.facts import SAFETY_FACTS
from dispatch.flow import firing, inbound, people, searching
from dispatch.responder import Availability
from dispatch.store import schema
from tests.api.conftest import TEST, Api
from tests.api.made import GRAVE, contact
from tests.console.conftest import Screen, case_of, fill


def waiting(api: Api, **changes: object) -> tuple[str, str]:
    """A logged contact's case: its id and code."""
    case = api.log(contact(GRAVE, **changes)).json()["case"]
    return case["id"], case["code"]


def paged(api: Api, **changes: object) -> tuple[str, str]:
    case = waiting(api, **changes)
    searching.match_team(TEST, api.svc, "default")
    return case


def link_of(api: Api, case: str) -> str:
    with api.svc.record.read() as conn:
        from dispatch.store import casefiles

        return casefiles.load(conn, api.svc.record, case, lock=False).pages[0].link


def test_the_board_shows_who_waits_in_order_with_place_urgency_and_why(api: Api, coordinator: Screen) -> None:
    calm = api.log().json()["case"]["code"]
    _, grave = waiting(api)
    shown = coordinator.open("/board").text
    assert "Waiting for somebody (2)" in shown
    assert shown.index(grave) < shown.index(calm)
    assert "very urgent mobile visit, fairfax" in shown
    assert "cssrs-screener: high (q4 = yes)" in shown


def test_the_board_shows_open_pages_who_is_on_call_and_what_is_worked(api: Api, coordinator: Screen) -> None:
    case, code = paged(api)
    assert "Ana Ruiz primary" in coordinator.open("/board").text
    assert "not sent yet" in coordinator.text
    assert "backup Ben Okoro" in coordinator.text
    coordinator.open(f"/cases/{case}")
    coordinator.post(f"/cases/{case}/assign", {"person": "ana"})
    coordinator.post(f"/cases/{case}/assign", {"person": "ben"})
    shown = coordinator.open("/board").text
    assert "Being worked (1)" in shown
    assert "alarm if nobody has spoken with the person" in shown
    assert code in shown


def test_an_alarm_is_seen_and_goes_on_ringing_for_others(api: Api, coordinator: Screen, clock: ManualClock) -> None:
    paged(api)
    for _ in range(12):
        clock.forward(minutes=2)
        firing.fire_due(TEST, api.svc, None, 100)
        searching.match_team(TEST, api.svc, "default")
    shown = coordinator.open("/board")
    assert "Nobody has taken this case" in shown.text
    assert 'data-title="(1 alarm) Board' in shown.html
    alarm = re.search(r"/alarms/(\w+)/acknowledge", shown.html)
    assert alarm
    assert "Silent for you until" in coordinator.post(f"/alarms/{alarm[1]}/acknowledge").text
    assert "Nobody has taken this case" in coordinator.text


def test_gaps_on_the_board_are_by_name_and_an_unproved_number_is_none(api: Api, coordinator: Screen) -> None:
    people.set_availability(TEST, api.svc, "dee", Availability.OFF, 2)
    shown = coordinator.open("/board").text
    at = shown.index("Gaps in the next 72 hours")
    ahead = shown[at:]
    assert ahead.index("Nobody is on call in supervisor: Dee Park") < ahead.index("never proved by a code")
    assert "the number was never proved by a code: Ana Ruiz, Ben Okoro and Dee Park." in ahead
    assert "the number is not proved" not in shown
    assert ahead.count("Ana Ruiz") == 1


def test_nothing_about_the_person_is_on_the_board(api: Api, coordinator: Screen) -> None:
    paged(api)
    html = coordinator.open("/board").html
    for private in ("Made Up", "5550143", "Nowhere Lane", "cannot sleep"):
        assert private not in html


def test_a_case_shows_all_that_is_known_and_the_look_is_written_down(api: Api, coordinator: Screen) -> None:
    case, _ = paged(api)
    before = api.looks().count("case_seen")
    shown = coordinator.open(f"/cases/{case}").text
    for known in ("Made Up", "+12025550143", "12 Nowhere Lane", "cannot sleep", "high by this screen", "q4 = yes"):
        assert known in shown
    assert "Ana Ruiz is paged (primary)" in shown
    assert api.looks().count("case_seen") == before + 1


def test_a_text_s_link_leads_to_a_sign_in_then_to_the_case_with_one_key_to_accept(api: Api, ana: Screen) -> None:
    case, _ = paged(api)
    link = link_of(api, case)
    stranger = Screen(api.browser())
    assert stranger.open(f"/p/{link}").at == "/sign-in"
    assert stranger.hidden()["next"] == f"/p/{link}"
    assert ana.open(f"/p/{link}").at == f"/cases/{case}"
    assert "Will you take it?" in ana.text
    assert ana.open("/p/abcdefghij").status == 404
    page = ana.open(f"/cases/{case}").hidden()["page"]
    assert "You have this case" in ana.post(f"/cases/{case}/accept", {"page": page}).text
    # The wrong person's page is nobody's to answer.
    assert ana.post(f"/cases/{case}/decline", {"page": "0" * 24}).status == 404


def test_working_a_case_from_the_telephone_s_screen_to_its_end(api: Api, ana: Screen, coordinator: Screen) -> None:
    case, _ = paged(api)
    ana.open(f"/cases/{case}")
    ana.post(f"/cases/{case}/accept", {"page": ana.hidden()["page"]})
    coordinator.open(f"/cases/{case}")
    coordinator.post(f"/cases/{case}/assign", {"person": "ben"})
    for status, state in (("en_route", "on the way"), ("arrived", "on scene"), ("engaged", "spoken with")):
        assert f"State {state}" in ana.post(f"/cases/{case}/status", {"status": status}).text
    assert "I need help now" in ana.text
    ana.post(f"/cases/{case}/note", {"text": "calmer, a friend stays"})
    assert "calmer, a friend stays" in ana.text
    ana.post(f"/cases/{case}/status", {"status": "cleared"})
    done = ana.post(f"/cases/{case}/close", {"disposition": "de_escalated"})
    assert "State closed" in done.text
    assert "With nobody any more" in done.text
    assert "How it ended Calmed, stays where they are" in done.text
    assert "Closed: Calmed, stays where they are" in done.text
    assert "Open it again" in done.text


def test_whoever_calls_for_help_sees_nothing_of_it_and_everybody_else_does(
    api: Api, ana: Screen, coordinator: Screen
) -> None:
    """Whoever is with them may be reading their screen."""
    case, _ = paged(api)
    ana.open(f"/cases/{case}")
    ana.post(f"/cases/{case}/accept", {"page": ana.hidden()["page"]})
    ana.post(f"/cases/{case}/status", {"status": "arrived"})
    quiet = ana.open(f"/cases/{case}").text
    shown = ana.post(f"/cases/{case}/help").text
    for words in ("Alarms ringing", "larm", "danger"):
        assert shown.count(words) <= quiet.count(words), words
    assert "Alarms ringing" in coordinator.open(f"/cases/{case}").text


@pytest.mark.parametrize(
    ("act", "values", "problem"),
    [
        ("close", {}, "is needed"),
        ("close", {"disposition": "gone fishing"}, "choose one of the list"),
        ("regrade", {"urgency": "urgent"}, "is needed"),
        ("regrade", {"urgency": "soonish", "reason": "calmer"}, "choose one of the list"),
        ("note", {"text": "   "}, "is needed"),
    ],
)
def test_an_act_that_is_not_complete_shows_the_field(
    api: Api, coordinator: Screen, act: str, values: dict[str, str], problem: str
) -> None:
    case, _ = waiting(api)
    coordinator.open(f"/cases/{case}")
    shown = coordinator.post(f"/cases/{case}/{act}", values)
    assert shown.status == 422
    assert "That was not done" in shown.text
    assert problem in shown.problems()


def test_what_makes_no_sense_now_is_refused_in_a_sentence(api: Api, coordinator: Screen) -> None:
    case, _ = waiting(api)
    coordinator.open(f"/cases/{case}")
    assert "The case is not held." in coordinator.post(f"/cases/{case}/release-hold").text
    assert coordinator.status == 409


def test_a_lower_urgency_waits_for_a_second_person(api: Api, operator: Screen, coordinator: Screen) -> None:
    case, _ = waiting(api)
    operator.open(f"/cases/{case}")
    shown = operator.post(f"/cases/{case}/regrade", {"urgency": "soon", "reason": "a friend came"})
    assert "op proposes a lower urgency: ▮▮▯▯▯ soon" in shown.text
    coordinator.open(f"/cases/{case}")
    assert "Urgency changed from very urgent to soon" in coordinator.post(f"/cases/{case}/confirm-regrade").text


def test_a_911_hand_off_stays_on_the_page_until_contact_is_confirmed(api: Api, operator: Screen) -> None:
    case, _ = waiting(api, safety={"attempt_in_progress": "yes"})
    assert "CALL 911 NOW" in operator.open(f"/cases/{case}").text
    shown = operator.post(f"/cases/{case}/emergency", {"agency": "911", "reason": "not breathing well"})
    assert "by op. Nobody has confirmed yet" in shown.text
    assert "CALL 911 NOW" not in shown.text
    with api.svc.record.read() as conn:
        # What they sign in with is sealed where it belongs, and must not stand beside it in plain letters.
        assert str(conn.scalar(select(schema.emergencies.c.called_by))).startswith("user:")
    confirmed = operator.post(f"/cases/{case}/emergency", {"agency": "911", "confirmed": "yes"})
    assert "Nobody has confirmed yet" not in confirmed.text
    assert "911 reached the person" in confirmed.text
    assert operator.post(f"/cases/{case}/emergency", {"agency": "9" * 65}).status == 422


def test_assessing_again_moves_the_case_and_a_wrong_answer_is_named(api: Api, ana: Screen) -> None:
    case = api.log().json()["case"]["id"]
    form = f"/cases/{case}/assess?protocol=cssrs-screener"
    ana.open(form)
    answers = {f"assessments.0.answers.{item}": "yes" for item in ("q1", "q2", "q3", "q4", "q5")}
    wrong = ana.post(form, {**ana.hidden(), **answers, "assessments.0.answers.q6_past_3_months": "sometimes"})
    assert (wrong.status, len(wrong.problems())) == (422, 1)
    done = ana.post(form, {**ana.hidden(), **answers})
    assert done.at == f"/cases/{case}"
    assert "very urgent" in done.text


def test_an_operator_sees_whom_to_call_back_until_a_qmhp_has_spoken(api: Api, operator: Screen) -> None:
    operator.open("/contacts/new")
    fields = {**operator.hidden(), "call_type": "person_in_crisis", "channel": "voice", "caller.line": "lost"}
    case = case_of(operator.post("/contacts/new", fields))
    assert "Call them back (1)" in operator.open("/operator").text
    operator.open(f"/cases/{case}")
    operator.post(f"/cases/{case}/recontact", {"reached": "no"})
    assert re.search(r'data-label="Tries" class="num">1<', operator.open("/operator").html)


def test_a_stranger_s_text_is_shown_and_its_reading_written_down(api: Api, operator: Screen) -> None:
    form = {"MessageSid": "SM1", "From": "+12025550199", "To": "+12025550100", "Body": "please call me"}
    taken = inbound.take_in(TEST, api.svc, "sms", form, None, {})
    inbound.process(TEST, api.svc, taken.inbox_id)
    shown = operator.open("/operator").text
    assert "+12025550199" in shown
    assert "please call me" in shown
    assert "strangers_seen" in api.looks()


def test_a_responder_s_page_lists_open_pages_and_says_on_and_off(api: Api, ana: Screen, clock: ManualClock) -> None:
    _, code = paged(api)
    assert f"Page {code} ▮▮▮▮▯ very urgent Mobile visit, fairfax. Asked" in ana.open("/mine").text
    ana.open("/on-call")
    ana.post("/on-call/me", {"state": "off", "hours": "2"})
    assert "Ana Ruiz" in ana.text
    clock.forward(timedelta(hours=3))
    assert ana.post("/on-call/me", {"state": "on", "hours": "lots"}).status == 422
    assert ana.problems() == ["must be a number up to 336"]
    assert 'value="lots"' in ana.html


@pytest.mark.parametrize("path", ["/mine", "/operator"])
def test_pages_that_are_not_yours_say_so_on_a_page(path: str, operator: Screen, ana: Screen) -> None:
    screen = {"/mine": operator, "/operator": ana}[path].open(path)
    assert screen.status == 403
    assert re.search(r"Not yours to do [A-Z]", screen.text)
    assert "<html" in screen.html


def test_a_negative_screen_reads_as_nothing_reported_and_is_never_green(operator: Screen) -> None:
    operator.open("/contacts/new")
    answers = {f"assessments.0.answers.{item}": "no" for item in ("q1", "q2", "q6")}
    calm = {f"safety.{fact}": "no" for fact in SAFETY_FACTS} | {"worry": "none"}
    live = operator.post("/contacts/new/score", fill(operator) | answers | calm)
    assert "no suicidal thoughts reported" in live.text
    operator.open("/contacts/new")
    case = case_of(operator.post("/contacts/new", fill(operator) | answers | calm))
    shown = operator.open(f"/cases/{case}")
    assert "no suicidal thoughts reported" in shown.text
    for page in (live.html, shown.html):
        assert "no risk" not in page.lower()
        assert not re.search(r'class="[^"]*\bgood\b', page)
    css = operator.client.get(re.findall(r'href="(/static/console[^"]+)"', shown.html)[0]).text
    for colour in re.findall(r"--routine: #(\w{6})", css):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
        assert green <= max(red, blue)


def test_a_case_says_its_level_in_other_services_codes_and_by_what_source(operator: Screen) -> None:
    operator.open("/contacts/new")
    case = case_of(operator.post("/contacts/new", fill(operator)))
    text = operator.open(f"/cases/{case}").text
    assert "In other services' codes" in text
    assert "Virginia Marcus Alert plan (Va. Code 9.1-193, 37.2-311.1)" in text


def test_an_open_case_hears_of_what_others_did_and_not_of_machinery_or_looks(
    api: Api, coordinator: Screen, ana: Screen
) -> None:
    case, _ = paged(api)

    def heard() -> int:
        return coordinator.client.get(seen).status_code

    coordinator.open(f"/cases/{case}")
    found = re.search(rf'hx-get="(/cases/{case}/news\?after=\d+)"', coordinator.html)
    assert found
    seen = found[1]
    looks = len(api.looks())
    assert heard() == 204
    assert len(api.looks()) == looks
    ana.open(f"/cases/{case}")
    assert heard() == 204
    ana.post(f"/cases/{case}/note", {"text": "she is calmer"})
    assert heard() == 200
    assert "she is calmer" not in coordinator.client.get(seen).text
    assert coordinator.client.get("/cases/nobody/news").status_code == 404

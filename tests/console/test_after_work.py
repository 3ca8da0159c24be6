"""The pages' part in what follows work: a talk offered and arranged, and why nobody else was asked."""

from __future__ import annotations

from dispatch.disposition import Disposition
from dispatch.flow import people, searching, work
from dispatch.responder import Availability
from tests.api.conftest import TEST, Api
from tests.api.made import GRAVE, NO, contact
from tests.console.conftest import Screen


def hard(api: Api) -> str:
    """Ana's case of an attempt that was under way; over, and not closed."""
    case_id = str(api.log(contact(safety={**NO, "attempt_in_progress": "yes"})).json()["case"]["id"])
    work.assign(TEST, api.svc, case_id, "ana")
    return case_id


def test_an_offer_is_answered_on_my_pages_and_marked_as_held_by_who_leads(
    api: Api, ana: Screen, coordinator: Screen
) -> None:
    work.close(TEST, api.svc, hard(api), Disposition.MEDICAL_HOSPITAL)
    assert "Would you like to talk about" not in coordinator.open("/mine").text
    ana.open("/mine")
    assert "Would you like to talk about" in ana.text
    assert "attempt in progress" in ana.text
    offer = ana.html.split('id="talk-')[1].split('"')[0]
    ana.post(f"/debriefs/{offer}/want")
    assert "You asked for it" in ana.text
    coordinator.open("/mine")
    assert "Ana Ruiz would like a debrief" in coordinator.text
    coordinator.post(f"/debriefs/{offer}/held")
    assert "would like a debrief" not in coordinator.text
    assert ana.post(f"/debriefs/{offer}/sideways").status == 404


def test_a_button_on_the_case_asks_for_one_nobody_offered(api: Api, ana: Screen) -> None:
    case_id = str(api.log(contact(GRAVE)).json()["case"]["id"])
    work.assign(TEST, api.svc, case_id, "ana")
    ana.open(f"/cases/{case_id}")
    assert "I would like to talk about it" not in ana.text
    ana.post(f"/cases/{case_id}/status", {"status": "engaged"})
    assert "I would like to talk about it" in ana.text
    ana.post(f"/cases/{case_id}/debrief")
    assert ana.at == f"/cases/{case_id}"
    assert "You asked for it" in ana.open("/mine").text


def test_the_case_says_why_nobody_else_was_asked_who_is_next_and_what_could_be_given_up(
    api: Api, coordinator: Screen
) -> None:
    people.set_availability(TEST, api.svc, "ben", Availability.OFF)
    wanted = contact(GRAVE, needs={"languages": [], "population": "adult", "responder_gender": None})
    case_id = str(api.log(wanted).json()["case"]["id"])
    searching.match_team(TEST, api.svc, "default")
    coordinator.open(f"/cases/{case_id}")
    assert "Why nobody else" in coordinator.text
    assert "On call in another layer (2) Ben Okoro on call in backup" in coordinator.text


def test_where_nobody_could_be_asked_it_says_what_to_do(api: Api, coordinator: Screen) -> None:
    for person in ("ana", "ben", "dee"):
        people.set_availability(TEST, api.svc, person, Availability.OFF, even_so=True)
    case_id = str(api.log(contact(GRAVE)).json()["case"]["id"])
    searching.match_team(TEST, api.svc, "default")
    coordinator.open(f"/cases/{case_id}")
    assert "Why nobody could be asked" in coordinator.text
    assert "Available (3)" in coordinator.text
    assert "Nothing here can be given up" in coordinator.text

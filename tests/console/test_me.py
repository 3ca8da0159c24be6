"""A person's own page: what the service thinks of them, their number, their calendars, and the card of our numbers."""

from __future__ import annotations

import re

import pytest

from dispatch.access import Role
from dispatch.flow import people, verifying
from dispatch.responder import Availability
from dispatch.store import schema
from tests.api.conftest import TEST, Api
from tests.console.conftest import Screen, SignIn


@pytest.fixture
def ana(sign_in: SignIn) -> Screen:
    return sign_in("ana", Role.RESPONDER, person="ana").open("/me")


def code_sent(api: Api) -> str:
    with api.svc.record.read() as conn:
        payload = conn.execute(schema.outbox.select().order_by(schema.outbox.c.n.desc())).first()
    assert payload is not None
    return verifying.about(api.svc, "ana", payload.payload["about"])["digits"]


def test_what_keeps_pages_away_is_said_first_with_its_reason(api: Api, ana: Screen) -> None:
    assert "You are paged on call in primary: always" in ana.text
    people.set_availability(TEST, api.svc, "ana", Availability.OFF, 2)
    ana.open("/me")
    said = r"You are not paged said OFF by their own word, or a coordinator's, until \w+ \d+ \w+, \d\d:\d\d on call"
    assert re.search(said, ana.text)


def test_a_number_is_proved_on_the_page(api: Api, ana: Screen) -> None:
    assert "Not proved" in ana.text
    ana.post("/me/number/verify")
    assert "The code that was sent" in ana.text
    right = code_sent(api)
    ana.post("/me/number/confirm", {"code": "000000"})
    assert (ana.status, ana.problems()) == (422, ["is not the code that was sent"])
    ana.post("/me/number/confirm", {"code": f"{right[:3]} {right[3:]}"})
    assert (ana.at, "Not proved" in ana.text) == ("/me", False)


def test_a_second_code_at_once_is_refused_in_words(ana: Screen) -> None:
    ana.post("/me/number/verify").post("/me/number/verify")
    assert (ana.status, "Wait a minute" in ana.text) == (409, True)


def test_a_calendar_is_made_shown_once_renewed_and_stopped(api: Api, ana: Screen) -> None:
    ana.post("/me/calendar")
    (first,) = re.findall(r'value="http://testserver(/calendar/[^"]+)"', ana.html)
    assert f'href="webcal://testserver{first}"' in ana.html
    assert api.browser().get(first).status_code == 200
    ana.open("/me")
    assert first not in ana.html
    assert "last fetched" in ana.text
    ana.post("/me/calendar")
    assert api.browser().get(first).status_code == 404
    ended = re.findall(r'action="(/me/calendar/[^"]+/end)"', ana.html)
    assert ana.post(ended[0]).at == "/me"
    assert "address made" not in ana.text


def test_a_teams_calendar_belongs_to_whoever_made_it(api: Api, sign_in: SignIn) -> None:
    kim = sign_in("kim", Role.COORDINATOR).open("/me")
    kim.post("/me/calendar", {"team": "default"})
    (address,) = re.findall(r'value="http://testserver(/calendar/[^"]+)"', kim.html)
    assert "SUMMARY:primary: ana" in api.browser().get(address).text
    assert "What the service thinks of you" not in kim.text


def test_the_card_of_our_numbers_is_for_who_is_signed_in(api: Api, ana: Screen) -> None:
    answer = ana.client.get("/contact.vcf")
    assert answer.headers["content-type"] == "text/vcard; charset=utf-8"
    assert "TEL;TYPE=CELL:+12025550100" in answer.text
    assert "+1202555010" in ana.text
    assert api.browser().get("/contact.vcf", follow_redirects=False).status_code == 303


def test_the_on_call_page_says_whose_number_is_not_proved(api: Api, sign_in: SignIn) -> None:
    kim = sign_in("kim", Role.COORDINATOR).open("/on-call")
    assert "Ana Ruiz always number not proved" in kim.text
    verifying.proved(TEST, api.svc, "ana", "code")
    assert "Ana Ruiz always number not proved" not in kim.open("/on-call").text

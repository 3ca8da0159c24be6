"""The board follows what happens, says when it does not, and a text's link ends in one press of a thumb."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from dispatch.access import Actor, Role
from dispatch.alarm import Kind
from dispatch.contact import Contact, Location, Needs
from dispatch.contactvalues import CallType, Channel, Population, Tri, Worry
from dispatch.facts import Safety
from dispatch.flow import paging, service_alarms
from dispatch.flow.answers import Given
from dispatch.flow.intake import Draft
from dispatch.store.casefiles import Told
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

NO = Safety(
    **dict.fromkeys(("weapon", "violence", "attempt_in_progress", "overdose_taken", "medical_emergency"), Tri.NO)
)
GRAVE = Given("cssrs-screener", {"q1": "yes", "q2": "yes", "q3": "yes", "q4": "yes", "q5": "no", "q6": "no"})


def draft() -> Draft:
    contact = Contact(
        channel=Channel.VOICE,
        call_type=CallType.PERSON_IN_CRISIS,
        team="default",
        safety=NO,
        worry=Worry.SOME,
        location=Location(known=Tri.YES, area="fairfax"),
        needs=Needs(population=Population.ADULT),
    )
    return Draft(contact, (GRAVE,))


def test_the_board_follows_a_case_from_logged_to_taken(site: Site, page: Page) -> None:
    site.sign_in(page, "dee")
    page.goto(f"{site.url}/board")
    expect(page.locator("#connection")).to_have_text("Live")
    expect(page.locator("#queue")).to_contain_text("Nobody is waiting.")

    case = site.log(draft(), "k1")
    code = site.file(case).case.code
    expect(page.locator("#queue tbody")).to_contain_text(code)
    site.match()
    expect(page.locator("#pages tbody")).to_contain_text("Ana Ruiz")

    for person in ("ana", "ben"):
        paging.accept(Actor(person, frozenset({Role.RESPONDER}), person=person), site.svc, case, person, None)
    expect(page.locator("#working tbody")).to_contain_text(code)
    expect(page.locator("#working tbody")).to_contain_text("Ana Ruiz")
    expect(page.locator("#queue")).to_contain_text("Nobody is waiting.")
    # What stood focused stays focused while the page changes under it.
    link = page.locator("#working").get_by_role("link", name=code)
    link.focus()
    site.log(draft(), "k2")
    expect(page.locator("#queue tbody tr")).to_have_count(1)
    expect(link).to_be_focused()


def test_times_tick_without_moving_anything(site: Site, page: Page) -> None:
    site.log(draft(), "k1")
    site.sign_in(page, "dee")
    page.goto(f"{site.url}/board")
    waits = page.locator("#queue time[data-tick=since]").first
    box, before = waits.bounding_box(), waits.inner_text()
    expect(waits).not_to_have_text(before)
    after = waits.bounding_box()
    assert box
    assert after
    assert (box["x"], box["width"]) == (after["x"], after["width"])


def test_a_board_that_is_not_live_says_so(site: Site, rough_page: Page) -> None:
    page = rough_page
    site.sign_in(page, "dee")
    page.goto(f"{site.url}/board")
    expect(page.locator("#connection")).to_have_text("Live")
    site.stop()
    expect(page.locator("#connection")).to_have_text(re.compile(r"^Not live since \d\d:\d\d"))


def test_a_text_s_link_is_answered_with_a_thumb(site: Site, page: Page) -> None:
    case = site.log(draft(), "k1")
    site.match()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site.url}/p/{site.file(case).pages[0].link}")
    page.get_by_label("Login").fill("ana")
    page.get_by_label("Password").fill("a long made-up password")
    page.get_by_role("button", name="Sign in").click()
    accept = page.get_by_role("button", name="Accept")
    expect(accept).to_be_in_viewport()
    box = accept.bounding_box()
    assert box
    assert box["height"] >= 64
    accept.click()
    expect(page.get_by_role("heading", name="You have this case")).to_be_visible()
    assert site.file(case).owners == ("ana",)


def test_what_was_unfolded_stays_unfolded_while_the_board_changes(site: Site, page: Page) -> None:
    with site.svc.record.write() as conn:
        for subject in ("one", "two", "three", "four", "five", "six"):
            now = site.svc.clock.now()
            service_alarms.open_for(
                site.svc, conn, Told(), ["default"], Kind.UNKNOWN_TEXT, "text", now, "t", subject=subject
            )
    site.sign_in(page, "dee")
    page.goto(f"{site.url}/board")
    expect(page.locator("#connection")).to_have_text("Live")
    more = page.locator("#more-alarms")
    expect(more).to_contain_text("1 more: 1 × text from an unknown number")
    more.locator("summary").click()
    site.log(draft(), "k1")
    expect(page.locator("#queue tbody tr")).to_have_count(1)
    expect(more.locator("li")).to_be_visible()

    seen = page.locator("#alarms").get_by_role("button", name=re.compile("^I have seen it"))
    expect(seen).to_have_count(6)
    for left in (5, 4):
        seen.first.press("Enter")
        expect(seen).to_have_count(left)
        expect(seen.first).to_be_focused()

"""An operator at the keyboard, with a person on the line."""

from __future__ import annotations

import random
import re

import pytest
from playwright.sync_api import Page, expect

from protocols.forms import asked, form
from protocols.loader import Library
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

LIBRARY = Library.shipped()
CHOOSE = "e => { e.checked = true; e.dispatchEvent(new Event('change', {bubbles: true})); }"


def test_a_contact_is_logged_by_keyboard_alone(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/sign-in")
    expect(page.get_by_label("Login")).to_be_focused()
    page.keyboard.type("op")
    page.keyboard.press("Tab")
    page.keyboard.type("a long made-up password")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/operator")
    page.goto(f"{site.url}/contacts/new")

    # Focus stands on the first question: eight safety facts, worry, line.
    for key in "nnnnnnnn":
        page.keyboard.press(key)
    page.keyboard.press("s")
    page.keyboard.press("h")
    # The screen: yes, yes, yes, then back by arrow and another answer, then on.
    for key in "yyy":
        page.keyboard.press(key)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("n")
    for key in ("r", "n", "u"):
        page.keyboard.press(key)
    band = page.locator("#band")
    expect(band).to_contain_text("unfinished")
    expect(band).to_contain_text("Could still come to: high by this screen")
    # What is read aloud at each change is one line, not the whole band.
    expect(page.locator("#band-says")).to_have_text(re.compile(r"^(very )?urgent (by phone|mobile visit)$"))
    page.keyboard.press("Control+Enter")

    expect(page.locator(".hugecode")).to_have_text(re.compile(r"^[A-Z0-9]{3}$"))
    expect(page.get_by_text("The next qualified responder is being asked now")).to_be_visible()
    # From the code on, without a way through all the links above it.
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=re.compile("^Open case"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^Case"))).to_be_visible()
    expect(page.locator("main")).to_contain_text("Open: q4, q6.")


def test_a_case_is_assessed_again_in_spanish_by_keyboard_alone(site: Site, page: Page) -> None:
    site.sign_in(page, "op")
    page.goto(f"{site.url}/contacts/new")
    expect(page.locator("#band .urgency")).to_be_visible()
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name=re.compile("^Open case")).press("Enter")
    case = page.url.partition("?")[0].partition("#")[0]

    page.goto(f"{case}/assess?protocol=asq&language=es")
    band = page.locator("#band")
    expect(band).to_contain_text("Answer a question")
    # An adult, and four times no: the question about right now is not asked.
    for key in "2nnnn":
        page.keyboard.press(key)
    expect(band).to_contain_text("no suicidal thoughts reported")
    now = page.get_by_text("¿Está pensando en suicidarse en este momento?")
    expect(now).to_be_hidden()
    # The last answer becomes yes; the question comes, and is refused.
    for key in "yr":
        page.keyboard.press(key)
    expect(now).to_be_visible()
    expect(band).to_contain_text("acute positive screen")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/cases/\w+#assessments$"))
    expect(page.locator("#assessments")).to_contain_text("acute positive screen")


def test_a_danger_shows_the_911_step_before_any_server_has_answered(site: Site, rough_page: Page) -> None:
    page = rough_page
    site.sign_in(page, "op")
    page.goto(f"{site.url}/contacts/new")
    expect(page.locator("#band .urgency")).to_be_visible()
    page.context.set_offline(True)
    stop = page.get_by_role("heading", name="CALL 911 NOW")
    expect(stop).to_be_hidden()
    page.keyboard.press("y")
    expect(stop).to_be_visible()
    expect(stop).to_be_in_viewport()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Delete")
    expect(stop).to_be_hidden()
    page.context.set_offline(False)


def test_a_mistake_loses_nothing_and_the_summary_has_the_focus(site: Site, rough_page: Page) -> None:
    page = rough_page
    site.sign_in(page, "op")
    page.goto(f"{site.url}/contacts/new")
    page.keyboard.press("n")
    page.get_by_label("What happened").fill("the nights are worst")
    page.get_by_label("Age in years").fill("thirty")
    page.get_by_role("button", name="Log the contact").click()
    summary = page.get_by_role("alert").filter(has_text="One thing needs a look")
    expect(summary).to_be_focused()
    expect(page.get_by_label("What happened")).to_have_value("the nights are worst")
    expect(page.locator("[name='safety.attempt_in_progress'][value=no]")).to_be_checked()
    summary.get_by_role("link").click()
    expect(page.get_by_label("Age in years")).to_be_focused()
    page.get_by_label("Age in years").fill("30")
    page.get_by_role("button", name="Log the contact").click()
    expect(page.locator(".hugecode")).to_be_visible()


def test_the_page_asks_exactly_what_the_instrument_asks(site: Site, page: Page) -> None:
    """The few lines of script and the engine give the same verdict, for every instrument with skip logic."""
    site.sign_in(page, "op")
    chance = random.Random(7)
    for protocol in LIBRARY:
        shown = form(protocol)
        if not any(question.ask for question in shown.questions):
            continue
        page.goto(f"{site.url}/contacts/new")
        page.locator("#add").select_option(protocol.id)
        page.get_by_role("button", name="Add it").click()
        part = page.locator("#protocol-1")
        expect(part).to_be_visible()
        expect(part.locator(".q input").first).to_be_focused()
        for _ in range(6):
            answers: dict[str, str | int] = {}
            part.get_by_role("button", name="Clear").click()
            for question in shown.questions:
                if question.id in asked(protocol, answers).forbidden or chance.random() < 0.2:
                    continue
                option = chance.choice([*question.options, *shown.gaps])
                answers[question.id] = option.value
                name = f"assessments.1.answers.{question.id}"
                part.locator(f"[name='{name}'][value='{option.value}']").evaluate(CHOOSE)
            hidden = part.evaluate(
                "e => [...e.querySelectorAll('[data-item]')].filter(i => i.hidden).map(i => i.dataset.item)"
            )
            assert tuple(hidden) == asked(protocol, answers).forbidden, (protocol.id, answers)

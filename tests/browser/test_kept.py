"""Nothing typed is lost, nothing shown is wiped away: by a sign-in that ends, by a service that fails for a moment."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import delete

from dispatch.store import schema
from tests.browser.conftest import Site
from tests.browser.test_live import draft

pytestmark = pytest.mark.browser


def over(site: Site) -> None:
    with site.svc.record.write() as conn:
        conn.execute(delete(schema.sessions))


def test_a_call_outlives_its_sign_in_and_a_service_that_is_away(site: Site, rough_page: Page) -> None:
    page = rough_page
    site.sign_in(page, "op")
    page.goto(f"{site.url}/contacts/new")
    band = page.locator("#band .urgency")
    expect(band).to_be_visible()
    page.get_by_label("What happened").fill("the nights\nare worst")
    page.get_by_label("Name", exact=True).fill("Kim Lake")
    page.locator("[name='safety.attempt_in_progress']").first.focus()

    page.context.set_offline(True)
    page.keyboard.press("n")
    said = page.locator("#said")
    expect(said).to_contain_text("The service does not answer. What you entered stays here.")
    expect(band).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(said).to_contain_text("Nothing you entered is lost.")
    page.context.set_offline(False)
    page.keyboard.press("n")
    expect(said).to_be_hidden()

    over(site)
    page.keyboard.press("n")
    expect(said).to_contain_text("You are not signed in any more. What you entered stays here.")
    expect(band).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Your sign-in was over.")).to_be_visible()
    page.get_by_label("Login").fill("op")
    page.get_by_label("Password").fill("a long made-up password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Send it now")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".hugecode")).to_have_text(re.compile(r"^[A-Z0-9]{3}$"))
    page.get_by_role("link", name=re.compile("^Open case")).click()
    expect(page.locator("main")).to_contain_text("the nights are worst")
    expect(page.locator("main")).to_contain_text("Kim Lake")


def test_a_board_that_cannot_be_looked_at_again_keeps_what_it_shows(site: Site, rough_page: Page) -> None:
    page = rough_page
    case = site.log(draft(), "k1")
    code = site.file(case).case.code
    site.sign_in(page, "dee")
    page.goto(f"{site.url}/board")
    state = page.locator("#connection")
    expect(state).to_have_text("Live")

    def away(route: Route) -> None:
        route.fulfill(
            status=503, content_type="text/html", body="<p data-refused><strong>No.</strong> <span>x</span></p>"
        )

    page.route("**/board/live*", away)
    site.log(draft(), "k2")
    expect(state).to_have_text(re.compile("^Not live since"))
    expect(page.locator("#queue")).to_contain_text(code)
    page.unroute("**/board/live*")
    expect(page.locator("#queue tbody tr")).to_have_count(2, timeout=10_000)
    expect(state).to_have_text("Live")

    over(site)
    page.evaluate("htmx.trigger(document.querySelector('[data-live]'), 'look')")
    expect(page).to_have_url(f"{site.url}/sign-in?next=%2Fboard")

"""A case that stays open on a screen while others work on it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from dispatch.access import Actor, Role
from dispatch.flow import paging
from tests.browser.conftest import Site
from tests.browser.test_live import draft

pytestmark = pytest.mark.browser


def test_a_case_says_that_it_has_changed_and_takes_no_note_away(site: Site, page: Page) -> None:
    case = site.log(draft(), "k1")
    site.match()
    page.clock.install()
    site.sign_in(page, "dee")
    page.goto(f"{site.url}/cases/{case}")
    page.get_by_text("Write a note").click()
    note = page.get_by_role("textbox", name="Note", exact=True)
    note.fill("asked for her sister")
    changed = page.get_by_text("Something has happened in this case since you opened it.")
    with page.expect_response("**/news?after=*") as nothing:
        page.clock.run_for(10_500)
    assert nothing.value.status == 204
    paging.accept(Actor("ana", frozenset({Role.RESPONDER}), person="ana"), site.svc, case, "ana", None)
    page.clock.run_for(10_500)
    expect(changed).to_be_visible()
    expect(note).to_have_value("asked for her sister")

    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.get_by_role("link", name="Show it as it is now").click(no_wait_after=True)
    assert asked.value.type == "beforeunload"
    expect(note).to_have_value("asked for her sister")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator("main")).to_contain_text("asked for her sister")
    expect(changed).to_be_hidden()

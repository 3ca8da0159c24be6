"""Without encryption, by a name of the local network: there browsers do not say from where a request comes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site
from tests.support.browser import LOCAL_NAME

pytestmark = pytest.mark.browser


def test_forms_work_over_plain_http_by_another_name_than_our_own(site: Site, browser: Browser) -> None:
    # A window of its own: there the browser complains that it heeds some headers only over https, which is as it is.
    page = browser.new_page()
    told: list[dict[str, str]] = []
    page.on("request", lambda sent: told.append(sent.all_headers()) if sent.method == "POST" else None)
    near = Site(site.svc, site.url.replace("127.0.0.1", LOCAL_NAME), site.server)
    near.sign_in(page, "ana")
    page.goto(f"{near.url}/on-call")
    page.get_by_role("button", name="I am ON").click()
    expect(page.get_by_role("heading", name="On call", exact=True)).to_be_visible()
    assert [headers.get("sec-fetch-site") for headers in told] == [None, None], "only an encrypted page is told"
    assert {headers.get("origin") for headers in told} == {near.url}
    page.close()

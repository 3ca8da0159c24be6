"""The browser fixture: it shows a page from this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.browser


def test_a_page_is_shown_in_the_team_s_own_time(page: Page) -> None:
    page.set_content("<title>Board</title><p id=when></p>")
    page.evaluate("document.getElementById('when').textContent = new Date(0).toLocaleDateString()")
    assert page.title() == "Board"
    assert page.inner_text("#when") == "12/31/1969"


def test_the_next_page_knows_nothing_of_it(page: Page) -> None:
    assert page.title() == ""


def test_what_a_page_complains_of_fails_its_test(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    pytester.makepyfile("def test_it(page):\n    page.evaluate(\"console.error('blocked')\")\n")
    result = pytester.runpytest_subprocess("-p", "tests.support.browser")
    assert result.parseoutcomes() == {"passed": 1, "errors": 1}

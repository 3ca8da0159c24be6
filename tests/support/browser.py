"""A real browser for tests marked `browser`: Debian's Chromium, driven by Playwright, with nothing of its own to say.

def test_the_board(page): ...       a new window; what it logs as an error fails the test
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Without these it talks to its maker in the background, which a test machine may neither do nor wait for.
QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
#: A name that is this machine, and that a browser takes for any other of a local network.
LOCAL_NAME = "crisis.lan"
QUIET += [f"--host-resolver-rules=MAP {LOCAL_NAME} 127.0.0.1"]


def program() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium a module: Playwright keeps an event loop running, which other tests of the process must not meet."""
    path = program()
    if path is None:
        pytest.skip("no Chromium on this machine: install Debian's package `chromium`")
    # Chromium refuses its sandbox to root, which is who runs CI.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET + sandbox)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window without history. A script that fails, or a policy that blocks one, is an error of the page's test."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def fail(error: Error) -> None:
        complaints.append(str(error))

    with browser.new_context(locale="en-US", timezone_id="America/New_York") as context:
        window = context.new_page()
        window.on("console", hear)
        window.on("pageerror", fail)
        yield window
    assert complaints == []

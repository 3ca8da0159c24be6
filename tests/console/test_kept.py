"""What was entered outlives a sign-in that ended, a page from before a sign-in, and a failure of ours."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from sqlalchemy import delete

from dispatch.console import kept
from dispatch.console.pages import new_router
from dispatch.store import schema
from tests.api.conftest import URL, Api
from tests.console.conftest import PASSWORD, Screen, case_of, fill

WORDS = "the nights\nare “worst” & <long>"


def over(api: Api) -> None:
    with api.svc.record.write() as conn:
        conn.execute(delete(schema.sessions))


def kept_form(screen: Screen) -> tuple[str, dict[str, str | list[str]]]:
    """Where the page's kept form goes, and what it holds."""
    found = re.search(r'<form method="post" action="([^"]+)">(.*?)Send it', screen.html, re.DOTALL)
    assert found, screen.text
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found[2])
    values: dict[str, str | list[str]] = {unescape(name): unescape(text) for name, text in pairs}
    return unescape(found[1]), values


def sign_in_again(screen: Screen) -> Screen:
    held = {name: unescape(text) for name, text in screen.hidden().items()}
    return screen.post("/sign-in", {**held, "login": "op", "password": PASSWORD})


def test_a_contact_outlives_the_sign_in_it_was_begun_with(api: Api, operator: Screen) -> None:
    operator.open("/contacts/new")
    over(api)
    asked = operator.post("/contacts/new", fill(operator, narrative=WORDS, person__name="Kim Lake"))
    assert (asked.status, "What you entered is kept" in asked.text) == (401, True)
    wrong = operator.post("/sign-in", {"kept": unescape(operator.hidden()["kept"]), "login": "op", "password": "no"})
    assert wrong.status == 401
    sign_in_again(operator)
    to, values = kept_form(operator)
    logged = operator.post(to, values)
    assert logged.status == 201
    shown = operator.open(f"/cases/{case_of(logged)}")
    assert unescape(WORDS).replace("\n", " ") in shown.text
    assert "Kim Lake" in shown.text


def test_a_page_from_before_a_new_sign_in_is_sent_again_by_one_press(api: Api, operator: Screen) -> None:
    operator.open("/contacts/new")
    typed = fill(operator, narrative=WORDS)
    over(api)
    operator.post("/sign-in", {"login": "op", "password": PASSWORD, "next": "/"})
    stale = operator.post("/contacts/new", typed)
    assert (stale.status, "You signed in anew after this page was opened." in stale.text) == (403, True)
    assert operator.post(*kept_form(stale)).status == 201


def test_a_failure_of_ours_keeps_what_was_entered(api: Api, operator: Screen) -> None:
    router = new_router()

    @router.post("/broken")
    def broken() -> None:
        raise ZeroDivisionError

    api.app.include_router(router)
    operator.post("/broken", {"text": WORDS, "many": ["one", "two"]})
    assert operator.status == 500
    to, values = kept_form(operator)
    assert (to, values["text"]) == ("/broken", WORDS)
    assert [text for name, text in re.findall(r'name="(many)" value="([^"]*)"', operator.html)] == ["one", "two"]


def test_where_somebody_was_going_is_kept_with_its_question(api: Api, operator: Screen) -> None:
    over(api)
    assert operator.open("/contacts/new?case=abc123").at == "/sign-in"
    assert operator.hidden()["next"] == "/contacts/new?case=abc123"


def test_what_somebody_else_s_page_sends_is_not_kept(api: Api) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Origin": URL, "Sec-Fetch-Site": "cross-site"}):
        answer = api.browser().post("/contacts/new", data={"narrative": "forged"}, headers=headers)
        assert "forged" not in answer.text
        assert answer.url.path == "/sign-in"


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[]",
        "[1, {}]",
        '["/x", []]',
        '["/x", {"a": "b"}]',
        '["/x", {"a": [1]}]',
        *(
            json.dumps([to, {}])
            for to in ("//evil.example", "https://evil.example", "javascript:1", "/x?y#z", "/sign-out")
        ),
    ],
)
def test_nothing_else_is_taken_for_something_kept(text: str | None) -> None:
    assert kept.read(text) is None


def test_a_password_is_never_kept(api: Api, operator: Screen) -> None:
    router = new_router()

    @router.post("/broken")
    def broken() -> None:
        raise ZeroDivisionError

    api.app.include_router(router)
    operator.post("/broken", {"password": PASSWORD})
    assert operator.status == 500
    assert PASSWORD not in operator.html

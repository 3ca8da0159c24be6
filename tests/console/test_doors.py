"""Signing in and out, the one-time link, and what a browser is and is not told."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from dispatch.access import Role
from dispatch.alarm import Kind
from dispatch.case import State
from dispatch.clock import ManualClock
from dispatch.console import words
from dispatch.console.pages import HERE, new_router, templates
from dispatch.deadline import Meaning, Owner
from dispatch.disposition import Disposition
from dispatch.facts import HARD_STOPS, SAFETY_FACTS, Safety
from dispatch.flow import admin, live
from dispatch.priority import Urgency
from dispatch.settings import Settings
from dispatch.store import schema
from tests.api.conftest import TEST, Api, served
from tests.console.conftest import PASSWORD, Screen, SignIn

TEMPLATES = sorted((HERE / "templates").glob("*.html"))


@pytest.mark.parametrize(
    ("role", "begins"),
    [
        (Role.OPERATOR, "/operator"),
        (Role.RESPONDER, "/mine"),
        (Role.COORDINATOR, "/board"),
        (Role.AUDITOR, "/on-call"),
    ],
)
def test_each_role_begins_where_its_work_is(sign_in: SignIn, role: Role, begins: str) -> None:
    screen = sign_in("somebody", role)
    assert (screen.status, screen.at) == (200, begins)


def test_a_wrong_password_keeps_the_login_and_tells_nothing(api: Api) -> None:
    admin.add_user(TEST, api.svc, "op", PASSWORD, [Role.OPERATOR])
    screen = Screen(api.browser())
    for login in ("op", "nobody"):
        shown = screen.post("/sign-in", {"login": login, "password": "wrong", "next": "/board"})
        assert shown.status == 401
        assert "That login and password do not belong together." in shown.text
        assert f'value="{login}"' in shown.html
        assert shown.hidden()["next"] == "/board"


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:1", "/@x"])
def test_a_sign_in_never_leads_to_a_stranger_s_page(api: Api, back: str) -> None:
    admin.add_user(TEST, api.svc, "op", PASSWORD, [Role.OPERATOR])
    screen = Screen(api.browser()).post("/sign-in", {"login": "op", "password": PASSWORD, "next": back})
    assert screen.at == "/operator"


def test_signing_out_ends_it(operator: Screen) -> None:
    operator.open("/operator")
    assert operator.post("/sign-out").at == "/sign-in"
    assert operator.open("/operator").at == "/sign-in"


def test_the_one_time_link_makes_one_administrator(api: Api) -> None:
    code = admin.setup_code(api.svc)
    screen = Screen(api.browser())
    assert screen.open("/setup/guessed").status == 404
    assert screen.open(f"/setup/{code}").status == 200
    form = {"login": "chief", "password": PASSWORD, "again": PASSWORD + "!"}
    assert screen.post(f"/setup/{code}", form).problems() == ["is not the same as the one above"]
    short = {"login": "chief", "password": "short", "again": "short"}
    assert "needs at least" in screen.post(f"/setup/{code}", short).text
    assert screen.post(f"/setup/{code}", form | {"again": PASSWORD}).at == "/board"
    assert screen.open(f"/setup/{code}").status == 404


def test_every_page_says_that_the_service_is_not_live_until_it_is(api: Api, operator: Screen) -> None:
    paths = ("/operator", "/contacts/new", "/board", "/on-call", "/cases/none")
    stranger = Screen(api.browser())
    for page in (stranger.open("/sign-in"), *(operator.open(path) for path in paths)):
        assert "NOT LIVE" in page.text, page.at
    live.set_mark(TEST, api.svc, live.Mark.LIVE)
    for page in (stranger.open("/sign-in"), *(operator.open(path) for path in paths)):
        assert "NOT LIVE" not in page.text, page.at
    with api.svc.record.write() as conn:
        conn.execute(delete(schema.marks))
    assert "NOT LIVE" in operator.open("/board").text


def test_nobody_sees_a_page_without_signing_in(api: Api) -> None:
    for path in ("/board", "/contacts/new", "/operator", "/mine", "/on-call", "/cases/x", "/p/abcdefghij"):
        assert Screen(api.browser()).open(path).at == "/sign-in", path


def test_a_part_of_a_page_is_never_replaced_by_a_sign_in(api: Api) -> None:
    answer = api.browser().get("/board/live", headers={"HX-Request": "true"})
    assert (answer.status_code, "HX-Redirect" in answer.headers) == (401, False)
    assert "You are not signed in any more." in answer.text
    assert "<form" not in answer.text


def test_a_form_from_elsewhere_or_without_its_token_is_refused_on_a_page(operator: Screen) -> None:
    operator.open("/contacts/new")
    assert operator.client.post("/contacts/new", data=operator.hidden()).status_code == 403
    forged = operator.post("/contacts/new", {"csrf_token": "0" * 40})
    assert (forged.status, "The form is out of date" in forged.text) == (403, True)


def test_an_address_that_is_not_there_is_a_page_for_a_person_and_a_problem_for_a_program(operator: Screen) -> None:
    operator.open("/bord", accept="text/html,*/*;q=0.8")
    assert (operator.status, "There is no such page." in operator.text) == (404, True)
    for accept, path in (("application/json", "/bord"), ("*/*", "/api/v1/bord")):
        operator.open(path, accept=accept)
        assert (operator.status, "problem" in operator.html or '"status":404' in operator.html) == (404, True)


def test_an_act_that_is_opened_like_a_page_leads_back_to_its_case(operator: Screen) -> None:
    for path, at in (("/cases/abc/close", "/cases/abc"), ("/shifts/ask", "/shifts/ask"), ("/sign-out", "/sign-out")):
        operator.open(path, accept="text/html,*/*;q=0.8")
        assert (operator.status, operator.at, "To my pages" in operator.text) == (404, at, True)
        assert operator.open(path, accept="application/json").status == 405


def test_a_page_that_breaks_says_so_on_a_page(api: Api, operator: Screen) -> None:
    router = new_router()

    @router.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError

    api.app.include_router(router)
    operator.open("/broken")
    assert operator.status == 500
    assert "Something went wrong on our side. It has been written down." in operator.text
    assert "To my pages" in operator.text


def test_static_files_are_kept_by_browsers_and_pages_are_not(operator: Screen) -> None:
    page = operator.client.get("/operator")
    assert page.headers["Cache-Control"] == "no-store"
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text):
        file = operator.client.get(address)
        assert (file.status_code, "immutable" in file.headers["Cache-Control"]) == (200, True)
    assert operator.client.get("/static/..%2fpages.py").status_code == 404
    assert operator.client.get("/static/pages.py").status_code == 404


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_needs_an_inline_script_or_style(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|\bjs:", text)


def test_every_code_a_page_shows_has_words() -> None:
    assert {fact for fact, _, _ in words.SAFETY_QUESTIONS} == set(SAFETY_FACTS) == set(Safety.__dataclass_fields__)
    assert {fact for fact, _, stop in words.SAFETY_QUESTIONS if stop} == set(HARD_STOPS)
    for values in (Urgency, State, Kind, Disposition, Meaning, Owner):
        assert all("_" not in words.word(value) for value in values)
    # An alarm and a state are read in a hurry: never the bare code.
    assert all(words.word(kind) != kind.value for kind in Kind)


def test_reasons_that_are_only_unknown_come_last_in_one_line() -> None:
    assert words.reasons(("worry = unknown", "weapon = yes", "violence_now = unknown")) == [
        "weapon = yes",
        "not known yet: worry, violence now",
    ]


def test_on_the_first_day_every_page_says_that_a_team_is_missing_and_how_to_make_one(
    settings: Settings, clock: ManualClock
) -> None:
    with served(settings, clock, roster=None) as found:
        admin.create_administrator(found.svc, admin.setup_code(found.svc) or "", "chief", PASSWORD)
        chief = Screen(found.browser()).post("/sign-in", {"login": "chief", "password": PASSWORD, "next": "/"})
        for path in ("/board", "/contacts/new", "/on-call", "/coverage", "/calendar", "/fairness", "/people/new"):
            assert words.NO_TEAM in chief.open(path).text, path


def test_a_recorded_time_is_read_by_the_team_s_own_clock() -> None:
    reason = templates.from_string("{{ 'last paged 2026-07-05T10:14Z; 1 of 2' | at_local }}")
    zones = {zone: reason.render(zone=ZoneInfo(zone)) for zone in ("America/New_York", "UTC")}
    assert zones["America/New_York"] == "last paged Sun 5 Jul, 06:14; 1 of 2"
    assert zones["UTC"] == "last paged Sun 5 Jul, 10:14; 1 of 2"

"""Passwords, cookies, tokens, forged forms, the one-time link and the demo's open door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from dispatch import bootstrap, web
from dispatch.access import Role
from dispatch.clock import ManualClock
from dispatch.errors import InvalidInput, NotFound, Refused
from dispatch.flow import admin, live, people, sessions
from dispatch.http import forgery
from dispatch.http.signin import BROWSER_COOKIE, COOKIE
from dispatch.settings import Settings
from tests.api.conftest import PASSWORD, TEST, URL, Api
from tests.api.made import ROSTER

ME = "/api/v1/session"


def signed_in(api: Api) -> TestClient:
    """A browser with a session, and nothing else that our own pages would send."""
    client = api.browser()
    user = admin.add_user(TEST, api.svc, "Pat", None, [Role.SUPERVISOR])
    client.cookies.set(COOKIE, sessions._open(api.svc, user.id))
    return client


def test_a_password_becomes_a_cookie_that_scripts_and_strangers_cannot_read(api: Api) -> None:
    admin.add_user(TEST, api.svc, "pat", PASSWORD, [Role.SUPERVISOR])
    answer = api.browser().post(ME, json={"login": " PAT ", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=43200" in cookie
    assert "Secure" not in cookie


def test_the_cookie_is_secure_where_the_address_is(settings: Settings, clock: ManualClock) -> None:
    safe = settings.model_copy(update={"public_url": "https://crisis.example.org"})
    svc = bootstrap.build(safe, clock=clock)
    admin.add_user(TEST, svc, "pat", PASSWORD, [Role.SUPERVISOR])
    with TestClient(web.create(svc, safe), base_url="https://crisis.example.org") as client:
        answer = client.post(ME, json={"login": "pat", "password": PASSWORD})
        assert "Secure" in answer.headers["set-cookie"]
        assert "max-age" in answer.headers["strict-transport-security"]


def test_who_is_signed_in(api: Api) -> None:
    me = signed_in(api).get(ME).json()
    assert (me["name"], me["roles"], me["teams"], me["person"]) == ("Pat", ["supervisor"], [], None)
    assert api.as_(Role.OPERATOR).get(ME).json() | {"id": ""} == {
        "id": "", "name": "operator", "roles": ["operator"], "teams": [], "person": None, "csrf": "",
    }  # fmt: skip


@pytest.mark.parametrize(("login", "password"), [("pat", "something else long"), ("nobody", PASSWORD)])
def test_a_wrong_pair_says_the_same_whichever_half_is_wrong(api: Api, login: str, password: str) -> None:
    admin.add_user(TEST, api.svc, "pat", PASSWORD, [Role.SUPERVISOR])
    answer = api.browser().post(ME, json={"login": login, "password": password})
    assert (answer.status_code, answer.json()["detail"]) == (401, "That login and password do not belong together.")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("login", ["pat", "nobody"])
def test_guessing_is_slowed_down_whether_the_login_exists_or_not(api: Api, login: str) -> None:
    admin.add_user(TEST, api.svc, "pat", PASSWORD, [Role.SUPERVISOR])
    client = api.browser()

    def attempt(password: str = "not the right one") -> tuple[int, str | None]:
        answer = client.post(ME, json={"login": login, "password": password})
        return answer.status_code, answer.headers.get("retry-after")

    assert [attempt() for _ in range(5)] == [(401, None)] * 5
    assert attempt(PASSWORD) == (429, "30")
    api.clock.forward(timedelta(seconds=29))
    assert attempt() == (429, "1")
    api.clock.forward(timedelta(seconds=1))
    assert attempt() == (401, None)
    assert attempt() == (429, "60")
    form = {"login": login, "password": PASSWORD}
    page = client.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert page.status_code == 429
    assert "Try again in 60 seconds" in page.text
    api.clock.forward(timedelta(minutes=61))
    assert [attempt() for _ in range(5)] == [(401, None)] * 5


def test_a_stranger_who_guesses_keeps_nobody_out_of_a_browser_they_were_in_before(api: Api) -> None:
    for login in ("pat", "sam"):
        admin.add_user(TEST, api.svc, login, PASSWORD, [Role.SUPERVISOR])
    pats, sams, forged = api.browser(), api.browser(), api.browser()
    right, wrong = ({"login": "pat", "password": p} for p in (PASSWORD, "not the right one"))
    assert pats.post(ME, json=right).status_code == 204
    assert sams.post(ME, json=right | {"login": "sam"}).status_code == 204
    assert (COOKIE in pats.cookies, "Max-Age=7776000" in str(pats.post(ME, json=right).headers)) == (True, True)
    forged.cookies.set(BROWSER_COOKIE, pats.cookies[BROWSER_COOKIE][:-1] + "x")
    assert [api.browser().post(ME, json=wrong).status_code for _ in range(6)] == [401] * 5 + [429]
    assert [browser.post(ME, json=right).status_code for browser in (api.browser(), forged)] == [429, 429]
    assert pats.post(ME, json=right).status_code == 204
    # At a desk that several share it is enough that one of them has signed in; guessing is no faster there.
    assert [sams.post(ME, json=wrong).status_code for _ in range(6)] == [401] * 5 + [429]
    assert pats.post(ME, json=right).status_code == 204
    # With the one who earned it goes the browser.
    again = api.browser()
    again.cookies.set(BROWSER_COOKIE, pats.cookies[BROWSER_COOKIE])
    admin.add_user(TEST, api.svc, "boss", PASSWORD, [Role.ADMINISTRATOR])
    admin.disable_user(TEST, api.svc, "pat")
    assert [again.post(ME, json=wrong | {"login": "sam"}).status_code for _ in range(6)] == [401] * 5 + [429]
    assert api.browser().post(ME, json=right | {"login": "sam"}).status_code == 429


def test_the_right_password_and_a_new_one_begin_the_count_again(api: Api) -> None:
    admin.add_user(TEST, api.svc, "pat", PASSWORD, [Role.SUPERVISOR])
    client = api.browser()
    wrong, right = ({"login": "pat", "password": p} for p in ("not the right one", PASSWORD))
    for _ in range(3):
        assert [client.post(ME, json=wrong).status_code for _ in range(4)] == [401] * 4
        assert api.browser().post(ME, json=right).status_code == 204
    assert [client.post(ME, json=wrong).status_code for _ in range(6)] == [401] * 5 + [429]
    admin.reset_user(TEST, api.svc, "pat", PASSWORD)
    assert api.browser().post(ME, json=right).status_code == 204


def test_a_session_ends_after_twelve_hours(api: Api) -> None:
    client = signed_in(api)
    api.clock.forward(timedelta(hours=11, minutes=59))
    assert client.get(ME).status_code == 200
    api.clock.forward(timedelta(minutes=1))
    assert client.get(ME).status_code == 401


def test_signing_out_ends_the_session_itself(api: Api) -> None:
    client = signed_in(api)
    session = client.cookies[COOKIE]
    client.headers |= {"Sec-Fetch-Site": "same-origin", forgery.HEADER: forgery.token_of(session)}
    assert client.delete(ME).status_code == 204
    client.cookies.set(COOKIE, session)
    assert client.get(ME).status_code == 401


def test_a_disabled_user_is_out_at_once_and_a_reset_one_must_sign_in_again(api: Api) -> None:
    admin.add_user(TEST, api.svc, "boss", None, [Role.ADMINISTRATOR])
    admin.add_user(TEST, api.svc, "pat", PASSWORD, [Role.SUPERVISOR])
    client, right = api.browser(), {"login": "pat", "password": PASSWORD}
    assert client.post(ME, json=right).status_code == 204
    assert client.get(ME).status_code == 200
    admin.disable_user(TEST, api.svc, "pat")
    assert client.get(ME).status_code == 401
    refused = api.browser().post(ME, json=right)
    assert (refused.status_code, "set-cookie" in refused.headers) == (401, False)
    admin.reset_user(TEST, api.svc, "pat", "another long password")
    assert client.get(ME).status_code == 401
    assert api.browser().post(ME, json={"login": "pat", "password": "another long password"}).status_code == 204


@pytest.mark.parametrize("guess", ["", "None", PASSWORD])
def test_a_user_without_a_password_has_none_that_fits(api: Api, guess: str) -> None:
    admin.add_user(TEST, api.svc, "pat", None, [Role.SUPERVISOR])
    assert api.browser().post(ME, json={"login": "pat", "password": guess}).status_code in {401, 422}


def test_who_signs_in_ends_nobody_else_s_session(api: Api) -> None:
    client = signed_in(api)
    admin.add_user(TEST, api.svc, "sam", PASSWORD, [Role.OPERATOR])
    assert api.browser().post(ME, json={"login": "sam", "password": PASSWORD}).status_code == 204
    assert client.get(ME).json()["name"] == "Pat"


def test_the_last_administrator_cannot_be_disabled(api: Api) -> None:
    admin.add_user(TEST, api.svc, "boss", PASSWORD, [Role.ADMINISTRATOR])
    with pytest.raises(Refused):
        admin.disable_user(TEST, api.svc, "boss")
    assert admin.list_users(TEST, api.svc)[0].disabled_at is None


def test_a_revoked_token_is_refused_at_once(api: Api) -> None:
    client = api.as_(Role.OPERATOR)
    admin.revoke_token(TEST, api.svc, "operator")
    answer = client.get("/api/v1/queue")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("given", ["Bearer", "Bearer nonsense", "Basic cGF0OnBhdA==", "nonsense"])
def test_a_bad_authorization_is_refused_even_beside_a_good_cookie(api: Api, given: str) -> None:
    client = signed_in(api)
    assert client.get(ME, headers={"Authorization": given}).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": URL}, 200),
        ({}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": URL}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_an_unsafe_request_with_a_cookie_must_come_from_our_own_pages(
    api: Api, headers: dict[str, str], status: int
) -> None:
    case = api.log().json()["case"]
    client = signed_in(api)
    token = {forgery.HEADER: forgery.token_of(client.cookies[COOKIE])}
    answer = client.post(f"/api/v1/cases/{case['id']}/escalate", headers=headers | token)
    assert answer.status_code == status
    # With the right origin, and without the token that only our pages know: refused all the same.
    for wrong in ({}, {forgery.HEADER: "x" * 40}, {forgery.HEADER: forgery.token_of("another session")}):
        assert client.post(f"/api/v1/cases/{case['id']}/escalate", headers=headers | wrong).status_code == 403


def test_a_token_needs_no_origin(api: Api) -> None:
    case = api.log().json()["case"]
    headers = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert api.as_(Role.OPERATOR).post(f"/api/v1/cases/{case['id']}/escalate", headers=headers).status_code == 200


def test_a_stranger_s_page_cannot_sign_a_browser_in(api: Api) -> None:
    admin.add_user(TEST, api.svc, "pat", PASSWORD, [Role.SUPERVISOR])
    body = {"login": "pat", "password": PASSWORD}
    assert api.browser().post(ME, json=body, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_the_one_time_link_makes_one_administrator(api: Api) -> None:
    code = admin.setup_code(api.svc)
    assert code is not None
    assert code == admin.setup_code(api.svc)
    with pytest.raises(NotFound):
        admin.create_administrator(api.svc, "0" * 40, "boss", PASSWORD)
    boss = admin.create_administrator(api.svc, code, "boss", PASSWORD)
    assert Role.ADMINISTRATOR in boss.roles
    assert admin.setup_code(api.svc) is None
    with pytest.raises(NotFound):
        admin.create_administrator(api.svc, code, "second", PASSWORD)


@pytest.mark.parametrize(
    ("login", "password", "roles", "teams", "person", "field"),
    [
        ("", PASSWORD, [Role.OPERATOR], [], None, "login"),
        ("PAT ", PASSWORD, [Role.OPERATOR], [], None, "login"),
        ("new", "short", [Role.OPERATOR], [], None, "password"),
        ("new", "x" * 257, [Role.OPERATOR], [], None, "password"),
        ("new", PASSWORD, [], [], None, "roles"),
        ("new", PASSWORD, [Role.SYSTEM], [], None, "roles"),
        ("new", PASSWORD, [Role.OPERATOR], ["nowhere"], None, "teams.0"),
        ("new", PASSWORD, [Role.OPERATOR], [], "nobody", "person"),
    ],
)
def test_a_user_that_cannot_be_right_is_refused_by_field(
    api: Api, login: str, password: str, roles: list[Role], teams: list[str], person: str | None, field: str
) -> None:
    admin.add_user(TEST, api.svc, "pat", None, [Role.OPERATOR])
    with pytest.raises(InvalidInput) as error:
        admin.add_user(TEST, api.svc, login, password, roles, teams, person)
    assert [f.field for f in error.value.faults] == [field]
    assert len(admin.list_users(TEST, api.svc)) == 1


def test_the_demo_opens_without_a_password_and_only_the_demo(settings: Settings, clock: ManualClock, api: Api) -> None:
    assert api.browser().post(f"{ME}/demo", json={"role": "operator"}).status_code == 404
    svc = bootstrap.build(settings.model_copy(update={"demo": True}), clock=clock)
    people.import_roster(TEST, svc, ROSTER)
    with TestClient(web.create(svc, settings), base_url=URL) as client:
        for role, person in [("operator", None), ("responder", "ana"), ("coordinator", "dee")]:
            assert client.post(f"{ME}/demo", json={"role": role}).status_code == 204
            me = client.get(ME).json()
            assert (me["roles"], me["person"]) == ([role], person)
        assert client.post(f"{ME}/demo", json={"role": "responder", "person": "ben"}).status_code == 204
        assert client.get(ME).json()["person"] == "ben"
        assert client.post(f"{ME}/demo", json={"role": "administrator"}).status_code == 422
        assert client.post(f"{ME}/demo", json={"role": "responder", "person": "nobody"}).status_code == 404
        session = client.cookies[COOKIE]
    # What was begun without a password ends with the demo.
    browser = api.browser()
    browser.cookies.set(COOKIE, session)
    assert browser.get(ME).status_code == 401


def test_a_record_that_real_people_are_in_never_opens_without_a_password(settings: Settings) -> None:
    svc = bootstrap.build(settings.model_copy(update={"demo": True}))
    live.set_mark(TEST, svc, live.Mark.LIVE)
    with TestClient(web.create(svc, settings), base_url=URL) as client:
        assert client.post(f"{ME}/demo", json={"role": "coordinator"}).status_code == 404

"""Coming in and going out: sign-in, the link that creates the administrator, sign-out, and where each role begins."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act, Actor
from dispatch.console import kept
from dispatch.console.fields import Fields
from dispatch.console.pages import Posted, first, go, new_router, page
from dispatch.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn, TooManyTries
from dispatch.flow import admin, sessions
from dispatch.http import forgery
from dispatch.http.signin import BROWSER_COOKIE, COOKIE, AnyoneSignedIn, Asking, Svc, clear_cookie, come_in, who
from dispatch.http.threads import quickly, slowly

router = new_router()


@router.get("/sign-in")
async def sign_in_page(request: Request, svc: Svc, back: Annotated[str, Query(alias="next")] = "/") -> Response:
    asking = await who(request)
    if asking is not None:
        return go(_path(back) or _begin(asking.actor))
    return page(request, svc, None, "sign_in.html", {"form": Fields({"next": [back]}), "kept": None})


@router.post("/sign-in")
async def sign_in(request: Request, svc: Svc, values: Posted) -> Response:
    _not_forged(request, svc.public_url)
    entered = kept.read(first(values, "kept"))
    try:
        login, password = first(values, "login") or "", first(values, "password") or ""
        session = await slowly(sessions.sign_in, svc, login, password, request.cookies.get(BROWSER_COOKIE))
    except (NotSignedIn, TooManyTries) as error:
        again = {"login": values.get("login", []), "next": values.get("next", [])}
        form = {"form": Fields(again, {"login": error.detail}), "kept": entered}
        return page(request, svc, None, "sign_in.html", form, status=error.status)
    if entered is not None:
        answer = page(request, svc, None, "kept.html", {"kept": entered, "csrf": forgery.token_of(session)})
        await quickly(come_in, answer, svc, session)
        return answer
    return await _come_in(svc, session, first(values, "next") or "/")


@router.get("/setup/{code}")
def setup_page(request: Request, svc: Svc, code: str) -> Response:
    _right(svc, code)
    return _setup(request, svc, code, Fields({}))


@router.post("/setup/{code}")
async def setup(request: Request, svc: Svc, code: str, values: Posted) -> Response:
    _not_forged(request, svc.public_url)
    _right(svc, code)
    login, password = first(values, "login") or "", (values.get("password") or [""])[-1]
    if password != (values.get("again") or [""])[-1]:
        return _setup(request, svc, code, Fields({"login": [login]}, {"again": "is not the same as the one above"}))
    try:
        await slowly(admin.create_administrator, svc, code, login, password)
    except InvalidInput as error:
        return _setup(request, svc, code, Fields.again({"login": [login]}, error.faults))
    session = await slowly(sessions.sign_in, svc, login, password)
    return await _come_in(svc, session, "/")


@router.post("/sign-out", dependencies=[AnyoneSignedIn])
def sign_out(request: Request, svc: Svc) -> Response:
    sessions.sign_out(svc, request.cookies.get(COOKIE, ""))
    answer = go("/sign-in")
    clear_cookie(answer, svc.public_url)
    return answer


@router.get("/")
@router.get("/home")
def home(asking: Annotated[Asking, AnyoneSignedIn]) -> Response:
    return go(_begin(asking.actor))


def _begin(actor: Actor) -> str:
    """Where this person's work is."""
    if actor.may(Act.ASSIGN):
        return "/board"
    if actor.may(Act.LOG_CONTACT):
        return "/operator"
    return "/mine" if actor.may(Act.ANSWER_PAGE) else "/on-call"


async def _come_in(svc: Svc, session: str, back: str) -> Response:
    answer = go(_path(back) or "/home")
    await quickly(come_in, answer, svc, session)
    return answer


def _path(back: str) -> str | None:
    """Only a path of our own: a link that signs somebody in must not carry them to a stranger's page."""
    return back if kept.OWN.fullmatch(back) else None


def _not_forged(request: Request, public_url: str) -> None:
    if not forgery.from_our_pages(request, public_url):
        raise NotAllowed("This request did not come from one of this service's own pages.")


def _right(svc: Svc, code: str) -> None:
    if not hmac.compare_digest((admin.setup_code(svc) or "").encode(), code.encode()):
        raise NotFound("There is no such page. The link works once, and only until there is an administrator.")


def _setup(request: Request, svc: Svc, code: str, form: Fields) -> Response:
    known = {"code": code, "form": form, "least": sessions.MIN_PASSWORD}
    return page(request, svc, None, "setup.html", known, status=422 if form.errors else 200)

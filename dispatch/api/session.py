"""Signing in and out for programs and pages that speak JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from starlette.requests import Request

from dispatch.access import Role
from dispatch.api.schemas.acts import PersonId
from dispatch.api.schemas.base import Body
from dispatch.api.strict import StrictRoute
from dispatch.errors import NotAllowed
from dispatch.flow import sessions
from dispatch.http import forgery
from dispatch.http.signin import BROWSER_COOKIE, COOKIE, AnyoneSignedIn, Asking, Svc, clear_cookie, come_in, set_cookie
from dispatch.http.threads import quickly, slowly

router = APIRouter(prefix="/session", tags=["session"], route_class=StrictRoute)


class SignIn(Body):
    login: Annotated[str, Field(max_length=200, min_length=1)]
    password: Annotated[str, Field(max_length=sessions.MAX_PASSWORD, min_length=1)]


class DemoSignIn(Body):
    """The demo's switch. A responder is somebody: the roster's first without `person`."""

    role: Literal[Role.OPERATOR, Role.RESPONDER, Role.COORDINATOR]
    person: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Me:
    """`csrf` is what a browser's unsafe requests carry as X-CSRF-Token; empty for a bearer token."""

    id: str
    name: str
    roles: tuple[Role, ...]
    teams: tuple[str, ...]
    person: str | None
    csrf: str


@router.get("")
async def who_am_i(asking: Annotated[Asking, AnyoneSignedIn]) -> Me:
    actor = asking.actor
    return Me(actor.id, asking.name, tuple(sorted(actor.roles)), tuple(sorted(actor.teams)), actor.person, asking.csrf)


@router.post("", status_code=204)
async def sign_in(request: Request, body: SignIn, svc: Svc) -> Response:
    """Sets the session's cookie."""
    _own_page(request, svc.public_url)
    browser = request.cookies.get(BROWSER_COOKIE)
    session = await slowly(sessions.sign_in, svc, body.login, body.password, browser)
    answer = Response(status_code=204)
    await quickly(come_in, answer, svc, session)
    return answer


@router.post("/demo", status_code=204)
async def sign_in_to_demo(request: Request, body: DemoSignIn, svc: Svc) -> Response:
    """Without a password, in the demo only; anywhere else there is no such page."""
    _own_page(request, svc.public_url)
    session = await quickly(sessions.demo_session, svc, Role(body.role), body.person)
    answer = Response(status_code=204)
    set_cookie(answer, session, svc.public_url)
    return answer


@router.delete("", status_code=204)
async def sign_out(request: Request, asking: Annotated[Asking, AnyoneSignedIn], svc: Svc) -> Response:
    """Ends the session. A bearer token is revoked by an administrator, never by its user."""
    session = request.cookies.get(COOKIE)
    if session and asking.csrf:
        await quickly(sessions.sign_out, svc, session)
    answer = Response(status_code=204)
    clear_cookie(answer, svc.public_url)
    return answer


def _own_page(request: Request, public_url: str) -> None:
    # A stranger's page must not sign a browser in as somebody: what is typed there next would land in the wrong hands.
    browser = "sec-fetch-site" in request.headers or "origin" in request.headers
    if browser and not forgery.from_our_pages(request, public_url):
        raise NotAllowed("This request did not come from one of this service's own pages.")

"""Who is asking. Every endpoint and page depends on a Gate, which names the act; a test walks them all with every role.

    @router.get("/queue")
    def queue(asking: Annotated[Asking, Gate(Act.SEE_QUEUE)], svc: Svc) -> ...

A Gate is the first look: whoever may do the act in no team at all is sent away before anything is read. Flow checks
again, for the team at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends
from fastapi.params import Depends as DependsParam
from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act, Actor, check
from dispatch.errors import NotSignedIn
from dispatch.flow import sessions
from dispatch.flow.service import Service
from dispatch.http import forgery
from dispatch.http.threads import quickly

COOKIE = "dispatch_session"
BROWSER_COOKIE = "dispatch_browser"
#: Longer than anybody's holiday.
KNOWN_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and, for a browser, what its forms must carry (`csrf`; "" for a bearer token)."""

    actor: Actor
    csrf: str = ""
    #: what to greet them with; a token's name for a program
    name: str = ""


async def service(request: Request) -> Service:
    svc: Service = request.app.state.svc
    return svc


Svc = Annotated[Service, Depends(service)]


async def who(request: Request) -> Asking | None:
    """Who asks, None when nobody is signed in. Raises NotSignedIn for a bad token, NotAllowed for a forged form."""
    svc = await service(request)
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer" or not given:
            raise NotSignedIn("Send `Authorization: Bearer TOKEN`.")
        found = await quickly(sessions.by_token, svc, given.strip())
        if found is None:
            raise NotSignedIn("This token is not known, or was revoked.")
        return Asking(found.actor, name=found.name)
    session = request.cookies.get(COOKIE)
    if not session:
        return None
    signed = await quickly(sessions.by_session, svc, session)
    if signed is None:
        return None
    await forgery.check(request, session, svc.public_url)
    return Asking(signed.actor, forgery.token_of(session), signed.name)


class _Gate:
    def __init__(self, act: Act) -> None:
        self.act = act

    async def __call__(self, request: Request) -> Asking:
        return await admitted(request, self.act)


async def admitted(request: Request, act: Act) -> Asking:
    """What a Gate does, for whoever goes on answering long after it was passed."""
    asking = await who(request)
    if asking is None:
        raise NotSignedIn("Sign in, or send a token.")
    check(asking.actor, act)
    return asking


def Gate(act: Act) -> Any:  # noqa: N802 - reads as the type it stands beside
    """`Annotated[Asking, Gate(Act.X)]`: only for whoever may do that act in some team."""
    return Depends(_Gate(act))


class _SignedIn:
    """Anybody who is signed in, whatever their role."""

    async def __call__(self, request: Request) -> Asking:
        asking = await who(request)
        if asking is None:
            raise NotSignedIn("Sign in, or send a token.")
        return asking


AnyoneSignedIn = Depends(_SignedIn())


def act_of(depends: DependsParam) -> Act | None:
    """The act a Gate stands for; None for another dependency. For the test that walks every route."""
    return depends.dependency.act if isinstance(depends.dependency, _Gate) else None


def set_cookie(response: Response, session: str, public_url: str) -> None:
    response.set_cookie(
        COOKIE,
        session,
        max_age=int(sessions.SESSION.total_seconds()),
        path="/",
        secure=public_url.startswith("https://"),
        httponly=True,
        samesite="lax",
    )


def come_in(response: Response, svc: Service, session: str) -> None:
    """The session of somebody who signed in with a password, and that somebody has in this browser."""
    set_cookie(response, session, svc.public_url)
    browser = sessions.browser_of(svc, session)
    if browser is not None:
        response.set_cookie(
            BROWSER_COOKIE,
            browser,
            max_age=int(KNOWN_FOR.total_seconds()),
            path="/",
            secure=svc.public_url.startswith("https://"),
            httponly=True,
            samesite="lax",
        )


def clear_cookie(response: Response, public_url: str) -> None:
    response.delete_cookie(COOKIE, path="/", secure=public_url.startswith("https://"), httponly=True, samesite="lax")

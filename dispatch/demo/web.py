"""The demo's pages: the front page with board and phones, and every phone by itself. With the service's own, in one
process.

What the phones show and what a visitor does goes to the world process and back; nothing is kept here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx2
from fastapi import Body, Depends, Query
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from dispatch import web
from dispatch.access import Role
from dispatch.console.pages import go, new_router, page, templates_with
from dispatch.demo import people
from dispatch.errors import NotFound, Unavailable
from dispatch.flow import sessions
from dispatch.flow.service import Service
from dispatch.http import forgery
from dispatch.http.signin import AnyoneSignedIn, Asking, Svc, set_cookie, who
from dispatch.settings import Settings

HERE = Path(__file__).parent
STATIC = {path.name: path for path in sorted((HERE / "static").iterdir())}
ROLES = {Role.OPERATOR: "Operator", Role.RESPONDER: "QMHP", Role.COORDINATOR: "Coordinator"}
ON_FRONT = 3
TIMEOUT = 5.0

#: They come before the console's: `/` opens without a password here.
routes = new_router()
Visitor = Annotated[Asking, AnyoneSignedIn]
RoleName = Literal["operator", "responder", "coordinator"]


def serve(settings: Settings, number: int, listening: int) -> None:
    """Serve the whole application until stopped, as web process `number`, on the socket that is this open file."""
    app = web.app(settings, number, also=[routes])
    app.state.world = World(settings)
    web.serve(app, listening)


@cache
def _environment() -> Any:
    return templates_with(HERE / "templates")


class World:
    """The other process, as far as the pages need it."""

    def __init__(self, settings: Settings) -> None:
        assert settings.twilio_auth_token is not None
        headers = {"Authorization": f"Bearer {settings.twilio_auth_token.get_secret_value()}"}
        self._http = httpx2.Client(base_url=settings.twilio_api_base, headers=headers, timeout=TIMEOUT)

    def ask(self, method: str, path: str, **query: Any) -> Any:
        """Raises NotFound, and Unavailable while the world is starting again."""
        try:
            answer = self._http.request(method, f"/demo/{path}", params=query)
        except httpx2.HTTPError:
            raise Unavailable("The phones are starting.") from None
        if answer.status_code == httpx2.codes.NOT_FOUND:
            raise NotFound("There is no such phone, or nothing of the kind can be done with it.")
        return answer.json()


async def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


TheWorld = Annotated[World, Depends(_world)]


@routes.get("/")
async def front(request: Request, svc: Svc) -> Response:
    asking = await who(request)
    if asking is not None:
        return _front(request, svc, asking)
    session = sessions.demo_session(svc, Role.COORDINATOR)
    signed = sessions.by_session(svc, session)
    if signed is None:
        raise Unavailable("The demo is starting.")
    answer = _front(request, svc, Asking(signed.actor, forgery.token_of(session), signed.name))
    set_cookie(answer, session, svc.public_url)
    return answer


def _front(request: Request, svc: Service, asking: Asking) -> Response:
    role = next((role for role in ROLES if role in asking.actor.roles), Role.COORDINATOR)
    known = {
        "role": role.value,
        "roles": [(one.value, name) for one, name in ROLES.items()],
        "phones": people.members()[:ON_FRONT],
    }
    return page(request, svc, asking, "demo.html", known, environment=_environment())


@routes.get("/phones")
def phones(request: Request, asking: Visitor, svc: Svc) -> Response:
    known = {"phones": people.members(), "alone": False}
    return page(request, svc, asking, "phones.html", known, environment=_environment())


@routes.get("/phones/{person}")
def phone(request: Request, asking: Visitor, svc: Svc, person: str) -> Response:
    found = [member for member in people.members() if member.id == person]
    if not found:
        raise NotFound("Nobody here has that phone.")
    return page(request, svc, asking, "phones.html", {"phones": found, "alone": True}, environment=_environment())


@routes.post("/demo/as/{role}")
def switch(_: Visitor, svc: Svc, role: RoleName) -> Response:
    """Look at the service as somebody else: a sign-in of its own, with that role's rights and no more."""
    person = people.members()[0].id if role == "responder" else None
    answer = go("/")
    set_cookie(answer, sessions.demo_session(svc, Role(role), person), svc.public_url)
    return answer


@routes.get("/demo/now")
def now(asking: Visitor, world: TheWorld, held: Annotated[list[str] | None, Query()] = None) -> Response:
    """Everything the pages show that is not the service's own. `held`: the phones in this visitor's hand."""
    role = next((one.value for one in ROLES if one in asking.actor.roles), "")
    return JSONResponse(world.ask("GET", "now", held=held or [], role=role))


@routes.post("/demo/phones/{person}/{act}")
def act(
    _: Visitor, world: TheWorld, person: str, act: str, words: Annotated[str, Body(embed=True, max_length=320)] = ""
) -> Response:
    return JSONResponse(world.ask("POST", f"phones/{person}/{act}", words=words))


@routes.post("/demo/redis")
def redis(_: Visitor, world: TheWorld) -> Response:
    return JSONResponse(world.ask("POST", "redis"))


@routes.post("/demo/skip")
def skip(_: Visitor, world: TheWorld) -> Response:
    return JSONResponse(world.ask("POST", "skip"))


@routes.post("/demo/work")
def work(_: Visitor, world: TheWorld) -> Response:
    """The visitor is at work on the board or behind it: nobody made up does the same meanwhile."""
    return JSONResponse(world.ask("POST", "work"))


@routes.get("/demo/static/{name}")
def static(name: str) -> Response:
    if name not in STATIC:
        raise NotFound("There is no such file.")
    return FileResponse(STATIC[name])

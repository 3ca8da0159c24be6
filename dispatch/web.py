"""The whole application: the API and the pages, over one service; and serving it."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException

from dispatch import bootstrap
from dispatch.api import app as api
from dispatch.console import pages, routes
from dispatch.flow.service import Service
from dispatch.http import hearts
from dispatch.http.guarded import Guarded
from dispatch.settings import Settings


def create(svc: Service, settings: Settings, *, also: Sequence[APIRouter] = (), heart: str | None = None) -> FastAPI:
    """The application over a service that is there already. `also` are further routers, such as the demo's; they come
    before the pages, so that the demo may begin at `/`. `heart` is what it beats as while it serves; None: not at all.
    """
    routers = [*also, routes.router]
    made = api.create(svc, signatures=bootstrap.signatures(settings), settings=settings, also=routers, heart=heart)
    made.add_exception_handler(HTTPException, pages.lost)
    return made


def app(settings: Settings, number: int, *, also: Sequence[APIRouter] = ()) -> FastAPI:
    """The application of web process `number` of this host. Raises InvalidInput naming what is missing."""
    return create(bootstrap.build(settings), settings, also=also, heart=hearts.name(number))


def server(app: FastAPI) -> uvicorn.Server:
    """What serves the application."""
    config = uvicorn.Config(
        app,
        http=Guarded,
        # There are none; without this each stranger who asks for one is a warning to install a library.
        ws="none",
        # Ours are set up already; and an access log would be a second, worse record of who looked at what.
        log_config=None,
        access_log=False,
        server_header=False,
        # Event streams never end by themselves.
        timeout_graceful_shutdown=3,
    )
    return uvicorn.Server(config)


def serve(app: FastAPI, listening: int) -> None:
    """Serve until SIGTERM or SIGINT, on the socket that is this open file. Other processes may serve on it too:
    whoever is free takes the next connection.
    """
    server(app).run([socket.socket(fileno=listening)])

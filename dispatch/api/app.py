"""The JSON API and the webhooks as one application. `dispatch.web` adds the pages to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from dispatch.api import (
    acts,
    cases,
    contacts,
    debriefs,
    events,
    feeds,
    handoffs,
    health,
    measures,
    metrics,
    openapi,
    people,
    planned,
    protocols,
    queue,
    roster,
    session,
    swaps,
    training,
    webhooks,
)
from dispatch.api import signatures as signing
from dispatch.api.webhooks import Reports, Signatures
from dispatch.flow.service import Service
from dispatch.http import hearts, lines, problems, threads
from dispatch.http.headers import Headers
from dispatch.http.limits import Announced
from dispatch.http.live import Live
from dispatch.settings import Settings

#: A contact with thirty assessments and a long narrative is under 60 KiB.
LARGEST = 256 * 1024
_V1 = (
    contacts,
    cases,
    acts,
    queue,
    people,
    feeds,
    roster,
    planned,
    debriefs,
    swaps,
    handoffs,
    protocols,
    measures,
    signing,
    training,
    events,
    session,
)


def create(
    svc: Service,
    *,
    signatures: Signatures | None,
    settings: Settings,
    also: Sequence[APIRouter] = (),
    heart: str | None = None,
) -> FastAPI:
    """The application over `svc`. `signatures` None refuses every webhook. `also` are further routers, such as the
    pages. `heart` is what this process beats as.
    """

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncGenerator[None, None]:
        threads.set_up()
        app.state.live = Live(svc)
        async with hearts.beating(svc, heart), app.state.live.running():
            yield

    app = FastAPI(
        title="Crisis dispatch",
        version=openapi.VERSION,
        lifespan=running,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(metrics.Counted),
            Middleware(Headers, https=svc.public_url.startswith("https://")),
            Middleware(Announced, largest=LARGEST, lines=lines.LARGEST),
            Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST),
        ],
    )
    app.state.svc = svc
    app.state.settings = settings
    app.state.signatures = signatures
    app.state.reports = Reports(svc)
    app.state.intake = contacts.lane(svc)
    problems.install(app)
    # First, because routes are looked through in this order, and every page brings two or three reports.
    app.include_router(webhooks.router)
    for module in _V1:
        app.include_router(module.router, prefix=openapi.API)
    app.include_router(feeds.calendars)
    app.include_router(health.router)
    for router in also:
        # Pages are for people: the public description is of what programs may rely on.
        app.include_router(router, include_in_schema=False)
    openapi.describe(app)
    app.state.templates = {each.endpoint: each.path for each in iter_route_contexts(app.routes)}
    return app

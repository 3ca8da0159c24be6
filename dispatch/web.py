"""The whole application: the API and the pages, over one service. `uvicorn --factory dispatch.web:app`."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI

from dispatch import bootstrap
from dispatch.api import app as api
from dispatch.console import routes
from dispatch.flow.service import Service
from dispatch.settings import Settings, load


def create(svc: Service, settings: Settings, *, also: Sequence[APIRouter] = ()) -> FastAPI:
    """The application over a service that is there already. `also` are further routers, such as the demo's; they come
    before the pages, so that the demo may begin at `/`.
    """
    return api.create(svc, signatures=bootstrap.signatures(settings), settings=settings, also=[*also, routes.router])


def app() -> FastAPI:
    """The application of this process, from its settings. Raises InvalidInput naming what is missing."""
    settings = load()
    return create(bootstrap.build(settings), settings)

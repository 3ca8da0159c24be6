"""The whole application: the API and the pages, over one service. `uvicorn --factory dispatch.web:app`."""

from __future__ import annotations

from fastapi import FastAPI

from dispatch import bootstrap
from dispatch.api import app as api
from dispatch.flow.service import Service
from dispatch.settings import Settings, load


def create(svc: Service, settings: Settings) -> FastAPI:
    """The application over a service that is there already."""
    return api.create(svc, signatures=bootstrap.signatures(settings), settings=settings)


def app() -> FastAPI:
    """The application of this process, from its settings. Raises InvalidInput naming what is missing."""
    settings = load()
    return create(bootstrap.build(settings), settings)

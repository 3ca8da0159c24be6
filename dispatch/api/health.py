"""Whether the process lives, whether contacts can be recorded, and numbers for Prometheus. Nothing personal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from dispatch.access import Act
from dispatch.api import metrics
from dispatch.errors import ServiceError
from dispatch.flow import boards
from dispatch.flow.health import Health, health
from dispatch.http.signin import Asking, Gate, Svc

router = APIRouter(tags=["health"])


@dataclass(frozen=True, slots=True)
class Alive:
    status: Literal["alive"] = "alive"


@router.get("/healthz")
async def healthz() -> Alive:
    """The process answers. It says nothing about the record or the queue."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Health, "description": "Contacts cannot be recorded"}})
def readyz(svc: Svc, response: Response) -> Health:
    """200 with `ok` or `degraded` and the reasons while contacts can be recorded; 503 only when they cannot."""
    found = health(svc)
    if found.status == "unable":
        response.status_code = 503
    metrics.DEGRADED.set(0 if found.status == "ok" else 1)
    return found


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def get_metrics(_: Annotated[Asking, Gate(Act.SEE_MEASURES)], svc: Svc) -> Response:
    """In Prometheus' text format. Give the scraper a token with the role auditor."""
    try:
        counts = boards.counts(svc)
    except ServiceError:
        # The record is away: what this process counted itself is still worth reading.
        counts = None
    if counts is not None:
        for urgency, n in counts.waiting.items():
            metrics.WAITING.labels(urgency.value).set(n)
        for kind, n in counts.alarms.items():
            metrics.ALARMS.labels(kind.value).set(n)
    return Response(metrics.exposed(), media_type=CONTENT_TYPE_LATEST)

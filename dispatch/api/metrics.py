"""What Prometheus reads. Labels are route templates, methods, statuses and enumerations: never an id or a person.

Several web processes share one address, and a scrape reaches any of them. They then count in files of a common folder
(see `dispatch.http.counts`): each answers for all.
"""

from __future__ import annotations

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess, values
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch.clock import monotonic
from dispatch.http import counts

if counts.together():
    # Before the first of them is made: each opens its file at once.
    values.ValueClass = values.MultiProcessValue(counts.number)  # type: ignore[no-untyped-call]

BAD_SIGNATURES = Counter("dispatch_bad_signatures_total", "Webhooks refused because their signature does not hold")
REQUESTS = Counter("dispatch_http_requests_total", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram(
    "dispatch_http_request_seconds",
    "Time to the first byte of the answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
# Of the whole service, not of a process: the latest that any of them has found holds.
_LATEST: Any = {"multiprocess_mode": "mostrecent"}
WAITING = Gauge("dispatch_cases_waiting", "Cases whose team is not complete", ["urgency"], **_LATEST)
ALARMS = Gauge("dispatch_alarms_ringing", "Alarms that nobody has ended", ["kind"], **_LATEST)
DEGRADED = Gauge("dispatch_degraded", "1 while /readyz says degraded or worse", **_LATEST)


def exposed() -> bytes:
    """In Prometheus' text format: what all web processes of this host have counted."""
    if not counts.together():
        return generate_latest()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


class Counted:
    """ASGI middleware: counts and times requests by route, event streams to their first byte only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = monotonic()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                # A path nobody serves would make a label of whatever a stranger types.
                route = scope["app"].state.templates.get(scope.get("endpoint"), "unknown")
                REQUESTS.labels(route, scope["method"], message["status"]).inc()
                SECONDS.labels(route).observe(monotonic() - began)
            await send(message)

        await self._app(scope, receive, counted)

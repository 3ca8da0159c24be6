"""Live updates as server-sent events: `case`, `page`, `queue`, `responder`, `alarm`. Ids and enumerations only."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.requests import Request

from dispatch.access import Act, Actor
from dispatch.api.strict import StrictRoute
from dispatch.clock import monotonic
from dispatch.errors import ServiceError
from dispatch.flow.history import Told
from dispatch.http.live import kinds_of, may_see
from dispatch.http.signin import Asking, Gate, admitted

router = APIRouter(tags=["events"], route_class=StrictRoute)

#: Seconds after which whoever watches is asked again who they are: a stream outlives sessions, tokens and people.
AGAIN = 5.0

LastId = Annotated[str | None, Header(alias="Last-Event-ID", pattern=r"^\d{1,18}$")]


@router.get("/events", response_class=EventSourceResponse)
async def events(
    request: Request, asking: Annotated[Asking, Gate(Act.SEE_QUEUE)], last_event_id: LastId = None
) -> AsyncGenerator[ServerSentEvent, None]:
    """Everything that happens in your teams, in commit order. An event's id is its number in the ledger; after a
    break, send the last one you saw. It ends with the sign-in it was opened with.
    """
    after = int(last_event_id) if last_event_id is not None else None
    # Headers leave at once, so that a watcher knows it is connected before anything happens.
    yield ServerSentEvent(comment="watching")
    actor, looked = asking.actor, monotonic()
    async with aclosing(request.app.state.live.watch(after)) as batches:
        async for batch in batches:
            if monotonic() - looked >= AGAIN:
                try:
                    actor, looked = (await admitted(request, Act.SEE_QUEUE)).actor, monotonic()
                except ServiceError:
                    # The sign-in is over, or cannot be looked up: whoever may come back does so, with what they saw.
                    return
            for told in batch:
                if may_see(actor, told):
                    for event in _as_events(actor, told):
                        yield event


def _as_events(actor: Actor, told: Told) -> Iterator[ServerSentEvent]:
    # What somebody says of themselves belongs to no team. Whoever is here for some of them hears that something
    # changed, and not about whom: it may be a person of another one.
    about = told.data if told.team is not None or not actor.teams else {}
    data: dict[str, Any] = {"at": told.at, "kind": told.kind, "case_id": told.case_id, "team": told.team, **about}
    kinds = kinds_of(told)
    for kind in kinds:
        # Only the last of an entry's events carries its number: a break between them replays all of them.
        yield ServerSentEvent(event=kind, data=data, id=str(told.n) if kind == kinds[-1] else None)

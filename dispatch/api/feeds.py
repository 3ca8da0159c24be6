"""Private calendars: made and ended here, and read at an address outside `/api` that is a secret in itself."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from dispatch.access import Act
from dispatch.api.lists import Part
from dispatch.api.schemas.base import Body, Code, Id, Page
from dispatch.api.strict import StrictRoute
from dispatch.flow import feeds
from dispatch.flow.feeds import FeedView
from dispatch.http.often import Often
from dispatch.http.problems import MEDIA_TYPE, problem
from dispatch.http.signin import Asking, Gate, Svc

router = APIRouter(prefix="/feeds", tags=["feeds"], route_class=StrictRoute)
calendars = APIRouter(prefix="/calendar", tags=["feeds"])

See = Annotated[Asking, Gate(Act.SEE_ROSTER)]
#: Telephones ask a few times an hour. Web processes count apart, and need not add up: guessing an address of 256 bits
#: is hopeless at any rate, so this only keeps a broken program from taking every thread.
OFTEN = Often(30, 600.0)
PROBLEM = {"$ref": "#/components/schemas/Problem"}
#: A day-old answer is still shown by a telephone without a signal; a proxy keeps none.
_KEPT = "private, max-age=900"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/calendar": {"schema": {"type": "string"}}}, "description": "The calendar"},
    304: {"description": "Unchanged"},
    429: {"description": "Asked too often; see `Retry-After`", "content": {MEDIA_TYPE: {"schema": PROBLEM}}},
}


class FeedIn(Body):
    """`team` null: the asker's own duty, in all their teams."""

    team: Code | None = None


@router.get("")
def list_feeds(asking: See, svc: Svc, part: Part) -> Page[FeedView]:
    """Your calendars, without their addresses: those are shown once."""
    return part.of(feeds.feeds(asking.actor, svc))


@router.post("", status_code=201)
def make_feed(body: FeedIn, asking: See, svc: Svc) -> FeedView:
    """A new address. One you had for the same duty is worth nothing from now on."""
    return feeds.make(asking.actor, svc, body.team)


@router.delete("/{feed_id}", status_code=204)
def end_feed(feed_id: Id, asking: See, svc: Svc) -> Response:
    feeds.revoke(asking.actor, svc, feed_id)
    return Response(status_code=204)


@calendars.get("/{token}.ics", response_class=Response, responses=_ANSWERS)
def read_feed(
    token: str, svc: Svc, if_none_match: Annotated[str | None, Header(include_in_schema=False)] = None
) -> Response:
    """Duty as a calendar: ids and layers, no name and no number. Whoever has the address needs no sign-in."""
    wait = OFTEN.wait(token)
    if wait:
        return problem(429, "Too often", "Ask again later.", kind="too-often", headers={"Retry-After": str(wait)})
    found = feeds.read(svc, token)
    tag = f'"{found.tag}"'
    headers = {"ETag": tag, "Cache-Control": _KEPT}
    if if_none_match is not None and tag in [one.strip().removeprefix("W/") for one in if_none_match.split(",")]:
        return Response(status_code=304, headers=headers)
    shown = {"Content-Disposition": 'inline; filename="on-call.ics"', **headers}
    return Response(found.body, media_type="text/calendar; charset=utf-8", headers=shown)

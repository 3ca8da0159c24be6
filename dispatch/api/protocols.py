"""The protocol library: what can be asked, and scoring without logging anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import StreamingResponse

from dispatch.access import Act
from dispatch.api.lists import Part, Team
from dispatch.api.schemas.base import Body, Code, Page
from dispatch.api.schemas.contact import Answers
from dispatch.api.strict import StrictRoute
from dispatch.flow import scoring
from dispatch.flow.scoring import ProtocolView, ScoreView
from dispatch.http import lines
from dispatch.http.signin import Asking, Gate, Svc
from dispatch.http.threads import quickly
from protocols.stream import lines_of

router = APIRouter(prefix="/protocols", tags=["protocols"], route_class=StrictRoute)

See = Annotated[Asking, Gate(Act.SCORE)]
ProtocolId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]


class ScoreIn(Body):
    answers: Answers
    team: Annotated[Code | None, Field(description="Whose policy gives the urgency.")] = None


@dataclass(frozen=True, slots=True)
class ProtocolDetail:
    """`form` is the instrument as questions, with its skip logic as data."""

    protocol: ProtocolView
    form: dict[str, Any]


@router.get("")
def list_protocols(asking: See, svc: Svc, part: Part) -> Page[ProtocolView]:
    """The newest version of each."""
    return part.of(scoring.protocols(asking.actor, svc))


@router.get("/{protocol_id}")
def get_protocol(protocol_id: ProtocolId, asking: See, svc: Svc) -> ProtocolDetail:
    view, form = scoring.protocol(asking.actor, svc, protocol_id)
    return ProtocolDetail(view, form)


_TEAM = {"in": "query", "name": "team", "required": False, "schema": {"type": "string"}}
_TEAM["description"] = "Of lines: whose policy gives the urgency."
_LINES = {lines.MEDIA_TYPE: {"schema": {"type": "string", "description": "One JSON object a line."}}}


class _Lines(lines.LinesRoute, StrictRoute):
    """Of the parameters, at least, nothing is passed over."""


async def score_lines(
    protocol_id: ProtocolId, request: Request, asking: See, svc: Svc, team: Team
) -> StreamingResponse:
    """A result for every line of answers, in the same order. Nothing is stored."""
    async with lines.body() as body:
        # Before the body is read: whoever may not, or asks for what is not there, need not send it all.
        results = await quickly(scoring.score_lines, asking.actor, svc, protocol_id, lines_of(body), team)
        await lines.take_in(request, body)
        return StreamingResponse(lines.answered(results, body), media_type=lines.MEDIA_TYPE)


# Before the route below, which takes what this one leaves; described there, as one call that takes either.
router.add_api_route(
    "/{protocol_id}/score",
    score_lines,
    methods=["POST"],
    response_model=None,
    include_in_schema=False,
    max_body_size=lines.LARGEST,
    route_class_override=_Lines,
)


@router.post(
    "/{protocol_id}/score",
    responses={200: {"content": _LINES}},
    openapi_extra={"requestBody": {"content": _LINES}, "parameters": [_TEAM]},
)
def score(protocol_id: ProtocolId, body: ScoreIn, asking: See, svc: Svc) -> ScoreView:
    """Score one answer set, or one a line; lines are answered in the same order, and `?team=` stands for `team`.

    Nothing is stored.
    """
    return scoring.score(asking.actor, svc, protocol_id, body.answers, body.team)

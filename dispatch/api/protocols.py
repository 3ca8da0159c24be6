"""The protocol library: what can be asked, and scoring without logging anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from dispatch.access import Act
from dispatch.api.schemas.base import Body, Code, Page
from dispatch.api.schemas.contact import Answers
from dispatch.flow import scoring
from dispatch.flow.scoring import ProtocolView, ScoreView
from dispatch.http.signin import Asking, Gate, Svc

router = APIRouter(prefix="/protocols", tags=["protocols"])

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
def list_protocols(asking: See, svc: Svc) -> Page[ProtocolView]:
    """The newest version of each."""
    return Page(items=scoring.protocols(asking.actor, svc))


@router.get("/{protocol_id}")
def get_protocol(protocol_id: ProtocolId, asking: See, svc: Svc) -> ProtocolDetail:
    view, form = scoring.protocol(asking.actor, svc, protocol_id)
    return ProtocolDetail(view, form)


@router.post("/{protocol_id}/score")
def score(protocol_id: ProtocolId, body: ScoreIn, asking: See, svc: Svc) -> ScoreView:
    """Score one answer set. Nothing is stored."""
    return scoring.score(asking.actor, svc, protocol_id, body.answers, body.team)

"""Debriefs: a talk after a distressing call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from dispatch.access import Act
from dispatch.api.lists import Part, Team
from dispatch.api.schemas.acts import Nothing
from dispatch.api.schemas.base import Body, Id, Page
from dispatch.api.strict import StrictRoute
from dispatch.debrief import Event
from dispatch.flow import debriefs
from dispatch.flow.debriefs import DebriefView
from dispatch.http.signin import Asking, Gate, Svc

router = APIRouter(prefix="/debriefs", tags=["debriefs"], route_class=StrictRoute)

Talks = Annotated[Asking, Gate(Act.DEBRIEF)]


class DebriefIn(Body):
    """Without a case: the newest one that was offered, or the newest case."""

    case_id: str | None = None


@router.get("")
def list_debriefs(asking: Talks, svc: Svc, team: Team, part: Part) -> Page[DebriefView]:
    """Your own, and what people of the teams you lead have asked for. An offer is nobody's business but theirs."""
    return part.of(debriefs.listed(asking.actor, svc, team))


@router.post("", status_code=201)
def ask_for_debrief(body: DebriefIn, asking: Talks, svc: Svc) -> DebriefView:
    """What a text of DEBRIEF does."""
    return debriefs.one(asking.actor, svc, debriefs.ask(asking.actor, svc, body.case_id))


@router.post("/{debrief_id}/want")
def want_debrief(debrief_id: Id, asking: Talks, svc: Svc, _: Nothing | None = None) -> DebriefView:
    return _answered(asking, svc, debrief_id, Event.WANTED)


@router.post("/{debrief_id}/decline")
def decline_debrief(debrief_id: Id, asking: Talks, svc: Svc, _: Nothing | None = None) -> DebriefView:
    return _answered(asking, svc, debrief_id, Event.DECLINED)


@router.post("/{debrief_id}/held")
def debrief_was_held(debrief_id: Id, asking: Talks, svc: Svc, _: Nothing | None = None) -> DebriefView:
    """By the person, a supervisor or a coordinator."""
    return _answered(asking, svc, debrief_id, Event.HELD)


def _answered(asking: Asking, svc: Svc, debrief_id: str, event: Event) -> DebriefView:
    debriefs.answer(asking.actor, svc, debrief_id, event)
    return debriefs.one(asking.actor, svc, debrief_id)

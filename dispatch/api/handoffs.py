"""Hand-offs of open cases: offered, and taken by an explicit yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from dispatch.access import Act
from dispatch.api.lists import Part, Team
from dispatch.api.schemas.acts import Nothing
from dispatch.api.schemas.base import Id, Page
from dispatch.api.schemas.duty import AcceptIn, HandoffIn
from dispatch.api.strict import StrictRoute
from dispatch.flow import handofflooks, handoffs
from dispatch.flow.handofflooks import HandoffView
from dispatch.http.signin import Asking, Gate, Svc

router = APIRouter(prefix="/handoffs", tags=["handoffs"], route_class=StrictRoute)

Handing = Annotated[Asking, Gate(Act.HAND_OFF)]
Everything = Annotated[bool, Query(alias="all", description="Also those that are settled.")]


@dataclass(frozen=True, slots=True)
class NotMoved:
    case: str
    because: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """`moved` are the cases that are the taker's now, `not_moved` those asked for that could not be."""

    moved: tuple[str, ...]
    not_moved: tuple[NotMoved, ...]
    handoff: HandoffView


@router.get("")
def list_handoffs(
    asking: Handing, svc: Svc, team: Team, part: Part, everything: Everything = False
) -> Page[HandoffView]:
    """Hand-offs with a case that still waits for a yes."""
    return part.of(handofflooks.listed(asking.actor, svc, team, everything=everything))


@router.post("", status_code=201)
def offer(body: HandoffIn, asking: Handing, svc: Svc) -> HandoffView:
    """Offer open cases to somebody. They stay where they are until that person says yes."""
    return handofflooks.one(asking.actor, svc, handoffs.offer(asking.actor, svc, body.offer()))


@router.post("/{handoff_id}/accept")
def accept(handoff_id: Id, asking: Handing, svc: Svc, body: AcceptIn | None = None) -> Accepted:
    """The person it was offered to says yes, to all or to some."""
    done = handoffs.accept(asking.actor, svc, handoff_id, body.cases if body else None)
    not_moved = tuple(NotMoved(case, because) for case, because in sorted(done.kept.items()))
    return Accepted(done.moved, not_moved, handofflooks.one(asking.actor, svc, handoff_id))


@router.post("/{handoff_id}/decline")
def decline(handoff_id: Id, asking: Handing, svc: Svc, _: Nothing | None = None) -> HandoffView:
    """The cases stay, and the coordinators are told at once."""
    handoffs.decline(asking.actor, svc, handoff_id)
    return handofflooks.one(asking.actor, svc, handoff_id)


@router.post("/{handoff_id}/withdraw")
def withdraw(handoff_id: Id, asking: Handing, svc: Svc, _: Nothing | None = None) -> HandoffView:
    """The giver keeps the cases after all."""
    handoffs.withdraw(asking.actor, svc, handoff_id)
    return handofflooks.one(asking.actor, svc, handoff_id)

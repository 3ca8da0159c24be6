"""Swaps of shifts: asked, taken, agreed to, undone. Each act answers with the swap as it is afterwards."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from dispatch.access import Act
from dispatch.api.lists import Part, Team
from dispatch.api.schemas.acts import Nothing
from dispatch.api.schemas.base import Id, Page
from dispatch.api.schemas.duty import AnswerFor, SwapIn, SwapOut
from dispatch.api.strict import StrictRoute
from dispatch.flow import swapasks, swaplooks, swaps
from dispatch.http.signin import Asking, Gate, Svc

router = APIRouter(prefix="/swaps", tags=["swaps"], route_class=StrictRoute)

Swapping = Annotated[Asking, Gate(Act.SWAP)]
Approving = Annotated[Asking, Gate(Act.APPROVE_SWAP)]
Everything = Annotated[bool, Query(alias="all", description="Also what came to nothing.")]


@router.get("")
def list_swaps(asking: Swapping, svc: Svc, team: Team, part: Part, everything: Everything = False) -> Page[SwapOut]:
    """Swaps whose time is not over: asked for, waiting for a coordinator, or done."""
    return part.of([SwapOut.of(view) for view in swaplooks.listed(asking.actor, svc, team, everything=everything)])


@router.post("", status_code=201)
def ask(body: SwapIn, asking: Swapping, svc: Svc) -> SwapOut:
    """Ask a person or the pool to take a piece of a shift. It stays with its giver until somebody takes it."""
    return _out(asking, svc, swapasks.ask(asking.actor, svc, body.ask()))


@router.post("/{swap_id}/take")
def take(swap_id: Id, asking: Swapping, svc: Svc, body: AnswerFor | None = None) -> SwapOut:
    """Say yes. Of two at once exactly one has it; a second yes of the same person changes nothing."""
    swaps.take(asking.actor, svc, swap_id, body.person if body else None)
    return _out(asking, svc, swap_id)


@router.post("/{swap_id}/decline")
def decline(swap_id: Id, asking: Swapping, svc: Svc, body: AnswerFor | None = None) -> SwapOut:
    swaps.decline(asking.actor, svc, swap_id, body.person if body else None)
    return _out(asking, svc, swap_id)


@router.post("/{swap_id}/withdraw")
def withdraw(swap_id: Id, asking: Swapping, svc: Svc, _: Nothing | None = None) -> SwapOut:
    """The giver keeps it after all."""
    swaps.withdraw(asking.actor, svc, swap_id)
    return _out(asking, svc, swap_id)


@router.post("/{swap_id}/approve")
def approve(swap_id: Id, asking: Approving, svc: Svc, _: Nothing | None = None) -> SwapOut:
    """A coordinator agrees; the roster changes in the same moment."""
    swaps.approve(asking.actor, svc, swap_id)
    return _out(asking, svc, swap_id)


@router.post("/{swap_id}/refuse")
def refuse(swap_id: Id, asking: Approving, svc: Svc, _: Nothing | None = None) -> SwapOut:
    swaps.refuse(asking.actor, svc, swap_id)
    return _out(asking, svc, swap_id)


@router.post("/{swap_id}/undo")
def undo(swap_id: Id, asking: Swapping, svc: Svc, _: Nothing | None = None) -> SwapOut:
    """The giver has it again; until it begins."""
    swaps.undo(asking.actor, svc, swap_id)
    return _out(asking, svc, swap_id)


def _out(asking: Asking, svc: Svc, swap_id: str) -> SwapOut:
    return SwapOut.of(swaplooks.one(asking.actor, svc, swap_id))

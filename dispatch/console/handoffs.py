"""Open cases at the end of a shift: offered to somebody by name, and taken case by case."""

from __future__ import annotations

from typing import Annotated, Any

from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act, Actor
from dispatch.console.pages import Posted, first, go, new_router, page
from dispatch.errors import Refused
from dispatch.flow import handofflooks, handoffs
from dispatch.flow.handoffs import Offer
from dispatch.flow.service import Service
from dispatch.handoff import State
from dispatch.http.signin import Asking, Gate, Svc

router = new_router()
Handing = Annotated[Asking, Gate(Act.HAND_OFF)]


@router.get("/handoffs")
def shown(request: Request, who: Handing, svc: Svc) -> Response:
    return page(request, svc, who, "handoffs.html", {**of(who.actor, svc), "not_moved": []})


@router.post("/handoffs")
def offer(who: Handing, svc: Svc, values: Posted) -> Response:
    cases = tuple(values.get("case", []))
    if not cases:
        raise Refused("Tick at least one case.")
    taker, giver = first(values, "taker"), first(values, "giver")
    handoffs.offer(who.actor, svc, Offer(first(values, "team") or "", taker or "", cases, giver))
    return go("/handoffs")


@router.post("/handoffs/{handoff_id}/accept")
def accept(request: Request, who: Handing, svc: Svc, handoff_id: str, values: Posted) -> Response:
    cases = values.get("case", [])
    if not cases:
        raise Refused("Tick the cases that you take over.")
    done = handoffs.accept(who.actor, svc, handoff_id, cases)
    if not done.kept:
        return go("/handoffs")
    codes = {case.id: case.code for case in handofflooks.one(who.actor, svc, handoff_id).cases}
    not_moved = [(codes.get(id_, "A case"), why) for id_, why in done.kept.items()]
    return page(request, svc, who, "handoffs.html", {**of(who.actor, svc), "not_moved": not_moved})


@router.post("/handoffs/{handoff_id}/decline")
def decline(who: Handing, svc: Svc, handoff_id: str) -> Response:
    handoffs.decline(who.actor, svc, handoff_id)
    return go("/handoffs")


@router.post("/handoffs/{handoff_id}/withdraw")
def withdraw(who: Handing, svc: Svc, handoff_id: str) -> Response:
    handoffs.withdraw(who.actor, svc, handoff_id)
    return go("/handoffs")


def of(actor: Actor, svc: Service) -> dict[str, Any]:
    """What concerns the reader: offers to them, their own cases and offers; and for a lead everybody's."""
    found = handofflooks.listed(actor, svc)
    leads, me = actor.may(Act.ASSIGN), actor.person
    holders = handofflooks.holders(actor, svc, None if leads else me) if leads or me else []
    return {
        "to_answer": [one for one in found if "accept" in one.can],
        "offers": [one for one in found if one.giver.id == me or leads],
        "holders": sorted(holders, key=lambda one: one.person.id != me),
        "me": me,
    }


def in_short(actor: Actor, svc: Service, person: str | None = None, team: str | None = None) -> dict[str, Any]:
    """For a page that is looked at all day: offers without an answer, and whoever is about to leave, or has left, with
    a case that nobody was offered. Of one `person`, or of a team."""
    offers = [one for one in handofflooks.listed(actor, svc, team) if one.state is State.OFFERED]
    holders = handofflooks.holders(actor, svc, person, team, to_whom=False)
    return {
        "offers": [one for one in offers if person in (None, one.taker.id)],
        "leaving": [one for one in holders if (one.until or one.off) and len(one.offered) < len(one.cases)],
    }

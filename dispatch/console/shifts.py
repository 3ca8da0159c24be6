"""A person's own shifts, and swaps: ask, take, decline, undo; and for a coordinator the same on behalf of others, and
the swaps that wait for their yes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act, Role
from dispatch.console.pages import Posted, first, go, new_router, page
from dispatch.errors import Fault, InvalidInput, NotFound, Refused
from dispatch.flow import desk, swapasks, swaplooks, swaps
from dispatch.flow.service import Service
from dispatch.flow.swapasks import Ask
from dispatch.http.signin import Asking, Gate, Svc
from dispatch.swap import State
from dispatch.wallclock import instant, zone

router = new_router()
Swapping = Annotated[Asking, Gate(Act.SWAP)]
Approving = Annotated[Asking, Gate(Act.APPROVE_SWAP)]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why others could not be asked: (label, problem) each, and what had been entered, on which shift's form."""

    says: tuple[tuple[str, str], ...]
    entered: Mapping[str, list[str]]
    shift: str | None


@router.get("/shifts")
def shifts(request: Request, who: Swapping, svc: Svc, of: str | None = None) -> Response:
    return _shown(request, who, svc, of)


def _shown(
    request: Request, who: Asking, svc: Service, of: str | None, refused: Refusal | None = None, status: int = 200
) -> Response:
    leads = who.actor.may(Act.MANAGE_ROSTER) and Role.COORDINATOR in who.actor.roles
    teams = {team.id: team for team in desk.teams(who.actor, svc)}
    crew = {team: desk.crew(who.actor, svc, team) for team in teams}
    person = who.actor.person
    if of is not None and of != person:
        if not leads or not any(each.id == of for those in crew.values() for each in those):
            raise NotFound("There is no such person.")
        person = of
    found = swaplooks.listed(who.actor, svc)
    mine = who.actor.person
    known: dict[str, Any] = {
        "person": person,
        "whose": next((each.name for those in crew.values() for each in those if each.id == person), None),
        "own": person == mine,
        "leads": leads,
        "teams": teams,
        "crew": crew,
        "shifts": swaplooks.shifts_of(who.actor, svc, person),
        "to_answer": [s for s in found if "take" in s.can or s.cannot_take],
        "to_approve": [s for s in found if "approve" in s.can],
        "done": [s for s in found if s.state is State.DONE and (leads or mine in (s.giver.id, s.taker and s.taker.id))],
        "others": [s for s in found if "withdraw" in s.can and "approve" not in s.can and s.giver.id != person],
        "unanswered": [s for s in found if leads and s.state is State.ASKED],
        "waiting": [s for s in found if s.state is State.TAKEN and s.taker and s.taker.id == mine],
        "refused": refused,
    }
    return page(request, svc, who, "shifts.html", known, status=status)


@router.post("/shifts/ask")
def ask(request: Request, who: Swapping, svc: Svc, values: Posted) -> Response:
    team, giver = first(values, "team"), first(values, "giver")
    asked = tuple(dict.fromkeys(values.get("asked", [])))
    try:
        place = _zone(svc, who, team)
        start = _moment(values, "from", place, needed=True) or svc.clock.now()
        end = _moment(values, "to", place, needed=False)
        swapasks.ask(who.actor, svc, Ask(team or "", first(values, "layer") or "", start, end, asked, giver))
    except InvalidInput as error:
        ours = [each.id for each in desk.teams(who.actor, svc) if each.id == team]
        names = {each.id: each.name for id_ in ours for each in desk.crew(who.actor, svc, id_)}
        says = tuple((_label(fault.field, asked, names), fault.problem) for fault in error.faults)
        return _shown(request, who, svc, giver, Refusal(says, values, first(values, "shift")), error.status)
    except Refused as error:
        refused = Refusal((("", error.detail),), values, first(values, "shift"))
        return _shown(request, who, svc, giver, refused, error.status)
    return go("/shifts" if giver in (None, who.actor.person) else f"/shifts?of={giver}")


def _label(field: str, asked: Sequence[str], names: Mapping[str, str]) -> str:
    """What the form calls a field: of those who were asked, the person."""
    name, _, n = field.partition(".")
    if name == "asked" and n.isdigit() and int(n) < len(asked):
        return names.get(asked[int(n)], asked[int(n)])
    return {"from": "From", "to": "To", "team": "Team", "layer": "Layer", "person": "Who"}.get(field, field)


@router.post("/swaps/{swap_id}/take")
def take(who: Swapping, svc: Svc, swap_id: str, values: Posted) -> Response:
    """One's own yes; or that of somebody who gave it to a coordinator on the telephone."""
    swaps.take(who.actor, svc, swap_id, first(values, "person"))
    return go("/shifts")


@router.post("/swaps/{swap_id}/decline")
def decline(who: Swapping, svc: Svc, swap_id: str, values: Posted) -> Response:
    swaps.decline(who.actor, svc, swap_id, first(values, "person"))
    return go("/shifts")


@router.post("/swaps/{swap_id}/withdraw")
def withdraw(who: Swapping, svc: Svc, swap_id: str) -> Response:
    swaps.withdraw(who.actor, svc, swap_id)
    return go("/shifts")


@router.post("/swaps/{swap_id}/undo")
def undo(who: Swapping, svc: Svc, swap_id: str) -> Response:
    swaps.undo(who.actor, svc, swap_id)
    return go("/shifts")


@router.post("/swaps/{swap_id}/approve")
def approve(who: Approving, svc: Svc, swap_id: str) -> Response:
    swaps.approve(who.actor, svc, swap_id)
    return go("/shifts")


@router.post("/swaps/{swap_id}/refuse")
def refuse(who: Approving, svc: Svc, swap_id: str) -> Response:
    swaps.refuse(who.actor, svc, swap_id)
    return go("/shifts")


def _zone(svc: Service, who: Asking, team: str | None) -> ZoneInfo:
    found = next((each for each in desk.teams(who.actor, svc) if each.id == team), None)
    if found is None:
        raise InvalidInput("team: choose one", [Fault("team", "choose one")])
    return zone(found.timezone)


def _moment(values: Posted, name: str, place: ZoneInfo, *, needed: bool) -> datetime | None:
    """A time the form gives as the team's clock shows it. Left as it stood there, it is the very moment of the roster:
    a shift may begin on a second, or in the hour that a clock shows twice."""
    given, stood, exact = first(values, name), first(values, f"{name}_was"), first(values, f"{name}_exact")
    if given is None:
        if needed:
            raise InvalidInput(f"{name}: say when", [Fault(name, "say when")])
        return None
    try:
        if given == stood and exact is not None:
            return datetime.fromisoformat(exact).astimezone(UTC)
        return instant(datetime.fromisoformat(given).replace(tzinfo=None), place)
    except ValueError:
        raise InvalidInput(f"{name}: is no time", [Fault(name, "is no time")]) from None

"""Who is on call, when, what changes that, and where it leaves gaps."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from dispatch.access import Act
from dispatch.api.lists import Part
from dispatch.api.schemas.base import Moment, Page
from dispatch.api.schemas.roster import GapOut, Gaps, OverrideIn, OverrideOut, SpellOut
from dispatch.api.strict import StrictRoute
from dispatch.flow import duty, rostering
from dispatch.flow.duty import OnCallNow
from dispatch.http.signin import Asking, Gate, Svc

router = APIRouter(tags=["roster"], route_class=StrictRoute)

See = Annotated[Asking, Gate(Act.SEE_ROSTER)]
Manage = Annotated[Asking, Gate(Act.MANAGE_ROSTER)]
OneTeam = Annotated[str, Query(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
From = Annotated[Moment | None, Query(alias="from")]
To = Annotated[Moment | None, Query(alias="to")]


@router.get("/oncall")
def get_on_call(asking: See, svc: Svc, team: OneTeam = "default", at: Moment | None = None) -> OnCallNow:
    """Who is on call at a moment, by layer, and why one of them would not be paged."""
    return duty.on_call(asking.actor, svc, team, at)


@router.get("/shifts")
def list_shifts(
    asking: See, svc: Svc, part: Part, team: OneTeam = "default", start: From = None, end: To = None
) -> Page[SpellOut]:
    """Stretches of duty, overrides and absences worked in; a week from now without a window."""
    return part.of([SpellOut.of(spell) for spell in duty.shifts(asking.actor, svc, team, start, end)])


@router.get("/overrides")
def list_overrides(asking: See, svc: Svc, part: Part, team: OneTeam = "default") -> Page[OverrideOut]:
    """Overrides that are not over, in the order in which they apply."""
    return part.of([OverrideOut.of(view) for view in duty.overrides(asking.actor, svc, team)])


@router.post("/overrides", status_code=201)
def add_override(body: OverrideIn, asking: Manage, svc: Svc) -> OverrideOut:
    override = body.override()
    rostering.add_override(asking.actor, svc, override)
    return OverrideOut.of(duty.override_view(override))


@router.delete("/overrides/{override_id}", status_code=204)
def remove_override(
    override_id: Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")], asking: Manage, svc: Svc, team: OneTeam = "default"
) -> Response:
    rostering.remove_override(asking.actor, svc, team, override_id)
    return Response(status_code=204)


@router.get("/coverage")
def get_coverage(asking: See, svc: Svc, team: OneTeam = "default", start: From = None, end: To = None) -> Gaps:
    """Where the roster leaves nobody, or too little; a week ahead without a window."""
    return Gaps(gaps=[GapOut.of(gap) for gap in duty.coverage(asking.actor, svc, team, start, end)])

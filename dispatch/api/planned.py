"""What changes a roster for a time (absences, temporary schedules), and how its load is shared."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from dispatch.access import Act
from dispatch.api.lists import Part
from dispatch.api.roster import From, OneTeam, To
from dispatch.api.schemas.base import Page
from dispatch.api.schemas.planned import AbsenceIn, AbsenceOut, FairnessOut, TemporaryIn, TemporaryOut
from dispatch.api.strict import StrictRoute
from dispatch.flow import planned, rostering, sharing
from dispatch.http.signin import Asking, Gate, Svc

router = APIRouter(tags=["roster"], route_class=StrictRoute)

See = Annotated[Asking, Gate(Act.SEE_ROSTER)]
Manage = Annotated[Asking, Gate(Act.MANAGE_ROSTER)]
Planned = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


@router.get("/absences")
def list_absences(asking: See, svc: Svc, part: Part, team: OneTeam = "default") -> Page[AbsenceOut]:
    """Absences of the team's people that are not over, the next one first."""
    return part.of([AbsenceOut.of(view) for view in planned.absences(asking.actor, svc, team)])


@router.post("/absences", status_code=201)
def add_absence(body: AbsenceIn, asking: Manage, svc: Svc) -> AbsenceOut:
    """A person is away. Somebody in their place is an override."""
    absence = body.absence()
    rostering.add_absence(asking.actor, svc, absence)
    return AbsenceOut.of(planned.absence(svc, absence))


@router.delete("/absences/{absence_id}", status_code=204)
def remove_absence(absence_id: Planned, asking: Manage, svc: Svc) -> Response:
    rostering.remove_absence(asking.actor, svc, absence_id)
    return Response(status_code=204)


@router.get("/temporary-schedules")
def list_temporary(asking: See, svc: Svc, part: Part, team: OneTeam = "default") -> Page[TemporaryOut]:
    """Temporary schedules that are not over, the next one first."""
    return part.of([TemporaryOut.of(view) for view in planned.temporaries(asking.actor, svc, team)])


@router.post("/temporary-schedules", status_code=201)
def add_temporary(body: TemporaryIn, asking: Manage, svc: Svc) -> TemporaryOut:
    """For a time other shifts instead of a layer's own, with somebody for the hours they leave open."""
    temporary = body.temporary()
    rostering.add_temporary(asking.actor, svc, temporary)
    return TemporaryOut.of(planned.temporary(temporary))


@router.delete("/temporary-schedules/{schedule_id}", status_code=204)
def remove_temporary(schedule_id: Planned, asking: Manage, svc: Svc, team: OneTeam = "default") -> Response:
    rostering.remove_temporary(asking.actor, svc, team, schedule_id)
    return Response(status_code=204)


@router.get("/fairness")
def get_fairness(
    asking: Annotated[Asking, Gate(Act.SEE_MEASURES)],
    svc: Svc,
    team: OneTeam = "default",
    start: From = None,
    end: To = None,
) -> FairnessOut:
    """Hours on call and pages of each person of a team; the last four weeks without a window, a year at most."""
    return FairnessOut.of(sharing.fairness(asking.actor, svc, team, start, end))

"""Measures with the names of their formulas."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dispatch.access import Act
from dispatch.api.lists import Team
from dispatch.api.roster import From, To
from dispatch.api.strict import StrictRoute
from dispatch.flow import measuring
from dispatch.http.signin import Asking, Gate, Svc
from dispatch.measures import Measure

router = APIRouter(tags=["measures"], route_class=StrictRoute)


class Measures(BaseModel):
    """Of the cases opened from `from` up to, and without, `to`."""

    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    team: str | None
    measures: list[Measure]


@router.get("/measures")
def get_measures(
    asking: Annotated[Asking, Gate(Act.SEE_MEASURES)], svc: Svc, team: Team, start: From = None, end: To = None
) -> Measures:
    """Counts, times and shares by urgency; the last day without a window."""
    found = measuring.measures(asking.actor, svc, start, end, team)
    return Measures(start=found.start, end=found.end, team=found.team, measures=list(found.measures))

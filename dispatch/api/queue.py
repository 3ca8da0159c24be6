"""The waiting order, and the alarms that ring."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from dispatch.access import Act
from dispatch.api.lists import Part, Team
from dispatch.api.schemas.acts import Nothing
from dispatch.api.schemas.base import Cursor, Id, Limit, Page
from dispatch.api.strict import StrictRoute
from dispatch.flow import boards, paging
from dispatch.flow.views import AlarmView, QueueLine
from dispatch.http.signin import Asking, Gate, Svc

router = APIRouter(tags=["queue"], route_class=StrictRoute)


@router.get("/queue")
def get_queue(
    asking: Annotated[Asking, Gate(Act.SEE_QUEUE)],
    svc: Svc,
    team: Team,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[QueueLine]:
    """Waiting cases in the order they will be matched."""
    found = boards.queue(asking.actor, svc, team=team, limit=limit, cursor=cursor)
    return Page(items=list(found.items), next=found.next)


@router.get("/alarms")
def list_alarms(asking: Annotated[Asking, Gate(Act.SEE_ALARMS)], svc: Svc, team: Team, part: Part) -> Page[AlarmView]:
    """Alarms that still ring, the most pressing kind first, then the oldest."""
    return part.of(boards.alarms(asking.actor, svc, team=team))


@router.post("/alarms/{alarm_id}/acknowledge")
def acknowledge(
    alarm_id: Id, asking: Annotated[Asking, Gate(Act.ACKNOWLEDGE)], svc: Svc, _: Nothing | None = None
) -> AlarmView:
    """Silence it for yourself for five minutes. It never stops the case's clock."""
    paging.acknowledge_alarm(asking.actor, svc, alarm_id)
    return boards.alarm(asking.actor, svc, alarm_id)

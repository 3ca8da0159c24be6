"""The coordinator's board: alarms first, then who waits, who is being asked, who is on call, and what is being worked.

The page is one fragment, fetched again whenever the ledger grows: every part of it shows the same moment.
"""

from __future__ import annotations

from typing import Annotated, Any

from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act
from dispatch.console import cover, handoffs, pressing
from dispatch.console.pages import Posted, first, from_script, go, new_router, page
from dispatch.errors import NotFound
from dispatch.flow import boards, desk, health, paging, swaplooks
from dispatch.flow.service import Service
from dispatch.http.signin import Asking, Gate, Svc

router = new_router()
#: Waiting cases that are listed; the rest are known by there being more.
WAITING = 300
#: With more lines than these one of them is named above all others; not where it stands at the top of a FEW alarms.
CROWDED = 5
FEW = 2
Watcher = Annotated[Asking, Gate(Act.SEE_QUEUE)]


@router.get("/board")
def board(request: Request, who: Watcher, svc: Svc, team: str | None = None) -> Response:
    return page(request, svc, who, "board.html", _now(who, svc, team), team=team)


@router.get("/board/live")
def live(request: Request, who: Watcher, svc: Svc, team: str | None = None) -> Response:
    return page(request, svc, who, "board_live.html", _now(who, svc, team), team=team)


@router.post("/alarms/{alarm_id}/acknowledge")
def acknowledge(
    request: Request, who: Annotated[Asking, Gate(Act.ACKNOWLEDGE)], svc: Svc, alarm_id: str, values: Posted
) -> Response:
    paging.acknowledge_alarm(who.actor, svc, alarm_id)
    team = first(values, "team")
    if from_script(request):
        return page(request, svc, who, "board_live.html", _now(who, svc, team), team=team)
    return go("/board")


def _now(who: Asking, svc: Service, team: str | None) -> dict[str, Any]:
    actor = who.actor
    teams = desk.teams(actor, svc)
    if team is not None and team not in {t.id for t in teams}:
        raise NotFound("There is no such team.")
    shown = [t for t in teams if team in (None, t.id)]
    hands = actor.may(Act.HAND_OFF, team)
    ringing = boards.alarms(actor, svc, team=team)
    waiting = boards.queue(actor, svc, team=team, limit=WAITING)
    working = desk.working(actor, svc, team)
    crowded = len(ringing) + len(waiting.items) + len(working) > CROWDED
    alarms = pressing.alarms(ringing, waiting.items, working)
    first_of_all = pressing.first(ringing, waiting.items, working, svc.clock.now()) if crowded else None
    if first_of_all and alarms.total <= FEW and alarms.shown and alarms.shown[0].case_id == first_of_all.case_id:
        first_of_all = None  # the page begins with it already
    return {
        "team": team,
        "teams": teams,
        "wanting": health.wanting(svc),
        "first": first_of_all,
        "alarms": alarms,
        "queue": waiting.items,
        "more_waiting": waiting.next is not None,
        "pages": boards.open_pages(actor, svc, team=team),
        "working": working,
        "cover": cover.of(actor, svc, shown),
        "to_approve": swaplooks.to_approve(actor, svc, team) if actor.may(Act.APPROVE_SWAP, team) else 0,
        "hands": handoffs.in_short(actor, svc, team=team) if hands else None,
        "may_acknowledge": actor.may(Act.ACKNOWLEDGE),
        "may_see_case": actor.may(Act.SEE_CASE),
    }

"""The operator's own page: whom they must call back, and texts nobody could place; and the responder's: their pages and
cases."""

from __future__ import annotations

from typing import Annotated, Any

from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act
from dispatch.alarm import Kind
from dispatch.console import handoffs
from dispatch.console.pages import go, new_router, page
from dispatch.flow import boards, debriefs, desk, paging
from dispatch.flow.service import Service
from dispatch.http.signin import Asking, Gate, Svc

router = new_router()
Operator = Annotated[Asking, Gate(Act.LOG_CONTACT)]
Responder = Annotated[Asking, Gate(Act.ANSWER_PAGE)]

_TEXTS = (Kind.UNKNOWN_TEXT, Kind.NOT_UNDERSTOOD)


@router.get("/operator")
def operator(request: Request, who: Operator, svc: Svc) -> Response:
    return page(request, svc, who, "operator.html", _operator(who, svc))


@router.get("/operator/live")
def operator_live(request: Request, who: Operator, svc: Svc) -> Response:
    return page(request, svc, who, "operator_live.html", _operator(who, svc))


@router.post("/operator/texts/{alarm_id}")
def seen(who: Annotated[Asking, Gate(Act.ACKNOWLEDGE)], svc: Svc, alarm_id: str) -> Response:
    paging.acknowledge_alarm(who.actor, svc, alarm_id)
    return go("/operator")


def _operator(who: Asking, svc: Service) -> dict[str, Any]:
    return {
        "call_backs": desk.call_backs(who.actor, svc),
        "strays": desk.strays(who.actor, svc),
        "texts_alarms": [alarm for alarm in boards.alarms(who.actor, svc) if alarm.kind in _TEXTS],
    }


@router.get("/mine")
def mine(request: Request, who: Responder, svc: Svc) -> Response:
    return page(request, svc, who, "mine.html", _mine(who, svc))


@router.get("/mine/live")
def mine_live(request: Request, who: Responder, svc: Svc) -> Response:
    return page(request, svc, who, "mine_live.html", _mine(who, svc))


def _mine(who: Asking, svc: Service) -> dict[str, Any]:
    me = who.actor.person
    if me is None:
        return {"pages": [], "working": [], "offers": [], "leaving": [], "talks": [], "me": None}
    return {
        "pages": desk.asked(who.actor, svc, me),
        "working": desk.working(who.actor, svc, person=me),
        "talks": debriefs.listed(who.actor, svc),
        "me": me,
        **handoffs.in_short(who.actor, svc, me),
    }

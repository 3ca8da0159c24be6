"""Who is on call, where cover is missing, and a person's own word on whether they can be reached."""

from __future__ import annotations

from typing import Annotated

from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act
from dispatch.console import cover
from dispatch.console.fields import Fields
from dispatch.console.pages import Posted, first, go, new_router, page
from dispatch.errors import AskedBack, Fault, InvalidInput, Refused
from dispatch.flow import desk, people
from dispatch.flow.service import Service
from dispatch.http.signin import Asking, Gate, Svc
from dispatch.responder import Availability

router = new_router()


@router.get("/on-call")
def on_call(request: Request, who: Annotated[Asking, Gate(Act.SEE_ROSTER)], svc: Svc) -> Response:
    return _shown(request, who, svc, Fields({}))


@router.post("/on-call/me")
def say(request: Request, who: Annotated[Asking, Gate(Act.SET_AVAILABILITY)], svc: Svc, values: Posted) -> Response:
    if who.actor.person is None:
        raise Refused("This sign-in belongs to nobody who can be paged.")
    state = first(values, "state")
    if state not in set(Availability):
        raise InvalidInput("state: choose one", [Fault("state", "choose one")])
    entered = {"hours": values.get("hours", [])}
    try:
        hours, even_so = _hours(first(values, "hours")), bool(first(values, "even_so"))
        people.set_availability(who.actor, svc, who.actor.person, Availability(state), hours, even_so=even_so)
    except InvalidInput as error:
        return _shown(request, who, svc, Fields.again(entered, error.faults), status=error.status)
    except AskedBack as error:
        return _shown(request, who, svc, Fields(entered), asked=error.detail, status=error.status)
    return go("/on-call")


def _shown(
    request: Request, who: Asking, svc: Service, form: Fields, *, asked: str | None = None, status: int = 200
) -> Response:
    """The page; `asked` is what has to be said twice, and `form` what was entered about oneself."""
    teams = desk.teams(who.actor, svc)
    known = {"cover": cover.of(who.actor, svc, teams), "me": who.actor.person, "asked": asked, "form": form}
    return page(request, svc, who, "on_call.html", known, status=status)


def _hours(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= 24 * 14:
        raise InvalidInput("hours: must be more than 0 and at most 336", [Fault("hours", "must be a number up to 336")])
    return hours

"""What the service thinks of whoever is signed in, the proof of their number, their calendars, and the card of our
numbers."""

from __future__ import annotations

from typing import Annotated, Any

from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act
from dispatch.console.fields import Fields
from dispatch.console.pages import Posted, first, go, new_router, page
from dispatch.errors import InvalidInput, Refused
from dispatch.exports.vcard import card
from dispatch.flow import desk, feeds, marking, verifying
from dispatch.flow.feeds import FeedView
from dispatch.flow.service import Service
from dispatch.http.signin import AnyoneSignedIn, Asking, Gate, Svc

router = new_router()
See = Annotated[Asking, Gate(Act.SEE_ROSTER)]

#: What people find in their contacts. The same for every site: it is looked for at three in the morning.
CARD = "Crisis pages"
CARD_NOTE = "Pages come from here. Let it ring through Do Not Disturb: Emergency Bypass, or a starred contact."


@router.get("/me")
def me(request: Request, who: See, svc: Svc) -> Response:
    return _shown(request, svc, who)


@router.post("/me/number/verify")
def send_code(request: Request, who: See, svc: Svc) -> Response:
    try:
        verifying.ask(who.actor, svc, _person(who))
    except Refused as error:
        return _shown(request, svc, who, said=error.detail, status=error.status)
    return go("/me#number")


@router.post("/me/number/confirm")
def confirm(request: Request, who: See, svc: Svc, values: Posted) -> Response:
    try:
        code = "".join((first(values, "code") or "").split())
        verifying.confirm(who.actor, svc, _person(who), code)
    except InvalidInput as error:
        return _shown(request, svc, who, form=Fields.again({}, error.faults), status=error.status)
    except Refused as error:
        return _shown(request, svc, who, said=error.detail, status=error.status)
    return go("/me#number")


@router.post("/me/calendar")
def make_calendar(request: Request, who: See, svc: Svc, values: Posted) -> Response:
    """Shown in the answer itself and nowhere else: an address in a redirect would stay in the browser's history."""
    return _shown(request, svc, who, made=feeds.make(who.actor, svc, first(values, "team")))


@router.post("/me/calendar/{feed_id}/end")
def end_calendar(feed_id: str, who: See, svc: Svc) -> Response:
    feeds.revoke(who.actor, svc, feed_id)
    return go("/me#calendar")


@router.get("/contact.vcf")
def contact_card(_who: Annotated[Asking, AnyoneSignedIn], svc: Svc) -> Response:
    """Only for who is signed in: a number that strangers text rings the coordinators."""
    body = card(CARD, svc.senders, CARD_NOTE)
    shown = {"Content-Disposition": 'attachment; filename="crisis-pages.vcf"'}
    return Response(body, media_type="text/vcard; charset=utf-8", headers=shown)


def _shown(
    request: Request,
    svc: Service,
    who: Asking,
    *,
    made: FeedView | None = None,
    form: Fields | None = None,
    said: str | None = None,
    status: int = 200,
) -> Response:
    person = who.actor.person
    mine = feeds.feeds(who.actor, svc)
    known: dict[str, Any] = {
        "me": person,
        "marks": marking.own(who.actor, svc),
        "number": verifying.number(who.actor, svc, person) if person is not None else None,
        "own": next((one for one in mine if one.team is None), None),
        "by_team": {one.team: one for one in mine if one.team is not None},
        "teams": desk.teams(who.actor, svc),
        "made": made,
        "senders": svc.senders,
        "form": form or Fields({}),
        "said": said,
    }
    return page(request, svc, who, "me.html", known, status=status)


def _person(who: Asking) -> str:
    if who.actor.person is None:
        raise Refused("This sign-in belongs to nobody on the roster.")
    return who.actor.person

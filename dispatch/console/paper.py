"""The instruments on paper, to be printed before the computers are down: same items, same order, same rule in words."""

from __future__ import annotations

from typing import Annotated

from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act
from dispatch.console import choices
from dispatch.console.pages import new_router, page
from dispatch.errors import NotFound, UnknownProtocol
from dispatch.http.signin import Asking, Gate, Svc
from protocols.paper import sheet

router = new_router()
Reader = Annotated[Asking, Gate(Act.SCORE)]


@router.get("/protocols")
def listed(request: Request, who: Reader, svc: Svc) -> Response:
    found = [
        (each.id, each.title, each.version, choices.languages(svc.library.languages(each))) for each in svc.library
    ]
    return page(request, svc, who, "protocols.html", {"protocols": found})


@router.get("/protocols/{protocol_id}/paper")
def paper(request: Request, who: Reader, svc: Svc, protocol_id: str, language: str = "en") -> Response:
    """Raises NotFound also for a language without a translation: nobody should print English believing it Spanish."""
    try:
        protocol = svc.library.get(protocol_id)
    except UnknownProtocol:
        raise NotFound("There is no such protocol.") from None
    translation = svc.library.translation(protocol, language)
    if translation is None and language != "en":
        raise NotFound("There is no paper form of it in that language.")
    others = choices.languages(each for each in ("en", *svc.library.languages(protocol)) if each != language)
    return page(request, svc, who, "paper.html", {"sheet": sheet(protocol, translation), "others": others})

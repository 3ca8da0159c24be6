"""What waits for a signature: for a supervisor to sign or send back, and for a trainee to see what came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act
from dispatch.console.contacts import band_words
from dispatch.console.pages import Posted, first, go, new_router, page
from dispatch.errors import InvalidInput, Refused
from dispatch.flow import signatures, unsigned
from dispatch.flow.service import Service
from dispatch.http.signin import Asking, Gate, Svc

router = new_router()
Signs = Annotated[Asking, Gate(Act.SIGN)]


@router.get("/signatures")
def waiting(request: Request, who: Signs, svc: Svc) -> Response:
    return page(request, svc, who, "signatures.html", _known(who, svc))


@router.post("/signatures/{signature_id}/sign")
def sign(request: Request, who: Signs, svc: Svc, signature_id: str) -> Response:
    try:
        signatures.sign_one(who.actor, svc, signature_id)
    except Refused as error:
        return page(request, svc, who, "signatures.html", _known(who, svc, says=error.detail), status=error.status)
    return go("/signatures")


@router.post("/signatures/{signature_id}/return")
def send_back(request: Request, who: Signs, svc: Svc, signature_id: str, values: Posted) -> Response:
    try:
        signatures.return_one(who.actor, svc, signature_id, first(values, "reason") or "")
    except InvalidInput as error:
        problem = {signature_id: error.faults[0].problem}
        return page(request, svc, who, "signatures.html", _known(who, svc, problems=problem), status=error.status)
    except Refused as error:
        return page(request, svc, who, "signatures.html", _known(who, svc, says=error.detail), status=error.status)
    return go("/signatures")


def _known(
    who: Asking, svc: Service, *, says: str | None = None, problems: Mapping[str, str] | None = None
) -> dict[str, Any]:
    found = unsigned.waiting(who.actor, svc)
    return {
        "signing": [one for one in found if one.may_sign],
        "own": [one for one in found if not one.may_sign],
        "says": says,
        "problems": problems or {},
        "band_words": band_words(svc.library),
        "titles": {protocol.id: protocol.title for protocol in svc.library},
        "questions": {p.id: {item.id: item.text for item in p.definition.items} for p in svc.library},
    }

"""Signatures on what trainees assessed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from dispatch.access import Act
from dispatch.api.lists import Part
from dispatch.api.schemas.acts import Nothing, ReasonIn
from dispatch.api.schemas.base import Id, Page
from dispatch.api.strict import StrictRoute
from dispatch.flow import signatures, unsigned
from dispatch.flow.unsigned import SignatureView
from dispatch.http.signin import Asking, Gate, Svc

router = APIRouter(prefix="/signatures", tags=["signatures"], route_class=StrictRoute)

Signs = Annotated[Asking, Gate(Act.SIGN)]


@router.get("")
def list_signatures(asking: Signs, svc: Svc, part: Part) -> Page[SignatureView]:
    """What waits to be signed, with what was answered; those asked of you first. Each look is recorded."""
    return part.of(unsigned.waiting(asking.actor, svc))


@router.post("/{signature_id}/sign", status_code=204)
def sign(signature_id: Id, asking: Signs, svc: Svc, _: Nothing | None = None) -> None:
    """A licensed or qualified person signs what a trainee assessed."""
    signatures.sign_one(asking.actor, svc, signature_id)


@router.post("/{signature_id}/return", status_code=204)
def send_back(signature_id: Id, body: ReasonIn, asking: Signs, svc: Svc) -> None:
    """Send it back with a reason; the trainee is told, and assesses again."""
    signatures.return_one(asking.actor, svc, signature_id, body.reason)

"""Contacts: logging one, and finding earlier ones of the same telephone number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Response

from dispatch.access import Act
from dispatch.api.schemas.contact import ContactIn, SearchIn
from dispatch.api.strict import StrictRoute
from dispatch.flow import intake, looks
from dispatch.flow.views import CaseBrief, Found
from dispatch.http.signin import Asking, Gate, Svc

router = APIRouter(prefix="/contacts", tags=["contacts"], route_class=StrictRoute)

Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=255, pattern=r"^[!-~]+$")]


@dataclass(frozen=True, slots=True)
class LoggedContact:
    """`case` is null for a contact that asked for no response."""

    contact_id: str
    case: CaseBrief | None


@router.post(
    "",
    status_code=201,
    responses={200: {"model": LoggedContact, "description": "Logged before: the case as it is now"}},
)
def log_contact(
    body: ContactIn, key: Key, asking: Annotated[Asking, Gate(Act.LOG_CONTACT)], svc: Svc, response: Response
) -> LoggedContact:
    """Log a contact. What is answered with 201 is durable. The same key and body again gets the case as it is now;
    another body is refused.
    """
    done = intake.log_contact(asking.actor, svc, body.draft(), key, intake.body_hash(body.as_sent()))
    response.status_code = 200 if done.again else 201
    return LoggedContact(done.contact_id, looks.logged(asking.actor, svc, done))


@router.post("/search")
def search(body: SearchIn, asking: Annotated[Asking, Gate(Act.SEARCH_PERSON)], svc: Svc) -> Found:
    """Earlier contacts and cases of a telephone number, found by its keyed hash. The look is recorded."""
    return looks.search(asking.actor, svc, body.phone)

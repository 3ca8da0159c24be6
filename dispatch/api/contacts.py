"""Contacts: logging one, and finding earlier ones of the same telephone number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Response
from starlette.requests import Request

from dispatch.access import Act
from dispatch.api.schemas.contact import ContactIn, SearchIn
from dispatch.api.strict import StrictRoute
from dispatch.errors import ServiceError
from dispatch.flow import intake, looks
from dispatch.flow.service import Service
from dispatch.flow.views import CaseBrief, Found
from dispatch.http.lane import Lane
from dispatch.http.signin import Asking, Gate, Svc

router = APIRouter(prefix="/contacts", tags=["contacts"], route_class=StrictRoute)

Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=255, pattern=r"^[!-~]+$")]


Answer = tuple[intake.Logged, CaseBrief | None]
Intake = Lane[intake.Wish, Answer]


@dataclass(frozen=True, slots=True)
class LoggedContact:
    """`case` is null for a contact that asked for no response. `prompts` are what to ask or do next, in their order,
    for the operator to read; none when the contact had been logged before."""

    contact_id: str
    case: CaseBrief | None
    prompts: tuple[str, ...]


@router.post(
    "",
    status_code=201,
    responses={200: {"model": LoggedContact, "description": "Logged before: the case as it is now"}},
)
async def log_contact(
    request: Request,
    body: ContactIn,
    key: Key,
    asking: Annotated[Asking, Gate(Act.LOG_CONTACT)],
    response: Response,
) -> LoggedContact:
    """Log a contact. What is answered with 201 is durable. The same key and body again gets the case as it is now;
    another body is refused.
    """
    lane: Intake = request.app.state.intake
    wish = intake.Wish(asking.actor, body.draft(), key, intake.body_hash(body.as_sent()))
    done, case = await lane.do(wish)
    response.status_code = 200 if done.again else 201
    return LoggedContact(done.contact_id, case, done.prompts)


def lane(svc: Service) -> Intake:
    """Where contacts that come at the same moment are logged together."""
    return Lane(partial(_log, svc))


def _log(svc: Service, wishes: Sequence[intake.Wish]) -> list[Answer | Exception]:
    done = intake.log_contacts(svc, wishes)
    logged = {n: one for n, one in enumerate(done) if isinstance(one, intake.Logged)}
    cases = looks.logged_all(svc, [(wishes[n].actor, one) for n, one in logged.items()])
    briefs = dict(zip(logged, cases, strict=True))
    return [_answer(one, briefs.get(n)) for n, one in enumerate(done)]


def _answer(done: intake.Logged | Exception, case: CaseBrief | ServiceError | None) -> Answer | Exception:
    if isinstance(done, Exception):
        return done
    return case if isinstance(case, ServiceError) else (done, case)


@router.post("/search")
def search(body: SearchIn, asking: Annotated[Asking, Gate(Act.SEARCH_PERSON)], svc: Svc) -> Found:
    """Earlier contacts and cases of a telephone number, found by its keyed hash. The look is recorded."""
    return looks.search(asking.actor, svc, body.phone)

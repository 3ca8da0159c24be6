"""Responders: who they are, what they may do, and whether they can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter

from dispatch.access import Act
from dispatch.api.lists import Part, Team
from dispatch.api.schemas.base import Id, Page
from dispatch.api.schemas.roster import AvailabilityIn, CodeIn, DuressWordIn, ResponderChange, ResponderIn
from dispatch.api.strict import StrictRoute
from dispatch.flow import people, responders, rostering, verifying
from dispatch.flow.responders import ResponderView
from dispatch.flow.verifying import NumberView
from dispatch.http.signin import Asking, Gate, Svc
from dispatch.responder import Availability

router = APIRouter(prefix="/responders", tags=["responders"], route_class=StrictRoute)

See = Annotated[Asking, Gate(Act.SEE_ROSTER)]
Manage = Annotated[Asking, Gate(Act.MANAGE_PEOPLE)]


@dataclass(frozen=True, slots=True)
class AvailabilityNow:
    """`until` null holds until said otherwise."""

    person: str
    availability: Availability
    until: datetime | None


@router.get("")
def list_responders(asking: See, svc: Svc, team: Team, part: Part) -> Page[ResponderView]:
    """People of the roster, without their numbers."""
    return part.of(responders.responders(asking.actor, svc, team))


@router.post("", status_code=201)
def add_responder(body: ResponderIn, asking: Manage, svc: Svc) -> ResponderView:
    rostering.add_person(asking.actor, svc, body.person())
    return responders.responder(asking.actor, svc, body.id)


@router.get("/{person}")
def get_responder(person: Id, asking: See, svc: Svc) -> ResponderView:
    """One person with their number. The look is recorded."""
    return responders.responder(asking.actor, svc, person)


@router.patch("/{person}")
def change_responder(person: Id, body: ResponderChange, asking: Manage, svc: Svc) -> ResponderView:
    """Change what is given; what is left out stays."""
    rostering.change_person(asking.actor, svc, person, body.changed)
    return responders.responder(asking.actor, svc, person)


@router.post("/{person}/availability")
def set_availability(
    person: Id, body: AvailabilityIn, asking: Annotated[Asking, Gate(Act.SET_AVAILABILITY)], svc: Svc
) -> AvailabilityNow:
    """What a text of ON or OFF does. Somebody else's only by a coordinator. OFF by whoever holds a case, or is the last
    one on call, is answered 409 (`asked-back`) unless `even_so` is true.
    """
    until = people.set_availability(asking.actor, svc, person, body.availability, body.hours, even_so=body.even_so)
    return AvailabilityNow(person, body.availability, until)


@router.post("/{person}/phone/verify")
def send_code(person: Id, asking: See, svc: Svc) -> NumberView:
    """Text a code to the number on record, to prove that it is theirs. The person themselves, or who manages people."""
    return verifying.ask(asking.actor, svc, person)


@router.post("/{person}/phone/confirm")
def confirm_code(person: Id, body: CodeIn, asking: See, svc: Svc) -> NumberView:
    """Enter the code. Texting it back does the same."""
    return verifying.confirm(asking.actor, svc, person, body.code)


@router.put("/{person}/duress-word", status_code=204)
def set_duress_word(
    person: Id, body: DuressWordIn, asking: Annotated[Asking, Gate(Act.SET_AVAILABILITY)], svc: Svc
) -> None:
    """A private word that means "I am in danger", answered like anything else. Only the person sets their own."""
    people.set_duress_word(asking.actor, svc, person, body.word)

"""Continuing education: hours logged on credentials, and who is behind."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from dispatch.access import Act
from dispatch.api.lists import Part, Team
from dispatch.api.schemas.base import Id, Page
from dispatch.api.schemas.roster import ConfirmTrainingIn, TrainingIn
from dispatch.api.strict import StrictRoute
from dispatch.flow import training
from dispatch.flow.training import LedgerView
from dispatch.http.signin import Asking, Gate, Svc

router = APIRouter(tags=["training"], route_class=StrictRoute)

Logs = Annotated[Asking, Gate(Act.LOG_TRAINING)]
Manage = Annotated[Asking, Gate(Act.MANAGE_PEOPLE)]


@router.get("/training")
def list_training(asking: Manage, svc: Svc, team: Team, part: Part) -> Page[LedgerView]:
    """Every credential a rule asks training of, whoever is worst first."""
    return part.of(training.everybody(asking.actor, svc, team))


@router.get("/responders/{person}/training")
def get_training(person: Id, asking: Logs, svc: Svc, part: Part) -> Page[LedgerView]:
    """One person's hours against each credential's rule. A look at somebody else's is recorded."""
    return part.of(training.of_person(asking.actor, svc, person))


@router.post("/responders/{person}/training", status_code=201)
def log_training(person: Id, body: TrainingIn, asking: Logs, svc: Svc) -> Page[LedgerView]:
    """Your own hours are claimed until a coordinator confirms them; what a coordinator enters counts at once."""
    training.log(asking.actor, svc, person, body.state, body.title, body.training())
    return Page(items=training.of_person(asking.actor, svc, person))


@router.post("/responders/{person}/training/confirm", status_code=204)
def confirm_training(person: Id, body: ConfirmTrainingIn, asking: Manage, svc: Svc) -> None:
    """Hours that were claimed count from now on."""
    training.confirm(asking.actor, svc, person, body.state, body.title, body.on, body.hours)

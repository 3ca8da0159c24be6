"""People of the roster: who they are, what they may do and until when; each can be changed here. And training: one's
own hours, and for coordinators everybody's, whoever is worst first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act
from dispatch.console import person_form
from dispatch.console.fields import Fields
from dispatch.console.pages import Posted, first, go, new_router, page
from dispatch.credential import STATUSES, Training
from dispatch.errors import Fault, InvalidInput, Refused
from dispatch.flow import desk, directory, rostering, training, verifying
from dispatch.flow.service import Service
from dispatch.http.signin import Asking, Gate, Svc
from dispatch.responder import POPULATIONS, ROLES
from dispatch.rosterfile import Person

router = new_router()
Manages = Annotated[Asking, Gate(Act.MANAGE_PEOPLE)]
Logs = Annotated[Asking, Gate(Act.LOG_TRAINING)]


@router.get("/people")
def everybody(request: Request, who: Manages, svc: Svc) -> Response:
    return page(request, svc, who, "people.html", {"members": directory.members(who.actor, svc)})


@router.get("/people/new")
def new(request: Request, who: Manages, svc: Svc) -> Response:
    return _form(request, who, svc, None, Fields({"capacity": ["1"], "roles": ["responder"]}))


@router.post("/people/new")
def add(request: Request, who: Manages, svc: Svc, values: Posted) -> Response:
    try:
        entered = person_form.read(values, None)
        rostering.add_person(who.actor, svc, entered)
    except InvalidInput as error:
        return _form(request, who, svc, None, Fields.again(values, error.faults))
    return go("/people")


@router.get("/people/{person}")
def one(request: Request, who: Manages, svc: Svc, person: str) -> Response:
    found = directory.person(who.actor, svc, person)
    return _form(request, who, svc, found, Fields(person_form.values_of(found)))


@router.post("/people/{person}")
def change(request: Request, who: Manages, svc: Svc, person: str, values: Posted) -> Response:
    found = directory.person(who.actor, svc, person)
    try:
        rostering.change_person(who.actor, svc, person, lambda before: person_form.read(values, before))
    except InvalidInput as error:
        return _form(request, who, svc, found, Fields.again(values, error.faults))
    return go("/people")


@router.post("/people/{person}/number/verify")
def send_code(request: Request, who: Manages, svc: Svc, person: str) -> Response:
    """A code to somebody's telephone: they text it back, or enter it on their own page."""
    try:
        verifying.ask(who.actor, svc, person)
    except Refused as error:
        found = directory.person(who.actor, svc, person)
        shown = Fields(person_form.values_of(found))
        return _form(request, who, svc, found, shown, said=error.detail, status=error.status)
    return go(f"/people/{person}#number")


@router.get("/training")
def hours(request: Request, who: Logs, svc: Svc) -> Response:
    return _training(request, who, svc, Fields({}))


@router.post("/training")
def log(request: Request, who: Logs, svc: Svc, values: Posted) -> Response:
    try:
        state, _, title = (first(values, "credential") or "").partition(" ")
        person = first(values, "person") or who.actor.person or ""
        training.log(who.actor, svc, person, state, title, _entry(values))
    except InvalidInput as error:
        faults = [Fault({"title": "credential"}.get(f.field, f.field), f.problem) for f in error.faults]
        return _training(request, who, svc, Fields.again(values, faults))
    return go("/training")


@router.post("/training/confirm")
def confirm(who: Manages, svc: Svc, values: Posted) -> Response:
    named = {name: first(values, name) or "" for name in ("person", "state", "title")}
    training.confirm(who.actor, svc, **named, on=_day(values), hours=_hours(values))
    return go("/training")


def _entry(values: Mapping[str, list[str]]) -> Training:
    return Training(_day(values), _hours(values), first(values, "topic"), first(values, "evidence"))


def _day(values: Mapping[str, list[str]]) -> date:
    try:
        return date.fromisoformat(first(values, "on") or "")
    except ValueError:
        problem = "must be a day such as 2026-03-01"
        raise InvalidInput(f"on: {problem}", [Fault("on", problem)]) from None


def _hours(values: Mapping[str, list[str]]) -> float:
    try:
        return float(first(values, "hours") or "")
    except ValueError:
        problem = "must be hours such as 3 or 1.5"
        raise InvalidInput(f"hours: {problem}", [Fault("hours", problem)]) from None


def _training(request: Request, who: Asking, svc: Service, fields: Fields) -> Response:
    manages = who.actor.may(Act.MANAGE_PEOPLE)
    known: dict[str, Any] = {
        "own": training.of_person(who.actor, svc, who.actor.person) if who.actor.person else [],
        "all": training.everybody(who.actor, svc) if manages else [],
        "manages": manages,
        "form": fields,
        "me": who.actor.person,
    }
    return page(request, svc, who, "training.html", known, status=422 if fields.errors else 200)


def _form(
    request: Request,
    who: Asking,
    svc: Service,
    found: Person | None,
    fields: Fields,
    *,
    said: str | None = None,
    status: int | None = None,
) -> Response:
    held = len(found.responder.credentials) if found is not None else 0
    rows = min(person_form.MOST, held + 1)
    known = {
        "person": found,
        "form": fields,
        "titles": person_form.titles(rows),
        "rows": range(rows),
        "held": held,
        "choices": {
            "teams": [(team.id, team.name or team.id) for team in desk.teams(who.actor, svc)],
            "roles": [(role, role) for role in ROLES],
            "populations": [(one, one.replace("_", " ")) for one in POPULATIONS],
            "statuses": [(one, one) for one in STATUSES],
        },
        "skills": directory.known_skills(who.actor, svc),
        "number": verifying.number(who.actor, svc, found.id) if found is not None else None,
        "said": said,
    }
    return page(request, svc, who, "person.html", known, status=status or (422 if fields.errors else 200))

"""Cover ahead with its gaps, and a team's calendar: who is on, day by day; and what a coordinator changes there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from dispatch.access import Act
from dispatch.console import bars, cover, weeks, words
from dispatch.console.fields import Fields
from dispatch.console.pages import Posted, first, go, new_router, page
from dispatch.coverage import AHEAD
from dispatch.errors import Fault, InvalidInput, NotFound, Refused, ServiceError
from dispatch.flow import desk, duty, planned, rostering
from dispatch.flow.duty import Spell
from dispatch.flow.service import Service
from dispatch.http.signin import Asking, Gate, Svc
from dispatch.override import Absence, Override, Temporary
from dispatch.roster import Team
from dispatch.shift import Once, Shift
from dispatch.wallclock import wall

router = new_router()
Reader = Annotated[Asking, Gate(Act.SEE_ROSTER)]
Editor = Annotated[Asking, Gate(Act.MANAGE_ROSTER)]
#: How far ahead an .ics file is read: as `dispatch roster import` does.
ICS_AHEAD = timedelta(days=366)
#: Rows for shifts in the form of a temporary schedule.
SHIFTS = 4
#: What the forms call their fields, for the list of what needs a look.
LABELS = {
    "layer": "Layer",
    "person": "Who",
    "instead_of": "Instead of",
    "from": "From",
    "to": "To",
    "fallback": "Where nobody is on",
    "file": "File",
    **{f"person-{n}": f"Shift {n + 1}, who" for n in range(SHIFTS)},
    **{f"from-{n}": f"Shift {n + 1}, from" for n in range(SHIFTS)},
    **{f"to-{n}": f"Shift {n + 1}, to" for n in range(SHIFTS)},
}


@router.get("/coverage")
def coverage(request: Request, who: Reader, svc: Svc) -> Response:
    return _coverage(request, who, svc, request.query_params)


@router.get("/calendar")
def calendar(request: Request, who: Reader, svc: Svc) -> Response:
    return _calendar(request, who, svc, request.query_params)


@router.post("/calendar/override")
def add_override(request: Request, who: Editor, svc: Svc, values: Posted) -> Response:
    def act() -> None:
        team, layer = _needed(values, "team"), _layer(values)
        start, end = _window(svc, team, values)
        override = Override(team, layer, start, end, first(values, "person"), first(values, "instead_of"))
        rostering.add_override(who.actor, svc, override)

    return _done(request, who, svc, values, "override", act)


@router.post("/calendar/absence")
def add_absence(request: Request, who: Editor, svc: Svc, values: Posted) -> Response:
    def act() -> None:
        start, end = _window(svc, _needed(values, "team"), values)
        rostering.add_absence(who.actor, svc, Absence(_needed(values, "person"), start, end))

    return _done(request, who, svc, values, "absence", act)


@router.post("/calendar/temporary")
def add_temporary(request: Request, who: Editor, svc: Svc, values: Posted) -> Response:
    def act() -> None:
        team, layer = _needed(values, "team"), _layer(values)
        start, end = _window(svc, team, values)
        shifts = []
        for n in range(SHIFTS):
            if person := first(values, f"person-{n}"):
                since, until = (_moment(svc, team, values, f"{edge}-{n}") for edge in ("from", "to"))
                shifts.append(Shift(team, layer, Once(person, since, until)))
        fallback = first(values, "fallback")
        rostering.add_temporary(who.actor, svc, Temporary(team, layer, start, end, tuple(shifts), fallback))

    return _done(request, who, svc, values, "temporary", act)


@router.post("/calendar/remove")
def remove(request: Request, who: Editor, svc: Svc, values: Posted) -> Response:
    def act() -> None:
        team, id_ = _needed(values, "team"), _needed(values, "id")
        match first(values, "kind"):
            case "override":
                rostering.remove_override(who.actor, svc, team, id_)
            case "absence":
                rostering.remove_absence(who.actor, svc, id_)
            case "temporary":
                rostering.remove_temporary(who.actor, svc, team, id_)
            case _:
                raise InvalidInput("kind: say what", [Fault("kind", "say what")])

    return _done(request, who, svc, values, "remove", act)


async def uploaded(request: Request) -> tuple[str, bytes]:
    """The form's file: its name and what is in it; nothing where none was chosen."""
    upload = (await request.form()).get("file")
    if not isinstance(upload, UploadFile):
        return "", b""
    try:
        return upload.filename or "calendar.ics", await upload.read()
    finally:
        await upload.close()


@router.post("/calendar/ics")
def import_calendar(
    request: Request, who: Editor, svc: Svc, values: Posted, file: Annotated[tuple[str, bytes], Depends(uploaded)]
) -> Response:
    """A calendar as any telephone makes one. Checked whole; the same file again changes nothing."""
    name, raw = file

    def act() -> None:
        if not raw:
            raise InvalidInput("file: choose a calendar file", [Fault("file", "choose a calendar file")])
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InvalidInput("file: is no calendar", [Fault("file", "is no calendar")]) from None
        team, layer = _needed(values, "team"), _layer(values)
        rostering.import_calendar(who.actor, svc, text, name, team, layer, first(values, "person"), ICS_AHEAD)

    return _done(request, who, svc, values, "ics", act)


def _done(request: Request, who: Asking, svc: Service, values: Posted, form: str, act: Callable[[], None]) -> Response:
    """Back to the page it came from; with what was refused at its top, and the form as it was entered."""
    back = "/coverage" if first(values, "back") == "/coverage" else "/calendar"
    try:
        act()
    except ServiceError as error:
        if error.status in (401, 403) or error.status >= 500:
            raise
        show = _coverage if back == "/coverage" else _calendar
        at = {"team": first(values, "team") or "", "from": first(values, "shown_from") or ""}
        at["to"] = first(values, "shown_to") or ""
        return show(request, who, svc, at, failed=(form, error, values))
    kept = {"team": first(values, "team"), "from": first(values, "shown_from"), "to": first(values, "shown_to")}
    return go(f"{back}?{urlencode({key: text for key, text in kept.items() if text})}")


Failed = tuple[str, ServiceError, Mapping[str, list[str]]] | None


def _coverage(request: Request, who: Asking, svc: Service, asked: Mapping[str, str], failed: Failed = None) -> Response:
    team, teams = team_of(svc, who, asked.get("team"))
    start, end, wrong = _range(svc, team, asked)
    spells = duty.shifts(who.actor, svc, team.id, start, end)
    everything = duty.coverage(who.actor, svc, team.id, start, end)
    found = [gap for gap in everything if gap.missing]
    layers = [layer.layer for layer in duty.on_call(who.actor, svc, team.id).layers]
    names = {one.id: one.name for one in desk.crew(who.actor, svc, team.id)}
    names |= {spell.person.id: spell.person.name for spell in spells}
    known = {
        "start": start,
        "end": end,
        "holes": cover.holes(everything, names),
        "unproved": cover.unproved(everything, names),
        "lines": bars.lines(layers, spells, found, start, end),
        "marks": bars.marks(start, end, team.zone),
        "wrong": wrong,
    }
    return _page(request, svc, who, "coverage.html", team, teams, layers, known, failed)


def _calendar(request: Request, who: Asking, svc: Service, asked: Mapping[str, str], failed: Failed = None) -> Response:
    team, teams = team_of(svc, who, asked.get("team"))
    days = planned.calendar(who.actor, svc, team.id, _day(asked.get("from")))
    now = svc.clock.now()
    today = wall(now, team.zone).date()
    start = max(now, weeks.midnight(days[0].day, team.zone))
    end = weeks.midnight(days[-1].day + timedelta(days=1), team.zone)
    gaps = duty.coverage(who.actor, svc, team.id, start, end) if start < end else ()
    known = {
        "weeks": weeks.of(days, gaps, team.zone, today, who.actor.person),
        "today": today,
        "unfolded": bool(asked.get("all")),
        "mine": _mine(who, svc, team, start, end),
        "first": days[0].day,
        "last": days[-1].day,
        "over": end,
        "earlier": days[0].day - timedelta(days=planned.DAYS),
        "later": days[0].day + timedelta(days=planned.DAYS),
        "overrides": duty.overrides(who.actor, svc, team.id),
        "absences": planned.absences(who.actor, svc, team.id),
        "temporaries": planned.temporaries(who.actor, svc, team.id),
        "start": None,
        "end": None,
    }
    return _page(request, svc, who, "calendar.html", team, teams, list(days[0].layers), known, failed)


def _mine(who: Asking, svc: Service, team: Team, start: datetime, end: datetime) -> list[Spell]:
    """The reader's own duties in a time that is not over."""
    if who.actor.person is None or start >= end:
        return []
    return [spell for spell in duty.shifts(who.actor, svc, team.id, start, end) if spell.person.id == who.actor.person]


def _page(
    request: Request,
    svc: Service,
    who: Asking,
    template: str,
    team: Team,
    teams: Sequence[Team],
    layers: Sequence[str],
    known: dict[str, Any],
    failed: Failed,
) -> Response:
    crew = desk.crew(who.actor, svc, team.id)
    shared = {
        "team": team,
        "teams": teams,
        "layers": layers,
        "crew": crew,
        "names": {one.id: one.name for one in crew},
        "may_edit": who.actor.may(Act.MANAGE_ROSTER, team.id),
        "may_measure": who.actor.may(Act.SEE_MEASURES, team.id),
        "failed": failed and failed[0],
        "refused": failed and failed[1].detail,
        "fields": lambda form, **given: _fields(failed, form, given),
        "rows": range(SHIFTS),
        "labels": LABELS,
    }
    status = failed[1].status if failed else 200
    return page(request, svc, who, template, {**shared, **known}, status=status, team=team.id)


def _fields(failed: Failed, form: str, given: Mapping[str, str]) -> Fields:
    """What that form holds: what was entered, if it is the one that was refused; else what the page proposes."""
    if failed is not None and failed[0] == form:
        faults = failed[1].faults if isinstance(failed[1], InvalidInput) else ()
        return replace(Fields.again(failed[2], faults), at=f"{form}-")
    return Fields({name: [text] for name, text in given.items()}, at=f"{form}-")


def team_of(svc: Service, who: Asking, wanted: str | None) -> tuple[Team, list[Team]]:
    teams = desk.teams(who.actor, svc)
    if not teams:
        raise Refused(words.NO_TEAM)
    chosen = next((team for team in teams if team.id == wanted), None if wanted else next(iter(teams), None))
    if chosen is None:
        raise NotFound("There is no such team.")
    return chosen, teams


def _range(svc: Service, team: Team, asked: Mapping[str, str]) -> tuple[datetime, datetime, str | None]:
    """The range that was asked for; three days from now without one, and with what was wrong with one that cannot be
    shown."""
    now = svc.clock.now()
    usual = (now, now + AHEAD)
    try:
        start = planned.moment(svc, team.id, asked["from"], "from") if asked.get("from") else usual[0]
        end = planned.moment(svc, team.id, asked["to"], "to") if asked.get("to") else start + AHEAD
        duty.window(svc, start, end)
    except InvalidInput as error:
        return *usual, error.detail
    return start, end, None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _needed(values: Mapping[str, list[str]], name: str) -> str:
    found = first(values, name)
    if found is None:
        raise InvalidInput(f"{name}: choose one", [Fault(name, "choose one")])
    return found


def _layer(values: Mapping[str, list[str]]) -> str:
    """A layer of the roster, or a new one by its name."""
    return _needed(values, "layer").lower()


def _window(svc: Service, team: str, values: Mapping[str, list[str]]) -> tuple[datetime, datetime]:
    return _moment(svc, team, values, "from"), _moment(svc, team, values, "to")


def _moment(svc: Service, team: str, values: Mapping[str, list[str]], name: str) -> datetime:
    return planned.moment(svc, team, first(values, name) or "", name)

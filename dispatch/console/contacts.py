"""The operator's contact form: shown, scored while it is filled in, sent, and shown again with everything in it when it
cannot be taken."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dispatch.access import Act
from dispatch.console import choices, contact_form, words
from dispatch.console.contact_form import Entered
from dispatch.console.fields import Fields
from dispatch.console.pages import Posted, first, new_router, page
from dispatch.contactvalues import Tri
from dispatch.errors import Fault, InvalidInput, KeyReused, Refused
from dispatch.flow import desk, intake, looks
from dispatch.flow.intake import Draft
from dispatch.flow.preview import preview
from dispatch.flow.service import Service
from dispatch.http.signin import Asking, Gate, Svc
from protocols.forms import Form, form
from protocols.loader import Library

router = new_router()
Operator = Annotated[Asking, Gate(Act.LOG_CONTACT)]

#: Shown from the start: the screen that most first calls need.
FIRST_PROTOCOL = "cssrs-screener"
_PROTOCOL = re.compile(r"assessments\.(\d{1,2})\.protocol")
#: The record's names of an ending's parts, beside the page's.
_ENDING = ("disposition", "outcome", "resources_offered", "follow_up")


@router.get("/contacts/new")
def new(request: Request, who: Operator, svc: Svc, case: str | None = None) -> Response:
    values = {"call_type": ["person_in_crisis"], "channel": ["voice"]}
    earlier = looks.case(who.actor, svc, case) if case else None
    if earlier is not None:
        values |= {"case_id": [earlier.id], "team": [earlier.team]}
    asked = [(0, form(svc.library.get(FIRST_PROTOCOL)))]
    return _shown(request, who, svc, Fields(values), asked, earlier=earlier)


@router.post("/contacts/new")
def log(request: Request, who: Operator, svc: Svc, values: Posted) -> Response:
    entered = contact_form.read(values, svc.library)
    faults = list(entered.faults)
    key = first(values, "key")
    if key is None:
        faults.append(Fault("key", "is missing: load the page again"))
    if entered.contact is not None and key is not None and not faults:
        draft = Draft(entered.contact, entered.given, entered.case_id, entered.assessing)
        try:
            done = intake.log_contact(who.actor, svc, draft, f"form:{key}", intake.body_hash(entered.body))
        except KeyReused:
            key = None
            faults.append(Fault("key", "was sent before, with other answers: look at the board, or send it anew"))
        except InvalidInput as error:
            faults += renamed(error.faults or (Fault("contact", error.detail),), entered)
        except Refused as error:
            faults.append(Fault("case_id", error.detail))
        else:
            brief = looks.logged(who.actor, svc, done)
            stops = entered.contact.safety.hard_stops(Tri.YES)
            known = {"case": brief, "again": done.again, "prompts": done.prompts, "stops": stops}
            return page(request, svc, who, "contact_logged.html", known, status=201, team=draft.contact.team)
    shown = [(asked.place, asked.form) for asked in entered.asked] or [(0, form(svc.library.get(FIRST_PROTOCOL)))]
    again = Fields.again(values, faults)
    return _shown(request, who, svc, again, shown, status=422, key=key)


@router.post("/contacts/new/score")
def live_band(request: Request, who: Operator, svc: Svc, values: Posted) -> Response:
    """What the form comes to as it stands; half-typed fields are passed over."""
    entered = contact_form.forgiving(values, svc.library)
    found = preview(who.actor, svc, entered.contact, entered.given) if entered.contact else None
    scored = list(zip(entered.scored, found.scores, strict=True)) if found else []
    team = entered.contact.team if entered.contact else None
    known = {"preview": found, "scored": scored, "band_words": band_words(svc.library)}
    # The operator's own page, whatever language the person is asked in.
    known |= {"titles": {protocol.id: protocol.title for protocol in svc.library}}
    return page(request, svc, who, "live_band.html", known, team=team)


@router.get("/contacts/new/protocol")
def another(request: Request, who: Operator, svc: Svc, add: str, language: str = "en") -> Response:
    """One more protocol's form, numbered after those already on the page."""
    taken = [int(m[1]) for name in request.query_params if (m := _PROTOCOL.fullmatch(name))]
    shown = contact_form.form_in(svc.library, add, language)
    known = {"form": Fields({}), "shown": shown, "n": max(taken, default=-1) + 1, "gaps": gaps(svc, shown)}
    return page(request, svc, who, "protocol_part.html", known | {"keys": choices.keys})


@router.post("/contacts/new/earlier")
def earlier(
    request: Request, who: Annotated[Asking, Gate(Act.SEARCH_PERSON)], svc: Svc, values: Posted
) -> HTMLResponse:
    """Earlier contacts of the number in the form, by POST: a number never stands in an address."""
    number = first(values, "person.phone.number") or first(values, "caller.phone") or ""
    known: dict[str, Any] = {"problem": None, "found": None, "team": first(values, "team")}
    try:
        known["found"] = looks.search(who.actor, svc, number)
    except InvalidInput:
        known["problem"] = "Write the number in full first, such as +12025550143."
    return page(request, svc, who, "earlier_part.html", known)


def _shown(
    request: Request,
    who: Asking,
    svc: Service,
    fields: Fields,
    protocols: list[tuple[int, Form]],
    *,
    status: int = 200,
    key: str | None = None,
    earlier: Any = None,
) -> HTMLResponse:
    teams = desk.teams(who.actor, svc)
    if not teams:
        raise Refused(words.NO_TEAM)
    answered = first(fields.values, "answered_at")
    lists = choices.contact(teams, svc.library)
    known = {
        "form": fields,
        "titles": _titles(protocols),
        "key": key or secrets.token_urlsafe(18),
        "answered_at": _time(answered) or svc.clock.now(),
        "earlier": earlier,
        "teams": teams,
        "choices": lists,
        "safety": words.SAFETY_QUESTIONS,
        "protocols": protocols,
        "gaps": {shown.protocol: gaps(svc, shown) for _, shown in protocols},
        "keys": choices.keys,
        "may_search": who.actor.may(Act.SEARCH_PERSON),
        "open": _opened(fields),
        "preview": None,
    }
    return page(request, svc, who, "contact_new.html", known, status=status, team=first(fields.values, "team"))


def renamed(faults: Iterable[Fault], entered: Entered) -> list[Fault]:
    """The record's names of fields as this page has them."""
    places = {n: asked.place for n, asked in enumerate(entered.scored)}
    found = []
    for fault in faults:
        name = f"ending.{fault.field}" if fault.field in _ENDING else fault.field
        if name.startswith("assessments."):
            _, n, rest = name.split(".", 2)
            name = f"assessments.{places.get(int(n), 0)}.{rest}"
        found.append(Fault(contact_form.field(name), fault.problem.replace("_", " ")))
    return found


def gaps(svc: Service, shown: Form) -> dict[str, list[str]]:
    """Item -> choices that answer nothing ("do not know"): the page's skip logic must not read them as an answer."""
    definition = svc.library.get(shown.protocol).definition
    return {item.id: [str(c.value) for c in definition.choices_of(item) if c.gap] for item in definition.items}


def band_words(library: Library) -> Any:
    def say(protocol: str, band: str) -> str:
        return library.get(protocol).band(band).words

    return say


def _titles(protocols: Iterable[tuple[int, Form]]) -> Mapping[str, str]:
    """What to call a field in the summary of what is wrong."""
    titles = {f"safety.{fact}": question for fact, question, _ in words.SAFETY_QUESTIONS}
    titles |= _TITLES
    for n, shown in protocols:
        titles |= {f"assessments.{n}.answers.{q.id}": q.text for q in shown.questions}
        titles[f"assessments.{n}.protocol"] = shown.title
    return titles


_TITLES = {
    "call_type": "Call type",
    "channel": "Channel",
    "team": "Team",
    "worry": "How worried you are",
    "caller.line": "The line now",
    "caller.relation": "The caller is",
    "caller.phone": "Caller's own telephone",
    "person.phone.number": "Their telephone",
    "person.age": "Age in years",
    "person.age_band": "Age, if only about",
    "location.area": "Area",
    "needs.languages": "Responder must speak",
    "person.languages": "Languages they speak",
    "needs.skills": "Skills asked for",
    "ending.disposition": "How it ended",
    "ending.outcome": "How the person was at the end",
    "ending.resources_offered": "Resources offered",
    "ending.follow_up": "Follow-up",
    "answered_at": "When it was answered",
    "case_id": "The case to add it to",
    "key": "This form",
}


def _opened(fields: Fields) -> dict[str, bool]:
    """Which folded parts hold something, or something wrong, and must not hide it."""

    def used(*starts: str) -> bool:
        filled = [name for name, texts in fields.values.items() if any(text.strip() for text in texts)]
        return any(name.startswith(starts) for name in (*filled, *fields.errors))

    caller = used("caller.relation", "caller.phone", "caller.with_person", "caller.can_stay")
    return {"caller": caller, "needs": used("needs.", "consent.", "concerns"), "ending": used("ending.")}


def _time(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo is not None else None

"""One case: what is known, who is on it, who was asked and why, its one clock, what can be done now, and its history.

Every showing is written down as a look. What people do to a case is in `case_acts`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dispatch.access import Act
from dispatch.case import OPEN, State
from dispatch.console import choices, history, words
from dispatch.console.case_acts import Failed, acts
from dispatch.console.contact_form import form_in, read
from dispatch.console.contacts import band_words, gaps, renamed
from dispatch.console.fields import Fields
from dispatch.console.pages import Posted, go, new_router, page
from dispatch.deadline import Meaning
from dispatch.disposition import Disposition
from dispatch.errors import Fault, InvalidInput, Refused
from dispatch.flow import assessing, boards, desk, looks, passedover, scoring
from dispatch.flow.service import Service
from dispatch.flow.views import CaseDetail, PageView
from dispatch.http.signin import Asking, Gate, Svc
from dispatch.page import Answer

router = new_router()
Reader = Annotated[Asking, Gate(Act.SEE_CASE)]


@router.get("/cases/{case_id}")
def case(request: Request, who: Reader, svc: Svc, case_id: str) -> Response:
    return show(request, who, svc, case_id)


@router.get("/cases/{case_id}/news")
def news(request: Request, who: Reader, svc: Svc, case_id: str, after: Annotated[int, Query(ge=0)] = 0) -> Response:
    """Whether the case has changed since its page was opened: nothing, or the words that say so. The page itself is not
    renewed under somebody who writes in it, and nothing of the case is shown, so no look is recorded."""
    if not any(history.is_news(kind, data) for kind, data in boards.told_since(who.actor, svc, case_id, after)):
        return Response(status_code=204)
    return page(request, svc, who, "case_news.html", {"case_id": case_id})


def show(request: Request, who: Asking, svc: Service, case_id: str, failed: Failed | None = None) -> HTMLResponse:
    """The case's page; with `failed`, what was refused at its top, and that act's form open with what was entered."""
    # The history first: what happens meanwhile is then news, and never both missing and taken for seen.
    told = looks.timeline(who.actor, svc, case_id)
    found = looks.case(who.actor, svc, case_id)
    known = _known(who, svc, found, failed)
    known |= {"happened": history.lines(told), "seen": max((one.n or 0 for one in told), default=0)}
    known |= {"last_look": passedover.last(who.actor, svc, case_id)}
    return page(request, svc, who, "case.html", known, status=failed.status if failed else 200, team=found.team)


def _known(who: Asking, svc: Service, found: CaseDetail, failed: Failed | None) -> dict[str, Any]:
    actor, me = who.actor, who.actor.person
    mine = any(owner.id == me for owner in found.owners)
    return {
        "case": found,
        "me": me,
        "mine": mine,
        "my_page": None if mine or me is None else _answerable(found, me),
        "may": lambda act: actor.may(Act(act), found.team),
        "leads": actor.may(Act.ASSIGN, found.team),
        "open_case": found.state in OPEN,
        "exposed": found.state in (State.EN_ROUTE, State.ON_SCENE, State.ENGAGED),
        "crew": desk.crew(actor, svc, found.team) if actor.may(Act.ASSIGN, found.team) else [],
        "choices": {
            "urgency": choices.URGENCIES,
            "disposition": choices.DISPOSITIONS,
            "line": choices.LINES,
            "language": choices.every_language(svc.library),
            "tri": [("yes", "Yes"), ("no", "No"), ("unknown", "Not known")],
        },
        "failed": failed,
        "forms": lambda act: _fields(act, failed),
        "band_words": band_words(svc.library),
        "safety": words.SAFETY_QUESTIONS,
        "ended": history.known(Disposition, found.disposition) if found.disposition else None,
        "due_words": words.word(Meaning(found.due_meaning)) if found.due_meaning else "",
        "titles": {protocol.id: protocol.title for protocol in svc.library},
    }


def _fields(act: str, failed: Failed | None) -> Fields:
    """What that act's form holds: what was entered, if it is the one that was refused."""
    if failed is None or failed.act != act:
        return Fields({}, at=f"{act}-")
    return replace(Fields.again(failed.values, failed.faults), at=f"{act}-")


def _answerable(found: CaseDetail, me: str) -> PageView | None:
    """My newest page that an accept would still count for; a late one is welcome while the case looks for somebody."""
    if found.state not in OPEN:
        return None
    pages = [one for one in found.pages if one.person.id == me]
    newest = max(pages, key=lambda one: one.created_at, default=None)
    late_but_wanted = newest is not None and newest.answer is Answer.EXPIRED and found.escalation is not None
    return newest if newest is not None and (newest.answer is Answer.OPEN or late_but_wanted) else None


@router.get("/cases/{case_id}/assess")
def assess_page(
    request: Request,
    who: Annotated[Asking, Gate(Act.ASSESS)],
    svc: Svc,
    case_id: str,
    protocol: str,
    language: str = "en",
) -> Response:
    return _assess_page(request, who, svc, case_id, protocol, language, Fields({}))


@router.post("/cases/{case_id}/assess")
def assess(
    request: Request,
    who: Annotated[Asking, Gate(Act.ASSESS)],
    svc: Svc,
    case_id: str,
    values: Posted,
    protocol: str,
    language: str = "en",
) -> Response:
    entered = read(values, svc.library)
    faults = [fault for fault in entered.faults if fault.field.startswith("assessments.")]
    if not entered.given and not faults:
        raise Refused("Nothing was answered.")
    try:
        if not faults:
            assessing.assess(who.actor, svc, case_id, entered.given[0])
            return go(f"/cases/{case_id}#assessments")
    except InvalidInput as error:
        faults = renamed([Fault(f"assessments.{f.field}", f.problem) for f in error.faults], entered)
    return _assess_page(request, who, svc, case_id, protocol, language, Fields.again(values, faults))


@router.post("/cases/{case_id}/assess/score")
def assess_so_far(
    request: Request, who: Annotated[Asking, Gate(Act.ASSESS)], svc: Svc, case_id: str, values: Posted
) -> Response:
    """What the answers come to as they stand. Nothing of the case is shown, and nothing is kept."""
    team = looks.brief(who.actor, svc, case_id).team
    score, problem = None, None
    for given in read(values, svc.library).given:
        try:
            score = scoring.score(who.actor, svc, given.protocol, given.answers, team)
        except InvalidInput as error:
            problem = error.detail
    known = {"score": score, "problem": problem, "band_words": band_words(svc.library)}
    return page(request, svc, who, "live_score.html", known, team=team)


def _assess_page(
    request: Request, who: Asking, svc: Service, case_id: str, protocol: str, language: str, fields: Fields
) -> HTMLResponse:
    found = looks.case(who.actor, svc, case_id)
    shown = form_in(svc.library, protocol, language)
    spoken = ("en", *svc.library.languages(svc.library.get(protocol)))
    known = {
        "case": found,
        "form": fields,
        "shown": shown,
        "languages": choices.languages(spoken),
        # Somebody who asked for Spanish must not read English aloud believing it was chosen.
        "not_in": None if shown.language == language else choices.languages([language])[0][1],
        "gaps": gaps(svc, shown),
        "keys": choices.keys,
        "titles": {f"assessments.0.answers.{q.id}": q.text for q in shown.questions},
    }
    return page(request, svc, who, "case_assess.html", known, status=422 if fields.errors else 200, team=found.team)


acts(router, show)

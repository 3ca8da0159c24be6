"""Cases: lists, one case with what was said, its history, and its assessments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from dispatch.access import Act
from dispatch.api.lists import Part, Team
from dispatch.api.schemas.acts import Nothing
from dispatch.api.schemas.base import Cursor, Id, Limit, Page
from dispatch.api.schemas.contact import AssessmentIn
from dispatch.api.strict import StrictRoute
from dispatch.case import OPEN, State
from dispatch.flow import assessing, boards, exchange, looks
from dispatch.flow.views import CaseBrief, CaseDetail, CaseLine, Happened
from dispatch.http.signin import Asking, Gate, Svc
from protocols.fhirterms import MEDIA_TYPE

router = APIRouter(prefix="/cases", tags=["cases"], route_class=StrictRoute)

See = Annotated[Asking, Gate(Act.SEE_CASE)]
States = Annotated[State | Literal["open"], Query(description="One state; `open` is every one but closed.")]


@dataclass(frozen=True, slots=True)
class Scored:
    """`counts` is false for a lower result, which waits as proposed until a second person confirms it. `prompts` are
    what to ask or do next, in their order, for the operator to read."""

    assessment_id: str
    counts: bool
    case: CaseBrief
    prompts: tuple[str, ...]


@router.get("")
def list_cases(
    asking: See, svc: Svc, team: Team, state: States = "open", limit: Limit = 50, cursor: Cursor = None
) -> Page[CaseLine]:
    """Cases, newest first. Nothing of the people who called."""
    states = OPEN if state == "open" else {state}
    found = boards.cases(asking.actor, svc, states=states, team=team, limit=limit, cursor=cursor)
    return Page(items=list(found.items), next=found.next)


@router.get("/{case_id}")
def get_case(case_id: Id, asking: See, svc: Svc) -> CaseDetail:
    """One case with everything that was said. The look is recorded."""
    return looks.case(asking.actor, svc, case_id)


@router.get("/{case_id}/timeline")
def get_timeline(case_id: Id, asking: See, svc: Svc, part: Part) -> Page[Happened]:
    """What happened, oldest first, with what people wrote. The look is recorded."""
    return part.of(looks.timeline(asking.actor, svc, case_id))


@router.post("/{case_id}/assessments/{assessment_id}/confirm")
def confirm_assessment(
    case_id: Id, assessment_id: Id, asking: Annotated[Asking, Gate(Act.REGRADE)], svc: Svc, _: Nothing | None = None
) -> CaseBrief:
    """A second person confirms a lower result; the case may fall with it."""
    assessing.confirm_assessment(asking.actor, svc, case_id, assessment_id)
    return looks.brief(asking.actor, svc, case_id)


class FhirResponse(JSONResponse):
    media_type = MEDIA_TYPE


_FHIR = {200: {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}, "description": "A FHIR R4 Bundle"}}


@router.get(
    "/{case_id}/assessments/{assessment_id}/fhir",
    response_class=FhirResponse,
    response_model=None,
    responses=_FHIR,  # type: ignore[arg-type]  # the framework's type is narrower than what it takes
)
def get_assessment_as_fhir(case_id: Id, assessment_id: Id, asking: See, svc: Svc) -> FhirResponse:
    """The answers as a QuestionnaireResponse and the result as Observations. The look is recorded."""
    bundle = exchange.assessment_bundle(asking.actor, svc, case_id, assessment_id)
    # The id was found in the record, so it is one of ours and fits a header.
    name = {"Content-Disposition": f'attachment; filename="assessment-{assessment_id}.json"'}
    return FhirResponse(bundle, headers=name)


@router.post("/{case_id}/assessments", status_code=201)
def assess(case_id: Id, body: AssessmentIn, asking: Annotated[Asking, Gate(Act.ASSESS)], svc: Svc) -> Scored:
    """Score again; the place in the queue follows."""
    done = assessing.assess(asking.actor, svc, case_id, body.given())
    return Scored(done.assessment_id, done.counts, looks.brief(asking.actor, svc, case_id), done.prompts)

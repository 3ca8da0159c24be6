"""What people do to a case by name. Each answers with the case as it is afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter

from dispatch.access import Act
from dispatch.api.schemas.acts import (
    AnswerIn,
    AssignIn,
    CloseIn,
    EmergencyIn,
    EscalateIn,
    NoteIn,
    Nothing,
    RecontactIn,
    RegradeIn,
    ReleaseIn,
    ReopenIn,
    StatusIn,
    WaiverIn,
)
from dispatch.api.schemas.base import Id
from dispatch.api.strict import StrictRoute
from dispatch.errors import Refused
from dispatch.flow import looks, paging, waivers, work
from dispatch.flow.views import CaseBrief
from dispatch.http.signin import Asking, Gate, Svc
from dispatch.working import STATUS

router = APIRouter(prefix="/cases/{case_id}", tags=["acts"], route_class=StrictRoute)


@dataclass(frozen=True, slots=True)
class Regraded:
    """`took_effect` is false for a lower urgency, which waits as proposed for a second person."""

    took_effect: bool
    case: CaseBrief


@dataclass(frozen=True, slots=True)
class Accepted:
    """`yours` is false when somebody else has the case already."""

    yours: bool
    case: CaseBrief


@dataclass(frozen=True, slots=True)
class Waived:
    waiver_id: str
    case: CaseBrief


@router.post("/regrade")
def regrade(case_id: Id, body: RegradeIn, asking: Annotated[Asking, Gate(Act.REGRADE)], svc: Svc) -> Regraded:
    """Change the urgency by hand. A lower one waits as proposed until a second person confirms it."""
    done = work.regrade(asking.actor, svc, case_id, body.urgency, body.reason)
    return Regraded(done, looks.brief(asking.actor, svc, case_id))


@router.post("/regrade/confirm")
def confirm_regrade(
    case_id: Id, asking: Annotated[Asking, Gate(Act.REGRADE)], svc: Svc, _: Nothing | None = None
) -> CaseBrief:
    """A second person confirms the lower urgency that was proposed."""
    work.confirm_regrade(asking.actor, svc, case_id)
    return looks.brief(asking.actor, svc, case_id)


@router.post("/emergency")
def emergency(case_id: Id, body: EmergencyIn, asking: Annotated[Asking, Gate(Act.EMERGENCY)], svc: Svc) -> CaseBrief:
    """911 was called, or has now confirmed contact. The hand-off has a clock of its own until then."""
    work.emergency(asking.actor, svc, case_id, body.call())
    return looks.brief(asking.actor, svc, case_id)


@router.post("/assign")
def assign(case_id: Id, body: AssignIn, asking: Annotated[Asking, Gate(Act.ASSIGN)], svc: Svc) -> CaseBrief:
    work.assign(asking.actor, svc, case_id, body.person)
    return looks.brief(asking.actor, svc, case_id)


@router.post("/waivers", status_code=201)
def waive(case_id: Id, body: WaiverIn, asking: Annotated[Asking, Gate(Act.WAIVE)], svc: Svc) -> Waived:
    """Let somebody work on this case whose credential has lapsed: by name, with a reason, and an alarm rings. What an
    authority took away is not covered."""
    id_ = waivers.waive(asking.actor, svc, case_id, body.person, body.reason)
    return Waived(id_, looks.brief(asking.actor, svc, case_id))


@router.delete("/waivers/{waiver_id}", status_code=204)
def end_waiver(case_id: Id, waiver_id: Id, asking: Annotated[Asking, Gate(Act.WAIVE)], svc: Svc) -> None:
    """From now on the credential counts again as it stands."""
    waivers.end(asking.actor, svc, case_id, waiver_id)


@router.post("/release")
def release(case_id: Id, body: ReleaseIn, asking: Annotated[Asking, Gate(Act.RELEASE)], svc: Svc) -> CaseBrief:
    """Give the case back; it waits again at its old place."""
    work.release(asking.actor, svc, case_id, body.person, body.reason)
    return looks.brief(asking.actor, svc, case_id)


@router.post("/escalate")
def escalate(
    case_id: Id, asking: Annotated[Asking, Gate(Act.BACKUP)], svc: Svc, body: EscalateIn | None = None
) -> CaseBrief:
    """The next step now; one more person when somebody already has the case."""
    work.escalate(asking.actor, svc, case_id, body.reason if body else None)
    return looks.brief(asking.actor, svc, case_id)


@router.post("/status")
def status(case_id: Id, body: StatusIn, asking: Annotated[Asking, Gate(Act.STATUS)], svc: Svc) -> CaseBrief:
    """How far the work is, as a text of 3 to 7 says it."""
    work.status(asking.actor, svc, case_id, STATUS[body.status], body.person)
    return looks.brief(asking.actor, svc, case_id)


@router.post("/recontact")
def recontact(case_id: Id, body: RecontactIn, asking: Annotated[Asking, Gate(Act.RECONTACT)], svc: Svc) -> CaseBrief:
    """The operator tried the person again; only a QMHP's conversation ends the recontact clock."""
    work.recontact(asking.actor, svc, case_id, reached=body.reached, line=body.line)
    return looks.brief(asking.actor, svc, case_id)


@router.post("/note")
def note(case_id: Id, body: NoteIn, asking: Annotated[Asking, Gate(Act.NOTE)], svc: Svc) -> CaseBrief:
    work.note(asking.actor, svc, case_id, body.text)
    return looks.brief(asking.actor, svc, case_id)


@router.post("/stand-down")
def stand_down(
    case_id: Id, asking: Annotated[Asking, Gate(Act.STAND_DOWN)], svc: Svc, _: Nothing | None = None
) -> CaseBrief:
    """Nobody needs to go any more; everyone on the way is told until they acknowledge."""
    work.stand_down(asking.actor, svc, case_id)
    return looks.brief(asking.actor, svc, case_id)


@router.post("/close")
def close(case_id: Id, body: CloseIn, asking: Annotated[Asking, Gate(Act.CLOSE)], svc: Svc) -> CaseBrief:
    """Close with a disposition. Only a person closes a case, and it can always be closed."""
    work.close(asking.actor, svc, case_id, body.disposition, body.text)
    return looks.brief(asking.actor, svc, case_id)


@router.post("/reopen")
def reopen(case_id: Id, body: ReopenIn, asking: Annotated[Asking, Gate(Act.REOPEN)], svc: Svc) -> CaseBrief:
    work.reopen(asking.actor, svc, case_id, body.reason)
    return looks.brief(asking.actor, svc, case_id)


@router.post("/clear-scene")
def clear_scene(
    case_id: Id, asking: Annotated[Asking, Gate(Act.CLEAR_SCENE)], svc: Svc, _: Nothing | None = None
) -> CaseBrief:
    """A named person records that the scene is safe for a mobile team."""
    work.clear_scene(asking.actor, svc, case_id)
    return looks.brief(asking.actor, svc, case_id)


@router.post("/release-hold")
def release_hold(
    case_id: Id, asking: Annotated[Asking, Gate(Act.END_HOLD)], svc: Svc, _: Nothing | None = None
) -> CaseBrief:
    """Page now, although page hours have not begun."""
    work.end_hold(asking.actor, svc, case_id)
    return looks.brief(asking.actor, svc, case_id)


@router.post("/accept")
def accept(
    case_id: Id, asking: Annotated[Asking, Gate(Act.ANSWER_PAGE)], svc: Svc, body: AnswerIn | None = None
) -> Accepted:
    """A responder at a screen takes the case, as a text of 1 does."""
    person = _person(asking)
    page = looks.open_page(asking.actor, svc, case_id, person, body.page_id if body else None)
    yours = paging.accept(asking.actor, svc, case_id, person, page)
    return Accepted(yours, looks.brief(asking.actor, svc, case_id))


@router.post("/decline")
def decline(
    case_id: Id, asking: Annotated[Asking, Gate(Act.ANSWER_PAGE)], svc: Svc, body: AnswerIn | None = None
) -> CaseBrief:
    """A responder at a screen declines the page, as a text of 2 does; the next person is asked at once."""
    person = _person(asking)
    page = looks.open_page(asking.actor, svc, case_id, person, body.page_id if body else None)
    if page is None:
        raise Refused("You have no page for this case.")
    paging.decline(asking.actor, svc, case_id, person, page)
    return looks.brief(asking.actor, svc, case_id)


def _person(asking: Asking) -> str:
    if asking.actor.person is None:
        raise Refused("This sign-in belongs to nobody who can be paged.")
    return asking.actor.person

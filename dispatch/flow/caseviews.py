"""Rows of a case file as views: shared by the boards and the looks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dispatch.alarm import Alarm
from dispatch.case import Case
from dispatch.escalation import Escalation
from dispatch.flow.names import Names
from dispatch.flow.views import AlarmView, CaseLine, EmergencyView, EscalationView, PageView, RecontactView, SignedView
from dispatch.page import Page
from dispatch.recontact import Emergency, Recontact
from dispatch.signature import Signature


def case_ids_named(cases: Iterable[Case]) -> list[str | None]:
    return [id_ for case in cases for id_ in (case.opened_by, case.proposed_by)]


def case_line(case: Case, owners: Iterable[str], names: Names) -> CaseLine:
    return CaseLine(
        id=case.id,
        code=case.code,
        state=case.state,
        team=case.team,
        urgency=case.urgency,
        response_mode=case.mode,
        respond_by=case.respond_by,
        incomplete=case.incomplete,
        answered_at=case.answered_at,
        logged_at=case.logged_at,
        opened_by=names.of(case.opened_by),
        why=case.why,
        line=case.line,
        area=case.area,
        needed=case.needed,
        owners=tuple(names.of(owner) for owner in owners),
        scene_hold=case.scene_hold,
        held_until=case.held_until,
        hard_stops=case.hard_stops,
        proposed=case.proposed,
        proposed_by=names.maybe(case.proposed_by),
        first_contact_at=case.first_contact_at,
        disposition=case.disposition,
        closed_at=case.closed_at,
    )


def page_view(page: Page, code: str, names: Names) -> PageView:
    return PageView(
        id=page.id,
        case_id=page.case_id,
        code=code,
        person=names.of(page.person),
        layer=page.layer,
        step=page.step + 1,
        round=page.round,
        voice=page.voice,
        delivery=page.delivery,
        answer=page.answer,
        created_at=page.created_at,
        by=page.by,
        sent_at=page.sent_at,
        delivered_at=page.delivered_at,
        answered_at=page.answered_at,
        failure=page.failure,
        because=page.because,
    )


def alarm_view(alarm: Alarm, code: str | None, names: Names, asker: str, now: datetime) -> AlarmView:
    silent = alarm.silenced.get(asker)
    until = datetime.fromisoformat(silent) if silent else None
    return AlarmView(
        id=alarm.id,
        team=alarm.team,
        kind=alarm.kind,
        because=alarm.because,
        case_id=alarm.case_id,
        code=code,
        subject=names.maybe(alarm.subject),
        opened_at=alarm.opened_at,
        rings=alarm.rings,
        rings_again_at=alarm.deadline.due_at if alarm.deadline else None,
        silent_until=until if until is not None and until > now else None,
        acknowledged_by=names.maybe(alarm.acknowledged_by),
        acknowledged_at=alarm.acknowledged_at,
        ended_at=alarm.ended_at,
    )


def recontact_view(recontact: Recontact, names: Names) -> RecontactView:
    return RecontactView(
        owner=names.of(recontact.owner),
        tries=recontact.tries,
        due_at=recontact.deadline.due_at if recontact.deadline else None,
        done_at=recontact.done_at,
    )


def emergency_view(emergency: Emergency, names: Names) -> EmergencyView:
    return EmergencyView(
        called_by=emergency.called_by,
        caller=names.of(emergency.called_by),
        agency=emergency.agency,
        called_at=emergency.called_at,
        incident_number=emergency.incident_number,
        person_consented=emergency.person_consented,
        confirmed_at=emergency.confirmed_at,
    )


def signed_view(signature: Signature, names: Names) -> SignedView:
    return SignedView(
        assessment_id=signature.assessment_id,
        trainee=names.of(signature.trainee),
        supervisor=names.maybe(signature.supervisor),
        state=signature.state,
        asked_at=signature.asked_at,
        signed_by=names.maybe(signature.signed_by),
        signed_at=signature.signed_at,
    )


def escalation_view(escalation: Escalation | None) -> EscalationView | None:
    if escalation is None:
        return None
    return EscalationView(
        id=escalation.id,
        state=escalation.state.value,
        reason=escalation.reason.value,
        step=min(escalation.step, len(escalation.ladder) - 1) + 1,
        steps=len(escalation.ladder),
        round=escalation.round,
        asks=escalation.current.targets,
        needed=escalation.needed,
        got=escalation.got,
        next_at=escalation.deadline.due_at if escalation.deadline else None,
    )

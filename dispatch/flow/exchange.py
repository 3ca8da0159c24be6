"""An assessment as other services read it: FHIR R4. A read of a person, and recorded as one."""

from __future__ import annotations

from typing import Any

from dispatch.access import Act, Actor, check
from dispatch.assessed import AnsweredBy
from dispatch.errors import NotFound
from dispatch.flow.looks import noted
from dispatch.flow.service import Service
from dispatch.store import casefiles, contacts, datakeys
from protocols import fhirterms
from protocols.engine import score
from protocols.fhir import About, assessment

#: Who answered, as FHIR has kinds of people; none of them is named.
_SOURCES: dict[AnsweredBy, dict[str, Any]] = {
    AnsweredBy.SELF: {"type": "Patient", "display": "the person"},
    AnsweredBy.OBSERVER: {"type": "Practitioner", "display": "judged by whoever assessed"},
    AnsweredBy.REPORTED: {"type": "RelatedPerson", "display": "reported by somebody else"},
}


def assessment_bundle(actor: Actor, svc: Service, case_id: str, assessment_id: str) -> dict[str, Any]:
    """One assessment of a case as a FHIR R4 Bundle, scored with the file it was scored with then.

    The person is named by the case alone. Raises NotFound; Forgotten when what was answered has been destroyed.
    """
    with svc.record.read() as conn:
        team = casefiles.load(conn, svc.record, case_id, lock=False).case.team
        check(actor, Act.SEE_CASE, team)
        row = next((row for row in contacts.assessments_of(conn, [case_id]) if row.id == assessment_id), None)
        if row is None:
            raise NotFound("The case has no such assessment.")
        key = datakeys.load(conn, {row.key_id})[row.key_id]
        protocol = svc.instruments.at_hash(conn, row.content_hash)
    answers = svc.sealer.open_dict("assessments", "content", row.id, key, row.content)["answers"]
    noted(actor, svc, "assessment_exported", case_id, team, assessment=assessment_id)
    about = About(
        subject={"type": "Patient", "identifier": {"system": fhirterms.CASE, "value": case_id}},
        source=_SOURCES[AnsweredBy(row.answered_by)],
        authored=row.at,
        settled=row.standing != "proposed",
    )
    return assessment(protocol, score(protocol, answers), answers, about, id_=assessment_id)

"""A scored assessment as FHIR R4: what was answered as a QuestionnaireResponse, what it came to as Observations.

    refused                 data-absent-reason asked-declined
    unable                  asked-unknown
    not asked               not-asked
    forbidden by skip logic the item is left out, as FHIR asks for disabled questions

A result that is incomplete or not settled yet is preliminary; an incomplete one has its floor and ceiling as
components. LOINC stands only where the file has it: a band the LOINC answer list does not know (the negative C-SSRS
result) is coded in the protocol's own system alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from protocols import fhirterms as terms
from protocols.engine import Score, read_answers
from protocols.fhirterms import Resource
from protocols.known import HIDDEN
from protocols.model import Item, Protocol
from protocols.program import compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whose answers, from whom, and when."""

    subject: Resource
    """A FHIR Reference to the person, such as `{"reference": "Patient/123"}`."""
    source: Resource | None = None
    """A FHIR Reference to whoever answered, where that is known."""
    authored: datetime
    """Aware."""
    settled: bool = True
    """False for a result that somebody has still to confirm."""


def questionnaire_response(protocol: Protocol, answers: Mapping[str, object], about: About) -> Resource:
    """What was answered. Raises InvalidAnswer like scoring does."""
    state, missing, _ = read_answers(compiled(protocol), answers)
    made: Resource = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{terms.canonical(protocol)}|{protocol.version}",
        "status": "in-progress" if missing else "completed",
        "subject": about.subject,
        "authored": about.authored.isoformat(),
        "item": [
            _answered(protocol, item, state[item.id])
            for item in protocol.definition.items
            if state[item.id] is not HIDDEN
        ],
    }
    return made if about.source is None else made | {"source": about.source}


def observations(protocol: Protocol, scored: Score, about: About) -> list[Resource]:
    """What it came to: the band, and the score where the protocol has one."""
    made = [_band(protocol, scored)]
    if protocol.definition.score is not None:
        made.append(_total(protocol, scored))
    shared = {
        "resourceType": "Observation",
        "status": "preliminary" if scored.incomplete or not about.settled else "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "survey"}]}],
        "subject": about.subject,
        "effectiveDateTime": about.authored.isoformat(),
    }
    return [shared | each for each in made]


_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def _answered(protocol: Protocol, item: Item, known: object) -> Resource:
    made: Resource = {"linkId": item.id, "text": item.text}
    if known in terms.REASONS:
        reason = terms.REASONS[known]
        return made | {"extension": [{"url": terms.ABSENT, "valueCode": reason}]}
    if item.kind == "integer":
        return made | {"answer": [{"valueInteger": known}]}
    assert isinstance(known, (str, int))
    return made | {"answer": [{"valueCoding": terms.coding_of(protocol, item, known)}]}


def _band(protocol: Protocol, scored: Score) -> Resource:
    definition = protocol.definition
    # The level's LOINC code stands only beside a LOINC answer; with any other value it would mean another scale.
    answer = protocol.band(scored.band).loinc if scored.band is not None else None
    code = [terms.own(protocol, "result", "band", f"{protocol.title}: result")]
    if answer is not None and definition.loinc is not None and definition.loinc.result is not None:
        code.insert(0, terms.loinc(definition.loinc.result))
    made: Resource = {"code": {"coding": code, "text": f"{protocol.title}: result"}}
    if scored.band is None:
        made["dataAbsentReason"] = {"coding": [{"system": terms.ABSENT_CODES, "code": "unknown"}]}
    else:
        made["valueCodeableConcept"] = _concept(protocol, scored.band)
    if scored.incomplete:
        made["component"] = [
            {
                "code": {"coding": [terms.own(protocol, "result", name, text)]},
                "valueCodeableConcept": _concept(protocol, band),
            }
            for name, text, band in (
                ("floor", "Least worrying reading of the gaps", scored.floor),
                ("ceiling", "Most worrying reading of the gaps", scored.ceiling),
            )
            if band is not None
        ]
    if scored.because:
        made["note"] = [{"text": "; ".join(scored.because)}]
    return made


def _concept(protocol: Protocol, band_id: str) -> Resource:
    band = protocol.band(band_id)
    codings = [terms.own(protocol, "band", band.id, band.words)]
    if band.loinc is not None:
        codings.insert(0, terms.loinc(band.loinc))
    return {"coding": codings, "text": band.words}


def _total(protocol: Protocol, scored: Score) -> Resource:
    name = protocol.definition.score or ""
    measure = protocol.definition.measures[name]
    text = f"{protocol.title}: {measure.words or name}"
    codings = [terms.own(protocol, "result", name, text)]
    if measure.loinc is not None:
        codings.insert(0, terms.loinc(measure.loinc))
    made: Resource = {"code": {"coding": codings, "text": text}}
    if scored.score is None:
        return made | {"dataAbsentReason": {"coding": [{"system": terms.ABSENT_CODES, "code": "unknown"}]}}
    unit = {"value": scored.score, "unit": "{score}", "system": terms.UCUM, "code": "{score}"}
    return made | {"valueQuantity": unit}

"""Names FHIR R4 gives to things, in one place, and the codings of our answers.

A LOINC code is written only where the protocol file has one. Everything else carries a code of the protocol's own
system, so that nothing is silently passed off as a standard code.
"""

from __future__ import annotations

from typing import Any

from protocols.conditions import Value
from protocols.model import Choice, Item, Protocol

Resource = dict[str, Any]

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ABSENT_CODES = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
MIN_VALUE = "http://hl7.org/fhir/StructureDefinition/minValue"
MAX_VALUE = "http://hl7.org/fhir/StructureDefinition/maxValue"
FILE = "urn:crisis-dispatch:protocol-file"
"""Extension that carries the protocol file itself, so that our own export comes back byte for byte."""
ASKED_WHEN = "urn:crisis-dispatch:asked-when"
"""Extension with skip logic in words where FHIR's enableWhen cannot say it; such a question is shown, never hidden."""

ASSESSMENT = "urn:crisis-dispatch:assessment"
CASE = "urn:crisis-dispatch:case"
MEDIA_TYPE = "application/fhir+json"

REASONS = {"refused": "asked-declined", "unable": "asked-unknown", None: "not-asked"}


def canonical(protocol: Protocol) -> str:
    """The questionnaire's canonical address, without version."""
    return f"urn:crisis-dispatch:protocol:{protocol.id}"


def loinc(code: str, display: str | None = None) -> Resource:
    return {"system": LOINC, "code": code} | ({"display": display} if display else {})


def own(protocol: Protocol, part: str, code: str, display: str) -> Resource:
    """A coding in the protocol's own system: `part` is an item's id, `band`, `floor` or `ceiling`."""
    return {"system": f"{canonical(protocol)}:{part}", "code": code, "display": display}


def coding(protocol: Protocol, item: Item, choice: Choice) -> Resource:
    """The coding of one answer: LOINC's where the file has it."""
    if choice.loinc is not None:
        return loinc(choice.loinc, choice.label)
    return own(protocol, item.id, str(choice.value), choice.label)


def coding_of(protocol: Protocol, item: Item, value: Value) -> Resource:
    """The coding of the answer with this value."""
    choice = next(each for each in protocol.definition.choices_of(item) if each.value == value)
    return coding(protocol, item, choice)

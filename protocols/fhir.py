"""FHIR R4 in and out. What may be called from outside is here; the models are loaded only when something is checked.

questionnaire(protocol)                    a Questionnaire
protocol_text(resource, protocol_id)       a protocol file out of a Questionnaire
assessment(protocol, scored, answers, …)   a Bundle: QuestionnaireResponse and Observations
checked(resource)                          the same resource, or InvalidInput naming what FHIR does not allow
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from protocols import fhirterms as terms
from protocols.engine import Score
from protocols.errors import Fault, InvalidInput
from protocols.fhirterms import Resource
from protocols.foreign import protocol_text as _protocol_text
from protocols.loader import parse
from protocols.model import Protocol
from protocols.observation import About, observations, questionnaire_response
from protocols.questionnaire import questionnaire

__all__ = ["About", "assessment", "checked", "observations", "protocol_text", "questionnaire", "questionnaire_response"]

KINDS = ("Questionnaire", "QuestionnaireResponse", "Observation", "Bundle")


def assessment(protocol: Protocol, scored: Score, answers: Mapping[str, object], about: About, *, id_: str) -> Resource:
    """One assessment as a collection Bundle; `id_` is the assessment's own, and the same one gives the same Bundle.

    Raises InvalidAnswer like scoring does.
    """
    response = questionnaire_response(protocol, answers, about)
    address = f"urn:uuid:{uuid5(NAMESPACE_URL, f'{terms.ASSESSMENT}:{id_}')}"
    results = [each | {"derivedFrom": [{"reference": address}]} for each in observations(protocol, scored, about)]
    entries = [{"fullUrl": address, "resource": response}]
    for number, result in enumerate(results):
        own = uuid5(NAMESPACE_URL, f"{terms.ASSESSMENT}:{id_}:{number}")
        entries.append({"fullUrl": f"urn:uuid:{own}", "resource": result})
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": terms.ASSESSMENT, "value": id_},
        "timestamp": about.authored.isoformat(),
        "entry": entries,
    }


def protocol_text(resource: Mapping[str, object], protocol_id: str) -> str:
    """A protocol file out of a Questionnaire from anywhere; our own export gives back the very file.

    Raises InvalidInput when it is not a Questionnaire FHIR allows, nothing in it can be asked, or
    what it asks cannot be said in a protocol file.
    """
    text = _protocol_text(checked(_without_notes(resource)), protocol_id)
    _, found = parse(text.encode(), protocol_id)
    if found:
        raise InvalidInput(str(found[0]), [Fault(f"{each.file}:{each.line}", each.says) for each in found])
    return text


def _without_notes(element: Any, inside: bool = False) -> Any:
    """The element without what FHIR may say about a value of an extension, which the models do not know.

    How a value is to be drawn or is translated is no part of what is asked.
    """
    if isinstance(element, list):
        return [_without_notes(each, inside) for each in element]
    if not isinstance(element, Mapping):
        return element
    kept = {key: value for key, value in element.items() if not (inside and key.startswith("_value"))}
    return {key: _without_notes(value, key == "extension") for key, value in kept.items()}


def checked(resource: Resource) -> Resource:
    """The resource, once the R4B models of fhir.resources accept it; R4 and R4B agree on all four kinds.

    Raises InvalidInput with one fault a field.
    """
    kind = resource.get("resourceType")
    if kind not in KINDS:
        raise InvalidInput(f"not one of {', '.join(KINDS)}", [Fault("resourceType", "is not one that is known here")])
    try:
        # Only here: the models take longer to load than the whole library, and a site may do without them.
        module = import_module(f"fhir.resources.R4B.{str(kind).lower()}")
    except ImportError as absent:
        raise InvalidInput("FHIR needs the extra package set: install crisis-dispatch[fhir]") from absent
    try:
        getattr(module, str(kind)).model_validate(resource)
    except ValueError as wrong:
        told: list[Resource] = getattr(wrong, "errors", list)()
        faults = [Fault(".".join(map(str, each["loc"])), str(each["msg"])) for each in told]
        raise InvalidInput(f"FHIR does not allow this {kind}", faults) from wrong
    return resource

"""A protocol as a FHIR R4 Questionnaire: items, choices, points, skip logic, codes and licence.

FHIR says nothing about bands and rules, so the protocol file travels along as an extension.
"""

from __future__ import annotations

from protocols import fhirterms as terms
from protocols.conditions import AllOf, AnyOf, Condition, Is, Within, words
from protocols.fhirterms import Resource
from protocols.known import REFUSALS
from protocols.model import Item, Protocol


def questionnaire(protocol: Protocol) -> Resource:
    """The Questionnaire of this protocol as plain JSON data."""
    definition = protocol.definition
    licence = definition.licence
    rights = [f"{licence.holder}. {licence.terms}", licence.notice or ""]
    resource: Resource = {
        "resourceType": "Questionnaire",
        "extension": [{"url": terms.FILE, "valueString": protocol.text}],
        "url": terms.canonical(protocol),
        "version": protocol.version,
        "name": "".join(part.capitalize() for part in protocol.id.split("-")),
        "title": protocol.title,
        "status": "active",
        "subjectType": ["Patient"],
        "description": f"{definition.population} Source: {definition.source.citation}.",
        "copyright": " ".join(rights).strip(),
        "effectivePeriod": {"start": definition.in_force.isoformat()},
        "item": [_item(protocol, item) for item in definition.items],
    }
    if definition.loinc is not None and definition.loinc.panel is not None:
        resource["code"] = [terms.loinc(definition.loinc.panel)]
    if definition.intro is not None:
        resource["item"].insert(0, {"linkId": "intro", "type": "display", "text": definition.intro})
    return resource


def _item(protocol: Protocol, item: Item) -> Resource:
    made: Resource = {"linkId": item.id, "text": item.text, "required": False}
    if item.loinc is not None:
        made["code"] = [terms.loinc(item.loinc)]
    if item.kind == "integer":
        made["type"] = "integer"
        made["extension"] = [
            {"url": terms.MIN_VALUE, "valueInteger": item.least},
            {"url": terms.MAX_VALUE, "valueInteger": item.most},
        ]
    else:
        made["type"] = "choice"
        made["answerOption"] = _options(protocol, item)
    if item.ask is not None:
        made |= _enabled(protocol, item.ask, made.get("extension", []))
    if item.hint is not None:
        made["item"] = [{"linkId": f"{item.id}.hint", "type": "display", "text": item.hint}]
    return made


def _options(protocol: Protocol, item: Item) -> list[Resource]:
    definition = protocol.definition
    points = definition.points_of(item)
    options = []
    for choice in definition.choices_of(item):
        option: Resource = {"valueCoding": terms.coding(protocol, item, choice)}
        if choice.value in points and not choice.gap:
            option["extension"] = [{"url": terms.ORDINAL, "valueDecimal": points[choice.value]}]
        options.append(option)
    return options


def _enabled(protocol: Protocol, ask: Condition, extensions: list[Resource]) -> Resource:
    parts = ask.parts if isinstance(ask, (AllOf, AnyOf)) else (ask,)
    rows = [_row(protocol, part) for part in parts]
    if all(row is not None for row in rows):
        enabled: Resource = {"enableWhen": rows}
        if len(rows) > 1:
            enabled["enableBehavior"] = "any" if isinstance(ask, AnyOf) else "all"
        return enabled
    return {"extension": [*extensions, {"url": terms.ASKED_WHEN, "valueString": words(ask)}]}


def _row(protocol: Protocol, part: Condition) -> Resource | None:
    """One line of enableWhen, or None where FHIR has no words for it."""
    if isinstance(part, Is) and len(part.values) == 1 and part.values[0] not in REFUSALS:
        item = next(each for each in protocol.definition.items if each.id == part.name)
        row: Resource = {"question": part.name, "operator": "="}
        if item.kind == "integer":
            return row | {"answerInteger": part.values[0]}
        return row | {"answerCoding": terms.coding_of(protocol, item, part.values[0])}
    if isinstance(part, Within) and (part.at_least is None) != (part.at_most is None):
        item = next(each for each in protocol.definition.items if each.id == part.name)
        if item.kind == "integer":
            limit = part.at_least if part.at_least is not None else part.at_most
            return {
                "question": part.name,
                "operator": ">=" if part.at_least is not None else "<=",
                "answerInteger": limit,
            }
    return None

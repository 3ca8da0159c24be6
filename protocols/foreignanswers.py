"""What an item of somebody else's FHIR Questionnaire can be answered with, as a protocol file says it.

Nothing that would change an answer is passed over: what cannot be said is a Left with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from protocols import fhirterms as terms
from protocols.fhirterms import Resource

YES_NO = {"LA33-6": "yes", "LA32-8": "no"}
_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"


class Left(Exception):
    """Why an item is not taken over."""


@dataclass(frozen=True, slots=True)
class Answers:
    keys: Resource
    """The keys of the item that say how it is answered."""
    values: dict[str, Any] = field(default_factory=dict)
    """FHIR's code, text or number, as text -> the answer's value in the file; for conditions."""


def answers_of(element: Resource, contained: list[Resource]) -> Answers:
    """Raises Left where they cannot be said in a protocol file."""
    kind = element["type"]
    _check_askable(element)
    if kind == "boolean":
        return Answers({"kind": "yes_no"}, {"true": "yes", "false": "no"})
    if kind in ("choice", "open-choice") or (kind in ("integer", "string", "text") and "answerOption" in element):
        return _choices(element, contained)
    if kind == "integer":
        least, most = (extension(element, url, "valueInteger") for url in (terms.MIN_VALUE, terms.MAX_VALUE))
        if least is None or most is None:
            raise Left("it is a number without a least and a most")
        return Answers({"kind": "integer", "least": least, "most": most})
    raise Left("it is not answered by a fixed choice")


def _check_askable(element: Resource) -> None:
    if extension(element, "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden", "valueBoolean"):
        raise Left("it is hidden")
    if any(each.get("url") == f"{_SDC}calculatedExpression" for each in element.get("extension", [])):
        raise Left("it is worked out, not asked")
    if element.get("repeats"):
        raise Left("it takes several answers at once")


def asked_by_program(element: Resource) -> bool:
    """Whether the item's condition is a program, which a protocol file has not."""
    return any(each.get("url") == f"{_SDC}enableWhenExpression" for each in element.get("extension", []))


def _choices(element: Resource, contained: list[Resource]) -> Answers:
    options = [*element.get("answerOption", []), *_of_value_set(element, contained)]
    if not options and "answerValueSet" in element:
        raise Left(f"its answers lie elsewhere, in {element['answerValueSet']}")
    read = [_option(option) for option in options]
    if len(read) < 2:
        raise Left("it has fewer than two answers")
    names = [name for name, _, _ in read]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Left(f"its answer {twice} stands for two things")
    if set(names) == set(YES_NO):
        return Answers({"kind": "yes_no"}, dict(YES_NO))
    points = [_points(option) for option in options]
    numbers = [name for name, _, _ in read if re.fullmatch(r"-?\d{1,9}", name) and "valueInteger" in options[0]]
    whole = [int(point) for point in points if point is not None and point == int(point)]
    # Points are the answer's own number where they tell the choices apart; else the code is.
    by_points = len(set(whole)) == len(options)
    choices: list[Resource] = []
    values: dict[str, Any] = {}
    for (name, label, coding), point in zip(read, points, strict=True):
        value: Any = int(point or 0) if by_points else int(name) if len(numbers) == len(read) else name
        choice: Resource = {"value": value, "label": label}
        if point is not None and not by_points:
            choice["points"] = point
        if coding.get("system") == terms.LOINC:
            choice["loinc"] = coding["code"]
        choices.append(choice)
        values[name] = value
    return Answers({"kind": "choice", "choices": choices}, values)


def _option(option: Resource) -> tuple[str, str, Resource]:
    """(what names it, its label, its coding)."""
    if "valueString" in option:
        return str(option["valueString"]), str(option["valueString"]), {}
    if "valueInteger" in option:
        return str(option["valueInteger"]), str(option["valueInteger"]), {}
    coding: Resource = option.get("valueCoding", {})
    if "code" not in coding:
        raise Left("it has an answer without a code")
    return str(coding["code"]), str(coding.get("display", coding["code"])), coding


def _of_value_set(element: Resource, contained: list[Resource]) -> Iterator[Resource]:
    """The options of a value set inside the Questionnaire; one that lies elsewhere cannot be seen."""
    wanted = str(element.get("answerValueSet", ""))
    for resource in contained:
        if wanted == f"#{resource.get('id')}":
            for include in resource.get("compose", {}).get("include", []):
                for concept in include.get("concept", []):
                    coding = {"system": include.get("system")}
                    coding |= {key: concept[key] for key in ("code", "display") if key in concept}
                    yield {"valueCoding": coding, "extension": concept.get("extension", [])}


def extension(element: Resource, url: str, key: str) -> Any:
    """The value of the element's extension of this address, or None."""
    return next((each.get(key) for each in element.get("extension", []) if each.get("url") == url), None)


def _points(option: Resource) -> float | None:
    own = extension(option, terms.ORDINAL, "valueDecimal")
    inner = extension(option.get("valueCoding", {}), terms.ORDINAL, "valueDecimal")
    found = own if own is not None else inner
    return None if found is None else float(found)

"""A protocol file out of somebody else's FHIR Questionnaire.

Items, choices, points, codes and skip logic are taken over. A scoring rule does not come with a Questionnaire, and
none is guessed: the file records answers under one band until a person writes the rules. What could not be taken over
is listed under `uncertain`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from protocols import fhirterms as terms
from protocols.conditions import WORDS
from protocols.errors import Fault, InvalidInput
from protocols.fhirterms import Resource

_YES_NO = {"LA33-6": "yes", "LA32-8": "no"}
_OPERATORS = {"=", "!=", ">", ">=", "<", "<="}


def protocol_text(resource: Resource, protocol_id: str) -> str:
    """The file as YAML. Raises InvalidInput when nothing in the Questionnaire can be asked."""
    for extension in resource.get("extension", []):
        if extension.get("url") == terms.FILE:
            return str(extension["valueString"])
    return yaml.safe_dump(_Reader(resource).file(protocol_id), sort_keys=False, allow_unicode=True, width=110)


def _extension(element: Resource, url: str, key: str) -> Any:
    return next((each.get(key) for each in element.get("extension", []) if each.get("url") == url), None)


class _Reader:
    """One Questionnaire being read: the items so far, and what had to be left out."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.items: list[Resource] = []
        self.ids: dict[str, str] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.left_out: list[str] = []

    def file(self, protocol_id: str) -> Resource:
        for element in self._flat(self.resource.get("item", [])):
            self._take(element)
        if not self.items:
            raise InvalidInput("nothing in this Questionnaire can be asked", [Fault("item", "has no choice item")])
        made: Resource = {
            "format": 1,
            "id": protocol_id,
            "version": str(self.resource.get("version", "1")),
            "in_force": str(self.resource.get("effectivePeriod", {}).get("start", "2000-01-01"))[:10],
            "title": str(self.resource.get("title") or self.resource.get("name") or protocol_id),
            "use": "context",
            "population": str(self.resource.get("description", "Not said in the Questionnaire.")),
            "source": {"citation": str(self.resource.get("url", "a FHIR Questionnaire without an address"))},
            "licence": {
                "holder": str(self.resource.get("publisher", "not said in the Questionnaire")),
                "terms": str(self.resource.get("copyright", "Not said in the Questionnaire; find out before use.")),
                "wording": "published",
            },
            "uncertain": [
                "Read from a FHIR Questionnaire, which holds no scoring rule: answers are recorded and not scored.",
                *self.left_out,
            ],
            "monotonic": True,
            "items": self.items,
            "rules": [{"band": "recorded"}],
            "bands": [{"id": "recorded", "words": "answers recorded, not scored"}],
            "examples": [
                {"name": "nothing asked yet", "answers": {}, "gives": {"band": "recorded", "incomplete": True}}
            ],
        }
        codes = [each["code"] for each in self.resource.get("code", []) if each.get("system") == terms.LOINC]
        return made | ({"loinc": {"panel": codes[0]}} if codes else {})

    def _flat(self, elements: list[Resource]) -> Iterator[Resource]:
        for element in elements:
            yield element
            yield from self._flat(element.get("item", []))

    def _take(self, element: Resource) -> None:
        kind, link = element["type"], str(element["linkId"])
        if kind in ("group", "display"):
            return
        made = self._kind(element)
        if made is None:
            self.left_out.append(f"Item {link} of type {kind} was left out: it is not answered by a fixed choice.")
            return
        name = self._name(link)
        item: Resource = {"id": name, "text": str(element.get("text", link)), **made}
        codes = [each["code"] for each in element.get("code", []) if each.get("system") == terms.LOINC]
        if codes:
            item["loinc"] = codes[0]
        if "enableWhen" in element:
            ask = self._ask(element)
            if ask is None:
                self.left_out.append(f"The condition of item {link} could not be taken over; it is always asked.")
            else:
                item["ask"] = ask
        self.ids[link] = name
        self.items.append(item)

    def _name(self, link: str) -> str:
        base = re.sub(r"[^a-z0-9_-]+", "_", link.lower()).strip("_-") or "item"
        name, number = base, 2
        while name in self.ids.values() or name in WORDS:
            name, number = f"{base}_{number}", number + 1
        return name

    def _kind(self, element: Resource) -> Resource | None:
        link = str(element["linkId"])
        if element["type"] == "boolean":
            self.answers[link] = {"true": "yes", "false": "no"}
            return {"kind": "yes_no"}
        if element["type"] == "integer":
            least = _extension(element, terms.MIN_VALUE, "valueInteger")
            most = _extension(element, terms.MAX_VALUE, "valueInteger")
            if least is None or most is None:
                return None
            return {"kind": "integer", "least": least, "most": most}
        if element["type"] not in ("choice", "open-choice"):
            return None
        return self._choice(element, link)

    def _choice(self, element: Resource, link: str) -> Resource | None:
        options = [*element.get("answerOption", []), *self._contained(element)]
        codings = [option.get("valueCoding", {}) for option in options]
        if len(codings) < 2 or not all("code" in coding for coding in codings):
            return None
        if {coding["code"] for coding in codings} == set(_YES_NO):
            self.answers[link] = dict(_YES_NO)
            return {"kind": "yes_no"}
        points = [_points(option) for option in options]
        whole = [int(point) for point in points if point is not None and float(point) == int(point)]
        # Points are the answer's own number where they tell the choices apart; else the code is.
        by_points = len(set(whole)) == len(options)
        choices: list[Resource] = []
        for coding, point in zip(codings, points, strict=True):
            value: Any = int(point or 0) if by_points else str(coding["code"])
            choice: Resource = {"value": value, "label": str(coding.get("display", coding["code"]))}
            if point is not None and not by_points:
                choice["points"] = point
            if coding.get("system") == terms.LOINC:
                choice["loinc"] = coding["code"]
            choices.append(choice)
            self.answers.setdefault(link, {})[str(coding["code"])] = value
        return {"kind": "choice", "choices": choices}

    def _contained(self, element: Resource) -> Iterator[Resource]:
        """The options of a value set inside the Questionnaire; one that lies elsewhere cannot be seen."""
        wanted = str(element.get("answerValueSet", ""))
        for resource in self.resource.get("contained", []):
            if wanted == f"#{resource.get('id')}":
                for include in resource.get("compose", {}).get("include", []):
                    for concept in include.get("concept", []):
                        coding = {
                            "system": include.get("system"),
                            **{k: concept[k] for k in ("code", "display") if k in concept},
                        }
                        yield {"valueCoding": coding, "extension": concept.get("extension", [])}

    def _ask(self, element: Resource) -> Resource | None:
        rows = [self._row(row) for row in element["enableWhen"]]
        kept = [row for row in rows if row is not None]
        if len(kept) != len(rows):
            return None
        if len(kept) == 1:
            return kept[0]
        return {"any" if element.get("enableBehavior") == "any" else "all": kept}

    def _row(self, row: Resource) -> Resource | None:
        link, operator = str(row["question"]), row["operator"]
        if link not in self.ids or operator not in _OPERATORS:
            return None
        name = self.ids[link]
        if "answerInteger" in row:
            number = row["answerInteger"]
            limits = {
                "=": {"at_least": number, "at_most": number},
                ">=": {"at_least": number},
                ">": {"at_least": number + 1},
                "<=": {"at_most": number},
                "<": {"at_most": number - 1},
            }
            return {"not": {name: limits["="]}} if operator == "!=" else {name: limits[operator]}
        if operator not in ("=", "!="):
            return None
        code = str(row["answerBoolean"]).lower() if "answerBoolean" in row else row.get("answerCoding", {}).get("code")
        value = self.answers.get(link, {}).get(str(code))
        if value is None:
            return None
        return {name: value} if operator == "=" else {"not": {name: value}}


def _points(option: Resource) -> float | None:
    own = _extension(option, terms.ORDINAL, "valueDecimal")
    inner = _extension(option.get("valueCoding", {}), terms.ORDINAL, "valueDecimal")
    found = own if own is not None else inner
    return None if found is None else float(found)

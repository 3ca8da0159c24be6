"""A protocol file out of somebody else's FHIR Questionnaire.

Items, choices, points, codes and skip logic are taken over. A scoring rule does not come with a Questionnaire, and
none is guessed: the file records answers under one band until a person writes the rules. What could not be taken over
is listed under `uncertain`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from protocols import fhirterms as terms
from protocols.conditions import WORDS
from protocols.errors import Fault, InvalidInput
from protocols.fhirterms import Resource
from protocols.foreignanswers import Answers, Left, answers_of, asked_by_program

_OPERATORS = {"=", "!=", ">", ">=", "<", "<="}


def protocol_text(resource: Resource, protocol_id: str) -> str:
    """The file as YAML. Raises InvalidInput when nothing in the Questionnaire can be asked."""
    for extension in resource.get("extension", []):
        if extension.get("url") == terms.FILE:
            return str(extension["valueString"])
    return yaml.safe_dump(_Reader(resource).file(protocol_id), sort_keys=False, allow_unicode=True, width=110)


class _Reader:
    """One Questionnaire being read: the items so far, and what had to be left out."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.items: list[Resource] = []
        self.ids: dict[str, str] = {}
        self.answers: dict[str, Answers] = {}
        self.left_out: list[tuple[str, str]] = []
        self.doubts: list[str] = []

    def file(self, protocol_id: str) -> Resource:
        for element, around in self._flat(self.resource.get("item", []), ()):
            self._take(element, around)
        if not self.items:
            faults = [Fault(f"item {link}", f"cannot be taken over: {why}") for link, why in self.left_out]
            raise InvalidInput("nothing in this Questionnaire can be asked", faults or [Fault("item", "is empty")])
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
                *(f"Item {link} was left out: {why}." for link, why in self.left_out),
                *self.doubts,
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

    def _flat(
        self, elements: list[Resource], around: tuple[Resource, ...]
    ) -> Iterator[tuple[Resource, tuple[Resource, ...]]]:
        """Every item with those it stands in, outermost first: what hides a group hides all that is in it."""
        for element in elements:
            yield element, around
            yield from self._flat(element.get("item", []), (*around, element))

    def _take(self, element: Resource, around: tuple[Resource, ...]) -> None:
        link = str(element["linkId"])
        if element["type"] in ("group", "display"):
            return
        try:
            answers = answers_of(element, self.resource.get("contained", []))
        except Left as why:
            self.left_out.append((link, str(why)))
            return
        name = self._name(link)
        item: Resource = {"id": name, "text": str(element.get("text", link)), **answers.keys}
        codes = [each["code"] for each in element.get("code", []) if each.get("system") == terms.LOINC]
        if codes:
            item["loinc"] = codes[0]
        asks = [self._ask(each) for each in (*around, element) if "enableWhen" in each]
        if None in asks or any(asked_by_program(each) for each in (*around, element)):
            self.doubts.append(f"The condition of item {link} could not be taken over; it is always asked.")
        elif asks:
            item["ask"] = asks[0] if len(asks) == 1 else {"all": asks}
        self.ids[link] = name
        self.answers[link] = answers
        self.items.append(item)

    def _name(self, link: str) -> str:
        base = re.sub(r"[^a-z0-9_-]+", "_", link.lower()).strip("_-") or "item"
        name, number = base, 2
        while name in self.ids.values() or name in WORDS:
            name, number = f"{base}_{number}", number + 1
        return name

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
        if "answerInteger" in row and self.answers[link].keys["kind"] == "integer":
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
        if "answerInteger" in row:
            row = {"answerString": str(row["answerInteger"])}
        code = str(row["answerBoolean"]).lower() if "answerBoolean" in row else row.get("answerCoding", {}).get("code")
        if "answerString" in row:
            code = row["answerString"]
        value = self.answers[link].values.get(str(code))
        if value is None:
            return None
        return {name: value} if operator == "=" else {"not": {name: value}}

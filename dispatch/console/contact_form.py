"""The operator's form, read back: flat fields with dotted names into a contact and its answer sets.

A field is called what the API calls it (`safety.weapon`, `assessments.0.answers.q2`), so that a fault of either names
the same thing. An empty field was not asked, and what was not asked is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dispatch.assessed import AnsweredBy
from dispatch.contact import Contact
from dispatch.errors import Fault, ServiceError
from dispatch.flow.answers import Given
from protocols.forms import Form, Question, form
from protocols.loader import Library

#: Fields that hold several values: some as ticked boxes, some typed with commas.
LISTS = {"needs.languages", "needs.skills", "person.languages", "concerns", "ending.resources_offered"}
#: Fields of the page itself, which say nothing about the contact.
_NOT_CONTACT = {"csrf_token", "key", "case_id", "assessing", "add", "language", "ending.confirmed_by"}
_ASSESSMENT = re.compile(r"assessments\.(\d{1,2})\.(protocol|language|answered_by|answers\.(\w{1,60}))")
_CONTACT = TypeAdapter(Contact)

Values = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer set on the page: `place` is its number in the field names."""

    place: int
    form: Form
    answered_by: AnsweredBy
    answers: dict[str, object]


@dataclass(frozen=True, slots=True)
class Entered:
    """`contact` is None when `faults` says why. `body` is what was entered, as plain data, for the idempotency key."""

    contact: Contact | None
    asked: tuple[Asked, ...]
    faults: tuple[Fault, ...]
    body: dict[str, Any]
    case_id: str | None
    assessing: bool

    @property
    def given(self) -> tuple[Given, ...]:
        """Answer sets to score, in the order of `scored`."""
        return tuple(Given(a.form.protocol, a.answers, a.answered_by) for a in self.scored)

    @property
    def scored(self) -> tuple[Asked, ...]:
        """Only those with an answer: a form that was opened and left alone is not an assessment."""
        return tuple(a for a in self.asked if a.answers)


def read(values: Values, library: Library) -> Entered:
    """What the page holds. Never raises: everything wrong is in `faults`, under the field's own name."""
    body = _nested(values)
    asked, faults = _assessments(values, library)
    contact: Contact | None = None
    try:
        contact = _CONTACT.validate_python(body)
    except ValidationError as error:
        faults += [Fault(_where(e["loc"]), _problem(e)) for e in error.errors(include_url=False, include_input=False)]
    whole = body | {"assessments": [[a.form.protocol, a.answered_by, a.answers] for a in asked]}
    case_id = _one(values, "case_id")
    whole |= {"case_id": case_id, "assessing": bool(_one(values, "assessing"))}
    return Entered(contact, asked, tuple(faults), whole, case_id, bool(_one(values, "assessing")))


def forgiving(values: Values, library: Library) -> Entered:
    """The same while somebody is still typing: fields that cannot be read yet are left out."""
    entered = read(values, library)
    for _ in range(3):
        wrong = {f.field for f in entered.faults if not f.field.startswith("assessments")}
        if entered.contact is not None or not wrong:
            return entered
        kept = {k: v for k, v in values.items() if not any(k == w or k.startswith(f"{w}.") for w in wrong)}
        entered = read(kept, library)
    return entered


def _nested(values: Values) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, found in values.items():
        if name in _NOT_CONTACT or name.startswith("assessments."):
            continue
        filled = [text.strip() for text in found if text.strip()]
        if not filled:
            continue
        value: Any = _several(filled) if name in LISTS else filled[-1]
        *path, last = name.split(".")
        inside = body
        for part in path:
            deeper = inside.setdefault(part, {})
            inside = deeper if isinstance(deeper, dict) else {}
        inside[last] = value
    phone = body.get("person", {}).get("phone")
    if isinstance(phone, dict) and "number" not in phone:
        # What may be done with a number says nothing without the number.
        del body["person"]["phone"]
    ending = body.get("ending")
    if isinstance(ending, dict):
        if "disposition" not in ending:
            del body["ending"]
        elif ending["disposition"] == "resolved_on_call":
            # Nothing ticked means that nothing was offered, which is an answer.
            ending.setdefault("resources_offered", [])
    return body


def _several(texts: Iterable[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def _assessments(values: Values, library: Library) -> tuple[tuple[Asked, ...], list[Fault]]:
    found: dict[int, dict[str, str]] = {}
    for name, texts in values.items():
        match = _ASSESSMENT.fullmatch(name)
        filled = [text.strip() for text in texts if text.strip()]
        if match and filled:
            # A number and "refused" share a name on the page; whichever stands last was chosen last.
            found.setdefault(int(match[1]), {})[match[2]] = filled[-1]
    asked: list[Asked] = []
    faults: list[Fault] = []
    for place in sorted(found):
        fields = found[place]
        try:
            shown = form_in(library, fields.get("protocol", ""), fields.get("language"))
        except ServiceError as error:
            faults.append(Fault(f"assessments.{place}.protocol", error.detail))
            continue
        answers = {
            question.id: _answer(question, fields[f"answers.{question.id}"])
            for question in shown.questions
            if f"answers.{question.id}" in fields
        }
        asked.append(Asked(place, shown, _by(fields.get("answered_by")), answers))
    return tuple(asked), faults


def form_in(library: Library, protocol_id: str, language: str | None) -> Form:
    """The form in that language, or in English where there is no translation. Raises UnknownProtocol."""
    protocol = library.get(protocol_id)
    return form(protocol, library.translation(protocol, language) if language else None)


def _by(text: str | None) -> AnsweredBy:
    return AnsweredBy(text) if text in set(AnsweredBy) else AnsweredBy.SELF


def _answer(question: Question, text: str) -> object:
    """The value that this text stands for; text that stands for none is passed on, for scoring to refuse."""
    if question.kind == "integer":
        return int(text) if text.isascii() and text.lstrip("-").isdigit() else text
    return next((option.value for option in question.options if str(option.value) == text), text)


def _one(values: Values, name: str) -> str | None:
    return (values.get(name) or [""])[-1].strip() or None


def field(name: str) -> str:
    """The page's field that a fault speaks of: one of several values has no field of its own."""
    whole, _, last = name.rpartition(".")
    return whole if whole in LISTS and last.isdigit() else name


def _where(loc: tuple[int | str, ...]) -> str:
    return field(".".join(str(part) for part in loc)) or "contact"


def _problem(error: Any) -> str:
    kind = error["type"]
    if kind == "missing":
        return "is needed"
    if kind == "enum":
        return "choose one of the list"
    if kind.startswith("int"):
        return "must be a whole number"
    if kind.startswith("datetime"):
        return "must be a time"
    return str(error["msg"]).lower()

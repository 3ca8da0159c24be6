"""The `people` part of roster.yaml: names and numbers, and the responder that decisions see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dispatch.credential import STATUSES, Credential, Training
from dispatch.responder import LANGUAGE, POPULATIONS, ROLES, Responder
from dispatch.rosterrules import Known, identifier, state_letters
from dispatch.yamlfile import Node

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_HOURS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")

_KEYS = (
    "id", "name", "phone", "roles", "teams", "languages", "gender", "populations", "skills", "capacity", "areas",
    "credentials", "active",
)  # fmt: skip
_CREDENTIAL = (
    "state", "title", "authority", "number", "status", "issued", "expires", "supervisor", "evidence", "training",
    "only_for",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a sign-in. Name and phone are personal: they stay out of `repr`, and so out of tracebacks."""

    id: str
    name: str = field(repr=False)
    #: E.164
    phone: str | None = field(repr=False)
    #: in the file's order: times of a person (their absences) are read in the zone of the first
    teams: tuple[str, ...]
    responder: Responder
    #: False once they have left: nobody asks them, and their history stays
    active: bool = True


def read_person(node: Node, known: Known) -> Person:
    parts = node.mapping(_KEYS, required=("id", "name", "roles", "teams"))
    person = identifier(parts.get("id"), known.people, "person")
    teams = _words(parts, "teams")
    for team in teams - known.zones.keys():
        parts["teams"].fault(f"there is no team {team!r}")
    order = tuple(dict.fromkeys(parts["teams"].texts())) if teams else ()
    known.people[person] = order
    responder = Responder(
        id=person,
        teams=teams,
        roles=_words(parts, "roles", choices=ROLES),
        languages=_words(parts, "languages", pattern=LANGUAGE, like="en or es-MX"),
        gender=parts["gender"].text() if "gender" in parts else None,
        populations=_words(parts, "populations", choices=POPULATIONS),
        skills=_words(parts, "skills"),
        capacity=parts["capacity"].whole(1, 50) if "capacity" in parts else 1,
        credentials=tuple(_credential(one, known) for one in parts["credentials"].items())
        if "credentials" in parts
        else (),
        areas=_words(parts, "areas"),
    )
    name = parts["name"].text() if "name" in parts else ""
    active = parts["active"].flag() if "active" in parts else True
    return Person(person, name, _phone(parts.get("phone")), order, responder, active)


def _phone(node: Node | None) -> str | None:
    if node is None:
        return None
    text = node.text()
    if not _PHONE.fullmatch(text):
        node.fault("must be a number with its country code, such as +12025550101")
    return text


def _credential(node: Node, known: Known) -> Credential:
    parts = node.mapping(_CREDENTIAL, required=("state", "title"))
    state = state_letters(parts["state"]) if "state" in parts else ""
    teams = _words(parts, "only_for")
    for team in teams - known.zones.keys():
        parts["only_for"].fault(f"there is no team {team!r}")
    return Credential(
        state=state,
        title=parts["title"].text() if "title" in parts else "",
        authority=_text(parts, "authority"),
        number=_text(parts, "number"),
        status=parts["status"].choice(STATUSES) if "status" in parts else "active",
        issued=parts["issued"].day() if "issued" in parts else None,
        expires=parts["expires"].day() if "expires" in parts else None,
        supervisor=_text(parts, "supervisor"),
        evidence=_text(parts, "evidence"),
        training=tuple(_training(one) for one in parts["training"].items()) if "training" in parts else (),
        only_for=teams,
    )


def _training(node: Node) -> Training:
    parts = node.mapping(("on", "hours", "topic", "evidence", "claimed"), required=("on", "hours"))
    hours = parts["hours"].text() if "hours" in parts else "0"
    if not _HOURS.fullmatch(hours):
        parts["hours"].fault("must be hours such as 3 or 1.5")
        hours = "0"
    day = parts["on"].day() if "on" in parts else node.day()
    claimed = parts["claimed"].flag() if "claimed" in parts else False
    return Training(day, float(hours), _text(parts, "topic"), _text(parts, "evidence"), claimed)


def _text(parts: dict[str, Node], key: str) -> str | None:
    return parts[key].text() if key in parts else None


def _words(
    parts: dict[str, Node],
    key: str,
    choices: tuple[str, ...] | None = None,
    pattern: re.Pattern[str] | None = None,
    like: str = "",
) -> frozenset[str]:
    if key not in parts:
        return frozenset()
    found = []
    for node in parts[key].items():
        word = node.choice(choices) if choices is not None else node.text()
        if word and pattern is not None and not pattern.fullmatch(word):
            node.fault(f"must be such as {like}")
        found.append(word)
    return frozenset(found)

"""A person of the roster as a form, and back. Fields are called what the API calls them; lists have commas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from dispatch.credential import STATUSES, Credential
from dispatch.errors import Fault, InvalidInput
from dispatch.responder import POPULATIONS, ROLES, Responder
from dispatch.rosterfile import Person

Values = Mapping[str, list[str]]
_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_STATE = re.compile(r"[A-Z]{2,3}")
#: of a credential, as they are typed
TEXTS = ("state", "title", "authority", "number", "supervisor", "evidence")
MOST = 30


#: What the page calls its fields, for the summary of what is wrong.
_TITLES = {
    "id": "Handle",
    "name": "Name",
    "phone": "Telephone",
    "gender": "Gender",
    "capacity": "Open cases at once",
    "roles": "Roles",
    "teams": "Teams",
    "populations": "For whom",
    "languages": "Languages",
    "skills": "Skills",
    "areas": "Areas",
}
_OF_CREDENTIAL = {
    "state": "State",
    "title": "Title",
    "status": "Standing",
    "issued": "First good day",
    "expires": "Last good day",
    "supervisor": "Supervisor",
    "authority": "Given by",
    "number": "Number",
    "evidence": "Where the proof is kept",
    "only_for": "Only for these teams",
}


def titles(rows: int) -> dict[str, str]:
    """Field -> what the page with so many credentials calls it."""
    of_credentials = {
        f"credentials.{n}.{name}": f"Credential {n + 1}: {words}"
        for n in range(rows)
        for name, words in _OF_CREDENTIAL.items()
    }
    return _TITLES | of_credentials


def values_of(person: Person) -> dict[str, list[str]]:
    """The form as it stands, to be changed."""
    who = person.responder
    found = {
        "name": [person.name],
        "phone": [person.phone or ""],
        "gender": [who.gender or ""],
        "capacity": [str(who.capacity)],
        "roles": sorted(who.roles),
        "teams": list(person.teams),
        "populations": sorted(who.populations),
        "languages": [", ".join(sorted(who.languages))],
        "skills": [", ".join(sorted(who.skills))],
        "areas": [", ".join(sorted(who.areas))],
    }
    for n, one in enumerate(who.credentials):
        at = f"credentials.{n}."
        found |= {at + name: [getattr(one, name) or ""] for name in TEXTS}
        found |= {f"{at}{name}": [str(getattr(one, name) or "")] for name in ("issued", "expires")}
        found |= {f"{at}status": [one.status], f"{at}only_for": [", ".join(sorted(one.only_for))]}
    return found


def read(values: Values, before: Person | None) -> Person:
    """The person as entered; what the form does not show (training above all) stays. Raises InvalidInput with every
    fault."""
    form = _Reader(values)
    id_ = before.id if before is not None else form.matching("id", _ID, "small letters and digits, such as ana-ruiz")
    teams, roles = tuple(values.get("teams", [])), form.among("roles", ROLES)
    for name, given in (("teams", teams), ("roles", roles)):
        if not given:
            form.fault(name, "choose at least one")
    who = before.responder if before is not None else Responder(id=id_, teams=frozenset(), roles=frozenset())
    capacity = form.text("capacity") or "1"
    if not (capacity.isdigit() and 1 <= int(capacity) <= 50):
        form.fault("capacity", "must be a whole number from 1 to 50")
        capacity = "1"
    who = replace(
        who,
        teams=frozenset(teams),
        roles=frozenset(roles),
        gender=form.text("gender"),
        capacity=int(capacity),
        languages=form.words("languages", _LANGUAGE, "must be such as en or es-MX"),
        populations=frozenset(form.among("populations", POPULATIONS)),
        skills=form.words("skills", _ID, "small letters, such as substance_use"),
        areas=form.words("areas", _ID, "small letters, such as fairfax"),
        credentials=_credentials(form, who.credentials),
    )
    full_name = form.text("name")
    if full_name is None:
        form.fault("name", "is needed")
    phone = form.text("phone")
    if phone is not None and not _PHONE.fullmatch(phone):
        form.fault("phone", "must be a number with its country code, such as +12025550101")
    form.done()
    return Person(id_, full_name or "", phone, teams, who, before is None or before.active)


def _credentials(form: _Reader, before: tuple[Credential, ...]) -> tuple[Credential, ...]:
    """A row whose state and title were both emptied is taken away; the one after the last is a new one."""
    found = []
    for n in range(min(MOST, len(before) + 1)):
        at = f"credentials.{n}."
        given: dict[str, Any] = {name: form.text(at + name) for name in TEXTS}
        if given["state"] is None and given["title"] is None:
            if any(given.values()) or form.text(f"{at}expires"):
                form.fault(f"{at}title", "is needed")
            continue
        if given["title"] is None:
            form.fault(f"{at}title", "is needed")
        given["state"] = (given["state"] or "").upper()
        if not _STATE.fullmatch(given["state"]):
            form.fault(f"{at}state", "must be the state's letters, such as VA")
        status = form.text(f"{at}status") or "active"
        if status not in STATUSES:
            form.fault(f"{at}status", "choose one of the list")
        given |= {"status": status, "issued": form.day(f"{at}issued"), "expires": form.day(f"{at}expires")}
        given["only_for"] = form.words(f"{at}only_for", _ID, "must be ids of teams")
        given["title"] = given["title"] or ""
        was = before[n] if n < len(before) else Credential(given["state"], given["title"])
        found.append(replace(was, **given))
    return tuple(found)


class _Reader:
    """Texts of a form, and what is wrong with which."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._faults: list[Fault] = []

    def fault(self, field: str, problem: str) -> None:
        self._faults.append(Fault(field, problem))

    def text(self, name: str) -> str | None:
        return (self._values.get(name) or [""])[-1].strip() or None

    def matching(self, name: str, pattern: re.Pattern[str], like: str) -> str:
        text = self.text(name) or ""
        if not pattern.fullmatch(text):
            self.fault(name, like)
        return text

    def words(self, name: str, pattern: re.Pattern[str], problem: str) -> frozenset[str]:
        found = [word.strip() for word in (self.text(name) or "").split(",") if word.strip()]
        wrong = [word for word in found if not pattern.fullmatch(word)]
        if wrong:
            self.fault(name, f"{problem}; not {wrong[0]!r}")
        return frozenset(found)

    def among(self, name: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        given = tuple(self._values.get(name, []))
        if any(one not in choices for one in given):
            self.fault(name, "choose from the list")
        return given

    def day(self, name: str) -> date | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.fault(name, "must be a day such as 2027-06-30")
            return None

    def done(self) -> None:
        if self._faults:
            raise InvalidInput("; ".join(f"{f.field}: {f.problem}" for f in self._faults), self._faults)

"""People, overrides and gaps as they are sent and shown. `from` and `to` are words Python keeps for itself, hence the
aliases.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from dispatch.api.schemas.base import Body, Code, Day, Flag, Hours, Line, PhoneNumber, WindowIn, WindowOut
from dispatch.coverage import Gap, GapKind
from dispatch.credential import Credential, Training
from dispatch.flow.duty import OverrideView, Spell
from dispatch.flow.views import Named
from dispatch.override import Override
from dispatch.responder import Availability, Responder
from dispatch.rosterfile import Person
from dispatch.rulepack import key_of

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=40)]
Role = Literal["operator", "responder", "supervisor", "coordinator", "administrator", "auditor"]
Population = Literal["child", "adolescent", "adult", "older_adult"]
Status = Literal["active", "expired", "suspended", "revoked", "surrendered", "pending"]


class CredentialIn(Body):
    state: Annotated[str, Field(pattern=r"^[A-Z]{2,3}$")]
    title: Line
    authority: Line | None = None
    number: Line | None = None
    status: Status = "active"
    issued: Day | None = None
    expires: Day | None = None
    supervisor: Code | None = None
    evidence: Line | None = None
    only_for: Annotated[list[Code], Field(max_length=60)] = []

    def credential(self, before: Credential | None) -> Credential:
        """What is left out, the training ledger above all, stays as it was on the same credential."""
        given = self.model_dump(include=self.model_fields_set | {"state", "title", "status"})
        if "only_for" in given:
            given["only_for"] = frozenset(given["only_for"])
        return replace(before or Credential(self.state, self.title), **given)


class TrainingIn(Body):
    """`topic` is the rule's word, such as ethics; without one the hours are general."""

    state: Annotated[str, Field(pattern=r"^[A-Z]{2,3}$")]
    title: Line
    on: Day
    hours: Annotated[Hours, Field(le=200)]
    topic: Code | None = None
    evidence: Line | None = None

    def training(self) -> Training:
        return Training(self.on, self.hours, self.topic, self.evidence)


class ConfirmTrainingIn(Body):
    state: Annotated[str, Field(pattern=r"^[A-Z]{2,3}$")]
    title: Line
    on: Day
    hours: Annotated[Hours, Field(le=200)]


class _PersonFields(Body):
    gender: Code | None = None
    languages: Annotated[list[Language], Field(max_length=30)] = []
    populations: Annotated[list[Population], Field(max_length=4)] = []
    skills: Annotated[list[Code], Field(max_length=30)] = []
    areas: Annotated[list[Code], Field(max_length=60)] = []
    capacity: Annotated[int, Field(ge=1, le=50, strict=True)] = 1
    credentials: Annotated[list[CredentialIn], Field(max_length=30)] = []


class ResponderIn(_PersonFields):
    """Somebody new in the roster."""

    id: Code
    name: Line
    phone: PhoneNumber | None = None
    roles: Annotated[list[Role], Field(min_length=1, max_length=6)]
    teams: Annotated[list[Code], Field(min_length=1, max_length=60)]

    def person(self) -> Person:
        blank = Responder(id=self.id, teams=frozenset(self.teams), roles=frozenset(self.roles))
        person = Person(self.id, self.name, self.phone, tuple(dict.fromkeys(self.teams)), blank)
        return _with(person, {name: getattr(self, name) for name in type(self).model_fields})


class ResponderChange(_PersonFields):
    """What is to be different; what is left out stays."""

    name: Line | None = None
    phone: PhoneNumber | None = None
    roles: Annotated[list[Role], Field(min_length=1, max_length=6)] | None = None
    teams: Annotated[list[Code], Field(min_length=1, max_length=60)] | None = None
    active: Annotated[bool | None, Field(description="`false` once they have left: nobody asks them any more.")] = None

    def changed(self, person: Person) -> Person:
        return _with(person, {name: getattr(self, name) for name in self.model_fields_set})


def _with(person: Person, given: dict[str, Any]) -> Person:
    """The person with these fields. None means "without" for `phone` and `gender`, and "unchanged" for the rest."""
    who = person.responder
    if given.get("teams"):
        teams = tuple(dict.fromkeys(given["teams"]))
        person, who = replace(person, teams=teams), replace(who, teams=frozenset(teams))
    if given.get("name"):
        person = replace(person, name=given["name"])
    if given.get("active") is not None:
        person = replace(person, active=given["active"])
    if "phone" in given:
        person = replace(person, phone=given["phone"])
    if "gender" in given:
        who = replace(who, gender=given["gender"])
    if given.get("capacity"):
        who = replace(who, capacity=given["capacity"])
    if given.get("credentials") is not None:
        who = replace(who, credentials=_credentials(who.credentials, given["credentials"]))
    sets: dict[str, Any] = {
        name: frozenset(given[name])
        for name in ("roles", "languages", "populations", "skills", "areas")
        if given.get(name) is not None
    }
    return replace(person, responder=replace(who, **sets))


def _credentials(before: tuple[Credential, ...], given: list[CredentialIn]) -> tuple[Credential, ...]:
    """In place of those before: each takes what it does not say from one of its own state and title, each of which
    serves once, the one of the same last day first."""
    left, found = list(before), []
    for one in given:
        same = [c for c in left if (c.state, key_of(c.title)) == (one.state, key_of(one.title))]
        was = min(same, key=lambda c: c.expires != one.expires, default=None)
        if was is not None:
            left.remove(was)
        found.append(one.credential(was))
    return tuple(found)


class AvailabilityIn(Body):
    """`roster` follows the roster again. Without `hours` it holds until said otherwise."""

    availability: Availability
    hours: Annotated[Hours, Field(le=24 * 62)] | None = None
    #: OFF although they hold a case or nobody else is on call
    even_so: Flag = False


class CodeIn(Body):
    """Six digits, as they came by text."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class DuressWordIn(Body):
    """`word` null takes it away. It is kept as a keyed hash only, and never shown again."""

    word: Annotated[str, Field(min_length=4, max_length=60)] | None


class OverrideIn(WindowIn):
    """`person` alone adds somebody, `instead_of` alone takes somebody off, both hand over."""

    team: Code
    layer: Code
    person: Code | None = None
    instead_of: Code | None = None

    def override(self) -> Override:
        return Override(self.team, self.layer, self.start, self.end, self.person, self.instead_of)


class OverrideOut(WindowOut):
    id: str
    team: str
    layer: str
    person: str | None
    instead_of: str | None

    @classmethod
    def of(cls, view: OverrideView) -> OverrideOut:
        return cls.model_validate(view)


class OffOut(WindowOut):
    """While this lasts nobody pages them."""


class SpellOut(WindowOut):
    """One stretch of duty, with everything that changes the roster worked in; `off` is the part of it for which the
    person said OFF."""

    team: str
    layer: str
    person: Named
    because: str
    off: OffOut | None

    @classmethod
    def of(cls, spell: Spell) -> SpellOut:
        return cls.model_validate(spell)


class GapOut(WindowOut):
    """`person` is set where one person is the reason. `off`: who would be on call then, and said OFF."""

    layer: str
    kind: GapKind
    reason: str = Field(validation_alias="told")
    person: str | None
    off: list[str]

    @classmethod
    def of(cls, gap: Gap) -> GapOut:
        return cls.model_validate(gap)


class Gaps(BaseModel):
    gaps: list[GapOut]

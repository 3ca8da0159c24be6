"""A contact as it is sent. Only channel, call type and team are required; what is left out is unknown, never "no"."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from dispatch.api.schemas.base import Body, Code, Flag, Line, Moment, PhoneNumber, Text
from dispatch.assessed import AnsweredBy
from dispatch.case import Line as CallerLine
from dispatch.contact import Contact
from dispatch.contactvalues import (
    AgeBand,
    CallType,
    Channel,
    Concern,
    PlaceType,
    Population,
    Relation,
    Tri,
    Worry,
)
from dispatch.disposition import Disposition, Ending, FollowUpChoice, Outcome
from dispatch.errors import Fault, InvalidInput
from dispatch.flow.answers import Given
from dispatch.flow.intake import Draft

_CONTACT = TypeAdapter(Contact)
_ENDING = ("disposition", "outcome", "resources_offered", "follow_up")
_NOT_CONTACT = {*_ENDING, "assessments", "case_id", "assessing"}

# Strict: true is no 1, and 1.0 no whole number.
Answer = Annotated[str, Field(max_length=60)] | Annotated[int, Field(strict=True, ge=-(10**6), le=10**6)]
Answers = Annotated[
    dict[Annotated[str, Field(max_length=40)], Answer | None],
    Field(max_length=100, description="By item id: yes, no, refused, unable, a code, or a whole number."),
]


class CallerIn(Body):
    relation: Relation = Relation.UNKNOWN
    phone: PhoneNumber | None = None
    line: CallerLine | None = None
    with_person: Tri = Tri.UNKNOWN
    can_stay: Tri = Tri.UNKNOWN


class PhoneIn(Body):
    number: PhoneNumber
    call: Tri = Tri.UNKNOWN
    voicemail: Tri = Tri.UNKNOWN
    text: Tri = Tri.UNKNOWN
    shared: Tri = Tri.UNKNOWN


class PersonIn(Body):
    name: Line | None = None
    alias: Line | None = None
    pronouns: Line | None = None
    age: Annotated[int, Field(ge=0, le=130, strict=True)] | None = None
    age_band: AgeBand = AgeBand.UNKNOWN
    gender: Line | None = None
    languages: Annotated[list[Line], Field(max_length=10)] = []
    phone: PhoneIn | None = None


class LocationIn(Body):
    text: Text | None = None
    area: Code | None = None
    known: Tri = Tri.UNKNOWN
    place: PlaceType | None = None
    access: Text | None = None


class SafetyIn(Body):
    weapon: Tri = Tri.UNKNOWN
    violence: Tri = Tri.UNKNOWN
    attempt_in_progress: Tri = Tri.UNKNOWN
    overdose_taken: Tri = Tri.UNKNOWN
    medical_emergency: Tri = Tri.UNKNOWN
    minor: Tri = Tri.UNKNOWN
    weapon_in_hand: Tri = Tri.UNKNOWN
    violence_now: Tri = Tri.UNKNOWN


class NeedsIn(Body):
    languages: Annotated[list[Line], Field(max_length=10)] = []
    population: Population | None = None
    responder_gender: Code | None = None
    skills: Annotated[list[Code], Field(max_length=10)] = []


class ConsentIn(Body):
    visit: Tri = Tri.UNKNOWN
    follow_up: Tri = Tri.UNKNOWN
    share: Tri = Tri.UNKNOWN


class AssessmentIn(Body):
    protocol: Annotated[str, Field(max_length=64, min_length=1)]
    answered_by: AnsweredBy = AnsweredBy.SELF
    answers: Answers

    def given(self) -> Given:
        return Given(self.protocol, self.answers, self.answered_by)


class ContactIn(Body):
    """`disposition` and what belongs to it end a contact that needs no case; `case_id` adds it to an open one."""

    channel: Channel
    call_type: CallType
    team: Code
    answered_at: Moment | None = None
    caller: CallerIn = CallerIn()
    person: PersonIn = PersonIn()
    location: LocationIn = LocationIn()
    safety: SafetyIn = SafetyIn()
    worry: Worry = Worry.UNKNOWN
    needs: NeedsIn = NeedsIn()
    consent: ConsentIn = ConsentIn()
    concerns: Annotated[list[Concern], Field(max_length=20)] = []
    narrative: Text | None = None
    external_ref: Line | None = None
    assessments: Annotated[list[AssessmentIn], Field(max_length=30)] = []
    disposition: Disposition | None = None
    outcome: Outcome | None = None
    resources_offered: Annotated[list[Line], Field(max_length=30)] | None = None
    follow_up: FollowUpChoice | None = None
    case_id: Annotated[str, Field(pattern=r"^[a-z0-9]{1,64}$")] | None = None
    assessing: Flag = Field(False, description="The operator goes on asking; the case waits a little for it.")

    def draft(self) -> Draft:
        """Raises InvalidInput where parts of an ending are given without saying which ending it is."""
        contact: dict[str, Any] = self.model_dump(exclude=_NOT_CONTACT)
        return Draft(
            contact=replace(_CONTACT.validate_python(contact), ending=self._ending()),
            assessments=tuple(a.given() for a in self.assessments),
            case_id=self.case_id,
            assessing=self.assessing,
        )

    def _ending(self) -> Ending | None:
        if self.disposition is None:
            faults = [Fault(n, "belongs to a disposition") for n in _ENDING if getattr(self, n) is not None]
            if faults:
                raise InvalidInput("; ".join(f"{f.field}: {f.problem}" for f in faults), faults)
            return None
        offered = self.resources_offered
        return Ending(
            disposition=self.disposition,
            outcome=self.outcome,
            resources_offered=None if offered is None else tuple(offered),
            follow_up=self.follow_up,
        )

    def as_sent(self) -> dict[str, Any]:
        """What makes two bodies the same: what was said, in one spelling."""
        return self.model_dump(mode="json", exclude_unset=True)


class SearchIn(Body):
    phone: PhoneNumber

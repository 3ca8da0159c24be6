"""What a person or a program may read, as plain data: the API prints these, the pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from dispatch.alarm import Kind
from dispatch.assessed import AnsweredBy
from dispatch.case import Line, State
from dispatch.contact import Personal
from dispatch.facts import Facts
from dispatch.page import Answer, Delivery
from dispatch.priority import Mode, Urgency
from dispatch.signature import State as SignatureState


@dataclass(frozen=True, slots=True)
class Because:
    """One assessment that counts, and why it put the person in that band."""

    protocol: str
    version: str
    band: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseBrief:
    """The answer to a logged contact. `queue_position` is None once the case no longer waits for anybody."""

    id: str
    code: str
    state: State
    team: str
    urgency: Urgency
    response_mode: Mode
    respond_by: datetime
    queue_position: int | None
    incomplete: bool
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who acts, by id and by what to call them; `name` is the id where no name is known."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case in a list: nothing personal but the names of our own people."""

    id: str
    code: str
    state: State
    team: str
    urgency: Urgency
    response_mode: Mode
    respond_by: datetime
    incomplete: bool
    answered_at: datetime
    logged_at: datetime
    opened_by: Named
    why: tuple[str, ...]
    line: Line
    area: str | None
    needed: int
    owners: tuple[Named, ...]
    scene_hold: bool
    held_until: datetime | None
    hard_stops: tuple[str, ...]
    proposed: Urgency | None
    proposed_by: Named | None
    first_contact_at: datetime | None
    disposition: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    id: str
    case_id: str
    code: str
    person: Named
    layer: str
    step: int
    round: int
    voice: bool
    delivery: Delivery
    answer: Answer
    created_at: datetime
    by: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    answered_at: datetime | None
    failure: int | None
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmView:
    id: str
    team: str
    kind: Kind
    because: tuple[str, ...]
    case_id: str | None
    code: str | None
    subject: Named | None
    opened_at: datetime
    rings: int
    rings_again_at: datetime | None
    #: until when it is silent for whoever asks
    silent_until: datetime | None
    acknowledged_by: Named | None
    acknowledged_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """`personal` is None once the person's details were destroyed, as asked."""

    id: str
    channel: str
    call_type: str
    operator: Named
    answered_at: datetime
    logged_at: datetime
    disposition: str | None
    facts: Facts
    personal: Personal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentView:
    id: str
    protocol: str
    version: str
    hash: str
    band: str | None
    score: float | int | None
    floor: str | None
    ceiling: str | None
    incomplete: bool
    because: tuple[str, ...]
    missing: tuple[str, ...]
    flags: Mapping[str, Any]
    answers: Mapping[str, Any]
    answered_by: AnsweredBy
    by: Named
    at: datetime
    #: counts, proposed (lower, waits for a second person) or confirmed
    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationView:
    id: str
    state: str
    reason: str
    #: counted from 1
    step: int
    steps: int
    round: int
    #: who the step asks: a layer, everyone, or whom it calls
    asks: tuple[str, ...]
    needed: int
    got: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecontactView:
    owner: Named
    tries: int
    due_at: datetime | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyView:
    called_by: str
    #: who that is, by name
    caller: Named
    agency: str
    called_at: datetime
    incident_number: str | None
    person_consented: str
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverView:
    """`reason` is None once it was destroyed, as asked."""

    id: str
    person: Named
    by: Named
    at: datetime
    ended_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedView:
    """The signature that a trainee's assessment needs. `supervisor` is who was asked, None where nobody could be."""

    assessment_id: str
    trainee: Named
    supervisor: Named | None
    state: SignatureState
    asked_at: datetime
    signed_by: Named | None
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class OtherCode:
    """The case's level as another service writes it, by the team's policy, with the source of the comparison."""

    scale: str
    code: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetail(CaseLine):
    """Everything about one case. Whoever gets this is written down in the looks."""

    queue_position: int | None
    #: with the person; None where nobody travels
    arrive_by: datetime | None
    due_at: datetime | None
    due_meaning: str | None
    because: tuple[Because, ...]
    escalation: EscalationView | None
    pages: tuple[PageView, ...]
    alarms: tuple[AlarmView, ...]
    contacts: tuple[ContactView, ...]
    assessments: tuple[AssessmentView, ...]
    recontacts: tuple[RecontactView, ...]
    emergencies: tuple[EmergencyView, ...]
    #: whose credential was waived for this case, the ended ones too
    waivers: tuple[WaiverView, ...]
    #: of what somebody in training assessed
    signatures: tuple[SignedView, ...]
    #: for a hand-off or a report; none is converted back
    codes: tuple[OtherCode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of a case's history. `text` is what somebody wrote, where they did."""

    at: datetime
    by: Named
    kind: str
    data: Mapping[str, Any]
    text: str | None = None
    #: the ledger's number; None for a note
    n: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    position: int
    id: str
    code: str
    team: str
    state: State
    urgency: Urgency
    response_mode: Mode
    respond_by: datetime
    waiting_s: int
    why: tuple[str, ...]
    area: str | None
    needed: int
    held_until: datetime | None
    escalation: EscalationView | None


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """A part of a list; `next` continues it, None at its end."""

    items: tuple[T, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of a telephone number: earlier contacts, and the cases they belong to. Whoever asked is written
    down.
    """

    contacts: tuple[ContactView, ...]
    cases: tuple[CaseLine, ...]

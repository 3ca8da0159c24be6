"""A trainee's assessment, until their supervisor has signed it or sent it back.

A signature never holds up a page: the case goes its way on the assessment as it stands, and the signature has a clock
of its own. It outlives the case too, because what was written is answered for after it is over.

Source: VA 12VAC35-105-1840(B)(1) asks that a licensed type does or reviews and signs; no rule that was read says within
which time, so a day is the service's own choice.

Rules for whoever changes this file: a signature changes state by a row of `LEAVES` and nowhere else. Answers may come
late or twice; one without a row changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.alarm import Kind as AlarmKind
from dispatch.credential import Credential
from dispatch.deadline import Deadline, Meaning
from dispatch.errors import Refused
from dispatch.matter import Matter
from dispatch.rulepack import Kind, Supervision, TitleRule

#: From the assessment to the alarm, and from one alarm to the next while it is still not signed.
WITHIN = timedelta(hours=24)
#: Titles that may sign, the most first.
MAY_SIGN = (Kind.LICENSED, Kind.QUALIFIED)


class State(StrEnum):
    ASKED = "asked"
    SIGNED = "signed"
    #: sent back with a reason: the trainee assesses again
    RETURNED = "returned"
    #: the coordinators were told; a late signature is welcome
    OVERDUE = "overdue"


class Event(StrEnum):
    SIGNED = "signed"
    RETURNED = "returned"
    #: the trainee has assessed again what was sent back
    REASSESSED = "reassessed"
    OVERDUE = "overdue"


LEAVES: dict[State, dict[Event, State]] = {
    State.ASKED: {Event.SIGNED: State.SIGNED, Event.RETURNED: State.RETURNED, Event.OVERDUE: State.OVERDUE},
    State.OVERDUE: {Event.SIGNED: State.SIGNED, Event.RETURNED: State.RETURNED, Event.OVERDUE: State.OVERDUE},
    # It may be signed after all: a case that is over is not assessed again.
    State.RETURNED: {Event.REASSESSED: State.ASKED, Event.SIGNED: State.SIGNED, Event.OVERDUE: State.RETURNED},
    State.SIGNED: {},
}


@dataclass(frozen=True, slots=True)
class Signature:
    """`supervisor` is who was asked, None where nobody could be; whoever else may sign may sign it too."""

    id: str
    team: str
    case_id: str
    assessment_id: str
    trainee: str
    supervisor: str | None
    asked_at: datetime
    due_at: datetime
    state: State = State.ASKED
    signed_by: str | None = None
    signed_at: datetime | None = None
    version: int = 0

    @property
    def open(self) -> bool:
        return self.state is not State.SIGNED

    @property
    def deadline(self) -> Deadline | None:
        return Deadline(Meaning.SIGNATURE_OVERDUE, self.due_at) if self.open else None


def needs_signature(title: TitleRule | str) -> bool:
    """Whether what somebody with this title assesses must be signed: trainees, and all who work under a supervisor
    named on their credential."""
    if isinstance(title, str):
        return False
    return title.kind is Kind.TRAINEE or title.supervision is Supervision.NAMED


def may_sign(title: TitleRule | str) -> bool:
    """Licensed, or qualified without a supervisor of their own."""
    return isinstance(title, TitleRule) and title.kind in MAY_SIGN and not needs_signature(title)


def whose(
    trainee: str,
    credentials: Iterable[Credential],
    state: str,
    on_call: Sequence[str],
    titles: Mapping[str, TitleRule | str],
) -> str | None:
    """Who is asked to sign: the supervisor named on a credential of the case's state, else the most senior of those on
    call, else None. `titles` are those of everybody who could be asked; equals by id."""
    named = sorted(c.supervisor for c in credentials if c.state == state and c.supervisor is not None)
    for person in named:
        if person != trainee and may_sign(titles.get(person, "")):
            return person
    able = [person for person in on_call if person != trainee and may_sign(titles.get(person, ""))]
    return min(able, key=lambda person: (_rank(titles[person]), person), default=None)


def _rank(title: TitleRule | str) -> int:
    return MAY_SIGN.index(title.kind) if isinstance(title, TitleRule) else len(MAY_SIGN)


def asked(row: Signature, assessment_id: str, now: datetime) -> Signature:
    """What was sent back has been assessed again: the new result is the one to be signed."""
    state = _next(row, Event.REASSESSED)
    return replace(row, state=state, assessment_id=assessment_id, asked_at=now, due_at=now + WITHIN)


def sign(matter: Matter[Signature], title: TitleRule | str) -> None:
    """`title` is what the actor's own credentials amount to. Raises Refused for one that may not sign, and for a
    signature that is given already."""
    row = matter.row
    if not may_sign(title):
        raise Refused("Only a licensed or qualified person who needs no supervisor of their own signs.")
    state = _next(row, Event.SIGNED)
    matter.put(replace(row, state=state, signed_by=matter.actor, signed_at=matter.now))
    matter.say("signature", signature=row.id, event=Event.SIGNED.value, person=row.trainee, state=state.value)


def send_back(matter: Matter[Signature], title: TitleRule | str, code: str, by: str) -> None:
    """The trainee is told, and has as long again. `by` is the handle of whoever sends it back."""
    row = matter.row
    if not may_sign(title):
        raise Refused("Only a licensed or qualified person who needs no supervisor of their own sends one back.")
    state = _next(row, Event.RETURNED)
    matter.put(replace(row, state=state, due_at=matter.now + WITHIN))
    matter.tell(row.trainee, "signature_returned", code=code, who=by)
    matter.say("signature", signature=row.id, event=Event.RETURNED.value, person=row.trainee, state=state.value)


def overdue(matter: Matter[Signature]) -> None:
    """Its time ran out: the coordinators are told, and again each day until it is signed."""
    row = matter.row
    if not row.open or matter.now < row.due_at:
        return
    state = _next(row, Event.OVERDUE)
    matter.put(replace(row, state=state, due_at=matter.now + WITHIN))
    matter.raise_alarm(AlarmKind.UNSIGNED, f"signature_{row.state.value}", row.trainee)
    matter.say("signature", signature=row.id, event=Event.OVERDUE.value, person=row.trainee, state=state.value)


def _next(row: Signature, event: Event) -> State:
    if event not in LEAVES[row.state]:
        raise Refused(f"This assessment is {row.state.value} already.")
    return LEAVES[row.state][event]

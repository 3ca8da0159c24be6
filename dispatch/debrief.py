"""A talk after a distressing call: offered to whoever worked on it, held only if they want it.

An offer asks nothing and lapses quietly. A debrief that somebody asked for has a clock: the coordinators are rung until
it was held, or the person has thought better of it.

Rules for whoever changes this file: a debrief changes state by a row of `LEAVES` and nowhere else. Answers may come
late or twice; one without a row changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.alarm import Kind
from dispatch.alarming import MISSED
from dispatch.casefile import CaseFile
from dispatch.deadline import Deadline, Meaning
from dispatch.disposition import Disposition

#: A case that was over this long ago is not debriefed by a text any more: a coordinator is called instead.
LOOKS_BACK = timedelta(days=7)
OFFER_STANDS = timedelta(hours=48)
#: From asking for it to having it.
HELD_WITHIN = timedelta(hours=24)
#: Endings after which whoever was there is offered a talk.
HARD_ENDINGS = frozenset({Disposition.DIED, Disposition.INVOLUNTARY_HOLD, Disposition.EMERGENCY_SERVICES})


class State(StrEnum):
    OFFERED = "offered"
    #: asked for, and not held yet
    WANTED = "wanted"
    HELD = "held"
    DECLINED = "declined"
    #: the offer was not answered
    LAPSED = "lapsed"


class Event(StrEnum):
    WANTED = "wanted"
    DECLINED = "declined"
    HELD = "held"
    OVERDUE = "overdue"


# A change of heart is welcome: only a talk that was held is over for good.
LEAVES: dict[State, dict[Event, State]] = {
    State.OFFERED: {
        Event.WANTED: State.WANTED,
        Event.DECLINED: State.DECLINED,
        Event.HELD: State.HELD,
        Event.OVERDUE: State.LAPSED,
    },
    State.WANTED: {Event.DECLINED: State.DECLINED, Event.HELD: State.HELD, Event.OVERDUE: State.WANTED},
    State.DECLINED: {Event.WANTED: State.WANTED, Event.HELD: State.HELD},
    State.LAPSED: {Event.WANTED: State.WANTED, Event.HELD: State.HELD},
    State.HELD: {},
}
OPEN = frozenset({State.OFFERED, State.WANTED})


@dataclass(frozen=True, slots=True)
class Debrief:
    """`because` holds facts and endings of the case by their codes, never a word about the person."""

    id: str
    team: str
    case_id: str
    person: str
    because: tuple[str, ...]
    offered_at: datetime
    due_at: datetime
    state: State = State.OFFERED
    ended_at: datetime | None = None
    ended_by: str | None = None
    version: int = 0

    @property
    def deadline(self) -> Deadline | None:
        """When an offer lapses, or when it is said again that a debrief is owed; None once neither matters."""
        return Deadline(Meaning.DEBRIEF_OVERDUE, self.due_at) if self.state in OPEN else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`refused` says why nothing changed. `owed`: somebody asked, and has waited too long."""

    debrief: Debrief
    refused: str | None = None
    owed: bool = False


def advance(debrief: Debrief, event: Event, by: str, now: datetime) -> Outcome:
    """What an event makes of a debrief."""
    if event not in LEAVES[debrief.state]:
        return Outcome(debrief, refused=f"this debrief is {debrief.state}")
    if event is Event.OVERDUE and now < debrief.due_at:
        return Outcome(debrief, refused="its time has not come")
    state = LEAVES[debrief.state][event]
    over = state not in OPEN
    changed = replace(
        debrief,
        state=state,
        due_at=now + HELD_WITHIN if state is State.WANTED else debrief.due_at,
        ended_at=now if over else None,
        ended_by=by if over else None,
    )
    return Outcome(changed, owed=event is Event.OVERDUE and state is State.WANTED)


def distressing(file: CaseFile, person: str) -> tuple[str, ...]:
    """What was hard about a case for somebody who worked on it; empty where nothing says so.

    Dangers that were known, an ending that leaves nobody cold, and a call for help by the person themselves. A check-in
    that was only forgotten is no call for help.
    """
    found = list(file.case.hard_stops)
    if file.case.disposition in {ending.value for ending in HARD_ENDINGS}:
        found.append(str(file.case.disposition))
    cried = [a for a in file.alarms if a.kind is Kind.SAFETY and a.subject == person and a.because != (MISSED,)]
    return tuple(dict.fromkeys([*found, *(["safety_alarm"] if cried else [])]))

"""A swap: a person asks somebody, or the pool, to take a piece of their shift.

Rules for whoever changes this file: a swap changes state by a row of `LEAVES` and nowhere else. Everything here comes
from people and may come late or twice, so an event without a row leaves the swap as it is, and `advance` says why. The
roster changes at one point only, when a swap becomes `done`, by one override; undoing takes that override away again.

A swap's one clock is the start of what it is about: an open swap that nobody took by then is lapsed, the shift stays
with whoever had it, and the coordinator is told. Silence never moves a shift.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dispatch.deadline import Deadline, Meaning
from dispatch.override import Override
from dispatch.responder import Responder
from dispatch.roster import Roster, duties


class State(StrEnum):
    #: somebody, or the pool, has been asked
    ASKED = "asked"
    #: somebody will, and the coordinator must agree
    TAKEN = "taken"
    #: the override is in the roster
    DONE = "done"
    #: all who were asked said no; the one who asked may ask others by a new swap
    DECLINED = "declined"
    #: the coordinator said no
    REFUSED = "refused"
    #: the one who asked changed their mind
    WITHDRAWN = "withdrawn"
    #: was done, and is no longer
    UNDONE = "undone"
    #: its time came and nobody had it
    LAPSED = "lapsed"


class Event(StrEnum):
    TOOK = "took"
    DECLINED = "declined"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDREW = "withdrew"
    UNDID = "undid"
    BEGAN = "began"


class Tell(StrEnum):
    """Who has to hear of it."""

    GIVER = "giver"
    TAKER = "taker"
    #: all who were asked
    ASKED = "asked"
    COORDINATOR = "coordinator"


OPEN = frozenset({State.ASKED, State.TAKEN})

# TOOK leads to DONE instead of TAKEN in a team without approval; DECLINED moves only when nobody who was asked is left.
LEAVES: dict[State, dict[Event, State]] = {
    State.ASKED: {
        Event.TOOK: State.TAKEN,
        Event.DECLINED: State.DECLINED,
        Event.WITHDREW: State.WITHDRAWN,
        Event.BEGAN: State.LAPSED,
    },
    State.TAKEN: {
        Event.APPROVED: State.DONE,
        Event.REFUSED: State.REFUSED,
        Event.WITHDREW: State.WITHDRAWN,
        Event.BEGAN: State.LAPSED,
    },
    State.DONE: {Event.UNDID: State.UNDONE},
    State.DECLINED: {},
    State.REFUSED: {},
    State.WITHDRAWN: {},
    State.UNDONE: {},
    State.LAPSED: {},
}

_TOLD: dict[State, tuple[Tell, ...]] = {
    State.TAKEN: (Tell.GIVER, Tell.COORDINATOR),
    State.DONE: (Tell.GIVER, Tell.TAKER, Tell.ASKED, Tell.COORDINATOR),
    State.DECLINED: (Tell.GIVER,),
    State.REFUSED: (Tell.GIVER, Tell.TAKER),
    State.WITHDRAWN: (Tell.TAKER, Tell.ASKED),
    State.UNDONE: (Tell.GIVER, Tell.TAKER, Tell.COORDINATOR),
    State.LAPSED: (Tell.GIVER, Tell.TAKER, Tell.COORDINATOR),
}


@dataclass(frozen=True, slots=True)
class Swap:
    """`asked` empty is the whole pool of the team. Times are aware UTC."""

    id: str
    team: str
    layer: str
    giver: str
    start: datetime
    end: datetime
    asked: frozenset[str] = frozenset()
    needs_approval: bool = False
    state: State = State.ASKED
    taker: str | None = None
    declined: frozenset[str] = frozenset()
    version: int = 0

    @property
    def deadline(self) -> Deadline | None:
        """When silence lapses it; None once it is settled."""
        return Deadline(Meaning.SHIFT_BEGINS, self.start) if self.state in OPEN else None

    @property
    def override(self) -> Override | None:
        """What it puts into the roster while it is done."""
        if self.state is not State.DONE:
            return None
        return Override(self.team, self.layer, self.start, self.end, self.taker, self.giver)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The swap afterwards and who is told. `refused` says why nothing changed, in words for whoever tried."""

    swap: Swap
    tell: tuple[Tell, ...] = ()
    refused: str | None = None


def advance(swap: Swap, event: Event, by: str | None, now: datetime) -> Outcome:
    """What an event makes of a swap. Whether `by` may do it at all (a coordinator's act, say) is checked before."""
    refused = _objection(swap, event, by, now)
    if refused is not None:
        return Outcome(swap, refused=refused)
    target = LEAVES[swap.state][event]
    if event is Event.DECLINED:
        declined = swap.declined | {by or ""}
        if not swap.asked or not swap.asked <= declined:
            return Outcome(replace(swap, declined=declined))
        return _moved(replace(swap, declined=declined), target)
    if event is Event.TOOK:
        return _moved(replace(swap, taker=by), target if swap.needs_approval else State.DONE)
    return _moved(swap, target)


def why_not(swap: Swap, taker: Responder, roster: Roster) -> str | None:
    """Why this person cannot take it, by the roster; None if they can."""
    if swap.team not in taker.teams:
        return "not in this team"
    if any(a.person == taker.id and a.start < swap.end and swap.start < a.end for a in roster.absences):
        return "away in that time"
    there = duties(roster, swap.team, swap.start, swap.end).get(swap.layer, ())
    if any(duty.person == taker.id for duty in there):
        return f"on call in {swap.layer} in that time already"
    return None


def still_theirs(swap: Swap, roster: Roster) -> bool:
    """The giver is on call in the layer for some of the time. Ask before a swap opens and before it is done: a roster
    that changed meanwhile would make the override empty without a word."""
    there = duties(roster, swap.team, swap.start, swap.end).get(swap.layer, ())
    return any(duty.person == swap.giver for duty in there)


def _objection(swap: Swap, event: Event, by: str | None, now: datetime) -> str | None:
    if event not in LEAVES[swap.state]:
        whom = f" by {swap.taker}" if swap.taker is not None else ""
        return f"this swap is {swap.state}{whom}"
    if event in (Event.TOOK, Event.DECLINED):
        if by == swap.giver:
            return "it is your own shift"
        if swap.asked and by not in swap.asked:
            return "others were asked"
    if event is Event.WITHDREW and by != swap.giver:
        return "only whoever asked can withdraw it"
    if event is Event.BEGAN:
        return None if now >= swap.start else "it has not begun"
    if now >= swap.start:
        return "it has begun; change what is left of it by an override"
    return None


def _moved(swap: Swap, state: State) -> Outcome:
    return Outcome(replace(swap, state=state), _TOLD[state])

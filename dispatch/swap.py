"""A swap: a person asks somebody, or the pool, to take a piece of their shift.

Rules for whoever changes this file: a swap changes state by a row of `LEAVES` and nowhere else. Everything here comes
from people and may come late or twice, so an event without a row leaves the swap as it is, and `advance` says why. The
roster changes at one point only, when a swap becomes `done`, by one override; undoing takes that override away again.

A swap's one clock is the start of what it is about: an open swap that nobody took by then is lapsed, the shift stays
with whoever had it, and the coordinator is told. Silence never moves a shift.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.deadline import Deadline, Meaning
from dispatch.override import Override
from dispatch.responder import Responder
from dispatch.roster import Roster, duties
from dispatch.rulepack import RulePacks, best_title
from dispatch.spans import Window, joined
from dispatch.wallclock import wall

#: How far beyond a range a stretch of duty is followed to its end.
REACH = timedelta(days=35)


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
    #: was agreed or done, and is no longer
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
        Event.UNDID: State.UNDONE,
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
    State.TAKEN: (Tell.GIVER, Tell.TAKER, Tell.COORDINATOR),
    State.DONE: (Tell.GIVER, Tell.TAKER, Tell.ASKED, Tell.COORDINATOR),
    State.DECLINED: (Tell.GIVER,),
    State.REFUSED: (Tell.GIVER, Tell.TAKER),
    State.WITHDRAWN: (Tell.TAKER, Tell.ASKED),
    State.UNDONE: (Tell.GIVER, Tell.TAKER, Tell.COORDINATOR),
    State.LAPSED: (Tell.GIVER, Tell.TAKER, Tell.COORDINATOR),
}


@dataclass(frozen=True, slots=True)
class Swap:
    """`asked` empty is the whole pool of the team. Times are aware UTC. `code` names it in a text.

    `warnings` is what there was to know about the taker when they took it, in words for a coordinator.
    """

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
    code: str = ""
    warnings: tuple[str, ...] = ()
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


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """A stretch of one person's duty in one layer, without a break. `endless`: it goes on beyond `end`."""

    start: datetime
    end: datetime
    layer: str
    endless: bool


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
        # A taker with something to know about is for a coordinator to judge, also where the team leaves swaps free.
        looked_at = swap.needs_approval or bool(swap.warnings)
        return _moved(replace(swap, taker=by, needs_approval=looked_at), target if looked_at else State.DONE)
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


def warnings(swap: Swap, taker: Responder, roster: Roster, rules: RulePacks | None) -> tuple[str, ...]:
    """What a coordinator should know before this person has the shift: a credential that does not count for the team
    in all of the time, or another layer they are on in meanwhile. Empty when there is nothing."""
    team = roster.team(swap.team)
    found = []
    # A credential begins and ends once, so its first and its last day say everything.
    for at in (swap.start, swap.end - timedelta(seconds=1)):
        today = wall(at, team.zone).date()
        pack = rules.of(team.state, today) if rules is not None else None
        title = best_title(taker.credentials, team.state, team.id, today, pack)
        if isinstance(title, str):
            found.append(title)
    for layer, there in duties(roster, swap.team, swap.start, swap.end).items():
        if layer != swap.layer and any(duty.person == taker.id for duty in there):
            found.append(f"on call in {layer} in that time too")
    return tuple(dict.fromkeys(found))


def pieces(roster: Roster, team: str, person: str, start: datetime, end: datetime) -> tuple[Piece, ...]:
    """Whole stretches of duty in one layer that touch [start, end), in order: what a person can ask others to take.

    Their ends lie up to five weeks out of the range; a stretch that goes on beyond is cut there, and `endless`.
    """
    first, last = start - REACH, end + REACH
    own = [
        Piece(window.start, window.end, layer, endless=window.end >= last)
        for layer, there in duties(roster, team, first, last).items()
        for window in joined(duty for duty in there if duty.person == person)
    ]
    return tuple(sorted(piece for piece in own if piece.start < end and start < piece.end))


def passed_on(swap: Swap, roster: Roster) -> bool:
    """Somebody else has it since, by a later override: undoing would then put nobody, or the wrong person, on call."""
    mine = Override(swap.team, swap.layer, swap.start, swap.end, swap.taker, swap.giver)
    if mine not in roster.overrides:
        return False
    later = roster.overrides[roster.overrides.index(mine) + 1 :]
    return any(
        (one.team, one.layer, one.instead_of) == (swap.team, swap.layer, swap.taker)
        and one.start < swap.end
        and swap.start < one.end
        for one in later
    )


def still_theirs(swap: Swap, roster: Roster) -> bool:
    """The giver is on call in the layer for all of the time. Ask before a swap opens and before it is done: a roster
    that changed meanwhile would make the override empty, or smaller than what was agreed, without a word."""
    there = duties(roster, swap.team, swap.start, swap.end).get(swap.layer, ())
    return joined(duty for duty in there if duty.person == swap.giver) == [Window(swap.start, swap.end)]


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

"""Handing open cases on at the end of a shift.

Nothing is handed on by silence. A hand-off names its cases and the person who is to have them; they say yes to all or
to some. What they did not take stays with whoever had it, who is still responsible and still reachable for it, and the
coordinator is told: at the deadline, or at once when the answer was no.

Rules for whoever changes this file: a hand-off changes state by a row of `LEAVES` and nowhere else. Answers may come
late or twice; one without a row changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.deadline import Deadline, Meaning
from dispatch.roster import Roster, on_call


class State(StrEnum):
    OFFERED = "offered"
    #: every case that is still open was taken
    ACCEPTED = "accepted"
    #: some were taken, the others stay
    PARTLY = "partly"
    DECLINED = "declined"
    #: no answer by the deadline; the cases stay, a late yes is welcome
    OVERDUE = "overdue"
    #: whoever offered it keeps the cases after all
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDREW = "withdrew"
    OVERDUE = "overdue"


# ACCEPTED leads to PARTLY instead when cases are left over.
LEAVES: dict[State, dict[Event, State]] = {
    State.OFFERED: {
        Event.ACCEPTED: State.ACCEPTED,
        Event.DECLINED: State.DECLINED,
        Event.WITHDREW: State.WITHDRAWN,
        Event.OVERDUE: State.OVERDUE,
    },
    State.OVERDUE: {Event.ACCEPTED: State.ACCEPTED, Event.DECLINED: State.DECLINED, Event.WITHDREW: State.WITHDRAWN},
    State.PARTLY: {Event.ACCEPTED: State.ACCEPTED, Event.WITHDREW: State.WITHDRAWN},
    State.DECLINED: {Event.ACCEPTED: State.ACCEPTED, Event.WITHDREW: State.WITHDRAWN},
    State.ACCEPTED: {},
    State.WITHDRAWN: {},
}


@dataclass(frozen=True, slots=True)
class Handoff:
    """`cases` are ids of the cases offered, `taken` of those accepted."""

    id: str
    team: str
    giver: str
    taker: str
    cases: frozenset[str]
    due_at: datetime
    state: State = State.OFFERED
    taken: frozenset[str] = frozenset()
    version: int = 0

    @property
    def deadline(self) -> Deadline | None:
        """When the coordinator is told that nobody answered; None once somebody did, or was told."""
        return Deadline(Meaning.HANDOFF_OVERDUE, self.due_at) if self.state is State.OFFERED else None

    @property
    def left(self) -> frozenset[str]:
        """Still with the giver."""
        return self.cases - self.taken


@dataclass(frozen=True, slots=True)
class Outcome:
    """`moves` are the cases to reassign now, from giver to taker. `tell_coordinator`: some case was not taken."""

    handoff: Handoff
    moves: frozenset[str] = frozenset()
    tell_coordinator: bool = False
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody whose duty ends while they hold cases, and who follows them. No `successors` is for the coordinator."""

    person: str
    layer: str
    until: datetime
    cases: frozenset[str]
    successors: tuple[str, ...]


def advance(
    handoff: Handoff,
    event: Event,
    now: datetime,
    cases: Iterable[str] | None = None,
    still_open: Iterable[str] = (),
    by_name: Iterable[str] = (),
) -> Outcome:
    """What an event makes of a hand-off.

    `cases` are those the taker says yes to, None is all of them. `still_open` are the cases of the hand-off that the
    giver still holds; one that was closed or reassigned meanwhile is neither moved nor missed. `by_name` are those in
    which the giver is on the way to the person, or with them: a yes to all is no yes to one of these.
    """
    if event not in LEAVES[handoff.state]:
        return Outcome(handoff, refused=f"this hand-off is {handoff.state}")
    if event is Event.OVERDUE and now < handoff.due_at:
        return Outcome(handoff, refused="its time has not come")
    open_left = handoff.left & frozenset(still_open)
    if event is not Event.ACCEPTED:
        state = LEAVES[handoff.state][event]
        return Outcome(replace(handoff, state=state), tell_coordinator=event is not Event.WITHDREW and bool(open_left))
    unknown = frozenset(cases or ()) - handoff.cases
    if unknown:
        return Outcome(handoff, refused=f"not part of this hand-off: {', '.join(sorted(unknown))}")
    moves = open_left - frozenset(by_name) if cases is None else open_left & frozenset(cases)
    left = open_left - moves
    state = State.PARTLY if left else State.ACCEPTED
    return Outcome(replace(handoff, state=state, taken=handoff.taken | moves), moves, tell_coordinator=bool(left))


def leaving(
    roster: Roster, team: str, held: Mapping[str, Iterable[str]], now: datetime, within: timedelta
) -> tuple[Leaving, ...]:
    """Who goes off duty within a time and holds open cases. `held` is person -> case ids.

    Somebody who is still on call in any layer at that moment is not leaving.
    """
    found = []
    for one in on_call(roster, team, now):
        cases = frozenset(held.get(one.person, ()))
        if not cases or one.until is None or one.until > now + within:
            continue
        after = on_call(roster, team, one.until)
        if any(other.person == one.person for other in after):
            continue
        same_layer = [other.person for other in after if other.layer == one.layer]
        others = [other.person for other in after if other.layer != one.layer]
        successors = tuple(dict.fromkeys([*same_layer, *others]))
        found.append(Leaving(one.person, one.layer, one.until, cases, successors))
    return tuple(found)

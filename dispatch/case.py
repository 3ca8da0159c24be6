"""The case and its one state table.

Rules for whoever changes this file: every change of a case's state is a row of `LEAVES`; nothing else writes
`Case.state`. Outside events may come late, twice or in any order, so each has an answer in every state: where no row
is shown the state stays and the event is only recorded. Our own events are guarded by the row's version and are never
late; one without a row is a programming error and raises. STATES.md is drawn from these tables, and a test fails when
it is stale.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dispatch.deadline import Deadline, Meaning
from dispatch.priority import Mode, Place, Urgency


class State(StrEnum):
    #: written down, the operator is still assessing
    LOGGED = "logged"
    #: in the queue; nobody has been paged yet
    WAITING = "waiting"
    #: somebody is being paged
    PAGING = "paging"
    #: the ladder, or the time to find anyone, ran out: an alarm rings until a person acts
    UNANSWERED = "unanswered"
    #: the required number of people have accepted; nobody has spoken with the person yet
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    #: a QMHP is speaking, or has spoken, with the person
    ENGAGED = "engaged"
    #: tried, and could not find or reach the person
    NOT_REACHED = "not_reached"
    #: the work is done; a disposition is owed
    CLEARED = "cleared"
    CLOSED = "closed"


class Event(StrEnum):
    """What can happen to a case. OUTSIDE and OURS below say which may come late."""

    ASSESSED = "assessed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    PAGE_DELIVERED = "page_delivered"
    PAGE_FAILED = "page_failed"
    ASSIGNED = "assigned"
    RELEASED = "released"
    BACKUP = "backup"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    ENGAGED = "engaged"
    NOT_REACHED = "not_reached"
    CHECKED_IN = "checked_in"
    CLEARED = "cleared"
    STOOD_DOWN = "stood_down"
    CLOSED = "closed"
    REOPENED = "reopened"
    PAGED = "paged"
    ASSESSMENT_OVERDUE = "assessment_overdue"
    MATCH_OVERDUE = "match_overdue"
    ESCALATION_OVERDUE = "escalation_overdue"
    LADDER_EXHAUSTED = "ladder_exhausted"
    ALARM_OVERDUE = "alarm_overdue"
    CONTACT_OVERDUE = "contact_overdue"
    ARRIVAL_OVERDUE = "arrival_overdue"
    CHECK_IN_DUE = "check_in_due"
    CHECK_IN_OVERDUE = "check_in_overdue"
    RETRY_OVERDUE = "retry_overdue"
    DISPOSITION_OVERDUE = "disposition_overdue"


OURS = frozenset(
    {
        Event.PAGED,
        Event.ASSESSMENT_OVERDUE,
        Event.MATCH_OVERDUE,
        Event.ESCALATION_OVERDUE,
        Event.LADDER_EXHAUSTED,
        Event.ALARM_OVERDUE,
        Event.CONTACT_OVERDUE,
        Event.ARRIVAL_OVERDUE,
        Event.CHECK_IN_DUE,
        Event.CHECK_IN_OVERDUE,
        Event.RETRY_OVERDUE,
        Event.DISPOSITION_OVERDUE,
    }
)
OUTSIDE = frozenset(Event) - OURS
OPEN = frozenset(State) - {State.CLOSED}

#: States in which the team is not complete: the case keeps its place in the waiting order.
UNFILLED = frozenset({State.WAITING, State.PAGING, State.UNANSWERED})
#: States in which somebody is travelling or with the person: a call for help from them is a safety alarm.
EXPOSED = frozenset({State.EN_ROUTE, State.ON_SCENE, State.ENGAGED})

# Rows read: in this state, this event leads there. Two events carry a condition, checked in `next_state`:
# ACCEPTED and ASSIGNED move a case only when the team is then complete; RELEASED only when nobody is left on it.
_WORK = {
    Event.EN_ROUTE: State.EN_ROUTE,
    Event.ARRIVED: State.ON_SCENE,
    Event.ENGAGED: State.ENGAGED,
    Event.NOT_REACHED: State.NOT_REACHED,
    Event.CLEARED: State.CLEARED,
}
_EVERY_OPEN = {Event.CLOSED: State.CLOSED, Event.RELEASED: State.WAITING}
_JOINING = {Event.ACCEPTED: State.ACCEPTED, Event.ASSIGNED: State.ACCEPTED}

LEAVES: dict[State, dict[Event, State]] = {
    State.LOGGED: {
        **_EVERY_OPEN,
        **_JOINING,
        Event.ASSESSED: State.WAITING,
        Event.CLEARED: State.CLEARED,
        Event.ASSESSMENT_OVERDUE: State.WAITING,
    },
    State.WAITING: {
        **_EVERY_OPEN,
        **_JOINING,
        Event.PAGED: State.PAGING,
        Event.CLEARED: State.CLEARED,
        Event.MATCH_OVERDUE: State.UNANSWERED,
        Event.LADDER_EXHAUSTED: State.UNANSWERED,
    },
    State.PAGING: {
        **_EVERY_OPEN,
        **_JOINING,
        Event.PAGED: State.PAGING,
        Event.CLEARED: State.CLEARED,
        Event.ESCALATION_OVERDUE: State.UNANSWERED,
        Event.LADDER_EXHAUSTED: State.UNANSWERED,
    },
    State.UNANSWERED: {
        **_EVERY_OPEN,
        **_JOINING,
        Event.PAGED: State.PAGING,
        Event.CLEARED: State.CLEARED,
        Event.ALARM_OVERDUE: State.UNANSWERED,
        Event.LADDER_EXHAUSTED: State.UNANSWERED,
    },
    # A second person joining (ASSIGNED, ACCEPTED) never rewinds the first one's travel, so the three states below
    # have no row for it; they differ in this from `not_reached` and `cleared`, where an assignment starts the work
    # again.
    State.ACCEPTED: {**_EVERY_OPEN, **_WORK, Event.CONTACT_OVERDUE: State.ACCEPTED},
    State.EN_ROUTE: {**_EVERY_OPEN, **_WORK, Event.ARRIVAL_OVERDUE: State.EN_ROUTE},
    State.ON_SCENE: {
        **_EVERY_OPEN,
        Event.ENGAGED: State.ENGAGED,
        Event.NOT_REACHED: State.NOT_REACHED,
        Event.CHECKED_IN: State.ON_SCENE,
        Event.CLEARED: State.CLEARED,
        Event.CHECK_IN_DUE: State.ON_SCENE,
        Event.CHECK_IN_OVERDUE: State.ON_SCENE,
    },
    State.ENGAGED: {
        **_EVERY_OPEN,
        Event.EN_ROUTE: State.EN_ROUTE,
        Event.ARRIVED: State.ON_SCENE,
        Event.CHECKED_IN: State.ENGAGED,
        Event.NOT_REACHED: State.NOT_REACHED,
        Event.CLEARED: State.CLEARED,
        Event.CHECK_IN_DUE: State.ENGAGED,
        Event.CHECK_IN_OVERDUE: State.ENGAGED,
    },
    State.NOT_REACHED: {
        **_EVERY_OPEN,
        **_WORK,
        Event.ASSIGNED: State.ACCEPTED,
        Event.RETRY_OVERDUE: State.NOT_REACHED,
    },
    State.CLEARED: {
        **_EVERY_OPEN,
        Event.ASSIGNED: State.ACCEPTED,
        Event.REOPENED: State.WAITING,
        Event.DISPOSITION_OVERDUE: State.CLEARED,
    },
    State.CLOSED: {Event.REOPENED: State.WAITING},
}

#: The one clock of each open state: what its silence means.
CLOCKS: dict[State, Meaning] = {
    State.LOGGED: Meaning.ASSESSMENT_OVERDUE,
    State.WAITING: Meaning.MATCH_OVERDUE,
    State.PAGING: Meaning.ESCALATION_OVERDUE,
    State.UNANSWERED: Meaning.ALARM_OVERDUE,
    State.ACCEPTED: Meaning.CONTACT_OVERDUE,
    State.EN_ROUTE: Meaning.ARRIVAL_OVERDUE,
    State.ON_SCENE: Meaning.CHECK_IN_DUE,
    State.ENGAGED: Meaning.CHECK_IN_DUE,
    State.NOT_REACHED: Meaning.RETRY_OVERDUE,
    State.CLEARED: Meaning.DISPOSITION_OVERDUE,
}


class Impossible(Exception):
    """One of our own events reached a state that has no row for it: a defect, never a person's mistake."""


def next_state(state: State, event: Event, *, complete: bool = True, anyone_left: bool = False) -> State:
    """Where `event` leads from `state`.

    `complete`: the required number of people own the case once the event counts. `anyone_left`: somebody still does
    after it. Raises Impossible for one of our own events without a row; an outside event never raises.
    """
    target = LEAVES[state].get(event)
    if target is None:
        if event in OURS:
            raise Impossible(f"{event} in {state}")
        return state
    if event in (Event.ACCEPTED, Event.ASSIGNED) and not complete:
        return state
    if event is Event.RELEASED and anyone_left:
        return state
    return target


class Line(StrEnum):
    """The caller's line. Until a QMHP has spoken with the person, an ended or lost line has a clock of its own."""

    HELD = "held"
    ENDED = "ended"
    LOST = "lost"
    NEVER_SPOKE = "never_spoke"


@dataclass(frozen=True, slots=True)
class Case:
    """One person's need for a response, from the first contact to its disposition. Holds nothing personal."""

    id: str
    code: str
    team: str
    state: State
    urgency: Urgency
    mode: Mode
    respond_by: datetime
    answered_at: datetime
    logged_at: datetime
    opened_by: str
    #: bands and facts in words, never an answer or a narrative
    why: tuple[str, ...] = ()
    incomplete: bool = False
    #: people who must accept before the team is complete
    needed: int = 1
    needed_because: tuple[str, ...] = ()
    line: Line = Line.NEVER_SPOKE
    population: str | None = None
    languages: tuple[str, ...] = ()
    gender: str | None = None
    skills: tuple[str, ...] = ()
    #: responders who have spoken with this person before
    known_people: tuple[str, ...] = ()
    area: str | None = None
    #: words a page may carry for the responder's own safety
    safety: tuple[str, ...] = ()
    #: facts that keep mobile pages back until a named person records that the scene is cleared
    scene_hold: bool = False
    held_until: datetime | None = None
    hard_stops: tuple[str, ...] = ()
    #: what a person set by hand; no later score takes the case below it
    by_hand: Urgency | None = None
    proposed: Urgency | None = None
    proposed_by: str | None = None
    first_contact_at: datetime | None = None
    disposition: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    version: int = 0
    deadline: Deadline | None = field(default=None)

    @property
    def open(self) -> bool:
        return self.state is not State.CLOSED

    @property
    def place(self) -> Place:
        return Place(self.urgency.rank, self.respond_by, self.logged_at, self.id)

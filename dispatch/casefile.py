"""A case file: one case with every row that belongs to it; and a turn: one decision about it in the making.

Decisions read `turn.file`, put changed rows back, and say what must be done and what happened. Nothing leaves a turn
until the flow commits it, and the flow commits all of it (rows, deadlines, effects, ledger entries) or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from dispatch import case as cases
from dispatch.alarm import Alarm, Kind
from dispatch.case import CLOCKS, LEAVES, Case, Event, State, next_state
from dispatch.deadline import Deadline, Meaning
from dispatch.effects import Effect, Tell
from dispatch.escalation import Escalation
from dispatch.hours import night_of
from dispatch.page import Page
from dispatch.policy import Policy
from dispatch.priority import Urgency
from dispatch.recontact import Assignment, Emergency, Recontact
from dispatch.wallclock import zone

Row = Case | Escalation | Page | Alarm | Assignment | Recontact | Emergency


@dataclass(frozen=True, slots=True)
class CaseFile:
    case: Case
    escalations: tuple[Escalation, ...] = ()
    pages: tuple[Page, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    recontacts: tuple[Recontact, ...] = ()
    emergencies: tuple[Emergency, ...] = ()

    @property
    def owners(self) -> tuple[str, ...]:
        """Who has the case now, in the order they took it."""
        return tuple(a.person for a in sorted(self.assignments, key=lambda a: a.since) if a.open)

    @property
    def escalation(self) -> Escalation | None:
        """The escalation still looking for people, if any. A case has one at the most."""
        return next((e for e in self.escalations if e.open), None)

    def page(self, page_id: str) -> Page:
        return next(p for p in self.pages if p.id == page_id)

    def rows(self) -> tuple[Row, ...]:
        return (
            self.case,
            *self.escalations,
            *self.pages,
            *self.alarms,
            *self.assignments,
            *self.recontacts,
            *self.emergencies,
        )


@dataclass(frozen=True, slots=True)
class Office:
    """Who is told when a team's case goes wrong: person ids, and how many last-resort numbers the policy names; and
    when they sleep, as the policy's night on the team's clock."""

    coordinators: tuple[str, ...] = ()
    supervisors: tuple[str, ...] = ()
    last_resort: int = 0
    night: tuple[time, time] = (time(0), time(0))
    timezone: str = "UTC"

    def morning(self, now: datetime) -> datetime | None:
        """When the night that is running ends; None by day."""
        running = night_of(now, self.night, zone(self.timezone))
        return running.end if running is not None else None


@dataclass(frozen=True, slots=True)
class Said:
    """A ledger entry in the making: ids, enumerations, numbers and times only."""

    kind: str
    data: dict[str, object]


_SHELF: dict[type, str] = {
    Escalation: "escalations",
    Page: "pages",
    Alarm: "alarms",
    Assignment: "assignments",
    Recontact: "recontacts",
    Emergency: "emergencies",
}


class Turn:
    """One decision in the making. `new_id` gives fresh row ids; everything else a decision may depend on is here in
    the open."""

    def __init__(
        self, file: CaseFile, now: datetime, policy: Policy, office: Office, actor: str, new_id: Callable[[], str]
    ) -> None:
        self.file = file
        self.now = now
        self.policy = policy
        self.office = office
        self.actor = actor
        self.new_id = new_id
        self.effects: list[Effect] = []
        self.said: list[Said] = []
        #: the matcher has something to do for this case's team
        self.nudge = False

    @property
    def case(self) -> Case:
        return self.file.case

    def put(self, row: Row) -> None:
        """Add a row, or put a changed one in its place."""
        if isinstance(row, Case):
            self.file = replace(self.file, case=row)
            return
        shelf = _SHELF[type(row)]
        rows: tuple[Row, ...] = getattr(self.file, shelf)
        known = any(r.id == row.id for r in rows)
        changed = tuple(row if r.id == row.id else r for r in rows) if known else (*rows, row)
        self.file = replace(self.file, **{shelf: changed})  # type: ignore[arg-type]  # the shelf's own type, by _SHELF

    def do(self, effect: Effect) -> None:
        self.effects.append(effect)

    def tell(self, person: str, words: str, **about: str) -> None:
        self.do(Tell(person, words, {"code": self.case.code, **about}))

    def say(self, kind: str, /, **data: object) -> None:
        self.said.append(Said(kind, data))

    def happened(self, event: Event, /, *, complete: bool = True, **data: object) -> State:
        """Run the case's table for `event`, set the clock of the state it leads to, and write it down either way."""
        before = self.case
        state = next_state(before.state, event, complete=complete, anyone_left=bool(self.file.owners))
        self.say("case", event=event.value, was=before.state.value, state=state.value, **data)
        if state is not before.state:
            self.put(replace(before, state=state))
            self.set_clock()
        elif event in _REARMS and event in LEAVES[before.state]:
            self.set_clock()
        return state

    def set_clock(self) -> None:
        """Give the case the one deadline of its state."""
        self.put(replace(self.case, deadline=clock_of(self.case, self.file, self.policy, self.now)))

    def hurry(self) -> None:
        """The urgency rose: whoever has the case since it was routine has no longer than if it were given now, and the
        alarm that nobody has it does not go on ringing once an hour."""
        now, before = clock_of(self.case, self.file, self.policy, self.now), self.case.deadline
        if now is not None and before is not None and now.due_at < before.due_at:
            self.put(replace(self.case, deadline=now))
        every = alarm_every(self.policy, self.case.urgency)
        for alarm in self.file.alarms:
            if alarm.open and alarm.kind is Kind.UNANSWERED and every < alarm.every and alarm.deadline is not None:
                due = min(alarm.deadline.due_at, self.now + every)
                self.put(replace(alarm, every=every, deadline=Deadline(Meaning.RING_AGAIN, due)))


#: Events that start the state's clock again although the state stays: our own alarms, and a safety check-in that was
#: answered.
_REARMS = frozenset({Event.CHECKED_IN, *(cases.OURS - {Event.CHECK_IN_DUE})})

#: How long an operator may go on assessing before the case is queued at its cautious level: the clock does not wait
#: for a form.
ASSESSING = timedelta(minutes=5)
#: How long somebody on scene has to answer a check-in before the safety alarm rings.
CHECK_IN_ANSWER = timedelta(minutes=5)
#: Slack of the backstop over the ladder's own clocks, so that it fires only when those have failed.
BACKSTOP = timedelta(minutes=1)


def clock_of(case: Case, file: CaseFile, policy: Policy, now: datetime) -> Deadline | None:
    """The one deadline of a case in its state, counted from `now`; None only when it is closed."""
    if case.state is State.CLOSED:
        return None
    return Deadline(CLOCKS[case.state], now + _patience(case, file, policy, now))


def _patience(case: Case, file: CaseFile, policy: Policy, now: datetime) -> timedelta:
    check_in = policy.check_in
    match case.state:
        case State.LOGGED:
            return ASSESSING
        case State.WAITING:
            held = max(timedelta(0), case.held_until - now) if case.held_until else timedelta(0)
            return held + policy.match[case.urgency]
        case State.PAGING:
            escalation = file.escalation
            steps = escalation.ladder[escalation.step :] if escalation else ()
            return sum((step.wait or timedelta(0) for step in steps), policy.match[case.urgency] + BACKSTOP)
        case State.UNANSWERED:
            return alarm_every(policy, case.urgency) + BACKSTOP
        case State.EN_ROUTE:
            return check_in.arrival
        case State.ON_SCENE | State.ENGAGED:
            return check_in.on_scene
        case State.CLEARED:
            return check_in.disposition
        case _:
            return check_in.contact[case.urgency]


def alarm_every(policy: Policy, urgency: Urgency) -> timedelta:
    """How often the ladder of this urgency rings its last step."""
    return policy.ladders[urgency][-1].every or timedelta(minutes=2)


def check_in_asked(turn: Turn) -> None:
    """The check-in has been asked for: silence from here on is a safety alarm."""
    turn.put(replace(turn.case, deadline=Deadline(Meaning.CHECK_IN_OVERDUE, turn.now + CHECK_IN_ANSWER)))

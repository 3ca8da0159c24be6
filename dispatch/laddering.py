"""Climbing a ladder: starting a run, passing a step, ringing at the top, going round again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from dispatch.alarm import Kind
from dispatch.alarming import raise_alarm
from dispatch.case import UNFILLED, Event
from dispatch.casefile import Turn, alarm_every
from dispatch.deadline import Deadline, Meaning
from dispatch.escalation import CLOCKS, MOVES, Escalation, Move, Reason, Run
from dispatch.policy import Step
from dispatch.priority import Urgency
from dispatch.roster import EVERYONE

#: Past the ladder's end: so many new rounds ask everybody, and from then on each so-many-th.
EVERYBODY_FIRST = 3
EVERYBODY_EACH = 5
#: The matcher has not looked at a step yet when its time ran out: it gets this much longer, and is woken.
LOOK_SOON = timedelta(seconds=5)


def start(turn: Turn, reason: Reason, needed: int, not_these: tuple[str, ...] = ()) -> Escalation:
    """Begin a run for `needed` more people. `not_these` count as asked: they have just given the case back."""
    case = turn.case
    held = _held_until(turn)
    escalation = Escalation(
        id=turn.new_id(),
        case_id=case.id,
        team=case.team,
        reason=reason,
        state=Run.HELD if held else Run.ASKING,
        ladder=turn.policy.ladders[case.urgency],
        urgency=case.urgency,
        needed=needed,
        started_at=turn.now,
        step_at=turn.now,
        asked=not_these,
        declined=not_these,
    )
    if held:
        escalation = replace(escalation, deadline=Deadline(Meaning.HOLD_ENDS, held))
        turn.put(escalation)
    else:
        escalation = _at_step(turn, escalation)
    turn.say("escalation_started", escalation=escalation.id, reason=reason.value, needed=needed, held=held is not None)
    return escalation


def _held_until(turn: Turn) -> datetime | None:
    """Until when page hours hold the case's pages back; None when they may go out now."""
    until = turn.case.held_until
    return until if until is not None and until > turn.now else None


#: "Everyone": more people than any roster holds.
_EVERYBODY = 1_000_000


def _want_of(step: Step, escalation: Escalation) -> int:
    """How many people a step asks: its count, or all that are missing when that is more."""
    return _EVERYBODY if step.people is None else max(step.people, escalation.missing)


def _at_step(turn: Turn, escalation: Escalation) -> Escalation:
    """Stand on the escalation's current step with nobody asked there yet, or ring when that step is the alarm."""
    step = escalation.current
    if step.act == "alarm":
        return _ran_out(turn, escalation)
    moved = replace(
        escalation,
        want=_want_of(step, escalation),
        step_at=turn.now,
        first_page_at=None,
        only_busy=False,
        deadline=Deadline(Meaning.STEP_OVERDUE, turn.now + turn.policy.match[escalation.urgency]),
    )
    turn.put(moved)
    turn.nudge = True
    return moved


def hold_ended(turn: Turn, escalation: Escalation) -> None:
    """Page hours began, or a person released the case early."""
    if escalation.state is Run.HELD:
        turn.put(replace(turn.case, held_until=None))
        _at_step(turn, _move(escalation, Move.HOLD_ENDED))
        turn.set_clock()
        turn.say("hold_ended", escalation=escalation.id)


def step_overdue(turn: Turn, escalation: Escalation) -> None:
    """The step's time is over without enough people."""
    if escalation.state is not Run.ASKING:
        return
    if escalation.first_page_at is None and not escalation.only_busy:
        # Nobody has looked at this step at all: passing it would lose a whole layer to a slow matcher.
        turn.put(replace(escalation, deadline=Deadline(Meaning.STEP_OVERDUE, turn.now + LOOK_SOON)))
        turn.nudge = True
        return
    pass_step(turn, escalation, "silence" if escalation.first_page_at else "only_busy")


def pass_step(turn: Turn, escalation: Escalation, why: str) -> None:
    """Go to the next step now. Open pages stay valid: whoever was asked may still accept."""
    turn.say("step_passed", escalation=escalation.id, step=escalation.step, why=why)
    _at_step(turn, replace(_move(escalation, Move.STEPPED), step=escalation.step + 1))


def _ran_out(turn: Turn, escalation: Escalation) -> Escalation:
    ladder_every = escalation.current.every or alarm_every(turn.policy, escalation.urgency)
    exhausted = replace(
        _move(escalation, Move.RAN_OUT),
        want=_EVERYBODY,
        step_at=turn.now,
        first_page_at=None,
        deadline=Deadline(Meaning.ROUND_OVERDUE, turn.now + ladder_every),
    )
    turn.put(exhausted)
    turn.say("ladder_exhausted", escalation=escalation.id, round=escalation.round)
    raise_alarm(turn, Kind.UNANSWERED, "ladder_exhausted", again=ladder_every)
    if turn.case.state in UNFILLED:
        turn.happened(Event.LADDER_EXHAUSTED)
    turn.nudge = True
    return exhausted


def round_overdue(turn: Turn, escalation: Escalation) -> None:
    """The alarm has rung for a whole round: everybody who can be asked is asked again."""
    if escalation.state is not Run.EXHAUSTED:
        return
    turn.put(
        replace(
            _move(escalation, Move.NEW_ROUND),
            round=escalation.round + 1,
            want=_EVERYBODY,
            asked=(),
            declined=(),
            first_page_at=None,
            step_at=turn.now,
            deadline=Deadline(Meaning.ROUND_OVERDUE, turn.now + (escalation.current.every or timedelta(minutes=2))),
        )
    )
    turn.say("round_began", escalation=escalation.id, round=escalation.round + 1)
    turn.nudge = True


def left_asleep(escalation: Escalation, on: Mapping[str, Collection[str]], asked: Collection[str]) -> frozenset[str]:
    """Who of `asked`, everybody this run has asked so far, is not asked again in this round past the ladder's end.

    `on` gives each person's layers. The first rounds ask everybody, and then every fifth; between them it is those on
    call in a layer that the ladder names, and whoever has not been asked yet. With nobody in such a layer, everybody.
    """
    if escalation.round <= EVERYBODY_FIRST or escalation.round % EVERYBODY_EACH == 0:
        return frozenset()
    named = {target for step in escalation.ladder for target in step.targets} - {EVERYONE}
    duty = {person for person, layers in on.items() if named & set(layers)}
    return frozenset(asked) - duty if duty else frozenset()


def refreeze(turn: Turn, urgency: Urgency, needed: int) -> None:
    """Urgency or the number needed rose: take the new ladder from its first step. Its due time is the earlier of the
    two; open pages stay valid. A case for which nobody was to be paged (UK and Victorian codes E, F, G are routine)
    begins its first."""
    escalation = turn.file.escalation
    if escalation is None:
        if turn.case.state in UNFILLED and urgency is not Urgency.ROUTINE:
            start(turn, Reason.FIRST, max(1, needed - len(turn.file.owners)))
        return
    before = escalation.deadline
    anew = replace(
        escalation,
        ladder=turn.policy.ladders[urgency],
        urgency=urgency,
        needed=max(needed, escalation.needed),
        step=0,
    )
    turn.say("ladder_refrozen", escalation=escalation.id, urgency=urgency.value)
    if escalation.state is Run.HELD and _held_until(turn) is not None:
        # Page hours hold the new urgency back as well: the new ladder begins when they do.
        turn.put(anew)
        return
    moved = _at_step(turn, _move(anew, Move.REFROZEN))
    if before is not None and moved.deadline is not None and escalation.state is Run.ASKING:
        turn.put(replace(moved, deadline=replace(moved.deadline, due_at=min(before.due_at, moved.deadline.due_at))))


def cancel(turn: Turn) -> None:
    """The case needs nobody any more: the run ends."""
    for escalation in turn.file.escalations:
        if escalation.open:
            turn.put(_move(escalation, Move.CANCELLED))


def completed(turn: Turn, escalation: Escalation) -> None:
    turn.put(_move(escalation, Move.COMPLETED))


def _move(escalation: Escalation, move: Move) -> Escalation:
    state = MOVES[escalation.state][move]
    closed = {} if state in CLOCKS else {"deadline": None, "want": 0}
    return replace(escalation, state=state, **closed)  # type: ignore[arg-type]  # both are the row's own fields

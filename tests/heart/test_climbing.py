"""Up the ladder and past its end: page hours, new rounds, and a case that rises on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dispatch import answering, working
from dispatch.case import State
from dispatch.deadline import Deadline, Meaning
from dispatch.escalation import Run
from dispatch.laddering import EVERYBODY_EACH, EVERYBODY_FIRST, left_asleep
from dispatch.priority import Urgency
from tests.heart.bench import NOON, PEOPLE, Bench, found
from tests.heart.test_asking import MINUTE, SECOND, ask, due, nobody_left, opened, run


def exhausted() -> Bench:
    bench = opened()
    for _ in range(4):
        nobody_left(bench)
    assert (run(bench).state, bench.file.case.state) == (Run.EXHAUSTED, State.UNANSWERED)
    assert [(alarm.kind.value, alarm.because) for alarm in bench.ringing()] == [("unanswered", ("ladder_exhausted",))]
    return bench


def test_past_the_end_everybody_is_wanted_and_each_round_begins_anew() -> None:
    bench = exhausted()
    assert run(bench).want > len(PEOPLE)
    assert due(bench) == NOON + 2 * MINUTE
    [page] = ask(bench, "ana")
    assert (page.by, due(bench), bench.file.case.state) == (NOON + 2 * MINUTE, NOON + 2 * MINUTE, State.UNANSWERED)
    bench.now = due(bench)
    bench.fire(Meaning.ROUND_OVERDUE, run(bench).id)
    assert (run(bench).round, run(bench).asked, run(bench).declined) == (1, (), ())
    assert (due(bench), run(bench).first_page_at) == (NOON + 4 * MINUTE, None)


def test_who_rises_begins_at_the_first_step_and_waits_no_longer_than_it_would_have() -> None:
    bench = opened(Urgency.ROUTINE)
    ask(bench, "ana")
    assert due(bench) == NOON + timedelta(hours=1)
    bench.now = due(bench) - 10 * SECOND
    bench.decide(lambda turn: working.regrade(turn, Urgency.VERY_URGENT, confirmed=True))
    # Two minutes would be the new step's; the old one had ten seconds left.
    assert (run(bench).step, due(bench)) == (0, bench.now + 10 * SECOND)
    assert run(bench).current.wait == 2 * MINUTE
    assert bench.file.pages[0].open


# --- page hours ------------------------------------------------------------------------------------------------------

#: Eight in the evening where the team is, and thirteen hours later.
EVENING, MORNING = NOON + timedelta(hours=9), NOON + timedelta(hours=20)


@pytest.mark.parametrize(
    ("at", "held"),
    [
        (EVENING - SECOND, None),
        (EVENING, MORNING),
        (MORNING - SECOND, MORNING),
        (MORNING, None),
        (MORNING + timedelta(days=-1, seconds=-1), MORNING - timedelta(days=1)),
    ],
)
def test_outside_page_hours_the_page_is_held_until_they_begin_again(at: datetime, held: datetime | None) -> None:
    bench = Bench()
    bench.open(found(Urgency.SOON), at=at)
    assert bench.file.case.held_until == held
    assert run(bench).state is (Run.HELD if held else Run.ASKING)
    if held is None:
        return
    assert (run(bench).deadline, run(bench).want) == (Deadline(Meaning.HOLD_ENDS, held), 0)
    # The case's own clock waits as long, and the policy's hour for somebody who is busy.
    assert bench.file.case.deadline == Deadline(Meaning.MATCH_OVERDUE, held + timedelta(hours=1))
    bench.now = held
    bench.fire(Meaning.HOLD_ENDS, run(bench).id)
    assert (run(bench).state, run(bench).want, bench.file.case.held_until) == (Run.ASKING, 1, None)
    assert bench.file.case.deadline == Deadline(Meaning.MATCH_OVERDUE, held + timedelta(hours=1))


def test_what_cannot_wait_is_paged_at_any_hour_and_who_rises_is_held_no_longer() -> None:
    bench = Bench()
    bench.open(found(Urgency.URGENT), at=EVENING)
    assert (bench.file.case.held_until, run(bench).state) == (None, Run.ASKING)
    for by_hand in (True, False):
        bench = Bench()
        bench.open(found(Urgency.SOON), at=EVENING)
        if by_hand:
            bench.decide(lambda turn: working.regrade(turn, Urgency.URGENT, confirmed=True))
        else:
            bench.assess(found(Urgency.URGENT))
        assert (bench.file.case.held_until, run(bench).state, due(bench)) == (None, Run.ASKING, EVENING + 10 * MINUTE)


def test_a_case_that_comes_back_after_its_hold_is_asked_for_at_once() -> None:
    bench = Bench()
    bench.open(found(Urgency.SOON), at=EVENING)
    bench.decide(lambda turn: answering.assign(turn, "ana"))
    bench.now = MORNING
    bench.decide(lambda turn: answering.release(turn, "ana", "released"))
    assert (run(bench).state, run(bench).want) == (Run.ASKING, 1)


def test_who_rises_after_the_end_is_asked_for_from_the_first_step_again() -> None:
    bench = exhausted()
    bench.decide(lambda turn: working.regrade(turn, Urgency.IMMEDIATE, confirmed=True))
    # One of the supervisors and one on duty.
    assert (run(bench).state, run(bench).step, run(bench).want, due(bench)) == (Run.ASKING, 0, 2, NOON + 30 * SECOND)
    # The alarm rings on, at the new urgency's pace.
    [alarm] = bench.ringing()
    assert alarm.every == MINUTE


def test_who_rises_is_still_short_of_as_many_as_before() -> None:
    bench = opened(Urgency.URGENT, people=2)
    bench.decide(lambda turn: answering.accept(turn, "ana", None))
    bench.decide(lambda turn: working.regrade(turn, Urgency.IMMEDIATE, confirmed=True))
    assert (run(bench).needed, run(bench).missing) == (2, 1)


def test_a_case_somebody_has_who_is_enough_looks_for_nobody_more_when_it_rises() -> None:
    bench = opened(Urgency.URGENT)
    bench.decide(lambda turn: answering.accept(turn, "ana", None))
    bench.decide(lambda turn: working.regrade(turn, Urgency.VERY_URGENT, confirmed=True))
    assert bench.file.escalation is None


def test_a_code_that_asks_for_no_page_is_paged_once_it_is_no_longer_routine_and_for_all_who_are_needed() -> None:
    bench = Bench()
    bench.open(replace(found(Urgency.ROUTINE), pages=False))
    bench.assess(replace(found(Urgency.ROUTINE, people=2), pages=False))
    assert bench.file.escalation is None
    bench.assess(replace(found(Urgency.SOON, people=2), pages=False))
    assert (run(bench).needed, run(bench).urgency) == (2, Urgency.SOON)


@pytest.mark.parametrize(
    ("round_", "on", "asleep"),
    [
        (0, {"ana": ["primary"]}, ""),
        (EVERYBODY_FIRST, {"ana": ["primary"]}, ""),
        (EVERYBODY_FIRST + 1, {"ana": ["primary"]}, "ben cam"),
        # "everyone" is no layer that anybody is on, and a layer the ladder does not name is nobody's duty for it.
        (EVERYBODY_FIRST + 1, {"ana": ["primary"], "ben": ["backup"], "cam": ["everyone", "night"]}, "cam"),
        (EVERYBODY_EACH, {"ana": ["primary"]}, ""),
        (EVERYBODY_EACH + 1, {"ana": ["primary"]}, "ben cam"),
        (2 * EVERYBODY_EACH, {"ana": ["primary"]}, ""),
        # With nobody on duty sleep helps nobody.
        (EVERYBODY_FIRST + 1, {"cam": ["night"]}, ""),
    ],
)
def test_between_the_rounds_for_everybody_those_on_duty_are_asked_and_the_others_sleep(
    round_: int, on: dict[str, list[str]], asleep: str
) -> None:
    assert (EVERYBODY_FIRST, EVERYBODY_EACH) == (3, 5)
    running = replace(run(exhausted()), round=round_)
    assert left_asleep(running, on, ["ana", "ben", "cam"]) == frozenset(asleep.split())


def test_a_clock_that_comes_late_moves_nothing() -> None:
    bench = exhausted()
    before = bench.file
    bench.fire(Meaning.STEP_OVERDUE, run(bench).id)
    nobody_left(bench)
    assert bench.file == before
    bench = opened()
    before = bench.file
    for meaning in (Meaning.ROUND_OVERDUE, Meaning.HOLD_ENDS):
        bench.fire(meaning, run(bench).id)
    assert bench.file == before

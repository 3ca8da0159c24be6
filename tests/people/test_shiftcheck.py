"""The table of the check at the start of a shift, and who is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.responder import Availability, Standing
from dispatch.shiftcheck import ASKED_WITHIN, LEAVES, MISSED, WAITING, Event, ShiftCheck, State, advance, to_ask
from dispatch.spell import Spell
from tests.people.example import NOW

LIMIT = timedelta(minutes=10)
CHECK = ShiftCheck("1", "default", "ana", "primary", NOW, NOW, NOW + LIMIT)
SPELL = Spell(NOW - timedelta(minutes=1), "ana", ("primary",), NOW + timedelta(hours=8))


def test_every_state_has_a_row_and_every_state_can_be_reached() -> None:
    assert set(LEAVES) == set(State)
    assert {target for row in LEAVES.values() for target in row.values()} | {State.ASKED} == set(State)


def test_only_who_is_waited_for_has_a_clock_and_an_answer_ends_every_waiting() -> None:
    for state in State:
        clock = ShiftCheck("1", "default", "ana", "primary", NOW, NOW, NOW + LIMIT, state).deadline
        assert (clock is not None) == (state is State.ASKED)
        assert (Event.ANSWERED in LEAVES[state]) == (state in WAITING)


@given(st.lists(st.tuples(st.sampled_from(Event), st.integers(0, 40)), max_size=12))
def test_whatever_comes_in_whatever_order_rings_once_at_the_most_and_an_answer_stays(
    events: list[tuple[Event, int]],
) -> None:
    check, rang, answered = CHECK, 0, False
    at = NOW
    for event, minutes in events:
        at += timedelta(minutes=minutes)
        found = advance(check, event, at)
        rang += found.alarm
        assert found.changed == (found.check != check)
        assert found.relief == (check.state in MISSED and event is Event.ANSWERED)
        check = found.check
        answered = answered or check.answered_at is not None
        assert not (answered and check.state in WAITING)
    assert rang <= 1


def test_the_limit_does_not_come_early() -> None:
    assert not advance(CHECK, Event.OVERDUE, CHECK.due_at - timedelta(seconds=1)).changed
    over = advance(CHECK, Event.OVERDUE, CHECK.due_at)
    assert (over.alarm, over.check.answered_at) == (True, None)
    early = CHECK.due_at - timedelta(minutes=1)
    answered = advance(CHECK, Event.ANSWERED, early)
    assert (answered.check.state, answered.check.answered_at) == (State.ANSWERED, early)


@pytest.mark.parametrize(
    ("standing", "asked"),
    [
        (Standing(), True),
        (Standing(availability=Availability.ON), True),
        (Standing(availability=Availability.OFF), False),
        (Standing(availability=Availability.OFF, until=NOW), True),
        (Standing(reachable=False, unreachable_because="bad_number"), False),
        (Standing(open_cases=1), False),
        (None, False),
    ],
)
def test_who_is_asked(standing: Standing | None, asked: bool) -> None:
    standings = {"ana": standing} if standing is not None else {}
    assert bool(to_ask([SPELL], standings, [], NOW)) == asked


@pytest.mark.parametrize(
    ("start", "asked"),
    [
        (NOW + timedelta(seconds=1), False),
        (NOW, True),
        (NOW - ASKED_WITHIN + timedelta(seconds=1), True),
        (NOW - ASKED_WITHIN, False),
    ],
)
def test_a_spell_is_asked_about_from_its_start_for_an_hour(start: object, asked: bool) -> None:
    spell = Spell(start, "ana", ("primary",), None)  # type: ignore[arg-type]
    assert bool(to_ask([spell], {"ana": Standing()}, [], NOW)) == asked


def test_nobody_is_asked_twice_about_one_spell_nor_about_one_that_is_over() -> None:
    assert to_ask([SPELL], {"ana": Standing()}, [("ana", SPELL.start)], NOW) == ()
    over = Spell(NOW - timedelta(minutes=5), "ana", ("primary",), NOW)
    assert to_ask([over], {"ana": Standing()}, [], NOW) == ()

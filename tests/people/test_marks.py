"""What is said of a person now: each fact with its reason, what keeps pages away before everything else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.marks import Mark, What, marks
from dispatch.responder import Availability, Standing, Unreachable
from dispatch.roster import OnCall
from dispatch.shiftcheck import State
from tests.people.example import NOW

LATER = NOW + timedelta(hours=8)
DUTY = OnCall("ana", "primary", LATER, "rotation")
ON_CALL = Mark(What.ON_CALL, "in primary: rotation", until=LATER)


def found(standing: Standing, *on: OnCall, check: State | None = None, has_number: bool = True) -> list[Mark]:
    return list(marks(standing, on, 1, NOW, has_number=has_number, check=check))


def test_somebody_on_duty_with_nothing_against_them() -> None:
    assert found(Standing(), DUTY) == [ON_CALL]


@pytest.mark.parametrize(
    ("standing", "what", "blocks"),
    [
        (Standing(availability=Availability.OFF, until=LATER), What.OFF, True),
        (Standing(availability=Availability.ON), What.ON, False),
        (Standing(reachable=False, unreachable_because="opted_out"), What.OPTED_OUT, True),
        (Standing(reachable=False, unreachable_because="bad_number"), What.BAD_NUMBER, True),
        (Standing(reachable=False, unreachable_because="unverified", proved=False), What.UNVERIFIED, True),
        (Standing(proved=False), What.NOT_PROVED, False),
        (Standing(resting_until=LATER), What.RESTING, False),
        (Standing(excused_once=True), What.EXCUSED, False),
        (Standing(open_cases=1), What.HOLDS, True),
        (Standing(open_page_ranks=(1,)), What.PAGE, False),
    ],
)
def test_each_fact_is_said_with_its_reason_and_what_blocks_comes_first(
    standing: Standing, what: What, blocks: bool
) -> None:
    told = found(standing, DUTY)
    (one,) = [mark for mark in told if mark != ON_CALL]
    assert (one.what, one.blocks, bool(one.because)) == (what, blocks, True)
    assert (told[0] == one) == blocks


def test_until_when_is_said_where_it_ends_by_itself_and_what_is_over_is_not_said() -> None:
    off = Standing(availability=Availability.OFF, until=LATER, resting_until=LATER)
    assert {mark.what: mark.until for mark in found(off, DUTY)} == {
        What.OFF: LATER,
        What.ON_CALL: LATER,
        What.RESTING: LATER,
    }
    over = Standing(availability=Availability.OFF, until=NOW, resting_until=NOW)
    assert found(over, DUTY) == [ON_CALL]


def test_off_duty_is_a_reason_unless_they_have_said_on() -> None:
    assert [mark.what for mark in found(Standing())] == [What.OFF_DUTY]
    assert [mark.what for mark in found(Standing(availability=Availability.ON))] == [What.ON]


def test_room_for_another_case_keeps_nothing_away() -> None:
    (one,) = [mark for mark in marks(Standing(open_cases=1), [DUTY], 2, NOW) if mark.what is What.HOLDS]
    assert (one.because, one.blocks) == ("holds 1 of 2 cases", False)


def test_without_a_number_only_that_is_said_of_it() -> None:
    standing = Standing(reachable=False, unreachable_because="unverified", proved=False)
    assert {mark.what for mark in found(standing, DUTY, has_number=False)} == {What.NO_NUMBER, What.ON_CALL}


@pytest.mark.parametrize(
    ("state", "what"),
    [(State.ASKED, What.ASKED), (State.OVERDUE, What.SHIFT_CHECK), (State.UNDELIVERED, What.SHIFT_CHECK)],
)
def test_a_shift_check_is_said_while_an_answer_is_wanted(state: State, what: What) -> None:
    assert found(Standing(), DUTY, check=state)[-1].what is what
    for settled in set(State) - {State.ASKED, State.OVERDUE, State.UNDELIVERED}:
        assert found(Standing(), DUTY, check=settled) == [ON_CALL]


def test_every_reason_why_nobody_is_reached_has_its_mark() -> None:
    for why in Unreachable:
        assert found(Standing(reachable=False, unreachable_because=why.value), DUTY)[0].what == why.value

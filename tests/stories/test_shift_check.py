"""The check at the start of a shift: asked once, answered by any text we can read, loud at the limit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.demo.phones.lines import NORMAL, NOT_A_MOBILE, OUT_OF_SERVICE, SWITCHED_OFF, Line
from dispatch.flow import matters, people, shiftchecks
from dispatch.responder import Availability
from dispatch.store import schema
from tests.stories.duty import On, on_duty
from tests.stories.places import everywhere
from tests.stories.world import COORDINATOR, SYSTEM, World

pytestmark = pytest.mark.story

HOUR = timedelta(hours=1)
ASKED = "Shift check: you are on call (primary). Reply OK by 11:10"
MISSED = "ana did not answer the check at the start of their shift"


def comes_on(world: World, who: str = "ana") -> None:
    """Somebody's shift begins at eleven, and the sweeper looks."""
    start = world.clock.now() + HOUR
    on_duty(world, On(who, start, start + 8 * HOUR), always=("ben",), shift_check="10m")
    world.do(shiftchecks.ask, SYSTEM)
    world.forward(hours=1)
    world.do(shiftchecks.ask, SYSTEM)


def state(world: World) -> str:
    (row,) = world.rows(schema.shift_checks)
    return str(row.state)


@everywhere
def test_whoever_comes_on_is_asked_once_and_ok_answers(world: World) -> None:
    comes_on(world)
    world.ana.expect_sms(ASKED).reply("ok").expect_sms("Thank you, we can reach you")
    world.do(shiftchecks.ask, SYSTEM)
    world.forward(minutes=30)
    assert (state(world), world.ringing()) == ("answered", [])


@everywhere
def test_silence_at_the_limit_rings_the_coordinator_and_a_late_answer_ends_it(world: World) -> None:
    comes_on(world)
    world.ana.expect_sms(ASKED)
    world.forward(minutes=9)
    assert world.ringing() == []
    world.forward(minutes=1)
    world.kim.expect_sms("ALARM", MISSED)
    assert (state(world), world.ringing()) == ("overdue", ["shift_check"])
    world.ana.reply("OK").expect_sms("Thank you")
    assert (state(world), world.ringing()) == ("answered_late", [])


def test_a_second_ok_is_thanked_for_like_the_first(world: World) -> None:
    comes_on(world)
    world.ana.expect_sms(ASKED).reply("ok").expect_sms("Thank you").reply("OK.").expect_sms("Thank you")
    assert world.ringing() == []


@pytest.mark.parametrize("word", ["STATUS", "WHO", "on", "1"])
def test_any_text_that_can_be_read_is_an_answer(world: World, word: str) -> None:
    comes_on(world)
    world.ana.expect_sms(ASKED)
    if word == "1":
        world.log()
        world.ana.expect_sms("CRISIS PAGE")
    world.ana.reply(word).expect_sms("")
    assert state(world) == "answered"


def test_what_nobody_can_read_is_no_answer(world: World) -> None:
    comes_on(world)
    world.ana.expect_sms(ASKED).reply("new phone who dis").expect_sms("Not understood")
    world.kim.expect_sms("ana sent a text nobody could act on")
    assert state(world) == "asked"


def test_off_before_the_limit_answers_and_nobody_is_missed(world: World) -> None:
    comes_on(world)
    world.ana.expect_sms(ASKED).reply("OFF").expect_sms("You are off call")
    world.forward(minutes=15)
    assert (state(world), world.ringing()) == ("answered", [])


def test_whoever_was_taken_off_meanwhile_is_not_missed(world: World) -> None:
    comes_on(world)
    world.ana.expect_sms(ASKED)
    people.set_availability(COORDINATOR, world.svc, "ana", Availability.OFF)
    world.forward(minutes=10)
    assert (state(world), world.ringing()) == ("dropped", [])


def test_a_shift_that_was_given_away_meanwhile_drops_the_check(world: World) -> None:
    comes_on(world)
    world.ana.expect_sms(ASKED)
    now = world.clock.now()
    on_duty(world, On("cam", now - HOUR, now + HOUR), always=("ben",), shift_check="10m")
    world.forward(minutes=10)
    assert (state(world), world.ringing()) == ("dropped", [])


def test_a_text_that_did_not_arrive_rings_at_once_and_an_answer_ends_it(world: World) -> None:
    world.ana.behaves(SWITCHED_OFF)
    comes_on(world)
    assert (state(world), world.ringing()) == ("undelivered", ["shift_check"])
    world.kim.expect_sms("ALARM", MISSED)
    world.ana.behaves(NORMAL).reply("OK").expect_sms("Thank you")
    assert (state(world), world.ringing()) == ("answered_late", [])


@pytest.mark.parametrize("line", [NOT_A_MOBILE, OUT_OF_SERVICE], ids=["refused", "told"])
def test_a_number_that_cannot_be_paged_rings_at_once_and_as_that_alone(world: World, line: Line) -> None:
    world.ana.behaves(line)
    comes_on(world)
    world.kim.expect_sms("ALARM", "the number of ana cannot be paged")
    world.forward(minutes=15)
    assert (state(world), world.ringing()) == ("undelivered", ["bad_number"])


def test_nobody_is_asked_who_holds_a_case_and_ok_stays_the_answer_to_the_check_in(world: World) -> None:
    on_duty(world, always=("ana", "ben"), shift_check="10m")
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE").reply("1").expect_sms("You have")
    start = world.clock.now() - timedelta(minutes=1)
    on_duty(world, On("ana", start, start + HOUR), always=("ben",), shift_check="10m")
    world.do(shiftchecks.ask, SYSTEM)
    assert world.rows(schema.shift_checks) == []
    world.ana.reply("5").expect_sms("done")
    world.do(shiftchecks.ask, SYSTEM)
    world.ana.expect_sms("Shift check").reply("OK").expect_sms("Thank you")
    assert world.owners(case) == ("ana",)


def test_who_has_said_off_and_who_is_always_on_are_not_asked(world: World) -> None:
    start = world.clock.now()
    people.set_availability(COORDINATOR, world.svc, "ana", Availability.OFF)
    on_duty(world, On("ana", start, start + HOUR), always=("ben",), shift_check="10m")
    world.do(shiftchecks.ask, SYSTEM)
    assert world.rows(schema.shift_checks) == []


def test_a_team_that_did_not_choose_it_asks_nobody_and_a_late_look_neither(world: World) -> None:
    start = world.clock.now()
    on_duty(world, On("ana", start, start + 8 * HOUR), always=("ben",))
    world.do(shiftchecks.ask, SYSTEM)
    world.forward(hours=1, minutes=1)
    on_duty(world, On("ana", start, start + 8 * HOUR), always=("ben",), shift_check="10m")
    world.do(shiftchecks.ask, SYSTEM)
    assert world.rows(schema.shift_checks) == []


def test_the_sweeper_asks_by_itself_and_gives_a_lost_clock_back(world: World) -> None:
    start = world.clock.now()
    on_duty(world, On("ana", start, start + 8 * HOUR), always=("ben",), shift_check="10m", reminders='["1h"]')
    world.clock.forward(minutes=1)
    assert world.worker.sweep()["asked"] == 1
    world.settle()
    # The clock jumped, as whoever compares it with the time that passed will see.
    world.kim.expect_sms("the dispatch service itself needs a look")
    world.ana.expect_sms("Shift check")
    with world.svc.record.write() as conn:
        conn.execute(schema.deadlines.delete())
    world.forward(minutes=20)
    assert state(world) == "asked"
    assert matters.repair(world.svc) == 1
    world.settle()
    world.kim.expect_sms("ALARM", MISSED)

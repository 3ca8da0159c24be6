"""Reminders before a shift: once a length, in the team's time, and only what is still true when they are sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from dispatch.flow import people, reminders, shiftchecks
from dispatch.responder import Availability
from dispatch.store import schema
from tests.stories.duty import On, on_duty
from tests.stories.places import everywhere
from tests.stories.world import COORDINATOR, SYSTEM, World

pytestmark = pytest.mark.story

HOUR = timedelta(hours=1)
CHOSEN = {"reminders": '["24h", "1h"]'}


def shift(world: World, hours: float, who: str = "ana") -> On:
    start = world.clock.now() + hours * HOUR
    return On(who, start, start + 8 * HOUR)


def look(world: World) -> None:
    world.do(reminders.give, SYSTEM)


@everywhere
def test_a_reminder_a_day_and_an_hour_before_each_once(world: World) -> None:
    on_duty(world, shift(world, 25), always=("ben",), **CHOSEN)
    look(world)
    world.forward(hours=1)
    look(world)
    world.ana.expect_sms("Reminder: you are on call Wed 7 Jan 11:00-19:00, primary.", "/shifts")
    look(world)
    world.forward(hours=23)
    look(world)
    world.ana.expect_sms("Reminder: you are on call Wed 7 Jan 11:00-19:00, primary.")
    world.forward(hours=1)
    look(world)
    assert len(world.rows(schema.notices)) == 2


def test_two_that_are_due_together_are_one_text(world: World) -> None:
    on_duty(world, shift(world, 0.5), always=("ben",), **CHOSEN)
    look(world)
    world.ana.expect_sms("Reminder")
    look(world)


def test_whoever_has_said_off_is_told_that_they_would_not_be_paged(world: World) -> None:
    people.set_availability(COORDINATOR, world.svc, "ana", Availability.OFF)
    on_duty(world, shift(world, 0.5), always=("ben",), **CHOSEN)
    look(world)
    world.ana.expect_sms("Reminder", "You have said OFF: send ON by then")


def test_none_at_night_but_the_evening_before(world: World) -> None:
    """Ten in the morning, and a shift at six the next."""
    on_duty(world, shift(world, 20), always=("ben",), reminders='["1h"]')
    world.forward(hours=11, minutes=29)
    look(world)
    world.forward(minutes=1)
    look(world)
    world.ana.expect_sms("Wed 7 Jan 06:00-14:00")


def test_a_shift_that_moved_is_reminded_of_again_and_one_that_went_away_is_not(world: World) -> None:
    on_duty(world, shift(world, 2), always=("ben",), reminders='["1h"]')
    on_duty(world, shift(world, 3), always=("ben",), reminders='["1h"]')
    world.forward(hours=1)
    look(world)
    world.forward(hours=1)
    look(world)
    world.ana.expect_sms("13:00-21:00")
    on_duty(world, shift(world, 1, "cam"), always=("ben",), reminders='["1h"]')
    look(world)
    world.cam.expect_sms("13:00-21:00")


def test_one_that_waited_to_be_sent_is_dropped_when_it_is_no_longer_true(world: World) -> None:
    on_duty(world, shift(world, 1), always=("ben",), **CHOSEN)
    reminders.give(SYSTEM, world.svc)
    on_duty(world, always=("ben",), **CHOSEN)
    on_duty(world, shift(world, 0.5, "cam"), always=("ben",), **CHOSEN)
    reminders.give(SYSTEM, world.svc)
    world.clock.forward(HOUR)
    world.settle()
    assert {row.state for row in world.rows(schema.outbox)} == {"void"}


def test_nobody_is_reminded_whom_no_text_reaches_until_one_does(world: World) -> None:
    on_duty(world, shift(world, 0.5), always=("ben",), **CHOSEN)
    world.ana.reply("STOP")
    world.kim.expect_sms("ana has stopped our texts")
    look(world)
    world.ana.reply("START").expect_sms("Texts to you are on again")
    look(world)
    world.ana.expect_sms("Reminder")


@everywhere
def test_two_sweepers_at_the_same_moment_remind_and_ask_once(world: World) -> None:
    on_duty(world, shift(world, 0), shift(world, 0.5, "cam"), always=("ben",), shift_check="10m", **CHOSEN)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(shiftchecks.ask, SYSTEM, world.svc) for _ in range(2)]
        given = [pool.submit(reminders.give, SYSTEM, world.svc) for _ in range(2)]
    assert sum(one.result() for one in asked) == sum(one.result() for one in given) == 1
    world.settle()
    world.ana.expect_sms("Shift check")
    world.cam.expect_sms("Reminder")


def test_what_was_said_long_ago_is_forgotten(world: World) -> None:
    on_duty(world, shift(world, 0.5), always=("ben",), **CHOSEN)
    look(world)
    world.ana.expect_sms("Reminder")
    world.forward(days=40)
    on_duty(world, shift(world, 0.5), always=("ben",), **CHOSEN)
    look(world)
    world.ana.expect_sms("Reminder")
    assert len(world.rows(schema.notices)) == 2


def test_a_team_that_chose_none_reminds_nobody(world: World) -> None:
    on_duty(world, shift(world, 0.5), always=("ben",))
    look(world)
    assert world.rows(schema.notices) == []

"""The service was down for hours: what fell due meanwhile happens once, now, and people can answer what they get."""

from __future__ import annotations

import pytest

from dispatch.demo.phones import lines
from dispatch.flow import searching
from tests.stories.world import SYSTEM, World

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"


def test_after_hours_each_clock_fires_once_and_the_ladder_goes_on_from_its_next_step(world: World) -> None:
    case = world.log()
    world.ana.expect_sms(PAGE)
    world.clock.forward(hours=3)
    world.settle()
    for who in (world.cam, world.dan):
        who.expect_sms(PAGE, case.code, "by 13:02")
    world.kim.expect_sms("nobody has taken", case.code).expect_call("nobody has taken")
    world.forward(minutes=1)
    world.cam.reply("1").expect_sms("You have")
    for who in (world.ana, world.dan):
        who.expect_sms("is with cam")


def test_a_page_that_went_out_hours_late_asks_for_an_answer_in_the_future_and_takes_it(world: World) -> None:
    """It was wanted, and the machine went down before it left."""
    case = world.log(settle=False)
    searching.match_team(SYSTEM, world.svc, "default")
    world.clock.forward(hours=3)
    world.worker.drain()
    world.settle()
    world.ana.expect_sms(PAGE, case.code, "by 13:00")
    for who in (world.cam, world.dan):
        who.expect_sms(PAGE)
    world.kim.expect_sms("nobody has taken").expect_call("nobody has taken")
    world.ana.reply("1").expect_sms("You have", case.code)
    for who in (world.cam, world.dan):
        who.expect_sms("is with ana")


def test_whoever_is_asked_in_a_step_that_is_long_over_can_answer_as_well(world: World) -> None:
    world.ana.behaves(lines.NO_CALLBACKS)
    case = world.log()
    world.ana.expect_sms(PAGE)
    world.clock.forward(seconds=46)
    world.worker.fire_due(None, 100)
    world.clock.forward(hours=3)
    world.worker.work("default")
    world.settle()
    world.ben.expect_sms(PAGE, case.code, "by 13:01").reply("1").expect_sms("You have")
    world.ana.expect_sms("is with ben")
    for who in (world.cam, world.dan):
        who.expect_sms(PAGE).expect_sms("is with ben")

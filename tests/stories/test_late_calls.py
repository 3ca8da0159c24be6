"""A call that is taken after what it is about is over."""

from __future__ import annotations

import pytest

from dispatch.demo.phones.lines import Line, Voice
from dispatch.disposition import Disposition
from dispatch.flow import work
from tests.stories.world import SUPERVISOR, World

pytestmark = pytest.mark.story

RINGS = Line(voice=Voice.RINGS)


def test_whoever_picks_up_after_the_alarm_has_ended_hears_that(world: World) -> None:
    world.staff("nobody")
    world.kim.behaves(RINGS)
    case = world.log()
    world.kim.expect_sms("nobody has taken", case.code)
    world.do(work.close, SUPERVISOR, case.id, Disposition.OUT_OF_AREA)
    world.kim.handset.pick_up()
    world.kim.expect_call("This alarm has ended")


def test_whoever_accepts_a_closed_case_by_key_hears_that_it_is_closed(world: World) -> None:
    case = world.log("routine", attempt_in_progress="yes")
    for who in (world.ana, world.dee):
        who.expect_sms("CRISIS PAGE").expect_call("Crisis page")
    world.do(work.close, SUPERVISOR, case.id, Disposition.OUT_OF_AREA)
    for who in (world.ana, world.dee):
        who.expect_sms("needs nobody any more")
    world.ana.press("1").expect_heard("is closed. Nothing to do").expect_sms("is closed")
    assert world.owners(case) == ()

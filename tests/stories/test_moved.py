"""The roster changes under a case: whoever was asked, or has it, is still heard."""

from __future__ import annotations

import pytest

from dispatch.flow import people
from tests.stories import team
from tests.stories.world import SYSTEM, World

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"


MOVED = """\
  - {id: elsewhere, name: Another line, timezone: America/New_York, state: VA}
"""


def moves_ana(world: World) -> None:
    """The roster is imported again: Ana belongs to another team from now on, and is asked for nothing here."""
    text = team.roster().replace("people:\n", MOVED + "people:\n")
    text = text.replace("  - {team: default, layer: primary, person: ana, always: true}\n", "")
    before = "phone: '+12025550101', roles: [responder], teams: [default]"
    people.import_roster(SYSTEM, world.svc, text.replace(before, before.replace("[default]", "[elsewhere]")))


def test_whoever_was_asked_may_answer_although_they_were_moved_to_another_team(world: World) -> None:
    case = world.log()
    world.ana.expect_sms(PAGE)
    moves_ana(world)
    world.ana.reply("1").expect_sms("You have", case.code)
    assert world.owners(case) == ("ana",)


def test_a_call_for_help_is_heard_whatever_has_become_of_its_sender(world: World) -> None:
    case = world.log()
    world.ana.expect_sms(PAGE).reply("1").expect_sms("You have").reply("3").expect_sms("recorded")
    moves_ana(world)
    world.ana.reply("SOS").expect_sms("Noted")
    assert "safety" in world.ringing(case)
    for who in (world.kim, world.dee):
        who.expect_sms("safety alarm").expect_call("safety alarm")
    world.ana.reply("4").expect_sms("on scene")
    assert world.state(case) == "on_scene"


def test_a_key_pressed_counts_although_its_presser_was_moved(world: World) -> None:
    case = world.log("routine", attempt_in_progress="yes")
    for who in (world.ana, world.dee):
        who.expect_sms(PAGE).expect_call("Crisis page")
    moves_ana(world)
    world.ana.press("1").expect_heard("You have case").expect_sms("You have")
    world.dee.expect_sms("is with ana")
    assert world.owners(case) == ("ana",)

"""The roster changes under a case: whoever was asked, or has it, is still heard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.access import Actor, Role
from dispatch.disposition import Disposition
from dispatch.flow import people, shiftchecks, work
from dispatch.flow.replies import NotTheirs, _act
from dispatch.flow.texted import Text
from dispatch.reply import CallBridge, CheckInOk, ReplyContext, Status, Verb
from dispatch.store import schema
from tests.stories import team
from tests.stories.duty import On, on_duty
from tests.stories.world import SUPERVISOR, SYSTEM, World

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


def test_a_word_about_a_case_that_was_given_away_at_that_very_moment_changes_nothing(world: World) -> None:
    """Understood while it was hers, acted on when it was Ben's: it is read again, as what it means now."""
    case = world.log()
    world.ana.expect_sms(PAGE).reply("1").expect_sms("You have")
    (ana,) = world.rows(schema.people, id="ana")
    world.do(work.assign, SUPERVISOR, case.id, "ben")
    world.do(work.release, SUPERVISOR, case.id, "ana", "other duty")
    world.ben.expect_sms("You have", "with ana").expect_sms("no longer with you: ana")
    for who in (world.cam, world.dan):
        who.expect_sms(PAGE)
    world.ana.expect_sms("the team is complete, with ben").expect_sms("is given back")
    writer = Actor("ana", frozenset({Role.RESPONDER}), frozenset({"default"}), "ana")
    text = Text(world.svc, writer, "none", ana, "5", [ana])
    for meaning in (Status(case.id, Verb.CLEAR), CallBridge(case.id), CheckInOk(case.id)):
        with pytest.raises(NotTheirs):
            _act(text, meaning, ReplyContext())
    assert (world.state(case), world.owners(case)) == ("accepted", ("ben",))


def test_a_check_that_waits_in_the_old_team_stands_in_the_way_of_no_text(world: World) -> None:
    """Asked at the start of her shift, and moved before she answered: what she writes then is the answer."""
    start = world.clock.now() + timedelta(hours=1)
    on_duty(world, On("ana", start, start + timedelta(hours=8)), always=("ben",), shift_check="10m")
    world.forward(hours=1)
    world.do(shiftchecks.ask, SYSTEM)
    world.ana.expect_sms("Shift check")
    moves_ana(world)
    world.ana.reply("STATUS").expect_sms("Your cases: none")
    (check,) = world.rows(schema.shift_checks)
    assert check.state == "answered"


@pytest.mark.parametrize(("word", "state"), [("DEBRIEF", "wanted"), ("NO DEBRIEF", "declined")])
def test_a_talk_after_a_case_of_the_old_team_is_still_theirs_to_ask_for_or_decline(
    world: World, word: str, state: str
) -> None:
    world.staff("ana", "ben")
    case = world.log(attempt_in_progress="yes")
    world.ana.expect_sms(PAGE).expect_call("Crisis page").reply("1").expect_sms("You have")
    world.ana.reply("6").expect_sms("recorded").reply("5").expect_sms("recorded").expect_sms("a hard one", case.code)
    world.do(work.close, SUPERVISOR, case.id, Disposition.DE_ESCALATED)
    moves_ana(world)
    world.ana.reply(word).expect_sms("Noted")
    for lead in (world.kim, world.dee) if state == "wanted" else ():
        lead.expect_sms("ana would like a debrief")
    (debrief,) = world.rows(schema.debriefs)
    assert debrief.state == state

"""Coming on, going off, stopping our texts and starting them again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.access import system
from dispatch.errors import AskedBack
from dispatch.flow import covering, people, rostering, verifying
from dispatch.override import Override
from dispatch.responder import Availability
from dispatch.store import schema
from tests.stories import team
from tests.stories.places import everywhere
from tests.stories.world import COORDINATOR, SYSTEM, World

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"
STOPPED = "ana has stopped our texts"


@everywhere
def test_stop_takes_a_responder_off_the_roster_asks_the_next_person_and_rings(world: World) -> None:
    case = world.log()
    world.ana.expect_sms(PAGE).reply("STOP")
    world.ben.expect_sms(PAGE, case.code).reply("1").expect_sms("You have")
    world.kim.expect_sms("ALARM", STOPPED)
    (ana,) = world.rows(schema.people, id="ana")
    assert (ana.unreachable, ana.opted_out_at) == ("opted_out", world.clock.now())
    world.staff("ana", "cam")
    other = world.log()
    world.cam.expect_sms(PAGE, other.code)


@pytest.mark.parametrize("word", ["STOPALL", "unsubscribe", "Cancel", "END", "quit", "revoke", "optout"])
def test_every_word_of_the_carriers_is_a_stop(world: World, word: str) -> None:
    world.ana.reply(word)
    world.kim.expect_sms("ALARM", STOPPED)
    (ana,) = world.rows(schema.people, id="ana")
    assert ana.unreachable == "opted_out"


@everywhere
def test_yes_from_who_had_stopped_our_texts_starts_them_and_accepts(world: World) -> None:
    case = world.log()
    world.ana.expect_sms(PAGE).reply("stop")
    world.kim.expect_sms(STOPPED)
    world.ben.expect_sms(PAGE)
    world.ana.reply("YES").expect_sms("You have", case.code)
    world.ben.expect_sms("is with ana")
    assert world.owners(case) == ("ana",)
    (ana,) = world.rows(schema.people, id="ana")
    assert ana.unreachable is None


def test_start_starts_texts_again_and_says_what_is_missing(world: World) -> None:
    world.ana.reply("STOP")
    world.kim.expect_sms(STOPPED)
    world.ana.reply("START").expect_sms("Texts to you are on again")
    case = world.log()
    world.ana.expect_sms(PAGE, case.code)


def test_on_and_off_by_text(world: World) -> None:
    world.ana.reply("OFF").expect_sms("You are off call")
    case = world.log()
    world.ben.expect_sms(PAGE, case.code)
    world.ana.reply("on 2").expect_sms("You are on call until 12:00")
    world.ben.reply("2").expect_sms("declined")
    world.ana.expect_sms(PAGE, case.code)


def test_off_while_holding_a_case_is_asked_back(world: World) -> None:
    case = world.log()
    world.ana.expect_sms(PAGE).reply("1").expect_sms("You have")
    world.ana.reply("off").expect_sms("You still have", case.code, "OFF NOW")
    world.ana.reply("off now").expect_sms("You are off call")
    assert world.owners(case) == ("ana",)


def test_off_by_the_last_one_on_call_is_asked_back(world: World) -> None:
    world.staff("ana")
    world.ana.reply("OFF").expect_sms("the last one on call")
    assert world.ringing() == []
    world.ana.reply("OFF NOW").expect_sms("You are off call")
    world.kim.expect_sms("ALARM", "cover has a gap")


def test_whoever_said_off_already_does_not_count_as_cover(world: World) -> None:
    world.staff("ana", "ben")
    world.ben.reply("OFF").expect_sms("You are off call")
    world.ana.reply("OFF").expect_sms("the last one on call")
    world.cam.reply("ON").expect_sms("You are on call")
    world.ana.reply("OFF").expect_sms("You are off call")
    assert world.ringing() == []


def test_whoever_cannot_be_paged_until_their_number_is_proved_does_not_count_as_cover(world: World) -> None:
    text = team.roster("ana", "ben").replace("arlington]", "arlington], numbers: verified")
    people.import_roster(SYSTEM, world.svc, text)
    verifying.proved(SYSTEM, world.svc, "ana", "code")
    world.ana.reply("OFF").expect_sms("the last one on call")


def test_off_on_a_page_is_asked_back_as_by_text(world: World) -> None:
    world.staff("ana")
    case = world.log()
    world.ana.expect_sms(PAGE).reply("1").expect_sms("You have")
    with pytest.raises(AskedBack, match=case.code):
        people.set_availability(COORDINATOR, world.svc, "ana", Availability.OFF)
    world.ana.reply("OFF").expect_sms(f"still have {case.code}")
    world.ana.reply("5").expect_sms("needs a disposition")
    # The paper that is left keeps nobody on: to be told to send 5 again would be no way out.
    world.ana.reply("OFF").expect_sms("the last one on call")
    with pytest.raises(AskedBack, match="the last one on call"):
        people.set_availability(COORDINATOR, world.svc, "ana", Availability.OFF)
    (ana,) = world.rows(schema.people, id="ana")
    assert (ana.availability, world.ringing()) == ("roster", [])


@everywhere
def test_everyone_who_waits_is_tried_when_somebody_comes_on(world: World) -> None:
    world.staff("ana", "dee")
    for who in ("ana", "dee"):
        people.set_availability(COORDINATOR, world.svc, who, Availability.OFF, even_so=True)
    world.settle()
    world.kim.expect_sms("ALARM", "cover has a gap")
    case = world.log("urgent")
    world.kim.expect_sms("nobody has taken").expect_call("nobody has taken")
    world.ana.reply("ON").expect_sms("You are on call")
    world.ana.expect_sms(PAGE, case.code).expect_call("Crisis page").press("1").expect_sms("You have")
    assert world.ringing(case) == []


def test_a_layer_with_nobody_in_the_coming_day_is_told_to_a_coordinator_once(world: World) -> None:
    start = world.staff("ana").clock.now() + timedelta(hours=3)
    away = Override("default", "primary", start, start + timedelta(hours=2), instead_of="ana")
    rostering.add_override(COORDINATOR, world.svc, away)
    assert covering.watch(system("sweeper"), world.svc) > 0
    world.settle()
    world.kim.expect_sms("ALARM", "cover has a gap")
    assert covering.watch(system("sweeper"), world.svc) > 0
    world.settle()
    assert world.ringing() == ["coverage"]

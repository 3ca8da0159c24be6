"""A page, and what people answer to it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from dispatch.access import Actor, Role
from dispatch.disposition import Disposition
from dispatch.flow import paging, work
from dispatch.flow.sweeping import take_in_missed
from dispatch.store import schema
from tests.stories.places import everywhere, without_redis
from tests.stories.world import COORDINATOR, SYSTEM, World

pytestmark = pytest.mark.story


@everywhere
def test_one_key_accepts(world: World) -> None:
    case = world.log("very_urgent")
    world.ana.expect_sms("CRISIS PAGE", case.code, "VERY URGENT", "Fairfax", "mobile", "accept", "10:02").reply("1")
    world.ana.expect_sms(f"You have {case.code}")
    assert world.owners(case) == ("ana",)
    assert world.state(case) == "accepted"


@pytest.mark.parametrize("words", ["1", "YES", "y", " Yup. ", "accept", "1 {code}", "ok 1", "A {code}!"])
def test_words_that_accept_and_one_that_does_not(world: World, words: str) -> None:
    case = world.log()
    world.ana.expect_sms(case.code).reply(words.format(code=case.code))
    if words == "ok 1":
        world.ana.expect_sms("Not understood", f"1 {case.code} accept")
        world.kim.expect_sms("ALARM", "nobody could act on")
        assert world.owners(case) == ()
    else:
        world.ana.expect_sms("You have", case.code)
        assert world.owners(case) == ("ana",)


@everywhere
def test_a_decline_asks_the_next_person_of_the_same_layer_at_once(world: World) -> None:
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE").reply("2")
    world.ana.expect_sms(f"{case.code} declined")
    world.ben.expect_sms("CRISIS PAGE", case.code).reply(f"1 {case.code}")
    world.ben.expect_sms("You have")
    assert world.owners(case) == ("ben",)


def test_a_decline_by_the_last_of_a_layer_goes_on_to_the_next_layer_at_once(world: World) -> None:
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE").reply("no").expect_sms("declined")
    world.ben.expect_sms("CRISIS PAGE").reply("no").expect_sms("declined")
    world.cam.expect_sms("CRISIS PAGE", case.code)
    world.dan.expect_sms("CRISIS PAGE", case.code)


def test_whoever_declined_may_think_again_while_nobody_has_the_case(world: World) -> None:
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE").reply("2").expect_sms("declined")
    world.ben.expect_sms("CRISIS PAGE")
    world.ana.reply(f"1 {case.code}").expect_sms("You have")
    world.ben.expect_sms(f"{case.code} is with ana")
    assert world.owners(case) == ("ana",)


@everywhere
def test_two_accepts_in_one_instant_make_one_owner_and_the_other_is_told_who(world: World) -> None:
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE")
    world.forward(minutes=2)
    pages = {page.person: page.id for page in world.file(case.id).pages}
    start = threading.Barrier(3)

    def accept(person: str) -> None:
        actor = Actor(person, frozenset({Role.RESPONDER}), person=person)
        start.wait()
        paging.accept(actor, world.svc, case.id, person, pages[person])

    threads = [threading.Thread(target=accept, args=(person,)) for person in ("ana", "cam", "dan")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.settle()
    (owner,) = world.owners(case)
    for person in (world.cam, world.dan):
        person.expect_sms("CRISIS PAGE")
    for name in ("ana", "cam", "dan"):
        words = f"You have {case.code}" if name == owner else f"{case.code} is with {owner}"
        getattr(world, name).expect_sms(words)
    # Whoever lost had been told by the winner's commit, and is told again because they answered.
    for name in {"ana", "cam", "dan"} - {owner}:
        getattr(world, name).expect_sms(f"{case.code} is with {owner}")


def test_everyone_who_was_asked_hears_who_has_the_case(world: World) -> None:
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE")
    world.forward(minutes=2)
    world.dan.expect_sms("CRISIS PAGE")
    world.cam.expect_sms("CRISIS PAGE").reply("1").expect_sms("You have")
    world.ana.expect_sms(f"{case.code} is with cam")
    world.dan.expect_sms(f"{case.code} is with cam")


def test_a_late_accept_counts_while_nobody_has_the_case(world: World) -> None:
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE")
    world.forward(minutes=3)
    world.cam.expect_sms("CRISIS PAGE")
    world.dan.expect_sms("CRISIS PAGE")
    world.ana.reply("1").expect_sms("You have")
    world.cam.expect_sms("is with ana")
    world.dan.expect_sms("is with ana")
    assert world.owners(case) == ("ana",)


def test_a_late_accept_is_told_who_has_the_case_or_that_it_is_closed(world: World) -> None:
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE")
    world.forward(minutes=2)
    world.dan.expect_sms("CRISIS PAGE")
    world.cam.expect_sms("CRISIS PAGE").reply("1").expect_sms("You have")
    for late in (world.ana, world.dan):
        late.expect_sms("is with cam").reply(f"1 {case.code}").expect_sms(f"{case.code} is with cam")
    world.cam.reply("6").expect_sms("reached").reply("5").expect_sms("done")
    world.dan.reply(f"1 {case.code}").expect_sms(f"{case.code} is done")
    world.do(work.close, COORDINATOR, case.id, Disposition.ENGAGED_ASSISTED)
    world.dan.reply(f"1 {case.code}").expect_sms(f"{case.code} is closed")
    assert world.state(case) == "closed"


def test_an_accept_sent_twice_is_answered_twice_and_counts_once(world: World) -> None:
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE").reply("1").expect_sms("You have").reply("1").expect_sms("You have")
    assert world.owners(case) == ("ana",)
    assert len(world.rows(schema.assignments, case_id=case.id)) == 1


def test_a_no_from_the_owner_is_asked_back_never_taken_for_a_release(world: World) -> None:
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE").reply("1").expect_sms("You have")
    world.ana.reply(f"2 {case.code}").expect_sms("You already have", "BACKUP")
    assert world.owners(case) == ("ana",)


def test_two_open_pages_need_the_code(world: World) -> None:
    world.staff("ana", capacity=2)
    first, second = world.log(), world.log()
    world.ana.expect_sms("CRISIS PAGE", first.code).expect_sms("CRISIS PAGE", second.code)
    world.ana.reply("1").expect_sms("Which one?", first.code, second.code)
    assert world.owners(first) == world.owners(second) == ()
    world.ana.reply(f"1{second.code}").expect_sms("You have", second.code)
    # With a case held, a bare answer would be ambiguous as well.
    world.ana.reply("1").expect_sms("Which one?", first.code)
    world.ana.reply(f"1 {first.code}").expect_sms("You have", first.code)
    assert world.owners(first) == world.owners(second) == ("ana",)


def test_ok_while_nothing_waits_for_one_is_asked_back_and_wakes_nobody(world: World) -> None:
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE").reply("ok")
    world.ana.expect_sms("Not understood", f"1 {case.code} accept, 2 {case.code} decline")
    assert world.owners(case) == ()
    assert world.ringing(case) == []


@without_redis
def test_what_is_not_understood_is_answered_kept_and_shown(world: World) -> None:
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE").reply("on my way, 10 min 👍")
    world.ana.expect_sms("Not understood", f"1 {case.code} accept, 2 {case.code} decline")
    world.kim.expect_sms("ALARM", "ana", "nobody could act on")
    assert world.ringing(case) == ["not_understood"]
    assert [note.by for note in world.rows(schema.notes, case_id=case.id)] == ["ana"]
    assert world.owners(case) == ()


def test_an_unknown_number_is_told_where_to_find_help_three_times_an_hour_at_most(world: World) -> None:
    for _ in range(3):
        world.stranger.reply("help me").expect_sms("988")
    world.stranger.reply("hello?")
    world.kim.expect_sms("ALARM", "a number we do not know")
    world.forward(minutes=61)
    for _ in range(2):
        world.kim.expect_sms("ALARM", "a number we do not know")
    world.stranger.reply("still there").expect_sms("988")


def test_an_unknown_number_rings_once_until_somebody_has_seen_it(world: World) -> None:
    """Whoever sends a hundred texts would else ring a hundred times, and each of them again every half hour."""
    for words in ("help me", "hello?", "is anybody there"):
        world.stranger.reply(words).expect_sms("988")
    world.kim.expect_sms("ALARM", "a number we do not know")
    assert world.ringing() == ["unknown_text"]
    (alarm,) = world.rows(schema.alarms)
    world.do(paging.acknowledge_alarm, COORDINATOR, alarm.id)
    assert world.ringing() == []
    world.stranger.reply("please")
    world.kim.expect_sms("ALARM", "a number we do not know")
    assert world.ringing() == ["unknown_text"]


def test_a_text_whose_webhook_never_came_is_fetched_from_the_provider_once(world: World) -> None:
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE")
    world.telephony.unreachable("/twilio/sms")
    world.ana.reply("1")
    assert world.owners(case) == ()
    world.telephony.unreachable(None)
    found = [take_in_missed(SYSTEM, world.svc, world.worker._channel) for _ in range(2)]
    world.settle()
    assert found == [1, 0]
    world.ana.expect_sms("You have")
    assert world.owners(case) == ("ana",)


def test_accepting_by_voice_and_by_text_are_one_accept(world: World) -> None:
    case = world.log("very_urgent", attempt_in_progress="yes")
    world.dee.expect_sms("CRISIS PAGE", "IMMEDIATE", "phone with 911").expect_call("Crisis page", "Press 1")
    world.ana.expect_sms("CRISIS PAGE").expect_call("Crisis page")
    world.ana.press("1").expect_heard("You have case")
    world.ana.expect_sms("You have").reply("1").expect_sms("You have")
    world.dee.expect_sms("is with ana")
    world.dee.press("1").expect_heard("already with somebody else").expect_sms("is with ana")
    assert world.owners(case) == ("ana",)


def test_a_wrong_key_says_the_page_again_and_two_declines(world: World) -> None:
    case = world.log("very_urgent", attempt_in_progress="yes")
    world.dee.expect_sms("CRISIS PAGE").expect_call("Crisis page")
    world.ana.expect_sms("CRISIS PAGE").expect_call("Crisis page")
    world.ana.press("7").expect_heard("means nothing here", "Crisis page").press("2").expect_heard("Declined")
    world.ana.expect_sms(f"{case.code} declined")
    world.ben.expect_sms("CRISIS PAGE").expect_call("Crisis page")
    declined = [page.person for page in world.file(case.id).pages if page.answer == "declined"]
    assert declined == ["ana"]


def test_a_page_names_nobody_and_fits_one_segment(world: World) -> None:
    world.log()
    text = world.ana.expect_sms("CRISIS PAGE").last_text
    assert len(text) <= 160
    assert not {"Made-up", "Street", "12", "suicid"} & set(text.replace(",", " ").split())


def test_the_page_says_until_when_in_the_teams_own_time(world: World) -> None:
    case = world.log("urgent")
    world.ana.expect_sms("by 10:05")
    assert world.file(case.id).pages[0].by - world.clock.now() == timedelta(minutes=5)

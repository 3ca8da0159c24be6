"""How far a page gets: refused, undelivered, told late, told twice, never told, lost on the way to us."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.access import Actor, Role, system
from dispatch.deliver import Sender
from dispatch.deliver.claiming import claim
from dispatch.deliver.results import record
from dispatch.demo.phones import lines
from dispatch.demo.phones.lines import Callbacks, Line, Voice
from dispatch.flow import paging, searching
from dispatch.page import Delivery
from dispatch.store import schema
from tests.stories.places import everywhere, without_redis
from tests.stories.world import SYSTEM, World

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"
NOT_ARRIVED = "the page to ana did not arrive"
BAD_NUMBER = "the number of ana cannot be paged"


@pytest.mark.parametrize(
    ("line", "alarm", "off_the_roster"),
    [
        pytest.param(lines.SWITCHED_OFF, NOT_ARRIVED, None, id="30003 switched off"),
        pytest.param(lines.OUT_OF_SERVICE, BAD_NUMBER, "bad_number", id="30005 out of service"),
        pytest.param(lines.LANDLINE, BAD_NUMBER, "bad_number", id="30006 a landline"),
        pytest.param(lines.FILTERED, NOT_ARRIVED, None, id="30007 filtered"),
        pytest.param(lines.CARRIER_FAULT, NOT_ARRIVED, None, id="30008 unknown at the carrier"),
        pytest.param(lines.EXPIRED, NOT_ARRIVED, None, id="30036 ran out in the queue"),
    ],
)
def test_undelivered_asks_the_next_person_at_once_and_is_loud(
    world: World, line: Line, alarm: str, off_the_roster: str | None
) -> None:
    world.ana.behaves(line)
    case = world.log()
    world.ben.expect_sms(PAGE, case.code)
    world.kim.expect_sms("ALARM", alarm)
    (ana,) = world.rows(schema.people, id="ana")
    assert ana.unreachable == off_the_roster
    (page,) = world.rows(schema.pages, person="ana")
    assert (page.failure, page.answer) == (line.error_code, "open")


@everywhere
def test_a_number_that_is_refused_is_off_the_roster_and_the_next_person_is_asked(world: World) -> None:
    world.ana.behaves(lines.NOT_A_MOBILE)
    first = world.log()
    world.ben.expect_sms(PAGE, first.code).reply("1").expect_sms("You have")
    world.kim.expect_sms("ALARM", BAD_NUMBER)
    world.ben.reply("5").expect_sms("done")
    world.ana.behaves(lines.NORMAL)
    second = world.log()
    world.ben.expect_sms(PAGE, second.code)


def test_a_number_that_is_none_is_refused_likewise(world: World) -> None:
    world.ana.behaves(lines.NOT_A_NUMBER)
    case = world.log()
    world.ben.expect_sms(PAGE, case.code)
    world.kim.expect_sms("ALARM", BAD_NUMBER)


@without_redis
def test_who_has_stopped_our_texts_is_called_while_the_next_person_is_asked(world: World) -> None:
    world.ana.behaves(lines.OPTED_OUT)
    case = world.log()
    world.kim.expect_sms("ALARM", "ana has stopped our texts")
    world.ben.expect_sms(PAGE)
    world.ana.expect_call("Crisis page").press("1").expect_heard("You have case")
    world.ben.expect_sms("is with ana")
    assert world.owners(case) == ("ana",)


@pytest.mark.parametrize("away", [1, 5, 13], ids=["a moment", "some seconds", "longer"])
def test_a_passing_fault_is_tried_again_until_it_has_passed(world: World, away: int) -> None:
    """A network that is away for ten seconds is away for everybody: asking the next person would use up the ladder."""
    world.ana.behaves(lines.OVERLOADED)
    case = world.log()
    world.forward(seconds=away)
    world.ana.behaves(lines.NORMAL)
    world.forward(seconds=8)
    world.ana.expect_sms(PAGE, case.code)
    assert "REPEAT" not in world.ana.last_text


def test_a_fault_that_does_not_pass_asks_the_next_person(world: World) -> None:
    world.ana.behaves(lines.BROKEN)
    case = world.log()
    world.forward(seconds=14)
    world.ben.expect_sms(PAGE, case.code)
    world.kim.expect_sms("ALARM", NOT_ARRIVED)


@everywhere
@pytest.mark.parametrize(
    "line",
    [
        pytest.param(lines.REPEATED_CALLBACKS, id="twice"),
        pytest.param(lines.REVERSED_CALLBACKS, id="the last one first"),
        pytest.param(lines.EARLY_CALLBACKS, id="before the answer"),
    ],
)
def test_callbacks_may_come_in_any_order_and_number(world: World, line: Line) -> None:
    world.ana.behaves(line)
    case = world.log()
    world.ana.expect_sms(PAGE)
    (page,) = world.file(case.id).pages
    assert page.delivery is Delivery.DELIVERED
    world.forward(seconds=60)
    world.ana.reply("1").expect_sms("You have")


@pytest.mark.parametrize("callbacks", list(lines.Callbacks), ids=str)
def test_undelivered_is_undelivered_however_it_is_told(world: World, callbacks: lines.Callbacks) -> None:
    world.ana.behaves(replace(lines.SWITCHED_OFF, callbacks=callbacks))
    world.log()
    if callbacks is lines.Callbacks.NEVER:
        world.forward(seconds=45)
        world.ben.expect_sms(PAGE)
    else:
        world.ben.expect_sms(PAGE)
        world.kim.expect_sms("ALARM", NOT_ARRIVED)


@everywhere
def test_without_a_receipt_the_next_person_is_asked_too_and_the_first_may_still_accept(world: World) -> None:
    world.ana.behaves(lines.NO_CALLBACKS)
    case = world.log()
    world.ana.expect_sms(PAGE)
    world.forward(seconds=44)
    world.forward(seconds=1)
    world.ben.expect_sms(PAGE)
    world.ana.reply("1").expect_sms("You have")
    world.ben.expect_sms("is with ana")
    assert world.owners(case) == ("ana",)


@everywhere
def test_a_lost_answer_is_asked_about_and_the_page_is_not_sent_twice(world: World) -> None:
    world.ana.behaves(Line(lose_answer=True, callbacks=lines.Callbacks.NEVER))
    world.log()
    world.ana.expect_sms(PAGE)
    world.forward(seconds=11)
    assert [row.state for row in world.rows(schema.outbox, kind="SendPage")] == ["done"]
    assert [row.state for row in world.rows(schema.attempts)] == ["unknown", "sent"]
    (page,) = world.rows(schema.pages)
    assert page.delivery == "sent"


def test_a_callback_proves_that_a_lost_answer_was_a_taken_page(world: World) -> None:
    world.ana.behaves(lines.LOST_ANSWER)
    case = world.log()
    world.ana.expect_sms(PAGE)
    assert world.file(case.id).pages[0].delivery is Delivery.DELIVERED
    world.forward(seconds=30)
    assert [row.kind for row in world.rows(schema.outbox, state="claimed")] == []


@everywhere
def test_lost_on_the_way_there_it_is_sent_again_and_says_so(world: World) -> None:
    """A crash between writing the intent down and the provider: nobody knows whether it went out."""
    world.log(settle=False)
    crash_before_sending(world)
    world.forward(seconds=11)
    world.ana.expect_sms("REPEAT", PAGE)
    assert [(row.state, row.repeat) for row in world.rows(schema.attempts)] == [("sending", False), ("sent", True)]


def test_the_same_page_by_voice_is_not_rung_twice_either(world: World) -> None:
    case = world.log("routine", attempt_in_progress="yes", settle=False)
    crash_before_sending(world, after_sending=True)
    world.forward(seconds=11)
    world.dee.expect_sms(PAGE).expect_call("Crisis page")
    world.ana.expect_sms(PAGE).expect_call("Crisis page").press("1").expect_sms("You have")
    world.dee.expect_sms("is with ana")
    assert world.owners(case) == ("ana",)


@pytest.mark.parametrize("voice", [Voice.BUSY, Voice.NO_ANSWER])
def test_a_call_nobody_takes_is_no_alarm_while_the_text_beside_it_is_on_its_way(world: World, voice: Voice) -> None:
    for who in (world.dee, world.ana):
        who.behaves(Line(voice=voice, callbacks=Callbacks.NEVER))
    case = world.log("routine", attempt_in_progress="yes")
    for who in (world.dee, world.ana):
        who.expect_sms(PAGE).expect_call()
    assert world.ringing(case) == []
    assert {page.delivery.value for page in world.file(case.id).pages} == {"sent"}
    world.forward(seconds=46)
    assert len(world.file(case.id).pages) > 2, "no receipt in time is no alarm, but the next person all the same"
    world.ben.expect_sms(PAGE).expect_call("Crisis page")
    assert world.ringing(case) == []


def test_a_call_nobody_takes_and_a_text_that_failed_are_one_alarm(world: World) -> None:
    world.ana.behaves(Line("undelivered", 30003, voice=Voice.NO_ANSWER))
    case = world.log("routine", attempt_in_progress="yes")
    world.ana.expect_call()
    for who in (world.dee, world.ben):
        who.expect_sms(PAGE).expect_call("Crisis page")
    world.kim.expect_sms("ALARM", "the page to ana did not arrive")
    assert world.ringing(case) == ["undelivered"]


def crash_before_sending(world: World, *, after_sending: bool = False) -> None:
    """A worker matches, claims, writes its attempts down, perhaps sends, and dies before it records anything."""
    dying = system("dying")
    searching.match_team(dying, world.svc, "default")
    jobs = claim(dying, world.svc, 10)
    assert jobs
    if after_sending:
        sender = Sender(world.svc, world.worker._channel, dying)
        for job in jobs:
            sender._perform(job)
        sender.close()
        world.telephony.settle()


def test_what_is_accepted_before_it_went_out_is_not_sent_any_more(world: World) -> None:
    case = world.log("routine", attempt_in_progress="yes", settle=False)
    searching.match_team(SYSTEM, world.svc, "default")
    page = next(page for page in world.file(case.id).pages if page.person == "ana")
    ana = Actor("ana", frozenset({Role.RESPONDER}), person="ana")
    world.do(paging.accept, ana, case.id, "ana", page.id)
    world.ana.expect_sms("You have")
    assert {row.state for row in world.rows(schema.outbox, kind="SendPage")} == {"void"}


def test_who_gets_a_page_after_the_case_was_taken_is_told_who_has_it(world: World) -> None:
    """The page was on its way to the provider when somebody else accepted."""
    case = world.log("routine", attempt_in_progress="yes", settle=False)
    searching.match_team(SYSTEM, world.svc, "default")
    jobs = claim(SYSTEM, world.svc, 10)
    ana = Actor("ana", frozenset({Role.RESPONDER}), person="ana")
    page = next(page for page in world.file(case.id).pages if page.person == "ana")
    paging.accept(ana, world.svc, case.id, "ana", page.id)
    sender = Sender(world.svc, world.worker._channel, SYSTEM)
    record(SYSTEM, world.svc, [sender._perform(job) for job in jobs])
    sender.close()
    world.settle()
    world.ana.expect_sms(PAGE).expect_call("Crisis page").expect_sms("You have")
    world.dee.expect_sms(PAGE).expect_call("Crisis page").expect_sms(f"{case.code} is with ana")

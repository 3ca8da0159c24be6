"""Nobody answers: who is asked next, and how it ends where a person is being rung."""

from __future__ import annotations

import pytest

from dispatch.access import Actor, Role
from dispatch.demo.phones.lines import Line, Voice
from dispatch.errors import Refused
from dispatch.flow import paging, people, sweeping, work
from dispatch.priority import Urgency
from dispatch.responder import Availability
from dispatch.store import schema
from tests.stories.places import everywhere
from tests.stories.world import COORDINATOR, MORNING, OPERATOR, SECOND_OPERATOR, SUPERVISOR, SYSTEM, World

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"
NOBODY = "nobody has taken"


@everywhere
def test_silence_climbs_to_everyone_then_the_supervisor_then_rings_wider_until_a_person_acts(world: World) -> None:
    world.policy('last_resort: ["+12025550190"]')
    case = world.log("very_urgent")
    world.ana.expect_sms(PAGE)
    world.forward(minutes=2)
    world.cam.expect_sms(PAGE)
    world.dan.expect_sms(PAGE)
    world.forward(minutes=2)
    for person in (world.ana, world.ben, world.cam, world.dan, world.eve, world.dee):
        person.expect_sms(PAGE)
    world.forward(minutes=3)
    world.dee.expect_call("Crisis page", "Press 1 to accept")
    world.forward(minutes=2)
    world.kim.expect_sms("ALARM", NOBODY, case.code).expect_call("Alarm", NOBODY)
    assert world.state(case) == "unanswered"
    world.forward(minutes=2)
    again(world)
    world.kim.expect_sms(NOBODY).expect_call(NOBODY)
    world.dee.expect_sms(NOBODY).expect_call(NOBODY)
    world.forward(minutes=2)
    again(world)
    world.kim.expect_sms(NOBODY).expect_call(NOBODY)
    world.dee.expect_sms(NOBODY).expect_call(NOBODY)
    world.last_resort.expect_sms(NOBODY).expect_call(NOBODY)
    world.eve.reply("1").expect_sms("You have")
    for person in (world.ana, world.ben, world.cam, world.dan, world.dee):
        person.expect_sms(f"{case.code} is with eve")
    assert world.ringing(case) == []
    world.forward(minutes=10, seconds=-1)


def again(world: World) -> None:
    """A new round: everybody is asked once more, by voice too, in a text that says so."""
    for person in (world.ana, world.ben, world.cam, world.dan, world.eve, world.dee):
        person.expect_sms("REPEAT", PAGE).expect_call("Crisis page")


def test_in_a_long_night_the_duty_is_asked_each_round_and_everybody_each_fifth(world: World) -> None:
    world.staff("ana", "eve", "dee")
    case = world.log("very_urgent")
    world.forward(minutes=7)

    def asked(round_: int) -> set[str]:
        return {page.person for page in world.file(case.id).pages if page.round == round_ and page.step == 4}

    everybody, duty = {"ana", "eve", "dee"}, {"ana", "dee"}
    # When the ladder has just run out everybody has been asked; the rounds after it begin anew.
    expected = [set[str]()] + [everybody] * 3 + [duty] + [everybody] + [duty] * 4 + [everybody | {"cam"}]
    for number, people_asked in enumerate(expected):
        run = world.file(case.id).escalation
        assert run is not None
        assert (run.round, asked(number)) == (number, people_asked)
        if number == 6:
            world.cam.reply("ON")
            assert asked(number) == {"ana", "dee", "cam"}, "whoever comes on is asked at once, in whatever round"
        world.forward(minutes=2)
    assert world.ringing(case) == ["unanswered"]
    world.telephony.phones.take_as_read()


@everywhere
def test_a_supervisor_takes_a_case_with_one_key(world: World) -> None:
    world.staff("ana", "dee")
    case = world.log("very_urgent")
    world.ana.expect_sms(PAGE)
    # Nobody is in the backup layer: no time is lost there.
    world.forward(minutes=2)
    world.ana.expect_sms(PAGE)
    world.dee.expect_sms(PAGE)
    world.forward(minutes=3)
    world.dee.expect_call("Crisis page").press("1").expect_heard("You have case").expect_sms("You have")
    world.ana.expect_sms("is with dee")
    assert world.owners(case) == ("dee",)


@everywhere
def test_with_nobody_on_call_the_alarm_rings_at_once(world: World) -> None:
    world.staff("nobody")
    case = world.log("very_urgent")
    world.kim.expect_sms("ALARM", NOBODY, case.code).expect_call("Alarm", NOBODY)
    assert world.state(case) == "unanswered"
    # Whoever comes on call is asked without waiting for the next round.
    world.do(people.set_availability, COORDINATOR, "eve", Availability.ON)
    world.eve.expect_sms(PAGE).expect_call("Crisis page").press("1").expect_sms("You have")
    assert world.ringing(case) == []


def test_with_nobody_to_tell_the_last_resort_rings_from_the_first_time_on(world: World) -> None:
    world.staff("nobody").policy('last_resort: ["+12025550190"]')
    with world.svc.record.write() as conn:
        conn.execute(schema.people.update().where(schema.people.c.id == "kim").values(unreachable="bad_number"))
    world.log("very_urgent")
    world.last_resort.expect_sms("ALARM", NOBODY).expect_call("Alarm")


def test_a_supervisor_who_does_not_pick_up_costs_no_time(world: World) -> None:
    world.staff("dee")
    world.dee.behaves(Line(voice=Voice.BUSY))
    case = world.log("very_urgent")
    # Primary and backup are empty, so everyone is asked at once, and that is Dee.
    world.dee.expect_sms(PAGE)
    world.forward(minutes=3)
    world.dee.expect_call()
    world.kim.expect_sms("the page to dee did not arrive").expect_sms("ALARM", NOBODY, case.code).expect_call(NOBODY)


def test_acknowledging_silences_the_alarm_for_one_person_for_five_minutes(world: World) -> None:
    world.staff("nobody")
    case = world.log("very_urgent")
    world.kim.expect_sms(NOBODY).expect_call(NOBODY).press("1").expect_heard("Acknowledged")
    world.forward(minutes=4)
    for _ in range(2):
        world.dee.expect_sms(NOBODY).expect_call(NOBODY)
    world.forward(minutes=2)
    world.kim.expect_sms(NOBODY).expect_call(NOBODY)
    world.dee.expect_sms(NOBODY).expect_call(NOBODY)
    world.do(paging.acknowledge_alarm, COORDINATOR, world.alarm_id("unanswered"))
    assert world.ringing(case) == ["unanswered"]
    assert world.state(case) == "unanswered"


def test_while_people_are_only_busy_the_case_waits_and_then_rings(world: World) -> None:
    world.staff("ana")
    first = world.log("very_urgent")
    world.ana.expect_sms(PAGE).reply("1").expect_sms("You have").reply("6").expect_sms("reached")
    second = world.log("very_urgent")
    assert world.state(second) == "waiting"
    world.forward(minutes=1)
    third = world.log("very_urgent")
    world.forward(minutes=1)
    world.kim.expect_sms("ALARM", NOBODY, second.code).expect_call(NOBODY)
    assert (world.state(second), world.state(third)) == ("unanswered", "waiting")
    # The one who comes free is asked for the case that has waited longest, whatever its state.
    world.ana.reply("5").expect_sms(first.code, "done").expect_sms(PAGE, second.code)


def test_a_case_nobody_may_take_does_not_hold_up_the_one_behind_it(world: World) -> None:
    world.policy("relax: []")
    blocked = world.log("very_urgent", person_age=10)
    world.kim.expect_sms(NOBODY, blocked.code).expect_call(NOBODY)
    behind = world.log("urgent")
    world.ana.expect_sms(PAGE, behind.code).reply("1").expect_sms("You have", behind.code)


def test_when_nobody_is_qualified_for_a_child_everyone_is_asked_and_the_history_says_what_was_given_up(
    world: World,
) -> None:
    case = world.log("very_urgent", person_age=10)
    for person in (world.ana, world.ben, world.cam, world.dan, world.eve, world.dee):
        person.expect_sms(PAGE, case.code)
    assert [entry["relaxed"] for entry in world.history(case, "matched") if entry["picks"]] == [["skill", "population"]]


def test_the_most_urgent_case_is_asked_for_first_and_takes_people_from_lesser_pages(world: World) -> None:
    world.staff("ana")
    lesser = world.log("urgent")
    world.ana.expect_sms(PAGE, lesser.code)
    greater = world.log("very_urgent")
    world.ana.expect_sms(PAGE, greater.code, "VERY URGENT").reply(f"1 {greater.code}").expect_sms("You have")
    assert world.owners(greater) == ("ana",)
    assert world.owners(lesser) == ()


def test_page_hours_hold_the_page_and_not_the_case(world: World) -> None:
    world.clock._now = MORNING.replace(hour=3)  # ten in the evening
    case = world.log("soon")
    assert world.state(case) == "waiting"
    world.forward(hours=9, minutes=59)
    world.forward(minutes=1)
    world.ana.expect_sms(PAGE, case.code, "SOON")


def test_anyone_may_release_a_held_page(world: World) -> None:
    world.clock._now = MORNING.replace(hour=3)
    case = world.log("soon")
    world.do(work.end_hold, OPERATOR, case.id)
    world.ana.expect_sms(PAGE, case.code)
    with pytest.raises(Refused):
        work.end_hold(OPERATOR, world.svc, case.id)


def test_raising_a_held_case_pages_at_once(world: World) -> None:
    world.clock._now = MORNING.replace(hour=3)
    case = world.log("soon")
    assert world.do(work.regrade, OPERATOR, case.id, Urgency.VERY_URGENT, "says goodbye to people")
    world.ana.expect_sms(PAGE, case.code, "VERY URGENT", "mobile")


def test_raising_takes_the_new_ladder_from_its_first_step_and_keeps_open_pages(world: World) -> None:
    case = world.log("urgent")
    world.ana.expect_sms(PAGE, "URGENT")
    world.forward(minutes=1)
    world.do(work.regrade, SUPERVISOR, case.id, Urgency.VERY_URGENT, "found a letter")
    world.ben.expect_sms(PAGE, "VERY URGENT")
    world.forward(minutes=2)
    world.cam.expect_sms(PAGE)
    world.dan.expect_sms(PAGE)
    world.ana.reply("1").expect_sms("You have")
    for person in (world.ben, world.cam, world.dan):
        person.expect_sms("is with ana")


def test_raising_with_nobody_new_in_the_first_layer_never_stops_the_ladder(world: World) -> None:
    world.staff("ana", "cam")
    case = world.log("urgent")
    world.ana.expect_sms(PAGE, "URGENT")
    world.forward(minutes=1)
    world.do(work.regrade, SUPERVISOR, case.id, Urgency.VERY_URGENT, "found a letter")
    world.forward(minutes=2)
    world.cam.expect_sms(PAGE)
    assert world.state(case) == "paging"


def test_lowering_waits_until_a_second_person_confirms_it(world: World) -> None:
    case = world.log("very_urgent")
    world.ana.expect_sms(PAGE)
    assert not world.do(work.regrade, OPERATOR, case.id, Urgency.SOON, "much calmer now")
    assert world.case(case.id).urgency is Urgency.VERY_URGENT
    with pytest.raises(Refused):
        work.confirm_regrade(OPERATOR, world.svc, case.id)
    world.do(work.confirm_regrade, SECOND_OPERATOR, case.id)
    assert world.case(case.id).urgency is Urgency.SOON
    # A fall never slows the ladder that is running.
    world.forward(minutes=2)
    world.cam.expect_sms(PAGE, "SOON")
    world.dan.expect_sms(PAGE, "SOON")


def test_whoever_spoke_with_the_person_may_lower_alone(world: World) -> None:
    case = world.log("very_urgent")
    world.ana.expect_sms(PAGE).reply("1").expect_sms("You have")
    ana = Actor("ana", frozenset({Role.RESPONDER}), person="ana")
    assert not world.do(work.regrade, ana, case.id, Urgency.SOON, "no answer at the door")
    world.ana.reply("6").expect_sms("reached")
    assert world.do(work.regrade, ana, case.id, Urgency.SOON, "spoke with her")
    assert world.case(case.id).urgency is Urgency.SOON


def test_a_held_scene_is_paged_as_a_phone_response_until_somebody_clears_it(world: World) -> None:
    case = world.log("very_urgent", weapon="yes")
    world.ana.expect_sms(PAGE, "phone", "call first").reply("1").expect_sms("You have")
    assert world.case(case.id).scene_hold
    world.do(work.clear_scene, SUPERVISOR, case.id)
    world.ana.expect_sms(f"{case.code}: the scene is cleared")


def test_a_hard_stop_pages_supervisor_and_primary_together_by_voice_too(world: World) -> None:
    case = world.log("routine", overdose_taken="yes")
    assert (case.urgency, case.mode) == (Urgency.IMMEDIATE, "911")
    world.dee.expect_sms(PAGE, "IMMEDIATE", "phone with 911").expect_call("Immediate", "phone with 911")
    world.ana.expect_sms(PAGE, "IMMEDIATE").expect_call("Press 1")
    world.forward(minutes=1)
    for person in (world.ana, world.ben, world.cam, world.dan, world.eve, world.dee):
        person.expect_sms(PAGE).expect_call("Crisis page")
    world.ben.press("1").expect_sms("You have")
    for person in (world.ana, world.cam, world.dan, world.eve, world.dee):
        person.expect_sms(f"{case.code} is with ben")


def test_an_unfinished_assessment_is_queued_at_its_cautious_level_when_it_takes_too_long(world: World) -> None:
    case = world.log(None, assessing=True)
    assert world.state(case) == "logged"
    world.forward(minutes=5)
    world.ana.expect_sms(PAGE, case.code, "VERY URGENT")


def test_escalating_by_hand_goes_to_the_next_step_now(world: World) -> None:
    case = world.log("urgent")
    world.ana.expect_sms(PAGE)
    world.do(work.escalate, OPERATOR, case.id, "the door is locked")
    world.cam.expect_sms(PAGE)
    world.dan.expect_sms(PAGE)


def test_an_edited_policy_does_not_touch_a_ladder_that_is_running(world: World) -> None:
    world.log("very_urgent")
    world.ana.expect_sms(PAGE)
    world.policy(
        "ladders:\n  very_urgent:\n    - {page: second, count: 1, wait: 15s}\n    - {alarm: coordinators, every: 15s}\n"
    )
    world.forward(minutes=2)
    world.cam.expect_sms(PAGE)
    world.dan.expect_sms(PAGE)
    other = world.log("very_urgent")
    world.eve.expect_sms(PAGE, other.code)


def test_one_clock_that_cannot_be_fired_stops_none_behind_it_and_rings(world: World) -> None:
    broken, case = world.log("urgent"), world.log("urgent")
    world.ana.expect_sms(PAGE, broken.code)
    world.ben.expect_sms(PAGE, case.code)
    with world.svc.record.write() as conn:
        # A row that no version of ours writes: firing it is an event the state has no row for.
        wrong = schema.deadlines.update().where(schema.deadlines.c.owner_id == broken.id)
        conn.execute(wrong.values(meaning="check_in_due", due_at=world.clock.now()))
    assert world.worker.fire_due(None, 100) == 0
    world.clock.forward(minutes=5)
    assert world.worker.fire_due(None, 100) > 0
    found = sweeping.sweep(SYSTEM, world.svc)
    assert found["late"] == 1
    with world.svc.record.write() as conn:
        conn.execute(wrong.values(meaning="escalation_overdue"))
    world.settle()
    world.kim.expect_sms("the dispatch service itself needs a look")
    for person in (world.cam, world.dan):
        person.expect_sms(PAGE)

"""Open cases at the end of a shift, on fake phones: told in time, offered, taken case by case, or left and known of.

Ana and Cam are on until noon; Ben and Dan follow them.
"""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from dispatch.access import Actor, Role, system
from dispatch.case import Case, Event
from dispatch.disposition import Disposition
from dispatch.errors import InvalidInput, NotAllowed, Refused
from dispatch.flow import departures, handoffs, people, rostering, work
from dispatch.flow.handoffs import Offer
from dispatch.handoff import Handoff, State
from dispatch.override import Override
from dispatch.store import schema
from dispatch.store.rows import load_rows
from tests.stories import team
from tests.stories.places import everywhere
from tests.stories.world import COORDINATOR, MORNING, SYSTEM, World

pytestmark = pytest.mark.story

NOON = MORNING + timedelta(hours=2)
SWEEPER = system("sweeper")


def actor(person: str) -> Actor:
    return Actor(person, frozenset({Role.RESPONDER}), person=person)


ANA, BEN, CAM = actor("ana"), actor("ben"), actor("cam")
TO_BEN = Offer("default", "ben")


@pytest.fixture
def duty(world: World) -> World:
    return with_shifts(world)


def with_shifts(world: World, settings: str = "", title: str = "LMHP") -> World:
    text = team.roster("dee", capacity=3).replace(
        "areas: [fairfax, arlington]", f"areas: [fairfax, arlington]{settings}"
    )
    ben = next(line for line in text.splitlines() if "id: ben" in line)
    text = text.replace(ben, ben.replace("LMHP", title))
    start, end = MORNING - timedelta(hours=6), NOON + timedelta(hours=8)
    lines = [
        f"  - {{team: default, layer: {layer}, person: {who}, from: '{a.isoformat()}', to: '{b.isoformat()}'}}"
        for who, layer, a, b in (
            ("ana", "primary", start, NOON),
            ("cam", "backup", start, NOON),
            ("ben", "primary", NOON, end),
            ("dan", "backup", NOON, end),
        )
    ]
    people.import_roster(SYSTEM, world.svc, text.rstrip() + "\n" + "\n".join(lines) + "\n")
    return world


def held(world: World, urgency: str = "urgent") -> Case:
    """A case that Ana has."""
    case = world.log(urgency)
    world.ana.expect_sms("CRISIS PAGE", case.code).reply(f"1 {case.code}").expect_sms("You have", case.code)
    assert world.owners(case) == ("ana",)
    return case


def row(world: World, id_: str) -> Handoff:
    with world.svc.record.read() as conn:
        return load_rows(conn, Handoff, "id", [id_])[0]


def look(world: World) -> int:
    """One round of the sweeper's look at who goes."""
    told: int = departures.watch(SWEEPER, world.svc)
    world.settle()
    return told


def offered(world: World, by: Actor = ANA, offer: Offer = TO_BEN) -> str:
    id_: str = world.do(handoffs.offer, by, offer)
    world.ben.expect_sms("ana offers you", "They are yours only once you say yes")
    return id_


def near_noon(world: World, minutes: float = 20) -> None:
    """The people of the cases have been spoken with, so that nothing else is due."""
    world.clock.forward(NOON - timedelta(minutes=minutes) - world.clock.now())


@everywhere
def test_told_in_time_offered_and_taken(world: World) -> None:
    duty = with_shifts(world)
    duty.clock.forward(timedelta(hours=1))
    case = held(duty, "routine")
    assert look(duty) == 0
    duty.clock.forward(timedelta(minutes=31))
    assert look(duty) == 1
    duty.ana.expect_sms("Your duty ends at 12:00 and you have", case.code, "/handoffs")
    assert look(duty) == 0
    id_ = duty.do(handoffs.offer, ANA, TO_BEN)
    duty.ben.expect_sms("ana offers you", case.code, "by 12:00", "/handoffs")
    assert duty.owners(case) == ("ana",)
    before = duty.case(case.id)
    taken = duty.do(handoffs.accept, BEN, id_)
    assert (taken.moved, taken.kept, row(duty, id_).state) == ((case.id,), {}, State.ACCEPTED)
    duty.ben.expect_sms(case.code, "yours now, from ana")
    duty.ana.expect_sms("ben has", case.code, "now, instead of you")
    after = duty.case(case.id)
    assert (duty.owners(case), after.state, after.deadline) == (("ben",), before.state, before.deadline)
    assert duty.history(case, "handed_over") == [{"person": "ben", "giver": "ana", "handoff": id_}]
    duty.forward(minutes=35)
    assert duty.ringing() == []


def test_whoever_hands_long_work_on_rests_after_it(duty: World) -> None:
    duty.policy('limits: {rest_after: 20m, pages_per_night: 6, night: "22:00-07:00"}')
    held(duty, "routine")
    duty.forward(minutes=25)
    id_ = offered(duty)
    duty.do(handoffs.accept, BEN, id_)
    duty.ben.expect_sms("yours now")
    duty.ana.expect_sms("ben has")
    (ana,) = duty.rows(schema.people, id="ana")
    assert ana.resting_until == duty.clock.now() + timedelta(hours=8)


@everywhere
def test_silence_moves_nothing_tells_the_coordinator_and_a_late_yes_is_welcome(world: World) -> None:
    duty = with_shifts(world)
    near_noon(duty)
    case = held(duty, "routine")
    look(duty)
    duty.ana.expect_sms("Your duty ends")
    id_ = offered(duty)
    duty.forward(minutes=21)
    assert (duty.owners(case), row(duty, id_).state) == (("ana",), State.OVERDUE)
    duty.ana.expect_sms("still yours, ben has not taken over")
    duty.kim.expect_sms("ALARM", "ana goes off duty", "were not taken over")
    assert duty.ringing() == ["handoff"]
    duty.do(handoffs.accept, BEN, id_)
    assert (duty.owners(case), duty.ringing()) == (("ben",), [])
    duty.ben.expect_sms("yours now")
    duty.ana.expect_sms("ben has")


@everywhere
def test_nobody_was_offered_anything_and_the_coordinator_hears_it_at_the_end(world: World) -> None:
    duty = with_shifts(world)
    near_noon(duty)
    case = held(duty, "routine")
    look(duty)
    duty.ana.expect_sms("Your duty ends at 12:00")
    duty.forward(minutes=20)
    duty.ana.expect_sms("Your duty is over", case.code, "stay with you")
    duty.kim.expect_sms("ALARM", "ana goes off duty")
    assert duty.owners(case) == ("ana",)


def test_all_processes_were_dead_at_the_end_and_it_is_told_after_the_restart(duty: World) -> None:
    near_noon(duty)
    held(duty, "routine")
    look(duty)
    duty.ana.expect_sms("Your duty ends")
    duty.clock.forward(timedelta(minutes=25))
    duty.settle()
    duty.ana.expect_sms("Your duty is over")
    duty.kim.expect_sms("ALARM", "ana goes off duty")


def test_a_case_taken_after_the_text_is_told_of_too(duty: World) -> None:
    near_noon(duty)
    first = held(duty, "routine")
    look(duty)
    duty.ana.expect_sms("Your duty ends", first.code)
    offered(duty)
    duty.clock.forward(timedelta(minutes=10))
    second = held(duty, "routine")
    duty.clock.forward(NOON - duty.clock.now())
    duty.settle()
    duty.ana.expect_sms("still yours", first.code)
    duty.ana.expect_sms("Your duty is over", second.code)
    duty.kim.expect_sms("ana goes off duty")


def test_a_spell_that_was_made_longer_meanwhile_ends_later(duty: World) -> None:
    near_noon(duty)
    held(duty, "routine")
    look(duty)
    duty.ana.expect_sms("Your duty ends at 12:00")
    later = NOON + timedelta(hours=1)
    rostering.add_override(COORDINATOR, duty.svc, Override("default", "primary", NOON, later, "ana"))
    duty.forward(minutes=20)
    assert duty.ringing() == []
    duty.forward(minutes=20)
    assert duty.ringing() == []
    duty.clock.forward(timedelta(minutes=-10) + later - duty.clock.now())
    assert look(duty) == 1
    duty.ana.expect_sms("Your duty ends at 13:00")


def test_no_is_told_at_once_and_another_can_be_offered_them(duty: World) -> None:
    near_noon(duty)
    case = held(duty, "routine")
    id_ = offered(duty)
    with pytest.raises(Refused, match=f"{case.code}: offered to ben already"):
        handoffs.offer(ANA, duty.svc, Offer("default", "dan"))
    duty.do(handoffs.decline, BEN, id_)
    duty.ana.expect_sms(case.code, "still yours", "ben has not taken over")
    duty.kim.expect_sms("ALARM", "ana goes off duty")
    second = duty.do(handoffs.offer, ANA, Offer("default", "dan"))
    duty.dan.expect_sms("ana offers you", case.code)
    duty.do(handoffs.accept, actor("dan"), second)
    duty.dan.expect_sms("yours now")
    duty.ana.expect_sms("dan has")
    assert (duty.owners(case), duty.ringing()) == (("dan",), [])


def test_a_yes_to_one_leaves_the_other_with_the_giver(duty: World) -> None:
    near_noon(duty)
    one, two = held(duty, "routine"), held(duty, "routine")
    id_ = offered(duty)
    taken = duty.do(handoffs.accept, BEN, id_, [two.id])
    assert (taken.moved, row(duty, id_).state) == ((two.id,), State.PARTLY)
    assert (duty.owners(one), duty.owners(two)) == (("ana",), ("ben",))
    duty.ben.expect_sms(f"{two.code}: yours now")
    duty.ana.expect_sms(f"ben has {two.code}")
    duty.kim.expect_sms("ALARM", "ana goes off duty")
    duty.do(handoffs.accept, BEN, id_)
    duty.ben.expect_sms(f"{one.code}: yours now")
    duty.ana.expect_sms(f"ben has {one.code}")
    assert duty.ringing() == []


def test_who_is_with_the_person_is_relieved_only_by_a_yes_to_that_very_case(duty: World) -> None:
    near_noon(duty)
    quiet, visit = held(duty, "routine"), held(duty, "urgent")
    duty.ana.reply(f"4 {visit.code}").expect_sms("on scene")
    id_ = offered(duty)
    duty.do(handoffs.accept, BEN, id_)
    assert (duty.owners(quiet), duty.owners(visit)) == (("ben",), ("ana",))
    duty.ben.expect_sms(f"{quiet.code}: yours now")
    duty.ana.expect_sms(f"ben has {quiet.code}")
    duty.kim.expect_sms("ALARM", "ana goes off duty")
    before = duty.case(visit.id).deadline
    duty.do(handoffs.accept, BEN, id_, [visit.id])
    duty.ben.expect_sms(f"{visit.code}: yours now")
    duty.ana.expect_sms(f"ben has {visit.code}")
    assert (duty.state(visit), duty.case(visit.id).deadline) == ("on_scene", before)
    assert before is not None
    duty.clock.forward(before.due_at - duty.clock.now())
    duty.settle()
    duty.ben.expect_sms(f"{visit.code} check-in").reply("OK").expect_sms("Noted")


def test_a_check_in_without_an_answer_is_nobody_elses(duty: World) -> None:
    near_noon(duty)
    visit = held(duty, "urgent")
    duty.ana.reply(f"4 {visit.code}").expect_sms("on scene")
    due = duty.case(visit.id).deadline
    assert due is not None
    id_ = offered(duty)
    duty.clock.forward(due.due_at - duty.clock.now())
    duty.settle()
    duty.ana.expect_sms("check-in. Reply OK")
    taken = duty.do(handoffs.accept, BEN, id_, [visit.id])
    assert taken.kept == {visit.id: "a safety check-in of ana has no answer yet"}
    assert duty.owners(visit) == ("ana",)
    duty.ana.reply("OK").expect_sms("Noted")
    duty.ana.expect_sms("still yours")
    duty.kim.expect_sms("ALARM", "ana goes off duty")


def test_a_case_closed_or_given_back_meanwhile_is_neither_moved_nor_missed(duty: World) -> None:
    near_noon(duty)
    one, two = held(duty, "routine"), held(duty, "routine")
    id_ = offered(duty)
    duty.do(work.status, ANA, one.id, Event.CLEARED, None)
    work.close(COORDINATOR, duty.svc, one.id, Disposition("de_escalated"))
    taken = duty.do(handoffs.accept, BEN, id_)
    assert (taken.moved, row(duty, id_).state, duty.ringing()) == ((two.id,), State.ACCEPTED, [])
    duty.ben.expect_sms(f"{two.code}: yours now")
    duty.ana.expect_sms(f"ben has {two.code}")


@everywhere
def test_two_yeses_at_once_move_it_once(world: World) -> None:
    duty = with_shifts(world)
    near_noon(duty)
    case = held(duty, "routine")
    id_ = offered(duty)
    gate, told = threading.Barrier(2), []

    def yes() -> None:
        gate.wait()
        try:
            told.append(handoffs.accept(BEN, duty.svc, id_).moved)
        except Refused:
            told.append(())

    hands = [threading.Thread(target=yes) for _ in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    duty.settle()
    assert sorted(told) == [(), (case.id,)]
    assert len(duty.rows(schema.assignments, case_id=case.id, person="ben")) == 1
    duty.ben.expect_sms("yours now")
    duty.ana.expect_sms("ben has")


def test_a_coordinator_offers_for_somebody_who_cannot(duty: World) -> None:
    case = held(duty, "routine")
    with pytest.raises(NotAllowed):
        handoffs.offer(CAM, duty.svc, Offer("default", "ben", giver="ana"))
    id_ = offered(duty, COORDINATOR, Offer("default", "ben", giver="ana"))
    with pytest.raises(NotAllowed, match="Only the person it is offered to"):
        handoffs.accept(COORDINATOR, duty.svc, id_)
    duty.do(handoffs.accept, BEN, id_)
    duty.ben.expect_sms("yours now")
    duty.ana.expect_sms("ben has")
    assert duty.owners(case) == ("ben",)


def test_withdrawn_and_then_too_late(duty: World) -> None:
    case = held(duty, "routine")
    id_ = offered(duty)
    with pytest.raises(NotAllowed):
        handoffs.withdraw(CAM, duty.svc, id_)
    duty.do(handoffs.withdraw, ANA, id_)
    duty.ben.expect_sms("ana keeps", case.code)
    with pytest.raises(Refused, match="This hand-off is withdrawn"):
        handoffs.accept(BEN, duty.svc, id_)
    assert duty.owners(case) == ("ana",)


def test_a_trainee_does_not_get_a_case_they_may_not_have_alone(world: World) -> None:
    duty = with_shifts(world, title="QMHP-T")
    case = held(duty, "routine")
    with pytest.raises(InvalidInput) as refused:
        handoffs.offer(ANA, duty.svc, TO_BEN)
    (fault,) = refused.value.faults
    assert fault.field == "taker"
    assert fault.problem.startswith(f"{case.code}: ben: QMHP-T")


@pytest.mark.parametrize(
    ("offer", "field", "problem"),
    [
        (Offer("default", "ana"), "taker", "has them already"),
        (Offer("default", "nobody"), "taker", "is nobody of the team"),
        (Offer("default", "ben", ("nothing",)), "cases.0", "is not with ana"),
    ],
)
def test_what_cannot_be_offered(duty: World, offer: Offer, field: str, problem: str) -> None:
    held(duty, "routine")
    with pytest.raises(InvalidInput) as refused:
        handoffs.offer(ANA, duty.svc, offer)
    assert [(fault.field, problem in fault.problem) for fault in refused.value.faults] == [(field, True)]


def test_there_is_nothing_to_offer(duty: World) -> None:
    with pytest.raises(Refused, match="ana has no open case"):
        handoffs.offer(ANA, duty.svc, TO_BEN)


def test_the_team_says_how_long_before(world: World) -> None:
    duty = with_shifts(world, ", handoff: 90m")
    duty.clock.forward(timedelta(minutes=40))
    held(duty, "routine")
    assert look(duty) == 1
    duty.ana.expect_sms("Your duty ends at 12:00")

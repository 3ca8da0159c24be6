"""Swaps on fake phones: asked, taken, agreed to, undone; late, twice, two at once, and after the roster changed.

Everybody of the team is on call all the time but Ana's and Dan's own shifts, which are the ones given away.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, insert

from dispatch.access import Actor, Role
from dispatch.errors import InvalidInput, NotAllowed, Refused
from dispatch.flow import people, rostering, swaps, sweeping
from dispatch.flow.swapasks import Ask, ask
from dispatch.override import Override
from dispatch.roster import on_call
from dispatch.store import schema
from dispatch.store.rows import load_rows
from dispatch.swap import State, Swap
from tests.stories import team
from tests.stories.places import everywhere
from tests.stories.world import COORDINATOR, MORNING, SYSTEM, World

pytestmark = pytest.mark.story


def actor(person: str) -> Actor:
    return Actor(person, frozenset({Role.RESPONDER}), person=person)


ANA, BEN, CAM = actor("ana"), actor("ben"), actor("cam")
#: Ana's shift: two days ahead, eight hours
START = MORNING + timedelta(days=2)
END = START + timedelta(hours=8)
WHOLE = Ask("default", "primary", START)


@pytest.fixture
def duty(world: World) -> World:
    return with_shift(world)


def with_shift(world: World, settings: str = "", expires: str = "2027-06-30") -> World:
    """Ana is on in the first layer for one shift, behind her Dan always; Ben, Cam and Eve are at home."""
    text = team.roster("dan", "dee").replace("areas: [fairfax, arlington]", f"areas: [fairfax, arlington]{settings}")
    once = f"  - {{team: default, layer: primary, person: ana, from: '{START.isoformat()}', to: '{END.isoformat()}'}}"
    ben = next(line for line in text.splitlines() if "id: ben" in line)
    text = text.replace(ben, ben.replace("2027-06-30", expires))
    people.import_roster(SYSTEM, world.svc, f"{text.rstrip()}\n{once}\n")
    return world


def on(world: World, at: datetime = START, layer: str = "primary") -> Sequence[str]:
    with world.svc.record.read() as conn:
        roster = world.svc.rosters.team(conn, "default").roster
    return [one.person for one in on_call(roster, "default", at) if one.layer == layer]


def swap(world: World, swap_id: str) -> Swap:
    with world.svc.record.read() as conn:
        return load_rows(conn, Swap, "id", [swap_id])[0]


def asked_ben(world: World) -> str:
    id_: str = world.do(ask, ANA, Ask("default", "primary", START, asked=("ben",)))
    world.ben.expect_sms("ana asks: take primary, Thu 8 Jan 10:00-18:00?")
    return id_


@everywhere
def test_one_is_asked_and_takes_it(world: World) -> None:
    duty = with_shift(world)
    id_ = asked_ben(duty)
    assert on(duty) == ["ana"]
    duty.do(swaps.take, BEN, id_)
    duty.ben.expect_sms("primary, Thu 8 Jan 10:00-18:00, is yours now instead of ana")
    duty.ana.expect_sms("ben has primary", "instead of you")
    duty.kim.expect_sms("ben has primary", "instead of ana")
    assert on(duty) == ["ben"]
    assert on(duty, START - timedelta(seconds=1)) == on(duty, END) == []
    duty.forward(days=3)
    assert swap(duty, id_).state is State.DONE


def test_the_pool_is_asked_and_the_first_has_it(duty: World) -> None:
    id_ = duty.do(ask, ANA, WHOLE)
    for who in (duty.ben, duty.cam, duty.dan, duty.eve, duty.dee):
        who.expect_sms("ana asks: take primary")
    duty.do(swaps.take, CAM, id_)
    duty.cam.expect_sms("is yours now")
    duty.ana.expect_sms("cam has primary")
    duty.kim.expect_sms("cam has primary")
    with pytest.raises(Refused, match="This swap is done by cam"):
        swaps.take(BEN, duty.svc, id_)
    assert on(duty) == ["cam"]


@everywhere
def test_of_two_at_once_exactly_one_has_it(world: World) -> None:
    duty = with_shift(world)
    id_ = duty.do(ask, ANA, Ask("default", "primary", START, asked=("ben", "cam")))
    duty.ben.expect_sms("ana asks")
    duty.cam.expect_sms("ana asks")
    gate, late = threading.Barrier(2), []

    def takes(who: Actor) -> None:
        gate.wait()
        try:
            swaps.take(who, duty.svc, id_)
        except Refused:
            late.append(who.id)

    hands = [threading.Thread(target=takes, args=(who,)) for who in (BEN, CAM)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    duty.settle()
    winner = swap(duty, id_).taker
    assert late == [who for who in ("ben", "cam") if who != winner]
    assert on(duty) == [winner]
    (duty.ben if winner == "ben" else duty.cam).expect_sms("is yours now")
    (duty.cam if winner == "ben" else duty.ben).expect_sms(f"is with {winner}. Nothing to do")
    duty.ana.expect_sms(f"{winner} has primary")
    duty.kim.expect_sms(f"{winner} has primary")


def test_a_second_yes_of_the_same_person_changes_nothing(duty: World) -> None:
    id_ = asked_ben(duty)
    duty.do(swaps.take, BEN, id_)
    duty.do(swaps.take, BEN, id_)
    duty.ben.expect_sms("is yours now")
    duty.ana.expect_sms("ben has")
    duty.kim.expect_sms("ben has")


@everywhere
def test_a_coordinator_agrees_where_the_team_says_so(world: World) -> None:
    duty = with_shift(world, ", swaps: approved")
    id_ = asked_ben(duty)
    duty.do(swaps.take, BEN, id_)
    duty.ben.expect_sms("You take primary", "once a coordinator agrees. Until then ana has it")
    duty.ana.expect_sms("ben takes primary", "Until then it is yours")
    duty.kim.expect_sms("ben takes primary", "from ana, if you agree", "/shifts")
    assert on(duty) == ["ana"]
    with pytest.raises(NotAllowed):
        swaps.approve(BEN, duty.svc, id_)
    duty.do(swaps.approve, COORDINATOR, id_)
    duty.ben.expect_sms("is yours now")
    duty.ana.expect_sms("ben has primary")
    assert on(duty) == ["ben"]


def test_a_coordinator_does_not_agree(world: World) -> None:
    duty = with_shift(world, ", swaps: approved")
    id_ = asked_ben(duty)
    duty.do(swaps.take, BEN, id_)
    duty.kim.expect_sms("if you agree")
    duty.do(swaps.refuse, COORDINATOR, id_)
    for who in (duty.ana, duty.ben):
        who.expect_sms("once a coordinator agrees").expect_sms("did not agree", "stays with ana")
    assert on(duty) == ["ana"]


def test_a_credential_that_lapses_before_the_shift_needs_a_coordinator_though_swaps_are_free(world: World) -> None:
    duty = with_shift(world, expires="2026-01-07")
    id_ = asked_ben(duty)
    taken = duty.do(swaps.take, BEN, id_)
    assert (taken.state, taken.warnings) == (State.TAKEN, ("VA LMHP expired on 2026-01-07",))
    duty.ben.expect_sms("once a coordinator agrees")
    duty.ana.expect_sms("once a coordinator agrees")
    duty.kim.expect_sms("if you agree")
    assert on(duty) == ["ana"]


def test_all_who_were_asked_say_no(duty: World) -> None:
    id_ = duty.do(ask, ANA, Ask("default", "primary", START, asked=("ben", "cam")))
    duty.ben.expect_sms("ana asks")
    duty.cam.expect_sms("ana asks")
    duty.do(swaps.decline, BEN, id_)
    duty.do(swaps.decline, BEN, id_)
    assert swap(duty, id_).state is State.ASKED
    duty.do(swaps.decline, CAM, id_)
    duty.ana.expect_sms("Nobody you asked takes primary", "stays yours")
    with pytest.raises(Refused, match="This swap is declined"):
        swaps.take(BEN, duty.svc, id_)
    assert on(duty) == ["ana"]


def test_withdrawn_by_the_giver_and_then_too_late_to_take(duty: World) -> None:
    id_ = asked_ben(duty)
    with pytest.raises(NotAllowed):
        swaps.withdraw(BEN, duty.svc, id_)
    duty.do(swaps.withdraw, ANA, id_)
    duty.ben.expect_sms("not asked for any more")
    with pytest.raises(Refused, match="This swap is withdrawn"):
        swaps.take(BEN, duty.svc, id_)
    duty.forward(days=3)
    assert on(duty) == ["ana"]


@pytest.mark.parametrize("who", [ANA, BEN, COORDINATOR])
def test_undone_until_it_begins(duty: World, who: Actor) -> None:
    id_ = asked_ben(duty)
    duty.do(swaps.take, BEN, id_)
    with pytest.raises(NotAllowed):
        swaps.undo(CAM, duty.svc, id_)
    duty.do(swaps.undo, who, id_)
    duty.ben.expect_sms("is yours now").expect_sms("Undone", "is with ana again")
    duty.ana.expect_sms("ben has").expect_sms("Undone")
    duty.kim.expect_sms("ben has")
    if who is not COORDINATOR:
        duty.kim.expect_sms("Undone")
    assert on(duty) == ["ana"]


def test_what_has_begun_is_not_undone(duty: World) -> None:
    id_ = asked_ben(duty)
    duty.do(swaps.take, BEN, id_)
    for phone in (duty.ben, duty.ana, duty.kim):
        phone.expect_sms("primary")
    duty.forward(days=2)
    with pytest.raises(Refused, match="It has begun"):
        swaps.undo(BEN, duty.svc, id_)
    assert on(duty) == ["ben"]


def test_what_was_passed_on_is_undone_from_the_end(duty: World) -> None:
    first = asked_ben(duty)
    duty.do(swaps.take, BEN, first)
    second = duty.do(ask, BEN, Ask("default", "primary", START, asked=("cam",)))
    duty.do(swaps.take, CAM, second)
    assert on(duty) == ["cam"]
    with pytest.raises(Refused, match="ben has passed it on since"):
        swaps.undo(ANA, duty.svc, first)
    duty.do(swaps.undo, CAM, second)
    duty.do(swaps.undo, ANA, first)
    assert on(duty) == ["ana"]
    duty.ana.expect_sms("ben has").expect_sms("Undone")
    duty.ben.expect_sms("yours now").expect_sms("cam has").expect_sms("Undone").expect_sms("Undone")
    duty.cam.expect_sms("ben asks").expect_sms("yours now").expect_sms("Undone")
    duty.kim.expect_sms("ben has").expect_sms("cam has").expect_sms("Undone").expect_sms("Undone")


@everywhere
def test_silence_leaves_the_shift_where_it_was(world: World) -> None:
    duty = with_shift(world)
    id_ = asked_ben(duty)
    duty.forward(days=2)
    assert swap(duty, id_).state is State.LAPSED
    assert on(duty) == ["ana"]
    duty.ana.expect_sms("has begun and stays with ana")
    duty.kim.expect_sms("has begun and stays with ana")
    with pytest.raises(Refused, match="This swap is lapsed"):
        swaps.take(BEN, duty.svc, id_)


def test_nobody_worked_when_it_began_and_it_lapses_after_the_restart(duty: World) -> None:
    """Nothing fired its clock at the time: all processes were dead."""
    id_ = asked_ben(duty)
    duty.clock.forward(timedelta(days=2, hours=1))
    with pytest.raises(Refused, match="It has begun"):
        swaps.take(BEN, duty.svc, id_)
    duty.settle()
    assert swap(duty, id_).state is State.LAPSED
    duty.ana.expect_sms("stays with ana")
    duty.kim.expect_sms("stays with ana")


def test_a_roster_that_changed_meanwhile_is_not_changed_again(duty: World) -> None:
    id_ = asked_ben(duty)
    rostering.add_override(COORDINATOR, duty.svc, Override("default", "primary", START, END, "eve", "ana"))
    with pytest.raises(Refused, match="The roster has changed: ana is not on call for all of it"):
        swaps.take(BEN, duty.svc, id_)
    assert on(duty) == ["eve"]
    duty.forward(days=2)
    assert swap(duty, id_).state is State.LAPSED


def test_agreeing_looks_at_the_roster_once_more(world: World) -> None:
    duty = with_shift(world, ", swaps: approved")
    id_ = asked_ben(duty)
    duty.do(swaps.take, BEN, id_)
    for phone in (duty.ben, duty.ana, duty.kim):
        phone.expect_sms("agree")
    rostering.add_override(COORDINATOR, duty.svc, Override("default", "primary", START, END, "ben"))
    with pytest.raises(Refused, match="ben: on call in primary in that time already"):
        swaps.approve(COORDINATOR, duty.svc, id_)
    assert swap(duty, id_).state is State.TAKEN


@everywhere
def test_an_edit_of_the_roster_at_the_same_moment_loses_nothing(world: World) -> None:
    duty = with_shift(world)
    id_ = asked_ben(duty)
    other = Override("default", "backup", START, END, "eve")
    gate = threading.Barrier(2)

    def edits() -> None:
        gate.wait()
        rostering.add_override(COORDINATOR, duty.svc, other)

    hand = threading.Thread(target=edits)
    hand.start()
    gate.wait()
    swaps.take(BEN, duty.svc, id_)
    hand.join()
    duty.settle()
    assert (on(duty), on(duty, layer="backup")) == (["ben"], ["dan", "eve"])
    duty.ben.expect_sms("yours now")
    duty.ana.expect_sms("ben has")
    duty.kim.expect_sms("ben has")


def test_a_coordinator_asks_for_somebody_and_writes_down_a_spoken_yes(duty: World) -> None:
    with pytest.raises(NotAllowed):
        ask(BEN, duty.svc, Ask("default", "primary", START, giver="ana"))
    id_ = duty.do(ask, COORDINATOR, Ask("default", "primary", START, asked=("ben",), giver="ana"))
    duty.ben.expect_sms("ana asks: take primary")
    duty.ana.expect_sms("others are being asked", "It is yours until somebody does")
    with pytest.raises(NotAllowed):
        swaps.take(CAM, duty.svc, id_, "ben")
    duty.do(swaps.take, COORDINATOR, id_, "ben")
    duty.ben.expect_sms("yours now")
    duty.ana.expect_sms("ben has")
    (by,) = {row.actor for row in duty.rows(schema.ledger, kind="swap") if row.data["event"] == "took"}
    assert by == "kim"


def test_a_piece_of_a_shift(duty: World) -> None:
    start, end = START + timedelta(hours=2), START + timedelta(hours=4)
    id_ = duty.do(ask, ANA, Ask("default", "primary", start, end, ("ben",)))
    duty.ben.expect_sms("Thu 8 Jan 12:00-14:00")
    duty.do(swaps.take, BEN, id_)
    assert [on(duty, at)[0] for at in (START, start, end)] == ["ana", "ben", "ana"]
    for phone in (duty.ben, duty.ana, duty.kim):
        phone.expect_sms("12:00-14:00")


def test_the_same_hours_are_not_asked_for_twice(duty: World) -> None:
    asked_ben(duty)
    with pytest.raises(Refused, match="asked to take this already"):
        ask(ANA, duty.svc, WHOLE)


@pytest.mark.parametrize(
    ("wanted", "field", "problem"),
    [
        (Ask("default", "backup", START), "from", "ana is not on call in backup then"),
        (Ask("default", "primary", END), "from", "ana is not on call in primary then"),
        (Ask("default", "primary", START, END + timedelta(hours=1)), "to", "later than the end of this duty"),
        (Ask("default", "primary", START, START), "to", "must be after from"),
        (Ask("nowhere", "primary", START), "team", "there is no such team"),
        (Ask("default", "primary", START, asked=("ben", "ana")), "asked.1", "it is their own shift"),
        (Ask("default", "primary", START, asked=("nobody",)), "asked.0", "is nobody who can be paged here"),
    ],
)
def test_what_cannot_be_asked(duty: World, wanted: Ask, field: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(ANA, duty.svc, wanted)
    assert [(fault.field, problem in fault.problem) for fault in refused.value.faults] == [(field, True)]


def test_duty_without_an_end_is_given_in_pieces_and_what_has_begun_not_at_all(duty: World) -> None:
    dan = actor("dan")
    with pytest.raises(InvalidInput, match="say until when"):
        ask(dan, duty.svc, Ask("default", "backup", START))
    with pytest.raises(InvalidInput, match="it has begun"):
        ask(dan, duty.svc, Ask("default", "backup", MORNING, END))
    duty.do(ask, dan, Ask("default", "backup", START, END, ("ben",)))
    duty.ben.expect_sms("dan asks: take backup")


@everywhere
def test_taken_by_text_with_the_swaps_own_code(world: World) -> None:
    duty = with_shift(world)
    id_ = asked_ben(duty)
    code = swap(duty, id_).code
    assert f"Reply TAKE {code} or PASS {code}." in duty.ben.last_text
    duty.ben.reply(f"take {code.lower()}.").expect_sms("is yours now instead of ana")
    duty.ben.reply(f"TAKE {code}").expect_sms("is yours now instead of ana")
    duty.ana.expect_sms("ben has primary")
    duty.kim.expect_sms("ben has primary")
    assert on(duty) == ["ben"]


def test_passed_by_text_and_then_taken_after_all(duty: World) -> None:
    id_ = duty.do(ask, ANA, Ask("default", "primary", START, asked=("ben", "cam")))
    code = swap(duty, id_).code
    duty.ben.expect_sms("ana asks").reply(f"PASS {code}").expect_sms("Noted: not you for Thu 8 Jan 10:00-18:00")
    duty.ben.reply(f"TAKE {code}").expect_sms("is yours now")
    duty.cam.expect_sms("ana asks").expect_sms("is with ben")
    duty.ana.expect_sms("ben has")
    duty.kim.expect_sms("ben has")


def test_a_text_that_comes_too_late_hears_why(duty: World) -> None:
    id_ = duty.do(ask, ANA, Ask("default", "primary", START, asked=("ben", "cam")))
    code = swap(duty, id_).code
    duty.cam.expect_sms("ana asks").reply(f"TAKE {code}").expect_sms("is yours now")
    duty.ben.expect_sms("ana asks").expect_sms("is with cam")
    duty.ben.reply(f"TAKE {code}").expect_sms("The shift Thu 8 Jan 10:00-18:00 is with cam")
    duty.eve.reply(f"TAKE {code}").expect_sms("is with cam")
    duty.do(swaps.undo, CAM, id_)
    duty.ben.reply(f"TAKE {code}").expect_sms("not asked for any more")
    duty.cam.expect_sms("Undone")
    duty.ana.expect_sms("cam has").expect_sms("Undone")
    duty.kim.expect_sms("cam has").expect_sms("Undone")
    assert on(duty) == ["ana"]


def test_a_text_of_somebody_who_cannot_have_it_changes_nothing(duty: World) -> None:
    id_ = asked_ben(duty)
    code = swap(duty, id_).code
    duty.cam.reply(f"TAKE {code}").expect_sms("You cannot take Thu 8 Jan 10:00-18:00")
    duty.ben.reply("TAKE F2F2").expect_sms("No shift F2F2 is asked for")
    assert (swap(duty, id_).state, on(duty)) == (State.ASKED, ["ana"])


def test_take_without_a_swaps_code_takes_neither_a_shift_nor_a_case(duty: World) -> None:
    """The words are close to those of a page: what is not plainly one of the two is asked back."""
    asked_ben(duty)
    case = duty.log("routine")
    duty.dan.expect_sms("CRISIS PAGE", case.code)
    for words in ("TAKE", "PASS", f"TAKE {case.code}"):
        duty.dan.reply(words).expect_sms("Not understood", case.code)
    assert (duty.owners(case), on(duty)) == ((), ["ana"])
    duty.kim.expect_sms("nobody could act on")
    duty.dan.reply(f"2 {case.code}").expect_sms("declined")
    duty.dee.expect_sms("CRISIS PAGE", case.code)


def test_nobody_is_woken_for_a_shift_that_has_time_and_everybody_for_one_that_has_not(duty: World) -> None:
    duty.clock.forward(timedelta(hours=16))
    duty.do(ask, ANA, Ask("default", "primary", START, asked=("ben",)))
    duty.forward(hours=4, minutes=59)
    duty.assert_quiet()
    duty.forward(minutes=1)
    duty.ben.expect_sms("ana asks: take primary")
    duty.forward(hours=22)
    dan = actor("dan")
    soon = duty.clock.now() + timedelta(hours=1)
    duty.do(ask, dan, Ask("default", "backup", soon, soon + timedelta(hours=8), ("cam",)))
    duty.cam.expect_sms("dan asks: take backup")


def test_a_swap_and_a_departure_that_lost_their_clocks_get_them_back(duty: World) -> None:
    asked_ben(duty)
    with duty.svc.record.write() as conn:
        conn.execute(
            insert(schema.departures),
            {"id": "d1", "team": "default", "person": "ana", "until": END, "state": "coming", "version": 0},
        )
        conn.execute(delete(schema.deadlines))
    assert sweeping.sweep(SYSTEM, duty.svc)["clockless"] == 2
    assert {row.owner_kind for row in duty.rows(schema.deadlines)} == {"swap", "departure"}
    assert sweeping.sweep(SYSTEM, duty.svc)["clockless"] == 0

"""A number is proved: by a code on the page or by text, or by an answer that only its owner would give."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from dispatch.access import Actor, Role
from dispatch.errors import InvalidInput, NotAllowed, Refused
from dispatch.flow import people, verifying
from dispatch.store import schema
from tests.stories import team
from tests.stories.duty import on_duty
from tests.stories.places import everywhere
from tests.stories.world import COORDINATOR, SYSTEM, World

pytestmark = pytest.mark.story

ANA = Actor("ana", frozenset({Role.RESPONDER}), person="ana")
BEN = Actor("ben", frozenset({Role.RESPONDER}), person="ben")


def code(world: World) -> str:
    """Ask for one, and read it on the telephone."""
    world.do(verifying.ask, ANA, "ana")
    found = re.search(r"\b[0-9]{6}\b", world.ana.expect_sms("proves that this number is yours").last_text)
    assert found is not None
    return found[0]


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 900_000:06d}"


def proved(world: World, who: str = "ana") -> bool:
    (row,) = world.rows(schema.people, id=who)
    return row.verified_at is not None


@everywhere
def test_the_code_on_the_page_proves_the_number(world: World) -> None:
    right = code(world)
    assert not proved(world)
    with pytest.raises(InvalidInput):
        verifying.confirm(ANA, world.svc, "ana", wrong(right))
    verifying.confirm(ANA, world.svc, "ana", right)
    assert proved(world)


@everywhere
def test_the_code_texted_back_proves_it_however_it_is_typed(world: World) -> None:
    right = code(world)
    world.ana.reply(wrong(right)).expect_sms("That is not the code")
    world.ana.reply(f"{right[:3]} {right[3:]}.").expect_sms("This number is proved")
    assert proved(world)
    assert world.ringing() == []


def test_six_digits_mean_nothing_while_no_code_is_waited_for(world: World) -> None:
    world.ana.reply("123456").expect_sms("Not understood")
    world.kim.expect_sms("ana sent a text nobody could act on")


def test_the_code_is_kept_nowhere(world: World) -> None:
    right = code(world)
    for table in schema.metadata.sorted_tables:
        for row in world.rows(table):
            assert right not in str(row._mapping), table.name


def test_a_code_is_worth_ten_minutes_and_five_guesses(world: World) -> None:
    right = code(world)
    for _ in range(verifying.TRIES):
        with pytest.raises(InvalidInput):
            verifying.confirm(ANA, world.svc, "ana", wrong(right))
    with pytest.raises(Refused):
        verifying.confirm(ANA, world.svc, "ana", right)
    world.forward(minutes=2)
    with pytest.raises(Refused):
        verifying.ask(ANA, world.svc, "ana")
    world.forward(minutes=8)
    fresh = code(world)
    world.forward(minutes=10)
    with pytest.raises(Refused):
        verifying.confirm(ANA, world.svc, "ana", fresh)
    assert not proved(world)


def test_asking_again_waits_a_minute_and_buys_no_new_guesses(world: World) -> None:
    right = code(world)
    for _ in range(verifying.TRIES - 1):
        with pytest.raises(InvalidInput):
            verifying.confirm(ANA, world.svc, "ana", wrong(right))
    with pytest.raises(Refused):
        verifying.ask(ANA, world.svc, "ana")
    world.forward(minutes=1)
    newer = code(world)
    with pytest.raises(InvalidInput):
        verifying.confirm(ANA, world.svc, "ana", wrong(newer))
    with pytest.raises(Refused):
        verifying.confirm(ANA, world.svc, "ana", newer)


def test_only_the_person_and_whoever_manages_people_ask_for_a_code(world: World) -> None:
    with pytest.raises(NotAllowed):
        verifying.ask(BEN, world.svc, "ana")
    world.do(verifying.ask, COORDINATOR, "ana")
    world.ana.expect_sms("proves that this number is yours")


def test_an_accept_proves_the_number_and_a_no_or_an_ok_does_not(world: World) -> None:
    world.log()
    world.ana.expect_sms("CRISIS PAGE").reply("2").expect_sms("declined")
    assert not proved(world)
    world.ben.expect_sms("CRISIS PAGE").reply("1").expect_sms("You have")
    assert proved(world, "ben")
    assert not proved(world)


def test_an_accept_by_a_key_in_a_call_proves_the_number_too(world: World) -> None:
    world.log("very_urgent", attempt_in_progress="yes")
    world.ana.expect_sms("CRISIS PAGE").expect_call("Press 1").press("1")
    world.ana.expect_heard("You have").expect_sms("You have")
    world.dee.expect_sms("CRISIS PAGE").expect_call("Press 1").expect_sms("is with ana")
    assert proved(world)


def test_another_number_is_unproved_again_and_the_old_code_is_worth_nothing(world: World) -> None:
    right = code(world)
    verifying.confirm(ANA, world.svc, "ana", right)
    people.import_roster(SYSTEM, world.svc, team.roster(capacity=2))
    assert proved(world)
    moved = team.roster().replace(team.NUMBERS["ana"], "+12025550181")
    world.forward(minutes=2)
    verifying.ask(ANA, world.svc, "ana")
    world.settle()
    world.ana.expect_sms("proves that")
    people.import_roster(SYSTEM, world.svc, moved)
    assert not proved(world)
    with pytest.raises(Refused):
        verifying.confirm(ANA, world.svc, "ana", right)


def test_a_team_that_pages_only_proved_numbers_passes_the_others_over(world: World) -> None:
    on_duty(world, always=("ana", "cam"), numbers="verified")
    verifying.proved(SYSTEM, world.svc, "cam", "code")
    case = world.log()
    world.cam.expect_sms("CRISIS PAGE", case.code).reply("1").expect_sms("You have")
    skips = world.history(case, "matched")[0]
    assert "unverified" in str(skips)


def test_without_the_setting_an_unproved_number_is_paged(world: World) -> None:
    on_duty(world, always=("ana",))
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE", case.code)


def test_a_forwarded_clock_never_makes_a_code_that_cries_for_help(world: World) -> None:
    made = {verifying.code_of(world.svc, "ana", str(n)) for n in range(3000)}
    assert all(re.fullmatch(r"(?!911)[0-9]{6}", one) for one in made)
    assert len(made) > 2900
    assert timedelta(minutes=5) < verifying.LASTS

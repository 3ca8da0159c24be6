"""Somebody leaves: nobody asks them any more, their history stays, and their number may be somebody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.disposition import Disposition
from dispatch.errors import InvalidInput, Refused
from dispatch.flow import people, rostering, work
from dispatch.responder import Responder
from dispatch.rosterfile import Person
from dispatch.store import schema
from tests.stories import team
from tests.stories.places import everywhere
from tests.stories.world import COORDINATOR, SUPERVISOR, SYSTEM, World

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"


def leaves(before: Person) -> Person:
    return replace(before, active=False)


def roster_without_ana() -> str:
    return team.roster().replace("id: ana,", "id: ana, active: false,")


def test_nobody_asks_whoever_has_left_and_their_text_is_a_strangers(world: World) -> None:
    people.import_roster(SYSTEM, world.svc, roster_without_ana())
    case = world.log()
    world.ben.expect_sms(PAGE, case.code)
    world.ana.reply("WHO").expect_sms("988")
    world.kim.expect_sms("ALARM")
    exported = people.export_roster(SYSTEM, world.svc)
    assert "active: false" in exported
    assert people.import_roster(SYSTEM, world.svc, exported).nothing


@everywhere
def test_nobody_leaves_with_a_case_or_while_they_are_asked(world: World) -> None:
    case = world.log()
    world.ana.expect_sms(PAGE)
    with pytest.raises(Refused, match=case.code):
        people.import_roster(SYSTEM, world.svc, roster_without_ana())
    world.ana.reply("1").expect_sms("You have")
    with pytest.raises(Refused, match=case.code):
        rostering.change_person(COORDINATOR, world.svc, "ana", leaves)
    world.do(work.close, SUPERVISOR, case.id, Disposition.OUT_OF_AREA)
    world.ana.expect_sms("closed")
    rostering.change_person(COORDINATOR, world.svc, "ana", leaves)
    (ana,) = world.rows(schema.people, id="ana")
    assert not ana.active


def test_the_number_of_whoever_has_left_may_be_somebody_elses_until_they_come_back(world: World) -> None:
    rostering.change_person(COORDINATOR, world.svc, "ana", leaves)
    who = Responder(id="fay", teams=frozenset({"default"}), roles=frozenset({"responder"}))
    new = Person("fay", "Made-up fay", team.NUMBERS["ana"], ("default",), who)
    rostering.add_person(COORDINATOR, world.svc, new)
    with pytest.raises(InvalidInput, match="somebody else's"):
        rostering.change_person(COORDINATOR, world.svc, "ana", lambda before: replace(before, active=True))
    rostering.change_person(COORDINATOR, world.svc, "fay", leaves)
    rostering.change_person(COORDINATOR, world.svc, "ana", lambda before: replace(before, active=True))
    case = world.log()
    world.ana.expect_sms(PAGE, case.code)

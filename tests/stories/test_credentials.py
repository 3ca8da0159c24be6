"""Who is not asked, whatever the roster says: expired, suspended, outside the state, in training alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dispatch.case import Case
from dispatch.credential import Credential
from dispatch.flow import duty, people, rostering
from dispatch.rosterfile import Person
from tests.stories import team
from tests.stories.places import everywhere
from tests.stories.world import COORDINATOR, SYSTEM, World

pytestmark = pytest.mark.story

GOOD = {"state": "VA", "title": "LMHP", "expires": date(2027, 6, 30)}


def credential(world: World, person: str, **fields: Any) -> None:
    one = Credential(**{**GOOD, **fields})

    def change(before: Person) -> Person:
        return replace(before, responder=replace(before.responder, credentials=(one,)))

    rostering.change_person(SYSTEM, world.svc, person, change)


def reason(world: World, person: str) -> str:
    """Why this person would be passed over now, as everybody can read it."""
    layers = duty.on_call(COORDINATOR, world.svc, "default").layers
    return next(skip.reason for layer in layers for skip in layer.skipped if skip.person == person)


def unheld(world: World, case: Case) -> None:
    """Nobody was asked, and the coordinator is rung at once."""
    assert world.file(case.id).pages == ()
    world.kim.expect_sms("ALARM", "nobody has taken", case.code).expect_call("nobody has taken")


@everywhere
@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"expires": date(2026, 1, 5)}, "VA LMHP expired on 2026-01-05"),
        ({"status": "suspended"}, "VA LMHP is suspended"),
        ({"state": "MD"}, "MD LMHP is not good in VA"),
        ({"issued": date(2026, 1, 7)}, "VA LMHP starts on 2026-01-07"),
    ],
)
def test_the_next_person_is_asked_instead_and_the_reason_is_shown(
    world: World, fields: dict[str, Any], says: str
) -> None:
    world.staff("ana", "ben")
    credential(world, "ana", **fields)
    case = world.log()
    world.ben.expect_sms("CRISIS PAGE", case.code)
    assert reason(world, "ana") == says
    assert world.history(case, "matched")[0]["skipped"] == {"credential": 1}


def test_a_title_restricted_to_another_employer_is_not_used_here(world: World) -> None:
    other = "  - {id: other, name: Another provider, timezone: America/New_York, state: VA}\n"
    people.import_roster(SYSTEM, world.svc, team.roster("ana").replace("teams:\n", f"teams:\n{other}", 1))
    credential(world, "ana", only_for=frozenset({"other"}))
    unheld(world, world.log())
    assert reason(world, "ana") == "VA LMHP is restricted to another employer's team"


def test_a_trainee_is_not_asked_while_the_supervisor_is_not_on_call(world: World) -> None:
    world.staff("ben")
    credential(world, "ben", title="QMHP-T", supervisor="dee")
    unheld(world, world.log())
    assert reason(world, "ben") == "QMHP-T: the supervisor dee is not on call"


def test_a_trainee_alone_is_never_sole_even_with_the_supervisor_on_call(world: World) -> None:
    """Dee is on call and free to be asked by everyone; Ben in the first layer is not asked before her."""
    world.staff("ben", "dee")
    credential(world, "ben", title="QMHP-T", supervisor="dee")
    case = world.log()
    world.dee.expect_sms("CRISIS PAGE", case.code).reply("1").expect_sms("You have")
    assert world.owners(case) == ("dee",)
    assert {page.person for page in world.file(case.id).pages} == {"dee"}

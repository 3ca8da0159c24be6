"""Who may go alone: the state's rules decide when one accept is not yet a team."""

from __future__ import annotations

from dispatch.access import system
from dispatch.flow import people
from tests.stories.team import roster
from tests.stories.world import World


def _staffed_by_qmhps(world: World) -> World:
    """The same team, but only Dee is licensed: in Virginia a QMHP does not visit alone."""
    licensed = roster().replace("title: LMHP", "title: QMHP")
    lines = [
        line.replace("title: QMHP", "title: LMHP") if "id: dee" in line else line for line in licensed.splitlines()
    ]
    people.import_roster(system("test"), world.svc, "\n".join(lines))
    return world


def test_a_qmhp_who_accepts_a_visit_is_half_a_team_until_a_second_one_comes(world: World) -> None:
    case = _staffed_by_qmhps(world).log()
    world.ana.expect_sms("CRISIS PAGE").reply("1").expect_sms(f"You have {case.code}, first of 2")
    assert world.state(case) == "paging"
    assert world.owners(case) == ("ana",)
    world.ben.expect_sms("CRISIS PAGE").reply("1").expect_sms(f"You have {case.code}, with ana")
    world.ana.expect_sms("the team is complete, with ben")
    assert world.state(case) == "accepted"
    assert world.case(case.id).needed == 2


def test_half_a_team_has_a_clock_of_its_own_and_the_ladder_goes_on_for_the_other_half(world: World) -> None:
    case = _staffed_by_qmhps(world).log()
    world.ana.expect_sms("CRISIS PAGE").reply("1").expect_sms("first of 2")
    world.ben.expect_sms("CRISIS PAGE")
    world.forward(minutes=2)
    world.cam.expect_sms("CRISIS PAGE").reply("1").expect_sms("with ana")
    world.dan.expect_sms("CRISIS PAGE").expect_sms("is with ana and cam")
    world.ben.expect_sms("is with ana and cam")
    world.ana.expect_sms("the team is complete, with cam")
    assert world.owners(case) == ("ana", "cam")


def test_a_licensed_person_is_a_team_alone(world: World) -> None:
    case = world.log()
    world.ana.expect_sms("CRISIS PAGE").reply("1").expect_sms(f"You have {case.code}.")
    assert world.state(case) == "accepted"

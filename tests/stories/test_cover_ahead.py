"""Cover ahead: every edit shows at once, and a gap of the coming day is told once, until it is mended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.coverage import Gap
from dispatch.flow import covering, duty, paging, people, rostering
from dispatch.override import Override
from dispatch.responder import Availability
from dispatch.roster import EVERYONE
from dispatch.store import schema
from tests.stories.places import everywhere
from tests.stories.team import roster
from tests.stories.world import COORDINATOR, SYSTEM, World

pytestmark = pytest.mark.story

HOUR = timedelta(hours=1)
GAP = "cover has a gap"


def gaps(world: World) -> tuple[Gap, ...]:
    now = world.clock.now()
    found = duty.coverage(COORDINATOR, world.svc, "default", now, now + timedelta(hours=72))
    return tuple(gap for gap in found if gap.kind != "unproved")  # nobody's number is, in these stories


def kinds(world: World) -> list[tuple[str, str]]:
    return sorted({(gap.kind, gap.layer) for gap in gaps(world)})


def watch(world: World) -> int:
    """One look ahead, and everything that follows from it."""
    found = covering.watch(SYSTEM, world.svc)
    world.settle()
    return found


def without(world: World, person: str, after: float, hours: float = 2, layer: str = "second") -> Override:
    """Nobody takes this person's place for some hours."""
    start = world.clock.now() + after * HOUR
    away = Override("default", layer, start, start + hours * HOUR, instead_of=person)
    rostering.add_override(COORDINATOR, world.svc, away)
    return away


def because(world: World) -> list[str]:
    (alarm,) = world.rows(schema.alarms, ended_at=None)
    return list(alarm.because)


class TestEveryEditShowsAtOnce:
    def test_a_full_roster_has_no_gap(self, world: World) -> None:
        assert gaps(world) == ()

    def test_an_override_and_taking_it_away_again(self, world: World) -> None:
        away = without(world, "eve", 30)
        assert [(g.kind, g.layer, g.start, g.end) for g in gaps(world)] == [("nobody", "second", away.start, away.end)]
        rostering.remove_override(COORDINATOR, world.svc, "default", rostering.override_id(away))
        assert gaps(world) == ()

    def test_an_import(self, world: World) -> None:
        world.staff("ana")
        assert kinds(world) == [("single", EVERYONE)]
        world.staff()
        assert gaps(world) == ()

    def test_who_says_off_is_no_cover_until_they_are_back(self, world: World) -> None:
        world.eve.reply("OFF").expect_sms("off call")
        assert kinds(world) == [("nobody", "second")]
        people.set_availability(COORDINATOR, world.svc, "eve", Availability.OFF, 3)
        (gap,) = gaps(world)
        assert gap.end == world.clock.now() + 3 * HOUR
        world.eve.reply("ON").expect_sms("on call")
        assert gaps(world) == ()

    def test_who_stops_our_texts_cannot_be_reached(self, world: World) -> None:
        world.eve.reply("STOP")
        world.kim.expect_sms("eve has stopped our texts")
        assert kinds(world) == [("unreachable", "second")]

    def test_a_credential_that_is_suspended_or_lapses_during_the_shift(self, world: World) -> None:
        lines = roster().splitlines()
        eve = next(n for n, line in enumerate(lines) if "id: eve" in line)
        was = lines[eve]
        lines[eve] = was.replace("2027-06-30", "2026-01-07")
        people.import_roster(SYSTEM, world.svc, "\n".join(lines))
        (gap,) = gaps(world)
        reason = "eve: VA LMHP expired on 2026-01-07, lapses during the shift of Tuesday 2026-01-06"
        assert (gap.kind, gap.person, gap.reason) == ("credential", "eve", reason)
        lines[eve] = was.replace("status: active", "status: suspended")
        people.import_roster(SYSTEM, world.svc, "\n".join(lines))
        (gap,) = gaps(world)
        assert (gap.start, gap.reason) == (
            world.clock.now(),
            "eve: VA LMHP is suspended, during the shift of Tuesday 2026-01-06",
        )

    def test_what_the_team_needs(self, world: World) -> None:
        needs = "areas: [fairfax, arlington], needs: {languages: [es], populations: [child]}"
        people.import_roster(SYSTEM, world.svc, roster().replace("areas: [fairfax, arlington]", needs))
        assert kinds(world) == [("language", EVERYONE), ("population", EVERYONE)]
        enough = "areas: [fairfax, arlington], needs: {people: 1}"
        people.import_roster(SYSTEM, world.svc, roster("ana").replace("areas: [fairfax, arlington]", enough))
        assert gaps(world) == ()

    def test_nobody_at_all_is_said_of_every_hour(self, world: World) -> None:
        people.import_roster(SYSTEM, world.svc, roster("nobody"))
        assert [(g.kind, g.layer, g.end - g.start) for g in gaps(world)] == [("nobody", EVERYONE, 72 * HOUR)]


class TestAlarm:
    @everywhere
    def test_a_gap_within_a_day_rings_once_and_says_what_is_missing_when(self, world: World) -> None:
        without(world, "eve", 23)
        assert watch(world) == 1
        world.kim.expect_sms("ALARM", GAP)
        assert because(world) == ["nobody is on call in second, Wed 09:00 to Wed 11:00"]
        assert watch(world) == 1
        assert world.ringing() == ["coverage"]

    def test_one_that_begins_later_does_not(self, world: World) -> None:
        without(world, "eve", 24.5)
        assert watch(world) == 0
        assert world.ringing() == []
        world.forward(hours=1)
        assert watch(world) == 1
        world.kim.expect_sms("ALARM", GAP)

    @everywhere
    def test_seen_is_seen_also_while_it_runs_and_after_a_minute(self, world: World) -> None:
        without(world, "eve", 1, 6)
        watch(world)
        world.kim.expect_sms("ALARM", GAP)
        paging.acknowledge_alarm(COORDINATOR, world.svc, world.alarm_id("coverage"))
        for hours in (0.5, 2, 3):
            world.forward(hours=hours)
            assert watch(world) == 1
        assert world.ringing() == []

    @everywhere
    def test_mended_it_is_over_by_itself(self, world: World) -> None:
        away = without(world, "eve", 3)
        watch(world)
        world.kim.expect_sms("ALARM", GAP)
        rostering.remove_override(COORDINATOR, world.svc, "default", rostering.override_id(away))
        assert watch(world) == 0
        assert world.ringing() == []
        world.forward(hours=2)

    def test_the_same_gap_again_after_it_was_mended_rings_again(self, world: World) -> None:
        away = without(world, "eve", 3)
        watch(world)
        world.kim.expect_sms("ALARM", GAP)
        rostering.remove_override(COORDINATOR, world.svc, "default", rostering.override_id(away))
        watch(world)
        rostering.add_override(COORDINATOR, world.svc, away)
        watch(world)
        world.kim.expect_sms("ALARM", GAP)

    def test_a_further_gap_rings_the_same_alarm_now_and_a_mended_one_leaves_its_list(self, world: World) -> None:
        first = without(world, "eve", 3)
        watch(world)
        world.kim.expect_sms("ALARM", GAP)
        without(world, "dee", 5, layer="supervisor")
        watch(world)
        world.kim.expect_sms("ALARM", GAP)
        assert [line.split(",")[0] for line in because(world)] == [
            "nobody is on call in second",
            "nobody is on call in supervisor",
        ]
        rostering.remove_override(COORDINATOR, world.svc, "default", rostering.override_id(first))
        watch(world)
        assert [line.split(",")[0] for line in because(world)] == ["nobody is on call in supervisor"]

    def test_one_that_goes_on_is_said_once_a_day(self, world: World) -> None:
        world.staff("ana")
        watch(world)
        world.kim.expect_sms("ALARM", GAP)
        paging.acknowledge_alarm(COORDINATOR, world.svc, world.alarm_id("coverage"))
        world.forward(hours=6)
        watch(world)
        assert world.ringing() == []
        world.forward(hours=24)
        watch(world)
        world.kim.expect_sms("ALARM", GAP)

    def test_while_nobody_is_on_call_at_all_that_is_all_it_says(self, world: World) -> None:
        start = world.staff("ana", "eve").clock.now() + 3 * HOUR
        for person, layer in (("ana", "primary"), ("eve", "second")):
            away = Override("default", layer, start, start + HOUR, instead_of=person)
            rostering.add_override(COORDINATOR, world.svc, away)
        watch(world)
        world.kim.expect_sms("ALARM", GAP)
        assert because(world) == ["nobody is on call in any layer, Tue 13:00 to Tue 14:00"]

    def test_a_gap_that_has_passed_is_over_for_its_alarm_too(self, world: World) -> None:
        without(world, "eve", 3)
        watch(world)
        world.kim.expect_sms("ALARM", GAP)
        world.clock.forward(6 * HOUR)
        assert watch(world) == 0
        assert world.ringing() == []

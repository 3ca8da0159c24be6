"""The wall clock was wrong for a while and is set right; or the one process that fires timers hangs. No case waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.flow import health, sweeping
from dispatch.store import schema
from tests.stories.world import SYSTEM, World

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"
DAY = timedelta(days=1)


def set_back(world: World) -> None:
    """By a day, and found by the sweeper's next round."""
    world.worker.sweep()
    world.clock.forward(-DAY)
    assert world.worker.sweep()["clock_steps"] == 1
    world.settle()


def test_a_ladder_that_was_begun_by_a_clock_a_day_ahead_climbs_in_its_own_time(world: World) -> None:
    case = world.log()
    world.ana.expect_sms(PAGE, case.code)
    set_back(world)
    world.kim.expect_sms("the dispatch service itself")
    world.forward(minutes=1)
    assert not world.rows(schema.pages, person="cam")
    world.forward(minutes=1)
    for who in (world.cam, world.dan):
        who.expect_sms(PAGE, case.code)


def test_what_was_about_to_leave_leaves(world: World) -> None:
    case = world.log(settle=False)
    set_back(world)
    world.ana.expect_sms(PAGE, case.code)
    world.kim.expect_sms("the dispatch service itself")


def test_what_somebody_had_claimed_who_died_meanwhile_is_taken_over(world: World) -> None:
    case = world.log()
    world.ana.expect_sms(PAGE, case.code)
    soon = world.clock.now() + timedelta(seconds=10)
    lost = {"claimed_by": "system:gone", "lease_until": soon}
    d, o = schema.deadlines, schema.outbox
    with world.svc.record.write() as conn:
        conn.execute(d.update().where(d.c.meaning == "step_overdue").values(due_at=world.clock.now(), **lost))
        conn.execute(o.update().where(o.c.kind == "SendPage").values(state="claimed", **lost))
    set_back(world)
    world.kim.expect_sms("the dispatch service itself")
    world.forward(seconds=11)
    world.ana.expect_sms(PAGE, case.code)
    for who in (world.cam, world.dan):
        who.expect_sms(PAGE, case.code)


def test_a_step_forward_brings_nothing_forward(world: World) -> None:
    world.log()
    world.ana.expect_sms(PAGE)
    before = {row.id: row.due_at for row in world.rows(schema.deadlines)}
    sweeping.clock_stepped(SYSTEM, world.svc, timedelta(seconds=20))
    assert before.items() <= {row.id: row.due_at for row in world.rows(schema.deadlines)}.items()
    world.settle()
    world.kim.expect_sms("the dispatch service itself")


def test_with_a_ticker_that_hangs_the_ladder_climbs_and_somebody_is_told(world: World) -> None:
    health.beat(world.svc, health.TICKER)
    case = world.log()
    world.ana.expect_sms(PAGE, case.code)
    world.clock.forward(minutes=2)
    assert sweeping.sweep(SYSTEM, world.svc)["fired"] >= 1
    world.worker.work("default")
    world.worker.rest()
    for who in (world.cam, world.dan):
        who.expect_sms(PAGE, case.code)
    world.kim.expect_sms("the dispatch service itself")

"""Redis may be gone, come back empty, or come back stale: no case waits for it."""

from __future__ import annotations

import pytest

from dispatch.queue import keys
from dispatch.rebuild import rebuild
from dispatch.store import schema
from tests.stories.places import with_its_own_redis
from tests.stories.world import World
from tests.support.valkey import ValkeyServer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"


def armed(world: World) -> set[str]:
    return {due.deadline_id for due in world.svc.queue.timers.all()}


def on_record(world: World) -> set[str]:
    return {row.id for row in world.rows(schema.deadlines)}


def test_waiting_and_timers_are_what_the_record_says(world: World) -> None:
    world.staff("nobody")
    cases = [world.log(urgency) for urgency in ("soon", "very_urgent", "urgent")]
    for case in cases:
        world.kim.expect_sms("nobody has taken", case.code).expect_call(" ".join(case.code))
    waiting = world.svc.queue.waiting.members("default")
    assert [member.split("|")[-1] for member in waiting] == [cases[n].id for n in (1, 2, 0)]
    assert armed(world) == on_record(world)


def test_a_rebuild_fills_an_empty_redis_and_says_what_differed(world: World) -> None:
    world.staff("nobody")
    case = world.log()
    world.kim.expect_sms(case.code).expect_call("nobody has taken")
    before = rebuild(world.svc)
    assert before.filled
    assert (before.waiting_missing, before.timers_missing, before.waiting_stale, before.timers_stale) == (0, 0, 0, 0)
    world.svc.queue._client.redis.flushall()
    found = rebuild(world.svc)
    assert (found.waiting, found.waiting_missing) == (1, 1)
    assert found.timers == found.timers_missing == len(on_record(world))
    assert rebuild(world.svc).timers_missing == 0


@with_its_own_redis
def test_what_was_committed_while_redis_was_away_is_there_when_it_is_back(
    world: World, own_valkey: ValkeyServer
) -> None:
    rebuild(world.svc)
    assert world.svc.queue.epoch.intact()
    own_valkey.kill()
    case = world.log()
    world.ana.expect_sms(PAGE, case.code)
    world.forward(minutes=2)
    world.cam.expect_sms(PAGE)
    world.dan.expect_sms(PAGE).reply("1").expect_sms("You have")
    for person in (world.ana, world.cam):
        person.expect_sms("is with dan")
    assert not rebuild(world.svc).filled
    own_valkey.start()
    wait_until(world.svc.queue.up, what="the breaker to close")
    assert rebuild(world.svc).filled
    assert armed(world) == on_record(world)
    assert list(world.svc.queue.waiting.members("default")) == []


@with_its_own_redis
def test_other_data_under_our_keys_is_replaced(world: World, own_valkey: ValkeyServer) -> None:
    world.staff("nobody")
    case = world.log()
    world.kim.expect_sms(case.code).expect_call("nobody has taken")
    redis = world.svc.queue._client.redis
    for key in (keys.TIMERS.name, keys.LEASES.name, keys.WAITING.of("default"), keys.PLACES.of("default")):
        redis.delete(key)
        redis.set(key, "not ours")
    assert rebuild(world.svc).filled
    assert armed(world) == on_record(world)
    assert world.svc.queue.waiting.order("default") == [case.id]

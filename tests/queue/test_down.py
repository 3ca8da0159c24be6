"""Redis gone, hung, back, and back empty: it costs milliseconds, nothing is raised at flow, and it is noticed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from dispatch.clock import monotonic
from dispatch.priority import Place
from dispatch.queue import MirrorChanges, Queue, QueueDown
from dispatch.queue.client import OPEN_FOR, TIMEOUT, Client, connect
from dispatch.queue.keys import TIMERS, UPDATES
from tests.support.valkey import ValkeyServer
from tests.support.waiting import wait_until

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
PLACE = Place(1, NOW, NOW, "a")
CHANGES = MirrorChanges(
    waiting_put=[("north", PLACE)],
    waiting_remove=[("north", "b")],
    timers_arm=[("d1", NOW)],
    timers_disarm=["d2"],
    ledger_no=7,
    nudge_teams={"north"},
)


def changes_of(queue: Queue) -> list[bool]:
    return [
        queue.mirror(CHANGES),
        queue.nudge("north"),
        queue.nudge_taken("north"),
        queue.waiting.put("north", PLACE),
        queue.waiting.remove("north", "a"),
        queue.timers.arm([("d", NOW)]),
        queue.timers.disarm(["d"]),
        queue.updates.publish(1),
        queue.epoch.rebuilt("x"),
    ]


def test_with_redis_up_every_change_is_made(own_queue: Queue) -> None:
    assert all(changes_of(own_queue))


def test_with_redis_gone_every_change_says_so_and_nothing_is_raised(own_valkey: ValkeyServer, own_queue: Queue) -> None:
    assert own_queue.up()
    own_valkey.kill()
    began = monotonic()
    assert not any(changes_of(own_queue))
    assert not own_queue.up()
    assert monotonic() - began < 1


def test_with_redis_gone_reads_and_rebuilds_raise_one_error_of_ours(own_valkey: ValkeyServer, own_queue: Queue) -> None:
    own_valkey.kill()
    for read in (
        lambda: own_queue.waiting.order("north"),
        lambda: own_queue.waiting.positions([("north", "a")]),
        lambda: own_queue.waiting.replace("north", [PLACE]),
        lambda: own_queue.timers.replace([("d", NOW)]),
        own_queue.timers.next_due,
        lambda: own_queue.timers.claim(NOW, 1, timedelta(seconds=1)),
        own_queue.timers.all,
        own_queue.epoch.intact,
    ):
        with pytest.raises(QueueDown):
            read()


def test_a_hung_redis_costs_one_timeout_and_then_nothing(own_valkey: ValkeyServer, own_queue: Queue) -> None:
    assert own_queue.up()
    own_valkey.hang()
    began = monotonic()
    assert not own_queue.mirror(CHANGES)
    assert TIMEOUT * 0.9 < monotonic() - began < TIMEOUT * 8, "one of them"
    began = monotonic()
    assert not any(own_queue.mirror(CHANGES) for _ in range(100))
    assert monotonic() - began < TIMEOUT * 8, "none of a hundred"


class SecondHand:
    """The breaker's seconds, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = 1000.0
        monkeypatch.setattr("dispatch.queue.client.monotonic", lambda: self.at)


def test_while_the_breaker_is_open_one_caller_a_second_asks(
    own_valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = SecondHand(monkeypatch)
    client = Client(own_valkey.url)
    asked: list[float] = []

    def fails(_: Redis) -> None:
        asked.append(hand.at)
        raise ConnectionError

    for _ in range(17):
        with pytest.raises(QueueDown):
            client.do(fails)
        hand.at += OPEN_FOR / 4
    assert asked == [1000.0 + n * OPEN_FOR for n in range(5)]


def test_a_restart_closes_the_breaker_within_a_second(
    own_valkey: ValkeyServer, own_queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = SecondHand(monkeypatch)
    own_valkey.kill()
    assert not own_queue.mirror(CHANGES)
    own_valkey.start()
    hand.at += OPEN_FOR * 0.9
    assert not own_queue.mirror(CHANGES), "nobody asks yet"
    hand.at += OPEN_FOR * 0.1
    assert own_queue.mirror(CHANGES)
    assert own_queue.waiting.order("north") == ["a"]


def test_a_quick_restart_is_not_even_noticed_by_a_pooled_connection(own_valkey: ValkeyServer, own_queue: Queue) -> None:
    assert own_queue.up()
    own_valkey.kill()
    own_valkey.start()
    assert own_queue.mirror(CHANGES)


class TestEpoch:
    def fill(self, queue: Queue) -> None:
        assert queue.epoch.rebuilt(queue.epoch.begin())
        assert queue.epoch.intact()

    def test_a_new_redis_was_never_filled(self, own_queue: Queue) -> None:
        assert not own_queue.epoch.intact()

    def test_what_survived_a_restart_may_lack_its_last_second(self, own_valkey: ValkeyServer, own_queue: Queue) -> None:
        self.fill(own_queue)
        own_queue.timers.arm([("d", NOW)])
        own_valkey.kill()
        own_valkey.start()
        assert own_queue.timers.next_due() == NOW, "it was kept"
        assert not own_queue.epoch.intact(), "and is not trusted"

    def test_it_came_back_empty(self, own_valkey: ValkeyServer, own_queue: Queue) -> None:
        self.fill(own_queue)
        own_valkey.kill()
        own_valkey.start()
        own_valkey.empty()
        assert own_queue.timers.next_due() is None
        assert not own_queue.epoch.intact()

    def test_a_restart_in_the_middle_of_a_rebuild_is_noticed(self, own_valkey: ValkeyServer, own_queue: Queue) -> None:
        begun = own_queue.epoch.begin()
        own_valkey.kill()
        own_valkey.start()
        own_queue.epoch.rebuilt(begun)
        assert not own_queue.epoch.intact()

    def test_a_change_lost_while_redis_ran_on_is_noticed_too(self, own_valkey: ValkeyServer, own_queue: Queue) -> None:
        other = Queue(own_valkey.url)
        self.fill(other)
        assert own_queue.up()
        own_valkey.hang()
        assert not own_queue.mirror(CHANGES)
        own_valkey.resume()
        wait_until(other.up)
        assert other.epoch.intact(), "nobody else can know"
        wait_until(lambda: own_queue.mirror(MirrorChanges(ledger_no=8)))
        assert not other.epoch.intact()
        self.fill(other)
        assert own_queue.mirror(MirrorChanges(ledger_no=9))
        assert other.epoch.intact(), "told once, not for ever"
        other.close()

    def test_other_data_under_a_key_of_ours_has_everything_filled_anew(
        self, own_valkey: ValkeyServer, own_queue: Queue
    ) -> None:
        """No change can succeed on it, and so none would ever say that one was lost."""
        self.fill(own_queue)
        own_queue._client.redis.set(TIMERS.name, "not ours")
        assert not own_queue.mirror(CHANGES)
        wait_until(own_queue.up)
        assert not own_queue.epoch.intact()
        own_queue.timers.replace([("d", NOW)])
        assert own_queue.mirror(CHANGES)
        self.fill(own_queue)


def test_a_sleeping_ticker_sleeps_on_with_redis_gone_and_listens_again_when_it_is_back(
    own_valkey: ValkeyServer, own_queue: Queue
) -> None:
    with own_queue.waker(threading.Event()) as waker:
        waker.wait(0)
        own_valkey.kill()
        waker.wait(30)  # the connection breaks: look, then sleep
        began = monotonic()
        waker.wait(0.2)
        assert 0.19 < monotonic() - began < 5
        own_valkey.start()
        wait_until(own_queue.up)
        waker.wait(0)
        own_queue.timers.arm([("d", NOW)])
        began = monotonic()
        waker.wait(30)
        assert monotonic() - began < 5


def test_a_stop_ends_the_sleep(own_valkey: ValkeyServer, own_queue: Queue) -> None:
    stop = threading.Event()
    own_valkey.kill()
    with own_queue.waker(stop) as waker:
        stop.set()
        began = monotonic()
        waker.wait(30)
        assert monotonic() - began < 1


class TestUpdates:
    async def hear(self, numbers: AsyncIterator[int | None], wanted: int | None) -> None:
        async with asyncio.timeout(10):
            async for number in numbers:
                if number == wanted:
                    return

    def test_numbers_arrive_and_silence_says_look_anyway(self, own_queue: Queue) -> None:
        async def story() -> None:
            numbers = own_queue.updates.listen(poll=0.1)
            assert await anext(numbers) is None, "listening has begun: look once"
            assert own_queue.mirror(MirrorChanges(ledger_no=41))
            assert await anext(numbers) == 41
            assert await anext(numbers) is None
            await numbers.aclose()

        asyncio.run(story())

    def test_what_somebody_else_says_on_the_channel_is_only_a_reason_to_look(
        self, own_valkey: ValkeyServer, own_queue: Queue
    ) -> None:
        async def story() -> None:
            numbers = own_queue.updates.listen(poll=30)
            await anext(numbers)
            with connect(own_valkey.url) as stranger:
                stranger.publish(UPDATES.name, "hello?")
            async with asyncio.timeout(5):
                assert await anext(numbers) is None
                assert own_queue.mirror(MirrorChanges(ledger_no=43))
                assert await anext(numbers) == 43
            await numbers.aclose()

        asyncio.run(story())

    @pytest.mark.parametrize("how", ["kill", "hang"])
    def test_with_redis_gone_it_says_look_anyway_until_redis_is_back(
        self, own_valkey: ValkeyServer, own_queue: Queue, how: str
    ) -> None:
        async def story() -> None:
            numbers = own_queue.updates.listen(poll=0.1)
            await anext(numbers)
            own_valkey.kill() if how == "kill" else own_valkey.hang()
            async with asyncio.timeout(5):
                for _ in range(5):
                    assert await anext(numbers) is None
            if how == "kill":
                own_valkey.start()
            else:
                own_valkey.resume()
            hearing = asyncio.create_task(self.hear(numbers, 42))
            while not hearing.done():
                own_queue.updates.publish(42)
                await asyncio.wait([hearing], timeout=0.05)
            await hearing
            await numbers.aclose()

        asyncio.run(story())

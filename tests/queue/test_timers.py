from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from dispatch.clock import monotonic
from dispatch.queue import Claimed, Due, MirrorChanges, Queue
from dispatch.queue.keys import LEASES, TIMERS
from dispatch.queue.timers import at_ms, ms_after, ms_before

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=5)
MICRO = timedelta(microseconds=1)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def ids(claimed: Claimed) -> list[str]:
    return [due.deadline_id for due in claimed.due]


@pytest.mark.parametrize(
    ("armed", "limit", "claimed", "next_due"),
    [
        ([], 10, [], None),
        ([("a", at(1))], 10, [], at(1)),
        ([("a", at(0))], 10, ["a"], at(5)),
        ([("a", at(-2)), ("b", at(-3)), ("c", at(3))], 10, ["b", "a"], at(3)),
        ([("a", at(-2)), ("b", at(-3)), ("c", at(3))], 1, ["b"], at(-2)),
        ([("a", at(0) + MICRO)], 10, [], at(0.001)),
    ],
    ids=["nothing", "not yet", "due now", "longest due first", "at most the limit", "a microsecond is early too"],
)
def test_claim(
    queue: Queue, armed: list[tuple[str, datetime]], limit: int, claimed: list[str], next_due: datetime | None
) -> None:
    queue.timers.arm(armed)
    found = queue.timers.claim(NOW, limit, LEASE)
    assert ids(found) == claimed
    assert found.next_due == next_due
    assert queue.timers.next_due() == next_due
    assert {due.deadline_id: due.due_at for due in found.due} == {each: due for each, due in armed if each in claimed}


def test_what_is_claimed_nobody_else_gets_until_the_lease_ends(queue: Queue) -> None:
    queue.timers.arm([("a", at(-1))])
    assert ids(queue.timers.claim(NOW, 10, LEASE)) == ["a"]
    assert ids(queue.timers.claim(at(4.999), 10, LEASE)) == []
    again = queue.timers.claim(at(5), 10, LEASE)
    assert again.due == (Due("a", at(-1)),), "and it still knows since when it has been due"


def test_done_drops_what_was_claimed(queue: Queue, redis: Redis) -> None:
    queue.timers.arm([("a", at(-1)), ("b", at(9))])
    assert queue.timers.done(queue.timers.claim(NOW, 10, LEASE))
    assert queue.timers.all() == [Due("b", at(9))]
    assert redis.hlen(LEASES.name) == 0


def test_done_leaves_what_was_armed_anew_meanwhile(queue: Queue, redis: Redis) -> None:
    queue.timers.arm([("a", at(-1))])
    claimed = queue.timers.claim(NOW, 10, LEASE)
    queue.timers.arm([("a", at(60))])
    queue.timers.done(claimed)
    assert queue.timers.all() == [Due("a", at(60))]
    assert redis.hlen(LEASES.name) == 0


def test_done_comes_too_late_for_a_lease_that_another_has_taken(queue: Queue) -> None:
    queue.timers.arm([("a", at(-1))])
    slow = queue.timers.claim(NOW, 10, LEASE)
    quick = queue.timers.claim(at(6), 10, LEASE)
    queue.timers.done(slow)
    assert queue.timers.all() == [Due("a", at(-1))]
    queue.timers.done(quick)
    assert queue.timers.all() == []


def test_disarming_takes_a_lease_with_it(queue: Queue, redis: Redis) -> None:
    queue.timers.arm([("a", at(-1)), ("b", at(-1))])
    claimed = queue.timers.claim(NOW, 10, LEASE)
    queue.mirror(MirrorChanges(timers_disarm=["a", "b"], timers_arm=[("c", at(3))]))
    queue.timers.done(claimed)
    assert queue.timers.all() == [Due("c", at(3))]
    assert redis.hlen(LEASES.name) == 0


def test_a_moved_deadline_has_one_due_time(queue: Queue) -> None:
    queue.timers.arm([("a", at(10))])
    queue.timers.arm([("a", at(5))])
    assert queue.timers.all() == [Due("a", at(5))]


def test_replacing_thousands_at_once(queue: Queue, redis: Redis) -> None:
    queue.timers.arm([("old", at(-1))])
    queue.timers.claim(NOW, 10, LEASE)
    items = [(f"d{n}", at(n)) for n in range(2500)]
    queue.timers.replace(items)
    assert queue.timers.all() == [Due(each, due) for each, due in items]
    assert redis.zcard(TIMERS.name) == 2500
    assert redis.hlen(LEASES.name) == 0


def test_many_tickers_share_without_overlap(queue: Queue) -> None:
    queue.timers.arm([(f"d{n}", at(-n)) for n in range(500)])
    taken: list[str] = []

    def ticker() -> None:
        while found := ids(queue.timers.claim(NOW, 7, LEASE)):
            taken.extend(found)

    threads = [threading.Thread(target=ticker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(taken) == sorted(f"d{n}" for n in range(500))


class TestSleep:
    def sleeper(self, queue: Queue, seconds: float) -> tuple[threading.Thread, list[float]]:
        """A ticker that listens and then sleeps; what it slept."""
        slept: list[float] = []
        asleep = threading.Event()

        def sleep() -> None:
            with queue.waker(threading.Event()) as waker:
                waker.wait(0)  # it begins to listen
                asleep.set()
                began = monotonic()
                waker.wait(seconds)
                slept.append(monotonic() - began)

        thread = threading.Thread(target=sleep)
        thread.start()
        assert asleep.wait(5)
        return thread, slept

    def test_ends_when_its_time_is_over(self, queue: Queue) -> None:
        thread, slept = self.sleeper(queue, 0.3)
        thread.join(5)
        assert 0.29 < slept[0] < 0.6

    def test_ends_when_something_is_armed_that_is_due_before_all_others(self, queue: Queue) -> None:
        queue.timers.arm([("late", at(100))])
        thread, slept = self.sleeper(queue, 30)
        queue.timers.arm([("later", at(200))])
        thread.join(0.2)
        assert thread.is_alive(), "a later one is no reason to wake"
        queue.timers.arm([("sooner", at(50))])
        thread.join(5)
        assert slept[0] < 5

    def test_ends_when_the_timers_are_replaced(self, queue: Queue) -> None:
        thread, slept = self.sleeper(queue, 30)
        queue.timers.replace([("a", at(10))])
        thread.join(5)
        assert slept[0] < 5

    def test_what_was_armed_just_before_is_not_slept_through(self, queue: Queue) -> None:
        with queue.waker(threading.Event()) as waker:
            waker.wait(0)
            queue.timers.arm([("a", at(1))])
            began = monotonic()
            waker.wait(30)
            assert monotonic() - began < 5


instants = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(instants)
def test_rounding_never_makes_a_timer_early(instant: datetime) -> None:
    assert at_ms(ms_before(instant)) <= instant <= at_ms(ms_after(instant))
    assert ms_after(instant) - ms_before(instant) in {0, 1}

"""Timers fire on time and never early, whatever becomes of Redis."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dispatch.clock import SystemClock
from dispatch.queue import MirrorChanges, Queue
from tests.support.valkey import ValkeyServer
from tests.support.waiting import wait_until
from tests.workers.conftest import Start
from tests.workers.fake import FakeDuties, late_ms


def test_a_timer_fires_when_it_is_due(duties: FakeDuties, start_ticker: Start) -> None:
    start_ticker(duties)
    wait_until(lambda: duties.rebuilt)
    due = duties.open("d", 0.4)
    fired = duties.until_fired("d")
    assert 0 <= late_ms(due, fired) < 100


def test_one_armed_while_the_ticker_sleeps_for_a_later_one_wakes_it(duties: FakeDuties, start_ticker: Start) -> None:
    start_ticker(duties)
    wait_until(lambda: duties.rebuilt)
    duties.open("later", 60)
    due = duties.open("sooner", 0.2)
    assert 0 <= late_ms(due, duties.until_fired("sooner")) < 100
    assert "later" not in duties.fired


def test_what_has_fired_is_armed_nowhere(duties: FakeDuties, start_ticker: Start) -> None:
    start_ticker(duties)
    duties.open("d", 0.1)
    wait_until(lambda: "d" in duties.fired)
    wait_until(lambda: not duties.queue.timers.all())


def test_a_deadline_the_record_has_moved_is_armed_again_and_fires_at_its_true_time(
    duties: FakeDuties, start_ticker: Start
) -> None:
    due = duties.open("d", 1.2)
    duties.queue.timers.arm([("d", duties.now())])
    start_ticker(duties)
    fired = duties.until_fired("d")
    assert 0 <= late_ms(due, fired) < 100


def test_a_timer_redis_never_had_is_late_by_a_second_at_most(duties: FakeDuties, start_ticker: Start) -> None:
    start_ticker(duties)
    wait_until(lambda: duties.rebuilt)
    due = duties.now() + timedelta(seconds=0.1)
    duties.due["d"] = due
    assert 0 <= late_ms(due, duties.until_fired("d")) < 1300


def test_two_tickers_fire_each_deadline_once(duties: FakeDuties, start_ticker: Start) -> None:
    start_ticker(duties)
    start_ticker(duties)
    wait_until(lambda: duties.rebuilt)
    for number in range(200):
        duties.open(f"d{number}", 0.1 + number / 1000)
    wait_until(lambda: len(duties.fired) == 200)
    claimed = [each for asked in duties.asked if asked for each in asked]
    assert len(claimed) == len(set(claimed))


def test_a_firing_that_failed_comes_again(duties: FakeDuties, start_ticker: Start) -> None:
    duties.broken.add("fire_due")
    start_ticker(duties)
    duties.open("d", 0)
    wait_until(duties.queue.timers.next_due, what="the claim")
    duties.broken.clear()
    wait_until(lambda: "d" in duties.fired)


def test_a_faster_clock_moves_due_times_and_leases(own_valkey: ValkeyServer, start_ticker: Start) -> None:
    duties = FakeDuties(Queue(own_valkey.url))
    real = datetime.now(UTC)  # noqa: TID251  (the reference of the faster clock)
    duties.clock = replace(SystemClock(), base=real, reference=real, speed=60.0)
    start_ticker(duties)
    due = duties.open("d", 30)
    fired = duties.until_fired("d")
    assert 0 <= late_ms(due, fired) < 60 * 200
    duties.queue.close()


class TestRedisGone:
    def test_due_deadlines_fire_straight_from_the_record_and_on_time(
        self, own_valkey: ValkeyServer, duties: FakeDuties, start_ticker: Start
    ) -> None:
        start_ticker(duties)
        wait_until(lambda: duties.rebuilt)
        own_valkey.kill()
        due = [duties.open(f"d{number}", 1 + number / 10) for number in range(5)]
        wait_until(lambda: len(duties.fired) == 5)
        late = [late_ms(at, duties.fired[f"d{number}"]) for number, at in enumerate(due)]
        assert min(late) >= 0
        assert max(late) < 300

    def test_a_ticker_that_starts_fills_redis_whatever_it_says(
        self, own_valkey: ValkeyServer, duties: FakeDuties, start_ticker: Start
    ) -> None:
        """It may have run on while the record was restored from a copy, or have been another record's until now."""
        duties.queue.timers.arm([("of another record", duties.now() + timedelta(hours=1))])
        duties.queue.epoch.rebuilt(duties.queue.epoch.begin())
        duties.open("ours", 3600)
        assert duties.queue.epoch.intact()
        start_ticker(duties)
        wait_until(lambda: [due.deadline_id for due in duties.queue.timers.all()] == ["ours"], seconds=3)

    def test_a_hung_redis_delays_a_timer_by_its_time_limit_at_most(
        self, own_valkey: ValkeyServer, duties: FakeDuties, start_ticker: Start
    ) -> None:
        start_ticker(duties)
        wait_until(lambda: duties.rebuilt)
        due = [duties.open(f"d{number}", 0.5 + number / 10) for number in range(10)]
        own_valkey.hang()
        wait_until(lambda: len(duties.fired) == 10)
        late = [late_ms(at, duties.fired[f"d{number}"]) for number, at in enumerate(due)]
        own_valkey.resume()
        assert min(late) >= 0
        assert max(late) < 1300

    def test_teams_with_work_are_worked_by_the_ticker_itself(
        self, own_valkey: ValkeyServer, duties: FakeDuties, start_ticker: Start
    ) -> None:
        start_ticker(duties)
        wait_until(lambda: duties.rebuilt)
        own_valkey.kill()
        duties.teams.update(("north", "south"))
        wait_until(lambda: {"north", "south"} <= set(duties.worked), seconds=3)

    def test_a_team_that_is_slow_holds_up_no_other_and_no_timer(
        self, own_valkey: ValkeyServer, duties: FakeDuties, start_ticker: Start
    ) -> None:
        start_ticker(duties)
        wait_until(lambda: duties.rebuilt)
        own_valkey.kill()
        duties.slow.clear()
        duties.teams.add("north")
        wait_until(lambda: "north" in duties.worked)
        duties.teams.add("south")
        due = duties.open("d", 0.5)
        wait_until(lambda: "south" in duties.worked)
        fired = duties.until_fired("d")
        duties.slow.set()
        assert late_ms(due, fired) < 300
        assert duties.worked.count("north") == 1, "what is being done is not begun again"

    def test_when_it_comes_back_empty_it_is_filled_by_itself(
        self, own_valkey: ValkeyServer, duties: FakeDuties, start_ticker: Start
    ) -> None:
        start_ticker(duties)
        wait_until(lambda: duties.rebuilt)
        duties.open("d", 60)
        own_valkey.kill()
        duties.open("e", 60)
        own_valkey.start()
        own_valkey.empty()
        wait_until(lambda: duties.rebuilt == 2, seconds=5)
        assert {due.deadline_id for due in duties.queue.timers.all()} == {"d", "e"}


class TestRedisUp:
    def test_a_redis_nobody_has_filled_is_filled_first(self, duties: FakeDuties, start_ticker: Start) -> None:
        duties.due["d"] = duties.now() + timedelta(seconds=60)
        start_ticker(duties)
        wait_until(duties.queue.epoch.intact)
        assert [due.deadline_id for due in duties.queue.timers.all()] == ["d"]

    def test_a_team_no_worker_comes_for_is_worked_all_the_same(self, duties: FakeDuties, start_ticker: Start) -> None:
        start_ticker(duties)
        wait_until(lambda: duties.rebuilt)
        duties.teams.add("north")
        wait_until(lambda: "north" in duties.worked, seconds=6)

    def test_a_team_is_left_to_the_workers_while_its_oldest_work_gets_done(self, duties: FakeDuties) -> None:
        from workers.hands import PATIENT_LOOKS, Hands

        duties.rebuild()
        hands = Hands(duties, duties.queue)
        duties.teams.add("north")
        for number in range(3 * PATIENT_LOOKS):
            duties.oldest["north"] = f"effect {number}"
            hands.look()
        assert duties.worked == []
        for _ in range(PATIENT_LOOKS):
            hands.look()
        wait_until(lambda: duties.worked == ["north"])

    def test_what_was_left_behind_is_sent(self, duties: FakeDuties, start_ticker: Start) -> None:
        start_ticker(duties)
        wait_until(lambda: duties.drained >= 2)

    def test_one_broken_duty_stops_none_of_the_others(self, duties: FakeDuties, start_ticker: Start) -> None:
        duties.broken.update(("drain", "beat", "rebuild"))
        start_ticker(duties)
        duties.open("d", 0.1)
        duties.teams.add("north")
        wait_until(lambda: "d" in duties.fired)
        wait_until(lambda: "north" in duties.worked)

    def test_its_heart_beats(self, duties: FakeDuties, start_ticker: Start) -> None:
        start_ticker(duties)
        wait_until(lambda: "ticker" in duties.beats)

    def test_its_heart_stops_when_timers_are_stuck(self, duties: FakeDuties) -> None:
        from workers.hands import Hands

        hands = Hands(duties, duties.queue)
        hands.look()
        assert duties.beats == []
        hands.ticked()
        hands.look()
        assert duties.beats == ["ticker"]

    def test_mirrored_timers_are_disarmed_by_the_commit_that_closes_them(
        self, duties: FakeDuties, start_ticker: Start
    ) -> None:
        start_ticker(duties)
        duties.open("d", 0.5)
        del duties.due["d"]
        duties.queue.mirror(MirrorChanges(timers_disarm=["d"]))
        duties.open("e", 0.7)
        wait_until(lambda: "e" in duties.fired)
        assert "d" not in duties.fired

"""Claims: one claimer gets a thing, a lapsed lease gives it to the next, and order is exact."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from dispatch.errors import KeyReused
from dispatch.store import deadlines, idempotency, inbox, outbox
from dispatch.store.deadlines import DeadlineRow
from dispatch.store.engine import Record
from dispatch.store.inbox import Arrival
from dispatch.store.sealing import Sealer
from dispatch.store.tables_infra import data_keys
from dispatch.store.tables_infra import deadlines as deadline_table
from dispatch.store.tables_infra import outbox as outbox_table

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LEASE = timedelta(seconds=10)
SECOND = timedelta(seconds=1)


def effect(id_: str, priority: int = 1, **more: Any) -> dict[str, Any]:
    row = {"id": id_, "kind": "SendPage", "team": "default", "case_id": "c1", "page_id": id_, "alarm_id": None}
    return {**row, "person": "ana", "payload": {"voice": False}, "priority": priority, "not_before": NOW, **more}


def add(record: Record, *effects: dict[str, Any]) -> None:
    with record.write() as conn:
        outbox.add(conn, effects, NOW)


def take(record: Record, now: datetime = NOW, worker: str = "w1", limit: int = 10) -> list[str]:
    with record.write() as conn:
        return [row.id for row in outbox.claim(conn, now, worker, LEASE, limit)]


def all_at_once(workers: int, act: Callable[[int], None]) -> None:
    together = threading.Barrier(workers)

    def run(n: int) -> None:
        together.wait(10)
        act(n)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


class TestOutbox:
    def test_most_urgent_first_then_oldest(self, record: Record) -> None:
        add(record, effect("late-routine", 5), effect("urgent-1", 1))
        add(record, effect("urgent-2", 1), effect("immediate", 0))
        assert take(record, limit=3) == ["immediate", "urgent-1", "urgent-2"]
        assert take(record) == ["late-routine"]
        assert take(record) == []

    def test_nothing_goes_before_its_time(self, record: Record) -> None:
        add(record, effect("later", not_before=NOW + SECOND))
        assert take(record, NOW + SECOND - timedelta(microseconds=1)) == []
        assert take(record, NOW + SECOND) == ["later"]

    def test_a_claimed_row_carries_its_claim_and_its_count(self, record: Record) -> None:
        add(record, effect("e"))
        with record.write() as conn:
            (row,) = outbox.claim(conn, NOW, "w1", LEASE, 1)
        assert (row.state, row.claimed_by, row.lease_until, row.attempts) == ("claimed", "w1", NOW + LEASE, 1)
        assert row.payload == {"voice": False}

    def test_a_lapsed_lease_is_claimable_again_and_shows_as_a_second_attempt(self, record: Record) -> None:
        add(record, effect("e"))
        assert take(record) == ["e"]
        assert take(record, NOW + LEASE - timedelta(microseconds=1), "w2") == []
        with record.write() as conn:
            (row,) = outbox.claim(conn, NOW + LEASE, "w2", LEASE, 1)
        assert (row.claimed_by, row.attempts) == ("w2", 2)

    @pytest.mark.parametrize("state", ["done", "failed", "void"])
    def test_a_closed_row_is_never_claimed_again_and_closes_once(self, record: Record, state: outbox.Closed) -> None:
        add(record, effect("e"), effect("other"))
        assert take(record, limit=1) == ["e"]
        with record.write() as conn:
            assert outbox.close(conn, ["e", "unknown"], state, NOW) == 1
            assert outbox.close(conn, ["e"], "done", NOW) == 0
        assert take(record, NOW + 10 * LEASE) == ["other"]

    def test_a_result_after_the_lease_still_closes(self, record: Record) -> None:
        add(record, effect("e"))
        take(record)
        assert take(record, NOW + LEASE, "w2") == ["e"]
        with record.write() as conn:
            assert outbox.close(conn, ["e"], "done", NOW + LEASE) == 1
        assert take(record, NOW + 10 * LEASE) == []

    def test_only_the_holder_hands_back(self, record: Record) -> None:
        add(record, effect("e"))
        take(record)
        with record.write() as conn:
            assert not outbox.retry(conn, "e", "w2", NOW + SECOND)
            assert outbox.retry(conn, "e", "w1", NOW + SECOND)
            assert not outbox.retry(conn, "e", "w1", NOW + SECOND)
        assert take(record) == []
        assert take(record, NOW + SECOND, "w2") == ["e"]

    def test_next_due_is_the_first_moment_a_claim_can_succeed(self, record: Record) -> None:
        def due() -> datetime | None:
            with record.read() as conn:
                return outbox.next_due(conn)

        assert due() is None
        add(record, effect("a"), effect("b", not_before=NOW + 60 * SECOND))
        assert due() == NOW
        take(record)
        assert due() == NOW + LEASE
        with record.write() as conn:
            outbox.close(conn, ["a"], "done", NOW)
        assert due() == NOW + 60 * SECOND

    def test_each_effect_goes_to_exactly_one_of_many_claimers(self, record: Record) -> None:
        add(record, *(effect(f"e{i}", i % 3) for i in range(120)))
        taken: list[list[str]] = [[] for _ in range(6)]

        def drain(n: int) -> None:
            while ids := take(record, worker=f"w{n}", limit=7):
                taken[n].extend(ids)

        all_at_once(6, drain)
        everything = [id_ for ids in taken for id_ in ids]
        assert len(everything) == 120
        assert set(everything) == {f"e{i}" for i in range(120)}

    @pytest.mark.postgres
    def test_on_postgresql_a_claimer_passes_by_rows_that_another_is_taking(self, postgres_url: str) -> None:
        record = Record(postgres_url)
        with record.write() as conn:
            outbox_table.metadata.create_all(conn)
        add(record, effect("a"), effect("b"))
        other: list[str] = []
        with record.write() as conn:
            assert [row.id for row in outbox.claim(conn, NOW, "w1", LEASE, 1)] == ["a"]
            thread = threading.Thread(target=lambda: other.extend(take(record, worker="w2")))
            thread.start()
            thread.join(10)
            assert other == ["b"], "the second claimer waited for the first"
        record.dispose()

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(
            st.tuples(st.integers(0, 3), st.integers(-2, 2), st.sampled_from(["pending", "held", "lapsed", "done"])),
            max_size=8,
        ),
        st.integers(1, 4),
    )
    def test_a_claim_takes_what_the_words_say(
        self, record: Record, rows: list[tuple[int, int, str]], limit: int
    ) -> None:
        with record.write() as conn:
            conn.execute(delete(outbox_table))
            outbox.add(
                conn, [effect(f"e{i}", p, not_before=NOW + at * SECOND) for i, (p, at, _) in enumerate(rows)], NOW
            )
            for i, (_, _, state) in enumerate(rows):
                mine = outbox_table.update().where(outbox_table.c.id == f"e{i}")
                lease = {"held": NOW + SECOND, "lapsed": NOW}.get(state)
                conn.execute(mine.values(state="claimed" if lease else state, lease_until=lease))
        due = [
            (priority, i)
            for i, (priority, at, state) in enumerate(rows)
            if state == "lapsed" or (state == "pending" and at <= 0)
        ]
        assert take(record, limit=limit) == [f"e{i}" for _, i in sorted(due)[:limit]]


def clock(id_: str, owner: str, due_at: datetime = NOW, meaning: str = "page_overdue") -> DeadlineRow:
    return DeadlineRow(id_, "page", owner, meaning, due_at, "default", "c1")


def put(record: Record, *clocks: DeadlineRow) -> None:
    with record.write() as conn:
        deadlines.put(conn, clocks)


def fire(
    record: Record, now: datetime = NOW, ids: list[str] | None = None, limit: int = 10, who: str = "t1"
) -> list[str]:
    with record.write() as conn:
        return [row.id for row in deadlines.claim_due(conn, now, who, LEASE, ids, limit)]


class TestDeadlines:
    def test_none_fires_before_its_moment_and_the_longest_passed_fires_first(self, record: Record) -> None:
        put(record, clock("c", "p3", NOW + SECOND), clock("b", "p2", NOW), clock("a", "p1", NOW - SECOND))
        assert fire(record) == ["a", "b"]
        assert fire(record, NOW + SECOND) == ["c"]

    def test_only_those_asked_for(self, record: Record) -> None:
        put(record, clock("a", "p1"), clock("b", "p2"), clock("c", "p3", NOW + SECOND))
        assert fire(record, ids=["b", "c", "gone"]) == ["b"]
        assert fire(record, ids=[]) == []
        assert fire(record, limit=1) == ["a"]

    def test_an_owner_has_one_clock_and_a_moved_one_is_another(self, record: Record) -> None:
        put(record, clock("old", "p1"))
        assert fire(record) == ["old"]
        put(record, clock("new", "p1", NOW + SECOND, "receipt_overdue"))
        assert fire(record, ids=["old"]) == []
        assert fire(record) == []
        with record.write() as conn:
            (row,) = deadlines.claim_due(conn, NOW + SECOND, "t2", LEASE, None, 10)
        assert (row.id, row.meaning, row.claimed_by) == ("new", "receipt_overdue", "t2")

    def test_a_lapsed_lease_fires_again(self, record: Record) -> None:
        put(record, clock("a", "p1"))
        assert fire(record) == ["a"]
        assert fire(record, NOW + LEASE - timedelta(microseconds=1), who="t2") == []
        assert fire(record, NOW + LEASE, who="t2") == ["a"]

    def test_next_due_never_spins_on_a_claimed_one(self, record: Record) -> None:
        def due() -> datetime | None:
            with record.read() as conn:
                return deadlines.next_due(conn)

        assert due() is None
        put(record, clock("a", "p1", NOW - SECOND), clock("b", "p2", NOW + 60 * SECOND))
        assert due() == NOW - SECOND
        fire(record)
        assert due() == NOW + LEASE
        with record.write() as conn:
            conn.execute(delete(deadline_table).where(deadline_table.c.id == "a"))
        assert due() == NOW + 60 * SECOND

    def test_each_fires_for_exactly_one_of_many_tickers(self, record: Record) -> None:
        put(record, *(clock(f"d{i}", f"p{i}", NOW - i * SECOND) for i in range(60)))
        fired: list[list[str]] = [[] for _ in range(6)]

        def tick(n: int) -> None:
            with record.read() as conn:
                assert deadlines.next_due(conn) is not None
            for _ in range(20):
                fired[n].extend(fire(record, limit=5, who=f"t{n}"))

        all_at_once(6, tick)
        everything = [id_ for ids in fired for id_ in ids]
        assert sorted(everything) == sorted(f"d{i}" for i in range(60))


class TestInbox:
    def arrive(
        self, record: Record, sealer: Sealer, id_: str, sid: str = "SM1", status: str = "received"
    ) -> str | None:
        key = sealer.new_subject_key()
        body = sealer.seal("inbox", "body", id_, key, {"Body": "1 K7Q"})
        with record.write() as conn:
            return inbox.keep(conn, Arrival(id_, "twilio", sid, status, "token-1", NOW, body), key)

    def test_one_delivery_is_kept_once_with_its_key(self, record: Record, sealer: Sealer) -> None:
        assert self.arrive(record, sealer, "i1") is None
        assert self.arrive(record, sealer, "i2") == "i1"
        assert self.arrive(record, sealer, "i3", status="delivered") is None
        assert self.arrive(record, sealer, "i4", sid="SM2") is None
        with record.read() as conn:
            assert conn.scalar(select(func.count()).select_from(data_keys)) == 3
            assert inbox.load(conn, "i2") is None
            row = inbox.load(conn, "i1")
        assert row is not None
        assert (row.key_id, row.body.key_id, row.received_at) == (row.key_id, row.key_id, NOW)

    def test_twins_at_the_same_moment_are_kept_once(self, record: Record, sealer: Sealer) -> None:
        answers: list[str | None] = []
        all_at_once(6, lambda n: answers.append(self.arrive(record, sealer, f"i{n}")))
        assert answers.count(None) == 1
        assert len({answer for answer in answers if answer}) == 1

    def test_it_is_acted_on_once(self, record: Record, sealer: Sealer) -> None:
        self.arrive(record, sealer, "i1")
        acted: list[bool] = []

        def act(n: int) -> None:
            with record.write() as conn:
                acted.append(inbox.finish(conn, "i1", NOW))

        all_at_once(6, act)
        assert sorted(acted) == [False] * 5 + [True]

    def test_the_unread_come_least_often_tried_first(self, record: Record, sealer: Sealer) -> None:
        for n in (1, 2, 3):
            self.arrive(record, sealer, f"i{n}", sid=f"SM{n}")
        with record.write() as conn:
            inbox.failed(conn, "i1")
            inbox.finish(conn, "i2", NOW)
        with record.read() as conn:
            assert inbox.unread(conn, NOW + SECOND, 10) == ["i3", "i1"]
            assert inbox.unread(conn, NOW, 10) == []


class TestIdempotency:
    def claim(self, record: Record, key: str, contact: str, body: str = "h1", actor: str = "token:t1") -> str | None:
        with record.write() as conn:
            return idempotency.claim(conn, actor, key, body, contact, NOW)

    def test_the_same_key_and_body_is_the_first_contact(self, record: Record) -> None:
        assert self.claim(record, "k", "c1") is None
        assert self.claim(record, "k", "c2") == "c1"
        assert self.claim(record, "k", "c3", actor="token:t2") is None
        assert self.claim(record, "other", "c4") is None

    def test_another_body_is_refused(self, record: Record) -> None:
        self.claim(record, "k", "c1")
        with pytest.raises(KeyReused):
            self.claim(record, "k", "c2", body="h2")

    def test_a_concurrent_twin_waits_and_gets_the_first(self, record: Record) -> None:
        second: list[str | None] = []
        thread = threading.Thread(target=lambda: second.append(self.claim(record, "k", "c2")))
        with record.write() as conn:
            assert idempotency.claim(conn, "token:t1", "k", "h1", "c1", NOW) is None
            thread.start()
            thread.join(0.1)
        thread.join(10)
        assert second == ["c1"]

    def test_a_twin_of_one_that_failed_takes_its_place(self, record: Record) -> None:
        second: list[str | None] = []
        thread = threading.Thread(target=lambda: second.append(self.claim(record, "k", "c2")))

        def first_fails() -> None:
            with record.write() as conn:
                idempotency.claim(conn, "token:t1", "k", "h1", "c1", NOW)
                thread.start()
                thread.join(0.1)
                raise LookupError

        with pytest.raises(LookupError):
            first_fails()
        thread.join(10)
        assert second == [None]

    def test_old_keys_are_forgotten(self, record: Record) -> None:
        self.claim(record, "k", "c1")
        with record.write() as conn:
            assert idempotency.purge(conn, NOW) == 0
            assert idempotency.purge(conn, NOW + SECOND) == 1
        assert self.claim(record, "k", "c2", body="h2") is None

"""Before and after, on a real server: what each script makes of what was there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from dispatch.priority import Place, Urgency
from dispatch.queue import MirrorChanges, Queue
from dispatch.queue.keys import PLACES, WAITING

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def place(case_id: str, urgency: Urgency = Urgency.URGENT, *, by: int = 60, logged: int = 0) -> Place:
    """A place to be answered `by` minutes from now, logged `logged` seconds ago."""
    return Place(urgency.rank, NOW + timedelta(minutes=by), NOW - timedelta(seconds=logged), case_id)


A, B, C = place("a", by=10), place("b", by=20), place("c", by=30)
B_FIRST = replace(B, rank=Urgency.IMMEDIATE.rank)


@pytest.mark.parametrize(
    ("before", "put", "after"),
    [
        ([], A, ["a"]),
        ([B], A, ["a", "b"]),
        ([A], B, ["a", "b"]),
        ([A, C], B, ["a", "b", "c"]),
        ([A, B, C], B, ["a", "b", "c"]),
        ([A, B, C], B_FIRST, ["b", "a", "c"]),
    ],
    ids=["empty", "before", "behind", "between", "same again", "moved to the front"],
)
def test_put(queue: Queue, redis: Redis, before: list[Place], put: Place, after: list[str]) -> None:
    queue.waiting.replace("north", before)
    assert queue.waiting.put("north", put)
    assert queue.waiting.order("north") == after
    assert redis.zcard(WAITING.of("north")) == redis.hlen(PLACES.of("north")) == len(after)


@pytest.mark.parametrize(
    ("before", "case_id", "after"),
    [([], "a", []), ([A], "a", []), ([A, B], "a", ["b"]), ([A, B], "x", ["a", "b"])],
    ids=["empty", "the only one", "the first", "not waiting"],
)
def test_remove(queue: Queue, redis: Redis, before: list[Place], case_id: str, after: list[str]) -> None:
    queue.waiting.replace("north", before)
    assert queue.waiting.remove("north", case_id)
    assert queue.waiting.order("north") == after
    assert redis.hlen(PLACES.of("north")) == len(after)


@pytest.mark.parametrize(("case_id", "position"), [("a", 1), ("b", 2), ("c", 3), ("x", None)])
def test_position(queue: Queue, case_id: str, position: int | None) -> None:
    queue.waiting.replace("north", [C, A, B])
    assert queue.waiting.positions([("north", case_id), ("south", case_id)]) == [position, None]


def test_the_front_of_a_long_queue(queue: Queue) -> None:
    queue.waiting.replace("north", [C, A, B])
    assert queue.waiting.order("north", limit=2) == ["a", "b"]


def test_replacing_leaves_nothing_of_what_was_there(queue: Queue) -> None:
    queue.waiting.replace("north", [A, B])
    queue.waiting.replace("north", [C])
    assert queue.waiting.members("north") == [C.member]
    queue.waiting.replace("north", [])
    assert queue.waiting.members("north") == []


def test_a_case_that_changes_team_leaves_the_one_and_joins_the_other_in_one_commit(queue: Queue) -> None:
    queue.waiting.replace("north", [A, B])
    assert queue.mirror(MirrorChanges(waiting_put=[("south", A)], waiting_remove=[("north", "a")]))
    assert queue.waiting.order("north") == ["b"]
    assert queue.waiting.order("south") == ["a"]


places = st.builds(
    place,
    case_id=st.uuids().map(str),
    urgency=st.sampled_from(Urgency),
    by=st.integers(-100_000, 100_000),
    logged=st.integers(0, 1_000_000),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(places, max_size=20, unique_by=lambda each: each.case_id), st.randoms(use_true_random=False))
def test_the_set_sorts_as_places_do(queue: Queue, found: list[Place], random: object) -> None:
    queue.waiting.replace("north", [])
    for each in found:
        queue.waiting.put("north", each)
    assert queue.waiting.order("north") == [each.case_id for each in sorted(found)]

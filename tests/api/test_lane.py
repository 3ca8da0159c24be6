"""One commit for many: nobody waits for company, nobody's mistake is another's, and nobody is forgotten."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from dispatch.errors import Unavailable
from dispatch.http.lane import Lane
from tests.support.waiting import wait_until


class Work:
    """Answers ten times the number, and notes its batches; the first one only when it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go_on = threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(numbers))
        if len(self.batches) == 1:
            assert self.go_on.wait(10)
        if 13 in numbers:
            raise ValueError("thirteen")
        return [LookupError("seven") if number == 7 else 10 * number for number in numbers]


def together(work: Work, numbers: Sequence[int], most: int = 50) -> list[Any]:
    """What becomes of the numbers when all but the first come while it is under way."""

    async def ask() -> list[Any]:
        lane = Lane(work, most)
        asked = [asyncio.create_task(lane.do(numbers[0]))]
        await asyncio.to_thread(wait_until, lambda: work.batches, what="the first to begin alone")
        asked += [asyncio.create_task(lane.do(number)) for number in numbers[1:]]
        await asyncio.sleep(0)
        work.go_on.set()
        return list(await asyncio.gather(*asked, return_exceptions=True))

    return asyncio.run(ask())


def test_what_comes_while_a_batch_is_under_way_is_done_together_in_order() -> None:
    work = Work()
    assert together(work, [0, 1, 2, 3, 4, 5], most=3) == [0, 10, 20, 30, 40, 50]
    assert work.batches == [[0], [1, 2, 3], [4, 5]]


def test_one_that_is_wrong_fails_nobody_else() -> None:
    work = Work()
    first, wrong, *others = together(work, [1, 13, 2, 3])
    assert (first, others) == (10, [20, 30])
    assert str(wrong) == "thirteen"
    assert work.batches == [[1], [13, 2, 3], [13], [2], [3]]


def test_an_answer_that_is_an_error_is_raised_for_its_own_only() -> None:
    work = Work()
    first, wrong, other = together(work, [1, 7, 2])
    assert (first, other) == (10, 20)
    assert isinstance(wrong, LookupError)
    assert work.batches == [[1], [7, 2]]


def test_nobody_waits_for_ever_and_what_was_asked_is_done_all_the_same() -> None:
    """Somebody stands still with the record in hand."""
    work = Work()

    async def ask() -> list[Any]:
        lane = Lane(work, patience=0.05)
        late = await asyncio.gather(lane.do(1), lane.do(2), return_exceptions=True)
        work.go_on.set()
        return [*late, await lane.do(3)]

    *late, answer = asyncio.run(ask())
    assert [type(error) for error in late] == [Unavailable, Unavailable]
    assert answer == 30
    assert sorted(number for batch in work.batches for number in batch) == [1, 2, 3]


def test_what_was_begun_is_done_though_whoever_asked_has_gone() -> None:
    work = Work()

    async def ask() -> None:
        lane = Lane(work)
        asked = asyncio.create_task(lane.do(1))
        await asyncio.to_thread(wait_until, lambda: work.batches, what="it to begin")
        second = asyncio.create_task(lane.do(2))
        await asyncio.sleep(0)
        second.cancel()
        work.go_on.set()
        assert await asked == 10
        with pytest.raises(asyncio.CancelledError):
            await second
        await asyncio.to_thread(wait_until, lambda: work.batches == [[1], [2]], what="the second to be done")

    asyncio.run(ask())

"""One commit for many: nobody waits for company, nobody's mistake is another's, and nobody is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from dispatch.flow.together import Together
from tests.support.waiting import wait_until


class Work:
    """Answers ten times the number, and notes its batches; the first one only when it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go_on = threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        if len(self.batches) == 1:
            assert self.go_on.wait(10)
        if 13 in numbers:
            raise ValueError("thirteen")
        return [10 * number for number in numbers]


def gathered(together: Together[int, int]) -> int:
    return len(together._gathered)


def test_what_comes_while_a_batch_is_under_way_is_done_together_in_order() -> None:
    work = Work()
    together = Together(work, most=3)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(together.do, 0)
        wait_until(lambda: work.batches, what="the first to begin alone")
        others = []
        for number in range(1, 6):
            others.append(pool.submit(together.do, number))
            wait_until(lambda wanted=number: gathered(together) == wanted, what="it to wait its turn")  # type: ignore[misc]
        work.go_on.set()
        assert [one.result(10) for one in (first, *others)] == [0, 10, 20, 30, 40, 50]
    assert work.batches == [[0], [1, 2, 3], [4, 5]]


def test_one_that_is_wrong_fails_nobody_else() -> None:
    work = Work()
    together = Together(work)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(together.do, 1)
        wait_until(lambda: work.batches, what="the first to begin alone")
        others = [pool.submit(together.do, number) for number in (13, 2, 3)]
        wait_until(lambda: gathered(together) == 3, what="the others to gather")
        work.go_on.set()
        with pytest.raises(ValueError, match="thirteen"):
            others[0].result(10)
        assert [one.result(10) for one in (first, *others[1:])] == [10, 20, 30]


def test_whoever_only_begins_something_does_not_wait_and_it_is_done() -> None:
    work = Work()
    together = Together(work)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(together.begin, 1)
        wait_until(lambda: work.batches, what="the first to begin alone")
        together.begin(2)
        together.begin(13)
        assert work.batches == [[1]]
        work.go_on.set()
        first.result(10)
    assert work.batches == [[1], [2, 13], [2], [13]]
    assert together.do(4) == 40

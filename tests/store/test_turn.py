"""The lock that is handed over in order."""

from __future__ import annotations

import threading

from dispatch.store.turn import Turn
from tests.support.waiting import wait_until


def test_those_who_wait_are_served_in_the_order_in_which_they_came() -> None:
    turn, order = Turn(), list[int]()
    assert turn.take(0)

    def wait(n: int) -> None:
        assert turn.take(10)
        order.append(n)
        turn.leave()

    threads = []
    for n in range(5):
        threads.append(threading.Thread(target=wait, args=(n,)))
        threads[-1].start()
        wait_until(lambda n=n: len(turn._waiting) == n + 1)  # type: ignore[misc]
    turn.leave()
    assert turn.take(10), "whoever comes back waits behind the others"
    assert order == [0, 1, 2, 3, 4]
    for thread in threads:
        thread.join(10)


def test_who_gives_up_leaves_no_trace() -> None:
    turn = Turn()
    assert turn.take(0)
    assert not turn.take(0.01)
    turn.leave()
    assert turn.take(0)
    assert not turn.take(0.01)


def test_giving_up_and_being_served_at_once_never_loses_the_lock() -> None:
    turn, inside, most = Turn(), 0, 0

    def hurry() -> None:
        nonlocal inside, most
        for _ in range(200):
            if turn.take(0.0001):
                inside += 1
                most = max(most, inside)
                inside -= 1
                turn.leave()

    threads = [threading.Thread(target=hurry) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == 1
    assert turn.take(0), "a turn was given to somebody who had left"

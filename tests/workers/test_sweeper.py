from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from tests.support.waiting import wait_until
from tests.workers.fake import FakeDuties
from workers import heart, sweeper


@pytest.fixture
def quick_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heart, "EVERY", 0.0)


def test_a_round_that_fails_is_missed_by_the_heart_and_tried_again(duties: FakeDuties, quick_heart: None) -> None:
    rounds: list[int] = []

    class Sometimes(FakeDuties):
        def sweep(self) -> Mapping[str, int]:
            rounds.append(len(self.beats))
            if len(rounds) == 2:
                raise RuntimeError
            return {"stuck": len(rounds)}

    stop = threading.Event()
    sometimes = Sometimes(duties.queue)
    thread = threading.Thread(target=sweeper.run, args=(sometimes, stop, 0.01))
    thread.start()
    wait_until(lambda: len(rounds) >= 4)
    stop.set()
    thread.join(5)
    assert rounds[:4] == [0, 1, 1, 2]
    assert set(sometimes.beats) == {"sweeper"}


def test_a_heart_beats_once_in_its_time_and_never_raises(duties: FakeDuties) -> None:
    beating = heart.Heart(duties, "ticker")
    for _ in range(100):
        beating.beat()
    assert duties.beats == ["ticker"]
    duties.broken.add("beat")
    heart.Heart(duties, "ticker").beat()

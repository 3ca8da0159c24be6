"""Of two who are out together one is known to be safe: that says nothing of the other."""

from __future__ import annotations

import pytest

from dispatch import answering, working
from dispatch.alarming import end_safety
from dispatch.case import Event, Line
from dispatch.casefile import Turn
from dispatch.priority import Urgency
from tests.heart.bench import Bench, found


@pytest.fixture
def two() -> Bench:
    """Ana and Ben are on scene, and neither has answered the check-in."""
    bench = Bench()
    bench.open(found(Urgency.URGENT, people=2), line=Line.HELD)
    for person in ("ana", "ben"):
        bench.decide(lambda turn, who=person: answering.assign(turn, who))  # type: ignore[misc]
    bench.decide(lambda turn: working.status(turn, Event.ARRIVED, "ana"))
    for _ in range(2):
        assert bench.file.case.deadline is not None
        bench.now = bench.file.case.deadline.due_at
        bench.fire_due()
    assert subjects(bench) == {"ana", "ben"}
    return bench


def subjects(bench: Bench) -> set[str | None]:
    return {alarm.subject for alarm in bench.ringing()}


def test_an_answer_ends_ones_own_alarm_alone(two: Bench) -> None:
    def ok(turn: Turn) -> None:
        turn.happened(Event.CHECKED_IN, person="ana")
        end_safety(turn, "ana", heard=False)

    two.decide(ok, "ana")
    assert subjects(two) == {"ben"}


def test_so_does_saying_that_the_work_is_done(two: Bench) -> None:
    two.decide(lambda turn: working.status(turn, Event.CLEARED, "ana"), "ana")
    assert subjects(two) == {"ben"}


def test_a_lead_who_has_heard_one_ends_that_ones_alarm(two: Bench) -> None:
    two.decide(lambda turn: answering.call_for_help(turn, "ben", "asked_for_help"), "ben")
    two.decide(lambda turn: working.status(turn, Event.CHECKED_IN, "ana", by_lead=True), "kim")
    assert subjects(two) == {"ben"}
    two.decide(lambda turn: working.status(turn, Event.CHECKED_IN, "ben", by_lead=True), "kim")
    assert subjects(two) == set()


def test_whoever_has_the_case_no_more_is_spoken_for_with_the_others(two: Bench) -> None:
    two.decide(lambda turn: answering.call_for_help(turn, "ben", "asked_for_help"), "ben")
    two.decide(lambda turn: answering.release(turn, "ben", "released"), "kim")
    two.decide(lambda turn: working.status(turn, Event.CHECKED_IN, "ana", by_lead=True), "kim")
    assert subjects(two) == set()

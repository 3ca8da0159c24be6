"""Closing a case others are at work on: who may, and who hears it; and taking it up again."""

from __future__ import annotations

from dispatch import answering, closure, working
from dispatch.case import Event, Line
from dispatch.casefile import Turn
from dispatch.effects import Tell
from dispatch.priority import Urgency
from tests.heart.bench import NOON, Bench, found


def with_ana(urgency: Urgency = Urgency.SOON, line: Line = Line.HELD) -> Bench:
    bench = Bench()
    bench.open(found(urgency), line=line)
    bench.decide(lambda turn: answering.assign(turn, "ana"))
    return bench


def told_of_the_end(bench: Bench, by: str | None = None) -> list[str]:
    def close(turn: Turn) -> list[str]:
        closure.close(turn, "outpatient", by)
        return [each.person for each in turn.effects if isinstance(each, Tell) and each.words == "closed"]

    return bench.decide(close)


class TestWhoHearsIt:
    def test_whoever_is_on_the_way_does_not_travel_to_a_case_that_is_no_more(self) -> None:
        bench = with_ana()
        bench.decide(lambda turn: working.status(turn, Event.EN_ROUTE, "ana"))
        assert told_of_the_end(bench) == ["ana"]

    def test_whoever_closes_it_knows(self) -> None:
        assert told_of_the_end(with_ana(), by="ana") == []

    def test_whoever_was_done_is_not_texted_for_the_paper(self) -> None:
        bench = with_ana()
        bench.decide(lambda turn: working.status(turn, Event.CLEARED, "ana"))
        assert told_of_the_end(bench) == []

    def test_a_stand_down_nobody_answered_is_not_the_last_they_hear(self) -> None:
        bench = with_ana()
        bench.decide(working.stand_down)
        assert told_of_the_end(bench) == ["ana"]


class TestWhoMay:
    def test_only_a_lead_ends_a_safety_alarm_by_closing(self) -> None:
        """An attacker who holds the telephone would do just that."""
        bench = with_ana()
        assert closure.why_a_lead(bench.file) is None
        bench.decide(lambda turn: answering.call_for_help(turn, "ana", "asked_for_help"))
        assert closure.why_a_lead(bench.file) == "A safety alarm rings for somebody who has this case"

    def test_only_a_lead_closes_what_is_urgent_before_anybody_has_spoken_with_the_person(self) -> None:
        bench = with_ana(Urgency.URGENT)
        assert closure.why_a_lead(bench.file) == "Nobody has spoken with the person yet"
        bench.decide(lambda turn: working.status(turn, Event.ENGAGED, "ana"))
        assert closure.why_a_lead(bench.file) is None


def test_a_case_taken_up_again_at_night_frees_whoever_had_it_for_others_at_once() -> None:
    bench = Bench()
    bench.open(found(Urgency.SOON), at=NOON.replace(day=7, hour=4), line=Line.HELD)
    bench.decide(lambda turn: answering.assign(turn, "ana"))
    bench.decide(working.stand_down)

    def again(turn: Turn) -> bool:
        closure.reopen(turn)
        return turn.nudge

    assert bench.decide(again)
    assert bench.file.owners == ()


def test_a_case_taken_up_again_promises_to_call_back_again() -> None:
    bench = with_ana(Urgency.URGENT, Line.LOST)
    told_of_the_end(bench)
    assert not [one for one in bench.file.recontacts if one.open]
    bench.decide(closure.reopen)
    assert len([one for one in bench.file.recontacts if one.open]) == 1

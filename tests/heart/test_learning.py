"""What is learnt of a case after it was opened, or set by hand, reaches everything that goes by it: whom it needs, the
promise to call back, how many go, and what a finished form may take back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch import answering, opening, working
from dispatch.case import Line, State
from dispatch.casefile import Turn
from dispatch.contactvalues import Population
from dispatch.effects import Effect, Tell
from dispatch.escalation import Run
from dispatch.priority import Mode, Urgency
from tests.heart.bench import FACTS, NOON, POLICY, ZONE, Bench, found

DOUBTS = ("weapon_unknown", "location_unknown")


def a_case(urgency: Urgency = Urgency.SOON, **how: object) -> Bench:
    bench = Bench()
    bench.open(found(urgency), **how)  # type: ignore[arg-type]
    return bench


def raised(bench: Bench, urgency: Urgency, doubts: tuple[str, ...] = ()) -> None:
    assert bench.decide(lambda turn: working.regrade(turn, urgency, confirmed=False, doubts=doubts))


def test_whom_the_person_needs_is_learnt_from_a_second_contact_too() -> None:
    """The first caller did not know that it is about a child who speaks no English."""
    bench = a_case()
    told = replace(
        FACTS,
        population=Population.CHILD,
        languages=("es",),
        responder_gender="female",
        skills=("psychosis",),
        area="fairfax",
    )
    bench.assess(found(Urgency.SOON), told)
    case = bench.file.case
    assert (case.population, case.languages, case.gender) == ("child", ("es",), "female")
    assert (case.skills, case.area) == (("psychosis",), "fairfax")


class TestTheScene:
    def test_that_somebody_cleared_is_not_held_again_by_what_was_known_before(self) -> None:
        bench = Bench()
        bench.open(found(Urgency.URGENT, hold=True))
        bench.decide(working.scene_cleared)
        bench.assess(found(Urgency.URGENT, hold=True))
        assert not bench.file.case.scene_hold

    def test_is_held_again_by_a_danger_that_is_told_anew(self) -> None:
        bench = Bench()
        bench.open(found(Urgency.URGENT, hold=True))
        bench.decide(working.scene_cleared)
        bench.assess(found(Urgency.URGENT, hold=True), unsafe=True)
        assert bench.file.case.scene_hold


class TestAtNight:
    """Pages about what is soon or routine wait for the morning."""

    night = NOON.replace(day=7, hour=4)

    def asleep(self) -> Bench:
        bench = Bench()
        bench.open(found(Urgency.ROUTINE), at=self.night)
        assert bench.file.escalation is not None
        assert bench.file.escalation.state is Run.HELD
        return bench

    @pytest.mark.parametrize(("urgency", "people"), [(Urgency.SOON, 1), (Urgency.ROUTINE, 2)])
    def test_what_rises_no_further_than_that_waits_on(self, urgency: Urgency, people: int) -> None:
        bench = self.asleep()
        bench.assess(found(urgency, people=people))
        running = bench.file.escalation
        assert running is not None
        assert (running.state, running.urgency, running.needed) == (Run.HELD, urgency, people)
        assert running.deadline is not None
        assert running.deadline.due_at == bench.file.case.held_until
        bench.check()

    def test_what_is_urgent_does_not(self) -> None:
        bench = self.asleep()
        bench.assess(found(Urgency.URGENT))
        assert bench.file.case.held_until is None
        assert bench.file.escalation is not None
        assert bench.file.escalation.state is Run.ASKING

    def test_nor_what_somebody_raises_by_hand(self) -> None:
        bench = self.asleep()
        raised(bench, Urgency.SOON)
        assert bench.file.escalation is not None
        assert bench.file.escalation.state is Run.ASKING


class TestSetByHand:
    def test_stands_in_every_way_when_the_form_is_finished(self) -> None:
        bench = Bench()
        bench.open(found(Urgency.SOON, incomplete=True))
        raised(bench, Urgency.VERY_URGENT)
        bench.assess(found(Urgency.ROUTINE))
        case = bench.file.case
        assert (case.urgency, case.mode) == (Urgency.VERY_URGENT, Mode.MOBILE)
        assert case.respond_by == NOON + POLICY.respond_by[Urgency.VERY_URGENT]

    def test_keeps_its_time_while_a_form_stays_unfinished(self) -> None:
        bench = Bench()
        bench.open(found(Urgency.URGENT, incomplete=True))
        raised(bench, Urgency.IMMEDIATE)
        bench.assess(found(Urgency.URGENT, incomplete=True))
        assert bench.file.case.respond_by == NOON + POLICY.respond_by[Urgency.IMMEDIATE]

    def test_keeps_its_time_when_a_lower_result_is_confirmed(self) -> None:
        bench = a_case(Urgency.SOON)
        raised(bench, Urgency.URGENT)
        bench.assess(found(Urgency.VERY_URGENT))
        bench.decide(lambda turn: opening.lowered(turn, found(Urgency.ROUTINE)))
        case = bench.file.case
        assert (case.urgency, case.respond_by) == (Urgency.URGENT, NOON + POLICY.respond_by[Urgency.URGENT])

    def test_does_not_wait_for_the_operators_form(self) -> None:
        bench = Bench()
        bench.open(found(Urgency.SOON, incomplete=True), assessing=True)
        raised(bench, Urgency.IMMEDIATE)
        assert bench.file.case.state is State.WAITING
        assert bench.file.escalation is not None
        assert bench.file.escalation.urgency is Urgency.IMMEDIATE


class TestACallThatBecomesAVisit:
    """`soon` is answered by telephone, `urgent` by a visit; where a weapon may be, nobody visits alone."""

    def test_needs_two_where_nobody_would_go_alone(self) -> None:
        bench = a_case(Urgency.SOON)
        raised(bench, Urgency.URGENT, DOUBTS)
        case = bench.file.case
        assert (case.mode, case.needed, case.needed_because, case.safety) == (Mode.MOBILE, 2, DOUBTS, ("2-person",))
        assert bench.file.escalation is not None
        assert bench.file.escalation.missing == 2

    def test_whoever_has_it_is_joined_by_another(self) -> None:
        bench = a_case(Urgency.SOON)
        bench.decide(lambda turn: answering.assign(turn, "ana"))
        raised(bench, Urgency.URGENT, DOUBTS)
        bench.check()
        assert bench.file.owners == ("ana",)
        assert bench.file.escalation is not None

    def test_a_visit_that_was_one_already_stays_as_it_was_judged(self) -> None:
        bench = a_case(Urgency.URGENT)
        raised(bench, Urgency.VERY_URGENT, DOUBTS)
        assert bench.file.case.needed == 1


class TestThePromiseToCallBack:
    @pytest.mark.parametrize("by_hand", [True, False])
    def test_is_made_when_a_case_rises_to_where_one_is(self, by_hand: bool) -> None:
        bench = a_case(Urgency.SOON, line=Line.LOST)
        assert not bench.file.recontacts
        if by_hand:
            raised(bench, Urgency.VERY_URGENT)
        else:
            bench.assess(found(Urgency.VERY_URGENT))
        [promise] = bench.file.recontacts
        assert promise.every == timedelta(minutes=10)

    @pytest.mark.parametrize("by_hand", [True, False])
    def test_runs_no_slower_than_the_urgency_asks_now(self, by_hand: bool) -> None:
        bench = a_case(Urgency.URGENT, line=Line.LOST)
        bench.now += timedelta(minutes=5)
        if by_hand:
            raised(bench, Urgency.VERY_URGENT)
        else:
            bench.assess(found(Urgency.VERY_URGENT))
        [promise] = bench.file.recontacts
        assert promise.deadline is not None
        assert (promise.every, promise.deadline.due_at) == (timedelta(minutes=10), NOON + timedelta(minutes=15))

    def test_is_not_put_off_by_a_rise(self) -> None:
        bench = a_case(Urgency.URGENT, line=Line.LOST)
        bench.now += timedelta(minutes=28)
        raised(bench, Urgency.VERY_URGENT)
        [promise] = bench.file.recontacts
        assert promise.deadline is not None
        assert promise.deadline.due_at == NOON + timedelta(minutes=30)


def test_whoever_confirms_a_911_hand_off_does_not_take_back_the_consent_that_was_given() -> None:
    bench = a_case(Urgency.IMMEDIATE)
    bench.decide(lambda turn: working.call_emergency(turn, "op1", "police", "77", "yes", None))
    bench.decide(lambda turn: working.call_emergency(turn, "op2", "police", None, "unknown", turn.now))
    [hand_off] = bench.file.emergencies
    assert (hand_off.person_consented, hand_off.incident_number, hand_off.open) == ("yes", "77", False)


@pytest.mark.parametrize("by_hand", [True, False])
def test_whoever_has_a_case_hears_that_it_has_risen(by_hand: bool) -> None:
    bench = a_case(Urgency.SOON)
    bench.decide(lambda turn: answering.assign(turn, "ana"))

    def rise(turn: Turn) -> list[Effect]:
        if by_hand:
            working.regrade(turn, Urgency.VERY_URGENT, confirmed=False)
        else:
            opening.assessed_again(turn, found(Urgency.VERY_URGENT), FACTS, ZONE)
        return list(turn.effects)

    told = {"code": "K7Q", "urgency": "very_urgent"}
    assert Tell("ana", "regraded", told) in bench.decide(rise)

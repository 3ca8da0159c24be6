"""Nobody is left alone where two are needed, and no case that rises stays without anybody being asked: whichever way
it came to have nobody looked for."""

from __future__ import annotations

from dataclasses import replace

from dispatch import answering, working
from dispatch.alarm import Kind
from dispatch.case import Line, State
from dispatch.priority import Urgency
from dispatch.teammix import Mix
from tests.heart.bench import POLICY, Bench, found


def test_one_of_two_given_a_case_that_is_still_assessed_is_not_left_alone() -> None:
    bench = Bench()
    bench.open(found(Urgency.URGENT, people=2, incomplete=True), assessing=True)
    bench.decide(lambda turn: answering.assign(turn, "ana"))
    bench.check()
    running = bench.file.escalation
    assert running is not None
    assert (bench.file.owners, running.missing, bench.file.case.state) == (("ana",), 1, State.LOGGED)
    bench.match(lambda may, most: may[:most])
    assert "ana" not in {page.person for page in bench.file.pages}
    page = bench.file.pages[0]
    bench.decide(lambda turn: answering.accept(turn, page.person, page), page.person)
    assert (bench.file.case.state, bench.file.escalation) == (State.ACCEPTED, None)


def test_who_may_not_work_alone_is_not_left_alone_by_an_assignment() -> None:
    bench = Bench()
    bench.open(found(Urgency.URGENT, incomplete=True), assessing=True)
    bench.decide(
        lambda turn: answering.assign(turn, "ana", Mix(complete=False, possible=True, size=2, reason="trainee_alone"))
    )
    bench.check()
    running = bench.file.escalation
    assert running is not None
    assert running.missing == 1


def test_who_has_a_case_that_turns_out_to_need_two_does_not_go_alone() -> None:
    """The first caller knew of no weapon; a second one, an hour later, does not know."""
    bench = Bench()
    bench.open(found(Urgency.URGENT))
    bench.decide(lambda turn: answering.assign(turn, "ana"))
    assert not [run for run in bench.file.escalations if run.open]
    bench.assess(found(Urgency.URGENT, people=2))
    bench.check()
    running = bench.file.escalation
    assert running is not None
    assert (running.missing, bench.file.owners, bench.file.case.state) == (1, ("ana",), State.ACCEPTED)


def test_where_one_after_another_says_yes_and_nobody_calls_a_coordinator_hears_of_it() -> None:
    bench = Bench()
    bench.open(found(Urgency.VERY_URGENT), line=Line.HELD)
    bench.decide(lambda turn: answering.assign(turn, "ana"))
    bench.now += POLICY.check_in.contact[Urgency.VERY_URGENT]
    bench.fire_due()
    bench.match(lambda may, most: [one for one in may if one == "ben"][:most])
    page = next(page for page in bench.file.pages if page.person == "ben")
    bench.decide(lambda turn: answering.accept(turn, "ben", page), "ben")
    assert (bench.file.escalation, bench.ringing()) == (None, [])
    bench.now += POLICY.check_in.contact[Urgency.VERY_URGENT]
    bench.fire_due()
    assert [alarm.kind for alarm in bench.ringing()] == [Kind.CONTACT_OVERDUE]
    assert bench.file.escalation is not None, "and one more is asked all the same"


def test_a_case_for_which_nobody_was_to_be_paged_is_paged_once_it_rises() -> None:
    for by_hand in (True, False):
        bench = Bench()
        bench.open(replace(found(Urgency.ROUTINE), pages=False))
        assert not [run for run in bench.file.escalations if run.open]
        if by_hand:
            bench.decide(lambda turn: working.regrade(turn, Urgency.VERY_URGENT, confirmed=True))
        else:
            bench.assess(found(Urgency.VERY_URGENT))
        bench.check()
        assert bench.file.escalation is not None
        assert bench.file.escalation.urgency is Urgency.VERY_URGENT

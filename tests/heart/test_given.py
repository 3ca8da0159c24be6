"""A case given to somebody by name before anybody was looked for: one person is not yet the whole team."""

from __future__ import annotations

from dispatch import answering
from dispatch.case import State
from dispatch.priority import Urgency
from dispatch.teammix import Mix
from tests.heart.bench import Bench, found


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

"""A new case: whether it waits for the operator's form, or is looked after at once."""

from __future__ import annotations

import pytest

from dispatch.case import State
from dispatch.priority import Urgency
from tests.heart.bench import Bench, found


@pytest.mark.parametrize("urgency", Urgency)
def test_a_form_holds_back_a_case_only_while_it_could_still_come_to_be_more_urgent(urgency: Urgency) -> None:
    """An emergency call, or an attempt in progress by the instrument alone, names no hard stop among the facts."""
    bench = Bench()
    bench.open(found(urgency, incomplete=True), assessing=True)
    waits = urgency is not Urgency.IMMEDIATE
    assert (bench.file.case.state is State.LOGGED, bench.file.escalation is None) == (waits, waits)


def test_a_form_that_is_finished_holds_nothing_back() -> None:
    bench = Bench()
    bench.open(found(Urgency.SOON), assessing=True)
    assert bench.file.case.state is State.WAITING

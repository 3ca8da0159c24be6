"""A case that rises after its ladder came to an end: what was set for a routine one does not go on at that pace."""

from __future__ import annotations

import pytest

from dispatch.case import Line
from dispatch.priority import Urgency
from tests.heart.test_machine import AnyCase


def at_the_end_of_a_routine_ladder() -> AnyCase:
    case = AnyCase()
    case.logged(urgency=Urgency.ROUTINE, two=False, assessing=False, hours=0, line=Line.HELD)
    case.time_passes_to_the_next_deadline(times=1)
    for _ in range(3):
        case.escalated_by_hand()
    return case


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "untaken"])
def test_silence_after_a_rise_rings_as_soon_as_the_new_urgency_says(taken: bool) -> None:
    case = at_the_end_of_a_routine_ladder()
    if taken:
        case.assigned_by_name(person="ana")
    else:
        case.backup(person=None)
    case.assessed_again(incomplete=False, two=False, urgency=Urgency.IMMEDIATE)
    case.teardown()


@pytest.mark.parametrize("urgency", [Urgency.ROUTINE, Urgency.URGENT, Urgency.IMMEDIATE])
def test_backup_called_while_the_operator_was_still_asking_is_no_smaller_than_what_was_then_learnt(
    urgency: Urgency,
) -> None:
    case = AnyCase()
    case.logged(urgency=Urgency.SOON, two=False, assessing=True, hours=0, line=Line.ENDED)
    case.backup(person="ben")
    case.assessed_again(incomplete=False, two=True, urgency=urgency)
    running = case.bench.file.escalation
    assert running is not None
    assert (running.missing, running.urgency) == (2, case.bench.file.case.urgency)
    case.somebody_accepts(person="ana")
    case.what_must_be_true_is()
    case.teardown()

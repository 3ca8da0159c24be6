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

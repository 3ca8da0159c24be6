"""Raising is everybody's; lowering takes a second person, or the QMHP who spoke with the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.assessed import Assessed, standing
from dispatch.errors import Refused
from dispatch.policyfile import default
from dispatch.priority import Urgency
from dispatch.regrade import Lowered, Proposed, Raised, confirm, regrade
from tests.triage.made import ANSWERED, scored, unfinished


def later(minutes: int, result: Assessed) -> Assessed:
    return replace(result, at=ANSWERED + timedelta(minutes=minutes))


def bands(*history: Assessed) -> tuple[list[str | None], list[str | None]]:
    found = standing(history, default())
    return [one.band for one in found.counts], [one.band for one in found.proposed]


def cssrs(band: str, minutes: int, *, confirmed: bool = False) -> Assessed:
    return later(minutes, scored("cssrs-screener", band, confirmed=confirmed))


def test_a_higher_result_counts_at_once() -> None:
    assert bands(cssrs("low", 0), cssrs("high", 5)) == (["high"], [])


def test_a_lower_result_waits_until_it_is_confirmed() -> None:
    assert bands(cssrs("high", 0), cssrs("low", 5)) == (["high"], ["low"])
    assert bands(cssrs("high", 0), cssrs("low", 5, confirmed=True)) == (["low"], [])


def test_the_order_of_arrival_does_not_matter_but_the_time_of_asking_does() -> None:
    assert bands(cssrs("low", 5), cssrs("high", 0)) == (["high"], ["low"])


def test_rising_again_clears_what_was_proposed() -> None:
    assert bands(cssrs("moderate", 0), cssrs("low", 5), cssrs("high", 9)) == (["high"], [])


def test_each_protocol_stands_for_itself() -> None:
    other = later(5, scored("pss-3", "negative"))
    assert bands(cssrs("high", 0), other) == (["high", "negative"], [])


def test_finishing_an_unfinished_form_is_not_lowering_it() -> None:
    begun = unfinished("cssrs-screener", "none", "high")
    assert bands(begun, cssrs("low", 5)) == (["low"], [])
    established = unfinished("cssrs-screener", "moderate", "high")
    assert bands(established, cssrs("low", 5)) == ([None], ["low"])


def test_starting_over_and_finishing_lower_is_still_lowering() -> None:
    begun_again = later(5, unfinished("cssrs-screener", "none", "high"))
    assert bands(cssrs("moderate", 0), begun_again) == (["moderate", None], [])
    assert bands(cssrs("moderate", 0), begun_again, cssrs("none", 9)) == (["moderate", None], ["none"])


def test_a_flag_that_raised_does_not_go_away_unconfirmed() -> None:
    raised = scored("phq-9", "mild", flags={"item9_flag": True})
    calm = later(5, scored("phq-9", "mild", flags={"item9_flag": False}))
    assert standing([raised, calm], default()).counts == (raised,)
    assert standing([raised, calm], default()).proposed == (calm,)


def test_anyone_may_raise() -> None:
    assert regrade(Urgency.SOON, Urgency.URGENT, "oli", spoke_with_person=False) == Raised(Urgency.URGENT, "oli")


def test_lowering_is_proposed_until_another_person_confirms() -> None:
    wish = regrade(Urgency.URGENT, Urgency.SOON, "oli", spoke_with_person=False)
    assert wish == Proposed(Urgency.SOON, "oli")
    assert isinstance(wish, Proposed)
    with pytest.raises(Refused):
        confirm(Urgency.URGENT, wish, "oli", spoke_with_person=False)
    assert confirm(Urgency.URGENT, wish, "dee", spoke_with_person=False) == Lowered(Urgency.SOON, "oli", "dee")


def test_the_qmhp_who_spoke_with_the_person_confirms_alone() -> None:
    lowered = Lowered(Urgency.SOON, "ana", "ana")
    assert regrade(Urgency.URGENT, Urgency.SOON, "ana", spoke_with_person=True) == lowered
    assert confirm(Urgency.URGENT, Proposed(Urgency.SOON, "ana"), "ana", spoke_with_person=True) == lowered


@pytest.mark.parametrize("now", [Urgency.SOON, Urgency.ROUTINE])
def test_a_proposal_is_worth_nothing_once_the_case_is_no_more_urgent(now: Urgency) -> None:
    with pytest.raises(Refused):
        confirm(now, Proposed(Urgency.SOON, "oli"), "dee", spoke_with_person=False)


def test_a_regrade_to_what_it_is_already_is_refused() -> None:
    with pytest.raises(Refused):
        regrade(Urgency.SOON, Urgency.SOON, "oli", spoke_with_person=False)

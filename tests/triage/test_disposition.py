"""Which contacts may end on the call, and which need somebody to be found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.contactvalues import NO_RESPONSE, CallType
from dispatch.disposition import Disposition, Ending, FollowUpChoice, Outcome, needs_case, objections
from dispatch.facts import HARD_STOPS, Facts, Safety
from dispatch.priority import Urgency
from tests.triage.made import facts, safety

RESOLVED = Ending(
    disposition=Disposition.RESOLVED_ON_CALL,
    outcome=Outcome.PLAN_MADE,
    resources_offered=("988",),
    follow_up=FollowUpChoice.ACCEPTED,
)
PRANK = facts(call_type=CallType.PRANK)


def fields(who: Facts, urgency: Urgency, ending: Ending | None) -> list[str]:
    return [fault.field for fault in objections(who, urgency, ending)]


def test_resolved_on_call_makes_no_case() -> None:
    assert fields(facts(), Urgency.SOON, RESOLVED) == []
    assert not needs_case(facts(), Urgency.SOON, RESOLVED)


@pytest.mark.parametrize("left_out", ["outcome", "resources_offered", "follow_up"])
def test_resolved_on_call_says_how(left_out: str) -> None:
    unsaid = replace(RESOLVED, **{left_out: None})  # type: ignore[arg-type]  # one of three optional fields
    assert fields(facts(), Urgency.SOON, unsaid) == [left_out]


@pytest.mark.parametrize("urgency", [Urgency.IMMEDIATE, Urgency.VERY_URGENT, Urgency.URGENT])
def test_nothing_urgent_is_resolved_on_the_call_unless_a_supervisor_confirms(urgency: Urgency) -> None:
    assert fields(facts(), urgency, RESOLVED) == ["disposition"]
    assert fields(facts(), urgency, replace(RESOLVED, confirmed_by="dee")) == []


@pytest.mark.parametrize("fact", HARD_STOPS)
@pytest.mark.parametrize("answer", ["yes", "unknown"])
def test_a_hard_stop_that_is_not_no_needs_a_supervisor(fact: str, answer: str) -> None:
    there = safety(**{"weapon": "yes", "violence": "yes", fact: answer})
    assert fields(facts(safety=there), Urgency.SOON, RESOLVED) == ["disposition"]
    assert fields(facts(safety=there), Urgency.SOON, replace(RESOLVED, confirmed_by="dee")) == []


def test_six_facts_answered_no_are_enough() -> None:
    no = safety(weapon_in_hand="unknown", violence_now="unknown")
    assert fields(facts(safety=no), Urgency.SOON, RESOLVED) == []
    assert len(fields(facts(safety=Safety()), Urgency.SOON, RESOLVED)) == len(HARD_STOPS)


@pytest.mark.parametrize("call_type", list(CallType))
def test_only_calls_that_ask_for_nothing_make_no_case(call_type: CallType) -> None:
    who = facts(call_type=call_type)
    assert needs_case(who, Urgency.ROUTINE, None) is (call_type not in NO_RESPONSE)
    assert needs_case(who, Urgency.SOON, None)


def test_a_call_that_asks_for_nothing_ends_with_a_disposition() -> None:
    assert fields(PRANK, Urgency.ROUTINE, None) == ["disposition"]
    assert fields(PRANK, Urgency.ROUTINE, Ending(disposition=Disposition.CALL_ENDED)) == []
    assert fields(PRANK, Urgency.ROUTINE, Ending(disposition=Disposition.INVOLUNTARY_HOLD)) == ["disposition"]


def test_a_prank_call_with_anything_above_routine_is_not_ended() -> None:
    assert fields(PRANK, Urgency.SOON, Ending(disposition=Disposition.CALL_ENDED)) == ["disposition"]
    assert fields(PRANK, Urgency.SOON, None) == []


def test_a_person_in_crisis_is_not_ended_like_a_wrong_number() -> None:
    assert fields(facts(), Urgency.ROUTINE, Ending(disposition=Disposition.NO_ONE_SPOKE)) == ["disposition"]

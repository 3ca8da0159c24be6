"""Properties: a gap never lowers a risk, and nothing that is worse makes a case less urgent or later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assessed import Assessed, standing
from dispatch.contactvalues import CallType, Population, Tri, Worry
from dispatch.facts import HARD_STOPS, SAFETY_FACTS, Facts, Safety, together
from dispatch.policyfile import default
from dispatch.priority import Mode, Urgency
from dispatch.triage import Triage, triage
from tests.triage.made import ANSWERED, NOW, scored

POLICY = default()
STRENGTH = (Mode.PHONE, Mode.MOBILE, Mode.CO_RESPONSE, Mode.EMERGENCY)
TRIS = st.sampled_from(Tri)

#: protocol -> its bands, calmest first, where every step up is at least as urgent
LADDERS = {
    "cssrs-screener": ("none", "low", "moderate", "high"),
    "asq": ("negative", "non_acute_positive", "acute_positive"),
    "pss-3": ("negative", "positive"),
    "lifeline-imminent-risk": ("not_imminent_by_rule", "imminent", "emergency_rescue"),
    "ctrs": ("non_urgent", "low", "medium", "high", "extreme"),
    "marcus-alert": ("1", "2", "3", "4"),
    "phq-9": ("minimal", "severe"),
}

safeties = st.builds(Safety, **dict.fromkeys(SAFETY_FACTS, TRIS))
people = st.builds(
    Facts,
    call_type=st.sampled_from(CallType),
    safety=safeties,
    worry=st.sampled_from(Worry),
    location_known=TRIS,
    visit=TRIS,
    minor=TRIS,
)


@st.composite
def results(draw: st.DrawFn) -> Assessed:
    protocol = draw(st.sampled_from(sorted(LADDERS)))
    bands = LADDERS[protocol]
    low = draw(st.integers(0, len(bands) - 1))
    high = draw(st.integers(low, len(bands) - 1))
    hours = draw(st.none() | st.integers(0, 100))
    done = low == high and draw(st.booleans())
    return scored(
        protocol,
        bands[low] if done else draw(st.sampled_from([None, bands[low]])),
        floor=bands[low],
        ceiling=bands[high],
        incomplete=not done,
        respond_within=None if hours is None else timedelta(hours=hours),
        at=ANSWERED + timedelta(minutes=draw(st.integers(0, 99))),
        confirmed=False,
    )


def decided(facts: Facts, *assessments: Assessed) -> Triage:
    return triage(facts, assessments, POLICY, ANSWERED, NOW)


def at_least(worse: Triage, calmer: Triage) -> bool:
    return (
        worse.urgency.at_least(calmer.urgency)
        and STRENGTH.index(worse.mode) >= STRENGTH.index(calmer.mode)
        and worse.respond_by <= calmer.respond_by
    )


@given(people, st.lists(results(), max_size=3), st.sampled_from(SAFETY_FACTS), TRIS)
def test_a_fact_that_turns_to_yes_never_lowers(facts: Facts, given_: list[Assessed], fact: str, before: Tri) -> None:
    calm = replace(facts, safety=replace(facts.safety, **{fact: before}))
    bad = replace(facts, safety=replace(facts.safety, **{fact: Tri.YES}))
    assert at_least(decided(bad, *given_), decided(calm, *given_))


@given(people, st.lists(results(), max_size=3), st.sampled_from(SAFETY_FACTS))
def test_a_fact_that_turns_from_no_to_unknown_never_lowers(facts: Facts, given_: list[Assessed], fact: str) -> None:
    known = replace(facts, safety=replace(facts.safety, **{fact: Tri.NO}))
    gap = replace(facts, safety=replace(facts.safety, **{fact: Tri.UNKNOWN}))
    with_gap, without = decided(gap, *given_), decided(known, *given_)
    assert at_least(with_gap, without)
    if with_gap.mode is without.mode:
        assert with_gap.people_needed >= without.people_needed


@given(people, st.lists(results(), max_size=3))
def test_more_worry_never_lowers_and_unsaid_worry_is_not_none(facts: Facts, given_: list[Assessed]) -> None:
    none, unsaid, some, high = (
        decided(replace(facts, worry=worry), *given_) for worry in (Worry.NONE, Worry.UNKNOWN, Worry.SOME, Worry.HIGH)
    )
    assert at_least(unsaid, none)
    assert at_least(some, none)
    assert at_least(high, some)


@given(people, st.lists(results(), min_size=1, max_size=3), results())
def test_one_more_assessment_never_lowers_what_others_found(
    facts: Facts, given_: list[Assessed], more: Assessed
) -> None:
    calm = replace(facts, call_type=CallType.HANG_UP)
    assert at_least(decided(calm, *given_, more), decided(calm, *given_))


@given(people, st.sampled_from(sorted(LADDERS)), st.data())
def test_a_worse_band_never_lowers_the_urgency(facts: Facts, protocol: str, data: st.DataObject) -> None:
    bands = LADDERS[protocol]
    low = data.draw(st.integers(0, len(bands) - 1))
    high = data.draw(st.integers(low, len(bands) - 1))
    calm, bad = decided(facts, scored(protocol, bands[low])), decided(facts, scored(protocol, bands[high]))
    assert bad.urgency.at_least(calm.urgency)
    assert bad.respond_by <= calm.respond_by


@given(people, st.sampled_from(sorted(LADDERS)), st.data())
def test_an_answer_taken_away_never_lowers_short_of_the_emergency_it_named(
    facts: Facts, protocol: str, data: st.DataObject
) -> None:
    bands = LADDERS[protocol]
    was = data.draw(st.integers(0, len(bands) - 1))
    floor = data.draw(st.integers(0, was))
    ceiling = data.draw(st.integers(was, len(bands) - 1))
    done = decided(facts, scored(protocol, bands[was]))
    gap = decided(facts, scored(protocol, None, floor=bands[floor], ceiling=bands[ceiling], incomplete=True))
    expected = max(done.urgency.rank, Urgency.VERY_URGENT.rank) if floor < was else done.urgency.rank
    assert gap.urgency.rank <= expected


@given(people, st.lists(results(), max_size=3), st.sampled_from(HARD_STOPS))
def test_a_hard_stop_is_immediate_whatever_else_is_said(facts: Facts, given_: list[Assessed], fact: str) -> None:
    stopped = replace(facts, safety=replace(facts.safety, **{fact: Tri.YES}))
    found = decided(stopped, *given_)
    assert (found.urgency, found.mode) == (Urgency.IMMEDIATE, Mode.EMERGENCY)
    assert fact in found.hard_stops


@given(st.lists(results(), max_size=5), results())
def test_an_unconfirmed_later_result_never_lowers_what_was_established(
    history: list[Assessed], later: Assessed
) -> None:
    # As answered by a silent caller, so that only the results speak.
    silent = Facts(call_type=CallType.SILENT, worry=Worry.NONE)
    later = replace(later, at=ANSWERED + timedelta(days=1))
    known = [replace(one, incomplete=False, ceiling=one.floor, band=one.floor) for one in history]
    before, after = standing(known, POLICY), standing([*known, later], POLICY)
    assert decided(silent, *after.counts).urgency.at_least(decided(silent, *before.counts).urgency)
    assert {id(one) for one in (*after.counts, *after.proposed)} <= {id(one) for one in (*known, later)}


@given(people, people, st.lists(results(), max_size=3))
def test_a_second_contact_about_a_case_takes_no_danger_back(earlier: Facts, later: Facts, some: list[Assessed]) -> None:
    """Of the earlier one, whatever was said to be so still counts, also when nobody asked again."""
    both = decided(together(earlier, later), *some)
    assert at_least(both, decided(later, *some))
    said = replace(
        earlier,
        safety=Safety(**{fact: Tri.YES for fact in SAFETY_FACTS if getattr(earlier.safety, fact) is Tri.YES}),
        worry=earlier.worry if earlier.worry in (Worry.SOME, Worry.HIGH) else Worry.NONE,
    )
    dangers = replace(said, call_type=later.call_type) if said.call_type is not CallType.EMERGENCY else said
    assert set(both.hard_stops) >= set(decided(dangers, *some).hard_stops)
    assert dangers.worry is Worry.NONE or both.urgency.rank <= POLICY.worry[dangers.worry].rank
    assert not decided(dangers, *some).scene_hold or both.scene_hold


@pytest.mark.parametrize("later", [Population.ADULT, Population.OLDER_ADULT, None])
def test_a_person_known_to_be_a_minor_stays_one_whatever_the_second_caller_thinks(later: Population | None) -> None:
    child = Facts(call_type=CallType.PERSON_IN_CRISIS, minor=Tri.YES, population=Population.CHILD)
    both = together(child, Facts(call_type=CallType.SOMEONE_ABOUT_THEM, population=later))
    assert (both.minor, both.population) == (Tri.YES, Population.CHILD)

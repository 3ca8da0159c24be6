"""What two contacts about one case say of it together, fact by fact: the later one's word, and no danger taken back."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.contactvalues import CallType, Population, Tri, Worry
from dispatch.facts import SAFETY_FACTS, together
from tests.triage.made import facts, safety

YES, NO, UNKNOWN = Tri.YES, Tri.NO, Tri.UNKNOWN
CRISIS, EMERGENCY, SILENT, PRANK = CallType.PERSON_IN_CRISIS, CallType.EMERGENCY, CallType.SILENT, CallType.PRANK


@pytest.mark.parametrize("fact", SAFETY_FACTS)
@pytest.mark.parametrize(
    ("earlier", "later", "both"),
    [
        (YES, NO, YES),
        (YES, UNKNOWN, YES),
        (NO, YES, YES),
        (UNKNOWN, YES, YES),
        # Only a danger stands against a later word: what was no an hour ago may not be known to be no now.
        (NO, UNKNOWN, UNKNOWN),
        (UNKNOWN, NO, NO),
        (NO, NO, NO),
        (UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_a_danger_somebody_reported_stands(fact: str, earlier: Tri, later: Tri, both: Tri) -> None:
    found = together(facts(safety=safety(**{fact: earlier})), facts(safety=safety(**{fact: later})))
    assert getattr(found.safety, fact) is both
    assert {getattr(found.safety, other) for other in SAFETY_FACTS if other != fact} == {NO}


@pytest.mark.parametrize(
    ("field", "earlier", "later", "both"),
    [
        ("call_type", EMERGENCY, CRISIS, EMERGENCY),
        ("call_type", CRISIS, EMERGENCY, EMERGENCY),
        ("call_type", CRISIS, CallType.SOMEONE_ABOUT_THEM, CallType.SOMEONE_ABOUT_THEM),
        # A second call in which nobody speaks asks for nothing, and takes back nothing that was asked for.
        ("call_type", CRISIS, SILENT, CRISIS),
        ("call_type", SILENT, CRISIS, CRISIS),
        ("call_type", PRANK, SILENT, SILENT),
        ("worry", Worry.HIGH, Worry.NONE, Worry.HIGH),
        ("worry", Worry.NONE, Worry.SOME, Worry.SOME),
        # Not having said is more worrying than having said none, and less than having said some.
        ("worry", Worry.UNKNOWN, Worry.NONE, Worry.UNKNOWN),
        ("worry", Worry.NONE, Worry.UNKNOWN, Worry.UNKNOWN),
        ("worry", Worry.SOME, Worry.UNKNOWN, Worry.SOME),
        ("languages", ("es",), ("en", "es"), ("es", "en")),
        ("skills", ("asl",), (), ("asl",)),
        ("responder_gender", "female", None, "female"),
        ("responder_gender", "female", "male", "male"),
        ("responder_gender", None, "male", "male"),
        ("area", "fairfax", None, "fairfax"),
        ("area", "fairfax", "arlington", "arlington"),
        ("visit", YES, UNKNOWN, YES),
        ("visit", YES, NO, NO),
        ("visit", NO, YES, YES),
        ("minor", YES, NO, YES),
        ("minor", NO, YES, YES),
        ("minor", NO, UNKNOWN, UNKNOWN),
        ("age_known", True, False, True),
        ("age_known", False, True, True),
        ("age_known", False, False, False),
        ("location_known", YES, NO, NO),
    ],
)
def test_each_of_the_other_facts(field: str, earlier: Any, later: Any, both: Any) -> None:
    assert getattr(together(facts(**{field: earlier}), facts(**{field: later})), field) == both


@pytest.mark.parametrize(
    ("earlier", "later", "minor", "both"),
    [
        (Population.CHILD, None, YES, Population.CHILD),
        (None, Population.ADOLESCENT, YES, Population.ADOLESCENT),
        (Population.CHILD, Population.ADOLESCENT, YES, Population.ADOLESCENT),
        (Population.CHILD, Population.ADULT, YES, Population.CHILD),
        (Population.ADULT, None, YES, None),
        (Population.ADULT, None, NO, Population.ADULT),
        (Population.OLDER_ADULT, Population.ADULT, UNKNOWN, Population.ADULT),
    ],
)
def test_a_minor_is_never_an_adult(
    earlier: Population | None, later: Population | None, minor: Tri, both: Population | None
) -> None:
    found = together(facts(population=earlier, minor=minor), facts(population=later, minor=minor))
    assert found.population is both

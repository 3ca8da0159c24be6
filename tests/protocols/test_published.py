"""Every instrument against a second reading of its published rule, written as plain code without the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.engine import score
from tests.protocols.interviews import LIBRARY, complete

Interview = Mapping[str, Any]


def total(a: Interview) -> int:
    return sum(value for value in a.values() if isinstance(value, int))


def cut(number: int, *steps: tuple[int, str]) -> str:
    """The band of the highest step reached; the first step is where the scale begins."""
    return [band for least, band in steps if number >= least][-1]


def asq(a: Interview) -> str:
    positive = "yes" in (a["q1"], a["q2"], a["q3"], a["q4"])
    return ("acute_positive" if a["q5"] == "yes" else "non_acute_positive") if positive else "negative"


def safe_t(a: Interview) -> str:
    if a["intent"] == "yes" or a["behaviour"] == "yes":
        return "high"
    return "moderate" if a["plan"] == "yes" else "low" if a["thoughts"] == "yes" else "none"


def pss_3(a: Interview) -> str:
    recent = a.get("q3a_when") in ("within_24h", "within_last_month", "1_to_6_months")
    return "positive" if a["q2_suicidal_thoughts"] == "yes" or recent else "negative"


def lifeline(a: Interview) -> str:
    if a["attempt_in_progress"] == "yes":
        return "emergency_rescue"
    return "imminent" if a["desire"] == a["intent"] == a["capability"] == "yes" else "not_imminent_by_rule"


def phq_9(a: Interview) -> str:
    return cut(total(a), (0, "minimal"), (5, "mild"), (10, "moderate"), (15, "moderately_severe"), (20, "severe"))


def cows(a: Interview) -> str:
    return cut(total(a), (0, "none"), (5, "mild"), (13, "moderate"), (25, "moderately_severe"), (37, "severe"))


def ctrs(a: Interview) -> str:
    return cut(total(a), (3, "extreme"), (10, "high"), (11, "medium"), (12, "low"), (14, "non_urgent"))


def sbq_r(a: Interview) -> str:
    points = sum(value if isinstance(value, int) else int(value[0]) for value in a.values())
    return "at_risk" if points >= 7 else "below_cutoff"


def scene(a: Interview) -> str:
    if "yes" in (a["weapon"], a["violence_now"]):
        return "law_enforcement"
    if "yes" in (a["violence_history"], a["exits_unsafe"]) or a["location_known"] == "no":
        return "two_person"
    return "caution" if "yes" in (a["intoxication"], a["others_present"], a["animals"]) else "clear"


PUBLISHED: dict[str, Callable[[Interview], str]] = {
    "asq": asq,
    "safe-t": safe_t,
    "pss-3": pss_3,
    "lifeline-imminent-risk": lifeline,
    "phq-9": phq_9,
    "phq-2": lambda a: "positive" if total(a) >= 3 else "negative",
    "gad-7": lambda a: cut(total(a), (0, "minimal"), (5, "mild"), (10, "moderate"), (15, "severe")),
    "audit-c": lambda a: "positive" if total(a) >= (3 if a["sex"] == "female" else 4) else "negative",
    "cage-aid": lambda a: "positive" if "yes" in a.values() else "negative",
    "cows": cows,
    "ctrs": ctrs,
    "sbq-r": sbq_r,
    "uk-mhts": lambda a: str(a["code"]),
    "vic-mhts": lambda a: str(a["code"]),
    "marcus-alert": lambda a: str(a["code"]),
    "nhs-crisis": lambda a: str(a["code"]),
    "scene-safety": scene,
}


def test_no_instrument_is_left_without_a_second_reading() -> None:
    assert set(PUBLISHED) | {"cssrs-screener"} == {protocol.id for protocol in LIBRARY}


@pytest.mark.parametrize("protocol_id", PUBLISHED)
@given(data=st.data())
def test_a_complete_interview_agrees_with_the_second_reading(protocol_id: str, data: st.DataObject) -> None:
    protocol = LIBRARY.get(protocol_id)
    interview = data.draw(complete(protocol))
    if protocol_id == "asq":
        interview.setdefault("q5", None)
    result = score(protocol, interview)
    assert result.band == result.floor == result.ceiling == PUBLISHED[protocol_id](interview)
    assert not result.incomplete
    assert result.because


@given(items=st.lists(st.integers(0, 3), min_size=9, max_size=9))
def test_the_phq_9_algorithm_counts_item_nine_from_one(items: list[int]) -> None:
    result = score(LIBRARY.get("phq-9"), {f"q{place}": value for place, value in enumerate(items, 1)})
    symptoms = sum(value >= 2 for value in items[:8]) + (items[8] >= 1)
    core = items[0] >= 2 or items[1] >= 2
    expected = "major" if core and symptoms >= 5 else "other" if core and symptoms >= 2 else "none"
    assert result.flags == {"dx_algorithm": expected, "item9_flag": items[8] >= 1}


@pytest.mark.parametrize(
    ("protocol", "hours"),
    [
        ("uk-mhts", {"A": 0, "B": 4, "C": 24, "D": 72, "E": 672, "F": None, "G": None}),
        ("vic-mhts", {"A": 0, "B": 2, "C": 8, "D": 72, "E": None, "F": None, "G": None}),
        ("nhs-crisis", {"1": 0, "4": 4, "2": 24, "3": 672}),
        ("marcus-alert", {"1": None, "2": None, "3": None, "4": None}),
    ],
)
def test_codes_keep_their_own_published_hours(protocol: str, hours: dict[str, int | None]) -> None:
    for code, published in hours.items():
        result = score(LIBRARY.get(protocol), {"code": code})
        assert result.flags.get("respond_within_hours") == published

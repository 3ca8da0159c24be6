"""The C-SSRS screener against a second reading of its published rule, written without the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

import pytest

from protocols.engine import score
from protocols.errors import InvalidAnswer
from protocols.loader import Library

PROTOCOL = Library.shipped().get("cssrs-screener")
ORDER = ["none", "low", "moderate", "high"]
ITEMS = ["q1", "q2", "q3", "q4", "q5", "q6", "q6_past_3_months"]


def published(yes: set[str]) -> str:
    """The band of a complete interview, from the set of items answered yes."""
    if yes & {"q4", "q5", "q6_past_3_months"}:
        return "high"
    if yes & {"q3", "q6"}:
        return "moderate"
    return "low" if yes & {"q1", "q2"} else "none"


def complete_paths() -> Iterator[dict[str, str]]:
    for values in product(("yes", "no"), repeat=len(ITEMS)):
        path = dict(zip(ITEMS, values, strict=True))
        if path["q2"] == "no":
            if "yes" in (path["q3"], path["q4"], path["q5"]):
                continue
            del path["q3"], path["q4"], path["q5"]
        if path["q6"] == "no":
            if path["q6_past_3_months"] == "yes":
                continue
            del path["q6_past_3_months"]
        yield path


PATHS = list(complete_paths())


def test_the_fifty_four_complete_paths_fall_as_published() -> None:
    assert len(PATHS) == 54
    bands = Counter(score(PROTOCOL, path).band for path in PATHS)
    assert bands == {"high": 42, "moderate": 8, "low": 3, "none": 1}


def test_every_complete_path_agrees_with_the_second_reading() -> None:
    for path in PATHS:
        result = score(PROTOCOL, path)
        expected = published({item for item, answer in path.items() if answer == "yes"})
        assert (result.band, result.floor, result.ceiling) == (expected, expected, expected)
        assert not result.incomplete
        assert result.because


@pytest.mark.parametrize("gap", ["refused", "unable", None])
def test_floor_and_ceiling_are_the_extremes_of_every_completion(gap: str | None) -> None:
    # Every way to leave out answers of every path: nothing lower and nothing higher than the completions may come out.
    for path in PATHS:
        for hidden in range(1, 2 ** len(path)):
            left_out = [item for place, item in enumerate(path) if hidden >> place & 1]
            answers = {item: gap if item in left_out else answer for item, answer in path.items()}
            result = score(PROTOCOL, answers)
            told = {item: answer for item, answer in path.items() if item not in left_out}
            possible = [each for each in PATHS if told.items() <= each.items()]
            bands = [ORDER.index(published({i for i, a in each.items() if a == "yes"})) for each in possible]
            assert result.incomplete
            assert result.ceiling == ORDER[max(bands)]
            assert result.floor == ORDER[min(bands)]


@pytest.mark.parametrize("answer", ["yes", "no", "refused", "unable"])
@pytest.mark.parametrize(("closed_by", "item"), [("q2", "q3"), ("q2", "q4"), ("q2", "q5"), ("q6", "q6_past_3_months")])
def test_any_answer_to_a_forbidden_question_is_an_error_that_names_it(closed_by: str, item: str, answer: str) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        score(PROTOCOL, {"q1": "no", closed_by: "no", item: answer})
    assert refused.value.item == item
    assert f"{closed_by} = no" in refused.value.detail


@pytest.mark.parametrize("value", ["Yes", "", 1, 0, True, False, 1.0, ["yes"], {"yes": 1}, "maybe", "unknown"])
def test_nothing_but_the_listed_answers_is_taken(value: object) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        score(PROTOCOL, {"q1": value})
    assert refused.value.item == "q1"


def test_an_error_never_repeats_what_was_typed() -> None:
    with pytest.raises(InvalidAnswer) as refused:
        score(PROTOCOL, {"q1": "Maria Gonzalez says no"})
    assert "Maria" not in refused.value.detail


@pytest.mark.parametrize("wrong", ["item 4 alone is moderate", "any behaviour ever is high"])
def test_the_two_wrong_readings_seen_in_the_wild_are_not_ours(wrong: str) -> None:
    if wrong.startswith("item 4"):
        answers = {"q1": "yes", "q2": "yes", "q3": "no", "q4": "yes", "q5": "no", "q6": "no"}
        assert score(PROTOCOL, answers).band == "high"
    else:
        answers = {"q1": "no", "q2": "no", "q6": "yes", "q6_past_3_months": "no"}
        assert score(PROTOCOL, answers).band == "moderate"

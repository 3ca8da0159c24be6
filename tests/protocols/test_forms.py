"""A form from the file alone, and skip logic that never disagrees with scoring."""

from __future__ import annotations

import json
from itertools import product

import pytest

from protocols.engine import score
from protocols.errors import InvalidAnswer
from protocols.forms import asked, form
from protocols.loader import Library

LIBRARY = Library.shipped()
CSSRS = LIBRARY.get("cssrs-screener")


def test_questions_come_in_the_published_order_with_keys_for_every_answer() -> None:
    shown = form(CSSRS)
    assert [question.id for question in shown.questions] == ["q1", "q2", "q3", "q4", "q5", "q6", "q6_past_3_months"]
    assert [(option.value, option.key) for option in shown.questions[0].options] == [("yes", "y"), ("no", "n")]
    assert [(option.value, option.key) for option in shown.gaps] == [("refused", "r"), ("unable", "u")]
    assert shown.notice is not None


def test_a_digit_answer_is_chosen_by_its_own_digit() -> None:
    question = form(LIBRARY.get("phq-9")).questions[0]
    assert [(option.value, option.key) for option in question.options] == [(0, "0"), (1, "1"), (2, "2"), (3, "3")]


def test_skip_logic_travels_as_plain_data() -> None:
    question = form(CSSRS).questions[2]
    assert question.ask == {"is": {"name": "q2", "values": ["yes"]}}
    assert question.depends_on == ("q2",)


@pytest.mark.parametrize("protocol", tuple(LIBRARY), ids=lambda protocol: protocol.id)
def test_every_form_is_json_and_no_key_means_two_answers(protocol: object) -> None:
    shown = form(protocol)  # type: ignore[arg-type]
    json.dumps(shown.as_json())
    for question in shown.questions:
        keys = [option.key for option in (*question.options, *shown.gaps)]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("answer", "where"),
    [("yes", "now"), ("no", "forbidden"), ("refused", "maybe"), ("unable", "maybe"), (None, "maybe")],
)
def test_method_is_asked_after_yes_forbidden_after_no_and_open_after_a_gap(answer: str | None, where: str) -> None:
    state = asked(CSSRS, {"q1": "no", "q2": answer})
    assert "q3" in getattr(state, where)


def test_an_answer_left_over_from_before_a_change_of_mind_is_passed_over() -> None:
    assert asked(CSSRS, {"q2": "no", "q3": "yes"}).forbidden == ("q3", "q4", "q5")


def test_what_the_form_forbids_scoring_refuses_and_nothing_else() -> None:
    for q2, q6 in product(["yes", "no", "refused", None], repeat=2):
        answers = {"q1": "no", "q2": q2, "q6": q6}
        state = asked(CSSRS, answers)
        for item in ("q3", "q4", "q5", "q6_past_3_months"):
            if item in state.forbidden:
                with pytest.raises(InvalidAnswer):
                    score(CSSRS, {**answers, item: "no"})
            else:
                score(CSSRS, {**answers, item: "no"})

"""Scoring a stream: one line in, one line out, in order, and a bad line stops nothing."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from protocols.engine import score
from protocols.stream import score_lines
from tests.protocols.interviews import LIBRARY

CSSRS = LIBRARY.get("cssrs-screener")
GOOD = '{"q1": "yes", "q2": "yes", "q3": "no", "q4": "no", "q5": "no", "q6": "no"}'


def results(*lines: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in score_lines(CSSRS, lines)]


def test_a_line_of_answers_gives_the_whole_result() -> None:
    assert results(GOOD) == [score(CSSRS, json.loads(GOOD)).as_json()]


def test_bad_lines_are_errors_in_their_place() -> None:
    given = results(GOOD, "", '{"q2": "no", "q4": "yes"}', "[1]", '{"q1": "yes", "q1": "no"}', '{"q9": 1}', GOOD)
    assert [("error" in each, each.get("item"), each.get("line")) for each in given] == [
        (False, None, None),
        (True, None, 2),
        (True, "q4", 3),
        (True, None, 4),
        (True, "q1", 5),
        (True, "q9", 6),
        (False, None, None),
    ]


def test_an_error_does_not_repeat_what_the_line_said() -> None:
    assert "Maria" not in json.dumps(results('{"q1": "Maria Gonzalez"}', "Maria Gonzalez called"))


def test_a_policy_can_add_its_urgency_to_every_result() -> None:
    lines = score_lines(CSSRS, [GOOD, "x"], lambda scored: {"urgency": f"for {scored.band}"})
    assert [json.loads(line).get("urgency") for line in lines] == ["for low", None]


@given(line=st.one_of(st.text(), st.recursive(st.none() | st.text(), st.lists).map(json.dumps)))
def test_no_line_whatever_breaks_the_stream(line: str) -> None:
    assert len(list(score_lines(CSSRS, [line, GOOD]))) == 2


def test_deep_nesting_and_huge_numbers_are_bad_lines_and_no_crash() -> None:
    given = results("[" * 100_000, '{"q1": ' + "9" * 10_000 + "}", GOOD)
    assert ["error" in each for each in given] == [True, True, False]


def test_memory_stays_flat_over_a_long_stream() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield GOOD

    stream = score_lines(CSSRS, endless())
    for _ in range(100):
        next(stream)
    tracemalloc.start()
    for _ in range(5000):
        next(stream)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 100_000

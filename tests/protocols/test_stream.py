"""Scoring a stream: one line in, one line out, in order, and a bad line stops nothing."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.engine import score
from protocols.stream import LONGEST, lines_of, score_lines
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


def test_a_line_is_read_only_when_its_result_is_wanted() -> None:
    read: list[int] = []

    def lines() -> Iterator[str]:
        for number in range(10):
            read.append(number)
            yield GOOD

    for number, _ in enumerate(score_lines(CSSRS, lines())):
        assert read == list(range(number + 1))


def test_a_line_without_end_is_one_bad_line_and_is_never_held_whole() -> None:
    class Endless(io.BytesIO):
        """Remembers the most that was asked for at once."""

        most = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            found = super().readline(size)
            self.most = max(self.most, len(found))
            return found

    file = Endless(b"x" * 10 * LONGEST + b"\n" + GOOD.encode() + b"\n" + b"y" * 3 * LONGEST)
    found = [json.loads(each) for each in score_lines(CSSRS, lines_of(file))]
    assert [(each.get("line"), "error" in each) for each in found] == [(1, True), (None, False), (3, True)]
    assert "longer than" in found[0]["error"]
    assert file.most == LONGEST + 1


@given(st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b""))))
def test_lines_are_those_of_the_file(lines: list[bytes]) -> None:
    file = io.BytesIO(b"".join(line + b"\n" for line in lines))
    assert [line.removesuffix(b"\n") for line in lines_of(file)] == lines


@pytest.mark.parametrize("line", [b'{"q1": "y\xe9s"}', GOOD.encode("utf-16"), b"\xff\xfe"])
def test_bytes_that_are_no_utf_8_are_a_bad_line_and_never_another_text(line: bytes) -> None:
    first, second = score_lines(CSSRS, [line, GOOD.encode()])
    assert json.loads(first) == {"error": "not UTF-8 text", "line": 1}
    assert json.loads(second)["band"] == "low"


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

"""Reading a file somebody else wrote: plain words stay words, and no text whatever ends the process."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.loader import SHIPPED, parse
from protocols.yamltree import Leaf, compose, plain

PHQ_2 = (SHIPPED / "phq-2.yaml").read_text(encoding="utf-8").splitlines(keepends=True)


def value(text: str) -> object:
    node, found = compose(text, "file")
    assert found == []
    assert node is not None
    return plain(node)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("NO", "NO"),
        ("none", "none"),
        ("true", True),
        ("null", None),
        ("3", 3),
        ("-3", -3),
        ("0.5", 0.5),
        ('"3"', "3"),
        ("3a", "3a"),
        ("007", "007"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2026-01-31", "2026-01-31"),
    ],
)
def test_a_plain_word_means_what_a_clinician_would_read(written: str, read: object) -> None:
    found = value(f"- {written}")
    assert found == [read]
    assert type(found[0]) is type(read)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: &anchor [*anchor]", 1, "anchors"),
        ("a: 1\nb: *nothing", 2, "anchors"),
        ("a: !!python/object:os.system {}", 1, "tags"),
        ("? [a]\n: b", 1, "a key is a plain word"),
        ("a: 1\n---\nb: 2", 2, "two documents"),
        ("[" * 100_000, 1, "nested too deeply"),
        ("", 1, "empty"),
        ("# nothing", 1, "empty"),
        ("a: [1", 2, "not YAML"),
        ("\x00", 1, "not YAML"),
    ],
)
def test_what_has_no_place_here_is_a_finding(text: str, line: int, problem: str) -> None:
    node, found = compose(text, "file")
    assert node is None
    assert [(each.line, problem in each.problem) for each in found] == [(line, True)]


def test_lines_are_counted_from_one() -> None:
    node, _ = compose("\n\n  word", "file")
    assert node == Leaf("word", "word", 3)


@given(text=st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    _, found = parse(text.encode("utf-8", "surrogatepass"), "file")
    assert found


@given(data=st.data())
def test_a_file_with_lines_lost_or_swapped_gives_findings_or_a_protocol_and_never_a_crash(data: st.DataObject) -> None:
    lines = list(PHQ_2)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(lines) - 1))
        other = data.draw(st.integers(0, len(lines) - 1))
        lines[place] = data.draw(st.sampled_from(["", lines[other], lines[place][:-4] + "\n", "  " + lines[place]]))
    protocol, found = parse("".join(lines).encode(), "file")
    assert (protocol is None) == bool(found)

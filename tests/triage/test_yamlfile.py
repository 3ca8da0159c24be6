"""Files that sites write: every fault is named with its line, all in one go, and nothing is guessed."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.errors import InvalidFile
from dispatch.priority import Mode
from dispatch.yamlfile import Node, duration_text, load


def faults(root: Node) -> list[tuple[str, str]]:
    with pytest.raises(InvalidFile) as caught:
        root.done()
    return [(fault.field, fault.problem) for fault in caught.value.faults]


def one(text: str) -> Node:
    return load(f"it: {text}\n", "site.yaml").entries()["it"]


def test_text_is_never_turned_into_something_else() -> None:
    raw = load("a: no\nb: 08:00\nc: +12025550101\nd: 911\ne: 2026-01-05\nf: 0123\n", "site.yaml").entries()
    assert {k: n.text() for k, n in raw.items()} == {
        "a": "no",
        "b": "08:00",
        "c": "+12025550101",
        "d": "911",
        "e": "2026-01-05",
        "f": "0123",
    }


def test_each_reader_reads_what_a_person_writes() -> None:
    assert one("2h").duration() == timedelta(hours=2)
    assert one("1w").duration() == timedelta(weeks=1)
    assert one('"21:30"').local_time() == time(21, 30)
    assert one('"2026-12-24T08:00"').local_datetime() == datetime.combine(date(2026, 12, 24), time(8))
    assert one("2027-06-30").day() == date(2027, 6, 30)
    assert one('"911"').member(Mode) is Mode.EMERGENCY
    assert one("3").whole(1, 5) == 3
    assert one("true").flag() is True
    assert one("[en, es]").texts() == ("en", "es")
    assert one("~").is_null
    assert not one('"~"').is_null


@pytest.mark.parametrize(
    ("text", "reader", "says"),
    [
        ("90", Node.duration, "duration such as 90s"),
        ("1.5h", Node.duration, "duration such as 90s"),
        ("0s", Node.duration, "at least 1s"),
        ("9999999d", Node.duration, "duration such as 90s"),
        ('"24:00"', Node.local_time, "time of day"),
        ('"8:00"', Node.local_time, "time of day"),
        ('"2026-12-24T08:00Z"', Node.local_datetime, "without a zone"),
        ('"2026-02-30T08:00"', Node.local_datetime, "local time such as"),
        ("2026-02-30", Node.day, "date such as"),
        ("yes", Node.flag, "true or false"),
        ('""', Node.text, "not empty"),
        ("~", Node.text, "not empty"),
        ("{a: 1}", Node.items, "must be a list"),
        ("[a]", Node.entries, "entries"),
    ],
)
def test_a_value_that_cannot_be_right_is_named_with_its_line(text: str, reader: object, says: str) -> None:
    node = one(text)
    assert callable(reader)
    reader(node)
    [(where, problem)] = faults(node)
    assert where == "site.yaml:1"
    assert problem.startswith("it: ")
    assert says in problem


def test_unknown_keys_suggest_the_known_one_and_missing_ones_are_told_all_at_once() -> None:
    root = load("team: default\nlader: 3\nmode:\n  soon: phne\n", "policy.yaml")
    found = root.mapping(["team", "ladder", "mode", "match"], required=["match"])
    found["mode"].mapping(["soon"])["soon"].member(Mode)
    assert faults(root) == [
        ("policy.yaml:1", "'match' is missing"),
        ("policy.yaml:2", "lader: unknown key; did you mean 'ladder'?"),
        ("policy.yaml:4", "mode.soon: must be phone, mobile, co_response or 911"),
    ]


def test_a_key_written_twice_is_refused_instead_of_the_last_one_winning() -> None:
    root = load("ladders:\n  urgent: 1\n  urgent: 2\n", "policy.yaml")
    assert faults(root) == [("policy.yaml:3", "ladders.urgent: written twice; the first is on line 2")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("a: [1", "not valid YAML"),
        ("a:\n\t- b", "not valid YAML"),
        ("a: \x00", "not valid YAML"),
        ("a: \ud800", "not valid YAML"),
        ("- a\n---\n- b\n", "one document"),
        ("{[a]: b}", "plain text"),
        ("[" * 5000, "nested more than"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused_at_once(text: str, says: str) -> None:
    with pytest.raises(InvalidFile, match=says):
        load(text, "site.yaml")


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x\n", "a: 1\nb: !!python/name:os.system x\n"])
def test_aliases_and_tags_are_faults(text: str) -> None:
    [(where, _)] = faults(load(text, "site.yaml"))
    assert where == "site.yaml:2"


@given(st.integers(1, 999_999))
def test_durations_survive_being_written_and_read(seconds: int) -> None:
    span = timedelta(seconds=seconds)
    assert one(duration_text(span)).duration() == span


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_as_an_invalid_file(text: str) -> None:
    try:
        root = load(text, "site.yaml")
    except InvalidFile as refused:
        fields = [fault.field for fault in refused.faults]
    else:
        root.mapping(["a"])
        fields = [where for where, _ in faults(root)] if root.file.faults else ["site.yaml:1"]
    assert all(re.fullmatch(r"site\.yaml:[0-9]+", field) for field in fields)
    assert fields

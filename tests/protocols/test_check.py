"""The checker: each kind of fault by file and line, with what to write instead."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest

from protocols.check import check
from protocols.loader import SHIPPED

GOOD = """\
format: 1
id: plant
version: "1"
in_force: 2026-01-01
title: Made-up file
use: context
population: Nobody; made up for tests.
source: {citation: none}
licence: {holder: this project, terms: free, wording: own}
monotonic: true
choices:
  amount: [{value: 0, label: None}, {value: 1, label: Some}, {value: 2, label: Much}]
items:
  - {id: dry, text: Dry?}
  - {id: leaves, kind: choice, choices: amount, text: Yellow leaves?, ask: {dry: yes}}
measures:
  total: {sum: [leaves]}
score: total
rules:
  - {band: water, when: {leaves: {at_least: 1}}}
  - {band: water, when: {dry: yes}}
  - {band: leave, when: {dry: no}}
bands:
  - {id: leave, words: leave it}
  - {id: water, words: water it}
examples:
  - {name: dry, answers: {dry: yes, leaves: 1}, gives: {band: water, score: 1}}
"""

FAULTS = [
    # old, new, the line named, words of the problem, words of the advice
    ("use: context", "uses: context", 6, "unknown key `uses`", "the keys are"),
    ("title: Made-up file\n", "", 1, "has no `title`", "add title:"),
    ("use: context", "use: nothing", 6, "'nothing' is not allowed", "screen, context, scale, safety"),
    ("in_force: 2026-01-01", "in_force: yesterday", 4, "a date such as", "2026-01-31"),
    ('version: "1"', "version: 1", 3, "text is expected", 'put it in quotes: "1"'),
    ("format: 1", "format: 2", 1, "'2' is not allowed", "1"),
    ("monotonic: true", "monotonic: false", 10, "explains nothing", "a sentence"),
    ("  - {id: dry, text: Dry?}", "  - {id: any, text: Dry?}", 14, "cannot be an item's id", "small letters"),
    ("id: leaves, kind", "id: dry, kind", 14, "defined twice", "another id"),
    ("choices: amount, text", "choices: amounts, text", 15, "no list of choices `amounts`", "define it"),
    ("kind: choice, choices: amount", "kind: choice", 15, "is of kind choice", "give choices"),
    ("{value: 2, label: Much}", "{value: 1, label: Much}", 15, "answer `1` is taken", "own value"),
    ("{value: 2, label: Much}", "{value: refused, label: Much}", 15, "answer `refused` is taken", "own value"),
    ("ask: {dry: yes}", "worst: 1, ask: {dry: yes}", 15, "inside the list", "by worry"),
    ("ask: {dry: yes}", "ask: {wet: yes}", 15, "unknown item `wet`", "dry"),
    ("ask: {dry: yes}", "ask: {leaves: 1}", 15, "unknown item `leaves`", "dry"),
    ("ask: {dry: yes}", "ask: {dry: maybe}", 15, "never answers `maybe`", "no, yes, refused, unable"),
    ("ask: {dry: yes}", "ask: [dry]", 15, "a condition is expected", "{q2: yes}"),
    ("sum: [leaves]", "sum: [roots]", 17, "unknown item `roots`", "leaves"),
    ("sum: [leaves]", "sum: [leaves], count: [{dry: yes}]", 17, "needs one of sum and count", "exactly one"),
    ("score: total", "score: points", 18, "no measure `points`", "measures"),
    ("{leaves: {at_least: 1}}", "{leaves: {more_than: 1}}", 20, "a limit that is not understood", "at_least"),
    ("{leaves: {at_least: 1}}", "{total: 1}", 20, "`total` is a number", "at_least"),
    ("{leaves: {at_least: 1}}", "{dry: {at_least: 1}}", 20, "no whole-number answers", "its answers"),
    ("{leaves: {at_least: 1}}", "{any: {dry: yes}}", 20, "takes a list", "any: ["),
    ("{leaves: {at_least: 1}}", "{dry: yes, dry: no}", 20, "written twice", "any: or all:"),
    ("band: leave, when", "band: leaf, when", 22, "no band `leaf`", "leave, water"),
    ("  - {band: water, when: {dry: yes}}", "  - {band: water}", 21, "no rule below", "last"),
    ("words: leave it", "words: no risk at all", 24, "'no risk'", "what was reported"),
    ("{id: leave, words: leave it}", "{id: leave, words: leave it, respond_within: 4 hours}", 24, "duration", "4h"),
    ("gives: {band: water, score: 1}", "gives: {level: water}", 27, "a result has no `level`", "band, score"),
    (
        "{band: water, score: 1}",
        "{band: leave, score: 1}",
        27,
        "band is water, the file says leave",
        "write band: water",
    ),
    ("leaves: 1}, gives", "leaves: 7}, gives", 27, "not an answer here", "error: leaves"),
    ("gives: {band: water, score: 1}", "error: dry", 27, "`dry` was accepted", "impossible answer"),
    ("  - {band: water, when: {dry: yes}}\n", "", 19, "no band for {dry: yes, leaves: 0}", "add a rule"),
    ("when: {leaves: {at_least: 1}}", "when: {dry: yes}", 21, "no interview reaches this rule", "move it up"),
    (
        "{id: water, words: water it}",
        "{id: water, words: w}\n  - {id: drown, words: d}",
        26,
        "nothing leads to",
        "add a rule",
    ),
    ("text: Dry?}", "text: Dry?, worst: no}", 10, "lowers the band", "by worry"),
    ("format: 1", "format: [1", 2, "this is not YAML", "mend"),
]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plant.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_has_nothing_to_mend(tmp_path: Path) -> None:
    assert check([written(tmp_path, GOOD)]) == []


@pytest.mark.parametrize(("old", "new", "line", "problem", "instead"), FAULTS)
def test_the_fault_is_named_with_its_line_and_what_to_write(
    tmp_path: Path, old: str, new: str, line: int, problem: str, instead: str
) -> None:
    assert GOOD.count(old) >= 1
    path = written(tmp_path, GOOD.replace(old, new, 1))
    found = check([path])
    named = [each for each in found if problem in each.problem]
    assert named, [str(each) for each in found]
    assert (named[0].file, named[0].line) == (str(path), line)
    assert instead in named[0].instead


LIMITS = [
    (
        "leave, words: leave it, at_least: 0, at_most: 0",
        "water, words: w, at_least: 0, at_most: 2",
        "overlap",
        "above 0",
    ),
    ("leave, words: leave it, at_least: 0, at_most: 0", "water, words: w, at_least: 2, at_most: 2", "a gap", "at 1"),
    (
        "leave, words: leave it, at_least: 1, at_most: 1",
        "water, words: w, at_least: 2, at_most: 2",
        "score of 0",
        "at 0",
    ),
    (
        "leave, words: leave it, at_least: 0, at_most: 0",
        "water, words: w, at_least: 1, at_most: 1",
        "score of 2",
        "at 2",
    ),
    ("leave, words: leave it, at_least: 0", "water, words: w, at_least: 1, at_most: 2", "no upper limit", "at_most"),
]


@pytest.mark.parametrize(("lower", "upper", "problem", "instead"), LIMITS)
def test_score_limits_must_cover_every_score_once(
    tmp_path: Path, lower: str, upper: str, problem: str, instead: str
) -> None:
    head, _ = GOOD.split("rules:")
    limited = f"{head}bands:\n  - {{id: {lower}}}\n  - {{id: {upper}}}\nexamples:\n"
    limited += "  - {name: dry, answers: {dry: no}, gives: {score: 0}}\n"
    found = check([written(tmp_path, limited)])
    assert any(problem in each.problem and instead in each.instead for each in found), [str(each) for each in found]


def test_too_many_gaps_to_try_is_a_fault_of_an_instrument_that_is_not_monotonic(tmp_path: Path) -> None:
    items = "".join(f"  - {{id: i{number}, text: Dry?}}\n" for number in range(12))
    text = GOOD.replace("  - {id: dry", items + "  - {id: dry").replace("monotonic: true", "monotonic: It wanders.")
    assert any("too many to try" in each.problem for each in check([written(tmp_path, text)]))


def test_every_fault_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace("use: context", "use: x")
        .replace("in_force: 2026-01-01", "in_force: x")
        .replace("dry, te", "d, te")
    )
    assert [each.line for each in check([written(tmp_path, text)])] == [4, 6]


def test_a_path_that_does_not_exist_is_a_finding(tmp_path: Path) -> None:
    assert "no such file" in check([tmp_path / "nowhere.yaml"])[0].problem


def test_two_files_of_one_version_are_told_apart_before_they_are_loaded(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    assert "already in" in check([tmp_path])[0].problem


def test_a_file_in_latin_1_is_a_finding_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "plant.yaml"
    path.write_bytes(GOOD.replace("Made-up", "Überall").encode("latin-1"))
    assert "not UTF-8" in check([path])[0].problem


def test_the_shipped_library_has_nothing_to_mend_and_is_checked_within_a_save(tmp_path: Path) -> None:
    started = perf_counter()
    assert check([SHIPPED]) == []
    # Measured at 0.2 s; the limit only catches a checker that started to try everything.
    assert perf_counter() - started < 10

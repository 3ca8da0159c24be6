"""`dispatch score`: lines in, lines out."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import settings

from tests.cli.conftest import SCRIPT, Shell

LOW = {"q1": "yes", "q2": "yes", "q3": "no", "q4": "no", "q5": "no", "q6": "no"}
NONE = dict.fromkeys(("q1", "q2", "q6"), "no")
#: A million in `make soak`. Fewer would not show in a process of fifty megabytes, were they kept.
MANY = min(1_000_000, 1000 * settings().max_examples)
#: What the public contract promises of a score.
KEYS = {
    *("protocol", "version", "hash", "band", "score", "floor", "ceiling", "incomplete", "because", "missing"),
    *("flags", "urgency"),
}


def test_lines_in_are_lines_out_in_the_same_order(bare: Shell) -> None:
    lines = "".join(json.dumps(answers) + "\n" for answers in (LOW, NONE, LOW))
    results = [json.loads(line) for line in bare.ok("score", "cssrs-screener", stdin=lines).out.splitlines()]
    assert [result["band"] for result in results] == ["low", "none", "low"]
    assert all(result.keys() == KEYS for result in results)
    assert [result["urgency"] for result in results] == ["soon", "routine", "soon"]


def test_a_file_is_read_as_stdin_is(bare: Shell) -> None:
    (bare.here / "answers").write_text(json.dumps(LOW) + "\n", encoding="utf-8")
    from_file = bare.ok("score", "cssrs-screener", "answers").out
    assert from_file == bare.ok("score", "cssrs-screener", stdin=json.dumps(LOW) + "\n").out


@pytest.mark.parametrize(
    ("line", "error"),
    [("what?", "not JSON"), ('["yes"]', "not a JSON object"), ('{"q9": "yes"}', "q9"), ('{"q1": "perhaps"}', "q1")],
)
def test_a_bad_line_has_its_place_and_its_reason_and_exit_1_comes_at_the_end(
    line: str, error: str, bare: Shell
) -> None:
    done = bare.run("score", "cssrs-screener", stdin=f"{line}\n{json.dumps(LOW)}\n")
    assert (done.code, done.err) == (1, "")
    first, second = map(json.loads, done.out.splitlines())
    assert error in first["error"]
    assert second["band"] == "low"


def test_a_gap_is_as_urgent_as_it_may_turn_out(bare: Shell) -> None:
    result = json.loads(bare.ok("score", "cssrs-screener", stdin='{"q1": "yes"}\n').out)
    assert (result["incomplete"], result["urgency"]) == (True, "very_urgent")


def test_what_only_gives_context_has_no_urgency(bare: Shell) -> None:
    assert json.loads(bare.ok("score", "phq-2", stdin='{"q1": 1, "q2": 1}\n').out)["urgency"] is None


def test_the_sites_policy_says_what_a_band_means(bare: Shell) -> None:
    table = "{high: very_urgent, moderate: urgent, low: urgent, none: routine, incomplete: very_urgent}"
    policy = bare.here / "policy.yaml"
    policy.write_text(f"team: default\nurgency:\n  cssrs-screener: {table}\n", encoding="utf-8")
    bare.env(POLICY_FILE=policy)
    assert json.loads(bare.ok("score", "cssrs-screener", stdin=json.dumps(LOW)).out)["urgency"] == "urgent"


def test_a_sites_own_protocol_is_scored_too(bare: Shell) -> None:
    folder = bare.data / "protocols"
    folder.mkdir(parents=True)
    shipped = bare.ok("protocols", "show", "phq-2").out
    (folder / "ours.yaml").write_text(shipped.replace("id: phq-2", "id: ours"), encoding="utf-8")
    assert json.loads(bare.ok("score", "ours", stdin='{"q1": 1, "q2": 1}\n').out)["protocol"] == "ours"


def peak(folder: Path, count: int) -> int:
    """Kilobytes that a process of its own needed at most for so many lines."""
    with (folder / "answers").open("w") as lines:
        for _ in range(count // 2):
            lines.write(f"{json.dumps(LOW)}\n{json.dumps(NONE)}\n")
    with (folder / "results").open("wb") as results:
        process = subprocess.Popen([*SCRIPT, "score", "cssrs-screener", str(folder / "answers")], stdout=results)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    with (folder / "results").open("rb") as results:
        assert sum(1 for _ in results) == count
    return used.ru_maxrss


def test_many_lines_need_no_more_memory_than_few(bare: Shell) -> None:
    # Kept as text alone, that many answers and results would be over twenty megabytes.
    assert peak(bare.here, MANY) < peak(bare.here, MANY // 100) + 8_000

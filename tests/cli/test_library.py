"""`dispatch protocols` and `dispatch policy`: the files a site reads and writes."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from protocols.loader import SHIPPED
from tests.cli.conftest import POLICY, Shell


def test_the_list_is_the_library(bare: Shell) -> None:
    rows = bare.ok("protocols", "list", "--json").json
    ids = [row["id"] for row in rows]
    assert ids == sorted(ids)
    assert {"cssrs-screener", "phq-9", "lifeline-imminent-risk", "marcus-alert"} <= set(ids)
    shown = bare.ok("protocols", "list").out
    assert all(id_ in shown for id_ in ids)
    assert {row["from"] for row in rows} == {"shipped"}


def test_what_is_shown_is_the_file_itself(bare: Shell) -> None:
    text = (SHIPPED / "phq-9.yaml").read_text(encoding="utf-8")
    shown = bare.ok("protocols", "show", "phq-9")
    assert shown.out.endswith(text)
    digest = sha256(text.encode()).hexdigest()
    assert digest in shown.out
    assert bare.ok("protocols", "show", "phq-9", "--json").json["hash"] == digest


def test_the_shipped_library_is_sound(bare: Shell) -> None:
    assert "no fault" in bare.ok("protocols", "check").out


def test_a_fault_is_named_by_file_and_line(bare: Shell) -> None:
    text = (SHIPPED / "phq-2.yaml").read_text(encoding="utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if row.startswith("monotonic:"))
    (bare.here / "ours.yaml").write_text(text.replace("monotonic:", "monotonous:"), encoding="utf-8")
    done = bare.run("protocols", "check", "ours.yaml")
    assert (done.code, done.out) == (1, "")
    assert any(row.startswith(f"ours.yaml:{line}: ") for row in done.err.splitlines())
    found = bare.run("protocols", "check", "ours.yaml", "--json")
    assert found.code == 1
    assert {one["file"] for one in found.json} == {"ours.yaml"}


def test_a_site_folder_is_checked_with_the_shipped_one(bare: Shell) -> None:
    folder = bare.data / "protocols"
    folder.mkdir(parents=True)
    (folder / "broken.yaml").write_text("id: broken\n", encoding="utf-8")
    done = bare.run("protocols", "check")
    assert done.code == 1
    assert all(row.startswith(str(Path("var/protocols/broken.yaml"))) for row in done.err.splitlines())


def test_a_policy_is_printed_as_a_timeline(bare: Shell) -> None:
    out = bare.ok("policy", "check").out
    for line in (
        "very_urgent: mobile, first words within 1h",
        "+   0s  page by text: 1 of primary; wait 2m",
        "every 2m until a person acts",
    ):
        assert line in out


def test_the_policy_of_the_contract_is_sound(bare: Shell) -> None:
    (bare.here / "policy.yaml").write_text(POLICY, encoding="utf-8")
    found = bare.ok("policy", "check", "policy.yaml", "--json").json
    assert found["team"] == "default"
    assert list(found["ladders"]) == ["immediate", "very_urgent", "urgent", "soon", "routine"]
    assert [step["act"] for step in found["ladders"]["very_urgent"]] == ["page", "page", "page", "call", "alarm"]
    assert "1 number rung" in bare.ok("policy", "check", "policy.yaml").out


def test_a_fault_of_a_policy_is_named_by_file_and_line(bare: Shell) -> None:
    (bare.here / "policy.yaml").write_text("team: default\nreceipt: soon\nrespond: {}\n", encoding="utf-8")
    done = bare.run("policy", "check", "policy.yaml")
    assert (done.code, done.out) == (1, "")
    assert [row.split(" ")[0] for row in done.err.splitlines()] == ["policy.yaml:2:", "policy.yaml:3:"]

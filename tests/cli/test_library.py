"""`dispatch protocols` and `dispatch policy`: the files a site reads and writes."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from protocols.loader import SHIPPED
from tests.cli.conftest import POLICY, Shell

DEFAULT_POLICY = Path(__file__).parents[2] / "dispatch" / "policies" / "default.yaml"


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


def test_the_schema_for_editors_is_the_one_of_the_documentation(bare: Shell) -> None:
    docs = Path(__file__).parents[2] / "docs" / "protocols" / "protocol.schema.json"
    assert bare.ok("protocols", "schema").out == docs.read_text(encoding="utf-8")


def how_to() -> str:
    """The complete example of the how-to."""
    docs = Path(__file__).parents[2] / "docs" / "protocols" / "writing-your-own.md"
    return str(re.findall(r"```yaml\n(format: 1\n.*?)```", docs.read_text(encoding="utf-8"), flags=re.DOTALL)[0])


def test_the_how_to_followed_step_by_step_gives_an_instrument_that_counts(bare: Shell) -> None:
    folder = bare.data / "protocols"
    folder.mkdir(parents=True)
    (folder / "plant-water.yaml").write_text(how_to(), encoding="utf-8")
    assert "no fault" in bare.ok("protocols", "check").out
    rows = {row["id"]: row["from"] for row in bare.ok("protocols", "list", "--json").json}
    assert rows["plant-water"] == "site"
    # Named by no policy yet, it counts like no assessment at all.
    wet = '{"dry": "no", "hot": "no"}\n'
    assert json.loads(bare.ok("score", "plant-water", stdin=wet).out)["urgency"] == "very_urgent"
    shipped = yaml.safe_load(DEFAULT_POLICY.read_text(encoding="utf-8"))
    table = {"now": "urgent", "today": "soon", "leave": "routine", "incomplete": "urgent"}
    policy = {"team": "default", "urgency": shipped["urgency"] | {"plant-water": table}}
    (bare.here / "policy.yaml").write_text(yaml.safe_dump(policy), encoding="utf-8")
    bare.ok("policy", "check", "policy.yaml")
    bare.env(POLICY_FILE=bare.here / "policy.yaml")
    assert json.loads(bare.ok("score", "plant-water", stdin=wet).out)["urgency"] == "routine"
    table["drown"] = "soon"
    (bare.here / "policy.yaml").write_text(yaml.safe_dump(policy), encoding="utf-8")
    assert "drown" in bare.run("policy", "check", "policy.yaml").err


def test_a_protocol_goes_out_as_fhir_and_comes_back_as_the_very_file(bare: Shell) -> None:
    out = bare.ok("protocols", "fhir", "phq-9").out
    assert json.loads(out)["resourceType"] == "Questionnaire"
    (bare.here / "phq.json").write_text(out, encoding="utf-8")
    back = bare.ok("protocols", "import-fhir", "phq.json", "phq-9").out
    assert back == (SHIPPED / "phq-9.yaml").read_text(encoding="utf-8")


def test_a_questionnaire_from_elsewhere_becomes_a_file_without_fault(bare: Shell) -> None:
    item = {"linkId": "wet", "type": "boolean", "text": "Is the soil wet?"}
    questionnaire = {"resourceType": "Questionnaire", "status": "active", "title": "Watering", "item": [item]}
    (bare.here / "watering.json").write_text(json.dumps(questionnaire), encoding="utf-8")
    made = bare.ok("protocols", "import-fhir", "watering.json", "watering").out
    assert "id: watering\n" in made
    (bare.here / "watering.yaml").write_text(made, encoding="utf-8")
    assert bare.ok("protocols", "check", "watering.yaml").out == "1 file, no fault\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"resourceType":\n', "not-fhir.json:2: is not JSON"),
        ("[]", "not-fhir.json: resourceType: is not one that is known here"),
        ('{"resourceType": "Patient"}', "not-fhir.json: resourceType: is not one that is known here"),
        ('{"resourceType": "Questionnaire", "status": "active", "item": 1}', "not-fhir.json: item: "),
    ],
)
def test_what_is_no_questionnaire_is_refused_in_plain_lines(bare: Shell, text: str, says: str) -> None:
    (bare.here / "not-fhir.json").write_text(text, encoding="utf-8")
    done = bare.run("protocols", "import-fhir", "not-fhir.json", "garden")
    assert (done.code, done.out) == (1, "")
    assert says in done.err


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

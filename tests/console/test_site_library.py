"""A site's own instruments: in its data dir they are there after the next start, beside and over the shipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dispatch.access import Role
from dispatch.clock import ManualClock
from dispatch.settings import Settings
from protocols.loader import SHIPPED
from tests.api.conftest import URL, Api, served
from tests.console.conftest import Screen, case_of, fill

DOCS = Path(__file__).parents[2] / "docs" / "protocols" / "writing-your-own.md"


@pytest.fixture
def api(settings: Settings, clock: ManualClock) -> Iterator[Api]:
    """Started with two files in the site's folder: the how-to's example, and a C-SSRS screener of its own wording."""
    folder = settings.data_dir / "protocols"
    folder.mkdir()
    example = re.findall(r"```yaml\n(format: 1\n.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)[0]
    (folder / "plant-water.yaml").write_text(example, encoding="utf-8")
    own = (
        (SHIPPED / "cssrs-screener.yaml").read_text(encoding="utf-8").replace('version: "2026.1"', 'version: "ours-1"')
    )
    (folder / "cssrs.yaml").write_text(
        own.replace("Past month, wish to be dead", "As licensed to us"), encoding="utf-8"
    )
    with served(settings, clock) as found, TestClient(found.app, base_url=URL, raise_server_exceptions=False):
        yield found


def test_a_file_of_the_sites_own_is_a_form_a_sheet_of_paper_and_a_choice(operator: Screen) -> None:
    assert '<option value="plant-water">Does the plant need water?</option>' in operator.open("/contacts/new").html
    assert "Is the soil dry?" in operator.open("/contacts/new/protocol?add=plant-water").text
    assert "water it today" in operator.open("/protocols/plant-water/paper").text


def test_a_file_of_the_sites_own_takes_the_place_of_the_shipped_one(operator: Screen, api: Api) -> None:
    assert "As licensed to us" in operator.open("/contacts/new").text
    operator.open("/contacts/new")
    answers = {f"assessments.0.answers.{item}": "no" for item in ("q1", "q2", "q6")}
    case = case_of(operator.post("/contacts/new", fill(operator) | answers))
    stored = api.as_(Role.OPERATOR).get(f"/api/v1/cases/{case}").json()["assessments"][0]
    assert (stored["protocol"], stored["version"]) == ("cssrs-screener", "ours-1")
    assert api.svc.library.at_hash(stored["hash"]).version == "ours-1"
    assert api.svc.library.get("cssrs-screener", "2026.1").version == "2026.1"

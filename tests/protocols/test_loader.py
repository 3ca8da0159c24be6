"""The library: versions side by side, a site's own folder on top, and every stored hash still scorable."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from protocols.engine import score
from protocols.errors import InvalidFile, UnknownProtocol
from protocols.loader import SHIPPED, Library

EXPECTED = [
    "asq",
    "audit-c",
    "cage-aid",
    "cows",
    "cssrs-screener",
    "ctrs",
    "gad-7",
    "lifeline-imminent-risk",
    "marcus-alert",
    "nhs-crisis",
    "phq-2",
    "phq-9",
    "pss-3",
    "safe-t",
    "sbq-r",
    "scene-safety",
    "uk-mhts",
    "vic-mhts",
]

TREE = """\
format: 1
id: {id}
version: "{version}"
in_force: {in_force}
title: Made-up file
use: context
population: Nobody; made up for tests.
source: {{citation: none}}
licence: {{holder: this project, terms: free, wording: own}}
monotonic: true
items: [{{id: dry, text: Dry?}}]
rules:
  - {{band: water, when: {{dry: yes}}}}
  - {{band: leave, when: {{dry: no}}}}
bands: [{{id: leave, words: leave it}}, {{id: water, words: {words}}}]
examples: [{{name: dry, answers: {{dry: yes}}, gives: {{band: water}}}}]
"""


def plant(folder: Path, name: str, **changes: str) -> Path:
    fields = {"id": "plant", "version": "1", "in_force": "2026-01-01", "words": "water it"} | changes
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TREE.format(**fields), encoding="utf-8")
    return path


def test_the_shipped_library_is_complete_and_in_order() -> None:
    assert [protocol.id for protocol in Library.shipped()] == EXPECTED


def test_the_hash_is_what_sha256sum_prints() -> None:
    protocol = Library.shipped().get("cssrs-screener")
    assert protocol.hash == hashlib.sha256((SHIPPED / "cssrs-screener.yaml").read_bytes()).hexdigest()


def test_a_site_adds_its_own(tmp_path: Path) -> None:
    plant(tmp_path, "plant.yaml")
    library = Library.shipped(tmp_path)
    assert library.get("plant").version == "1"
    assert library.get("cssrs-screener").id == "cssrs-screener"


def test_the_latest_in_force_is_used_and_the_old_one_can_still_be_named(tmp_path: Path) -> None:
    plant(tmp_path, "past/plant-9.yaml", version="9")
    plant(tmp_path, "plant.yaml", version="10")
    library = Library.shipped(tmp_path)
    assert library.get("plant").version == "10"
    assert library.get("plant", "9").version == "9"
    assert [protocol.version for protocol in library if protocol.id == "plant"] == ["10"]


def test_the_date_in_force_goes_before_the_number(tmp_path: Path) -> None:
    plant(tmp_path, "a.yaml", version="2", in_force="2026-01-01")
    plant(tmp_path, "b.yaml", version="1", in_force="2026-06-01")
    assert Library.shipped(tmp_path).get("plant").version == "1"


def test_a_stored_assessment_is_scored_again_with_the_file_that_was_in_force(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    old = Library.shipped(plant(first, "plant.yaml", words="water it daily").parent).get("plant")
    stored = score(old, {"dry": "yes"})
    plant(second, "plant.yaml", version="2", words="water it weekly")
    years_later = Library.shipped(first, second)
    assert years_later.get("plant").version == "2"
    assert score(years_later.at_hash(stored.hash), {"dry": "yes"}) == stored


def test_a_later_folder_overrides_the_same_version_and_the_overridden_text_stays_at_its_hash(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    plant(first, "plant.yaml")
    plant(second, "plant.yaml", words="water it now")
    library = Library.shipped(first, second)
    assert library.get("plant", "1").band("water").words == "water it now"
    before = Library.shipped(first).get("plant")
    assert library.at_hash(before.hash).band("water").words == "water it"


def test_a_site_keeps_its_own_file_after_a_newer_one_is_shipped(tmp_path: Path) -> None:
    plant(tmp_path, "cssrs.yaml", id="cssrs-screener", version="our-1", in_force="2020-01-01")
    assert Library.shipped(tmp_path).get("cssrs-screener").version == "our-1"


@pytest.mark.parametrize("wanted", [("nothing", None), ("phq-9", "1899"), ("PHQ-9", None)])
def test_what_is_not_there_is_named(wanted: tuple[str, str | None]) -> None:
    with pytest.raises(UnknownProtocol, match=wanted[0]):
        Library.shipped().get(*wanted)


def test_an_unknown_hash_is_an_error_and_not_the_latest_file() -> None:
    with pytest.raises(UnknownProtocol):
        Library.shipped().at_hash("0" * 64)


def test_two_files_may_not_claim_one_version(tmp_path: Path) -> None:
    plant(tmp_path, "a.yaml")
    plant(tmp_path, "b.yaml", words="water it now")
    with pytest.raises(InvalidFile, match=r"already in .*a\.yaml"):
        Library.shipped(tmp_path)


def test_every_faulty_file_is_named_at_once_with_its_line(tmp_path: Path) -> None:
    plant(tmp_path, "a.yaml", id="a", in_force="soon")
    plant(tmp_path, "b.yaml", id="b", words="no risk")
    with pytest.raises(InvalidFile) as refused:
        Library.shipped(tmp_path)
    fields = [fault.field for fault in refused.value.faults]
    assert fields == [f"{tmp_path}/a.yaml:4", f"{tmp_path}/b.yaml:15"]


def test_yes_and_no_stay_words(tmp_path: Path) -> None:
    plant(tmp_path, "plant.yaml")
    assert score(Library.shipped(tmp_path).get("plant"), {"dry": "yes"}).because == ("dry = yes",)

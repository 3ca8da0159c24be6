"""A second language changes words and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocols.check import check
from protocols.errors import InvalidFile
from protocols.forms import form
from protocols.loader import SHIPPED, Library
from tests.protocols.interviews import LIBRARY, PROTOCOLS

TEXT = (SHIPPED / "translations" / "phq-2.es.yaml").read_text(encoding="utf-8")


def site(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "translations" / "phq-2.es.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def test_spanish_is_there_where_its_official_wording_is_free_and_nowhere_else() -> None:
    spoken = {protocol.id: LIBRARY.languages(protocol) for protocol in PROTOCOLS if LIBRARY.languages(protocol)}
    assert spoken == {"asq": ("es",), "gad-7": ("es",), "phq-2": ("es",), "phq-9": ("es",)}


@pytest.mark.parametrize("protocol_id", ["asq", "phq-2", "phq-9", "gad-7"])
def test_the_form_keeps_its_answers_keys_and_order(protocol_id: str) -> None:
    protocol = LIBRARY.get(protocol_id)
    english, spanish = form(protocol), form(protocol, LIBRARY.translation(protocol, "es"))
    assert (english.language, spanish.language) == ("en", "es")
    for one, other in zip(english.questions, spanish.questions, strict=True):
        assert (one.id, one.kind, one.ask) == (other.id, other.kind, other.ask)
        assert one.text != other.text
        for here, there in zip(one.options, other.options, strict=True):
            assert (here.value, here.key) == (there.value, there.key)
            # "No" is the same word in both.
            assert here.label != there.label or here.value == "no"


def test_a_language_nobody_translated_is_none() -> None:
    assert LIBRARY.translation(LIBRARY.get("phq-9"), "fr") is None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("  q2: Se ha", "  q3: Se ha", "`q2` has no text"),
        ("  q2: Se ha", "  q3: Se ha", "no item `q3`"),
        ("2: Más de la mitad de los días, ", "", "answer `2` of `q1` has no label"),
        ("intro: Durante", "# Durante", "introduction"),
        ('version: "2026.1"', 'version: "1900"', "no phq-2 1900"),
        ("language: es", "tongue: es", "unknown key `tongue`"),
    ],
)
def test_half_a_translation_is_a_fault_for_the_checker_and_for_loading(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    path = site(tmp_path, TEXT.replace(old, new, 1))
    assert any(problem in each.problem for each in check([tmp_path]))
    assert any(problem in each.problem for each in check([path]))
    with pytest.raises(InvalidFile):
        Library.shipped(tmp_path)


def test_a_site_may_bring_a_translation_of_its_own(tmp_path: Path) -> None:
    site(tmp_path, TEXT.replace("language: es", "language: qu"))
    assert check([tmp_path]) == []
    library = Library.shipped(tmp_path)
    assert library.languages(library.get("phq-2")) == ("es", "qu")

"""Documentation and paper are written from the files, so neither can say another rule than the engine follows."""

from __future__ import annotations

import re
from dataclasses import asdict, fields
from datetime import timedelta
from pathlib import Path

import pytest

from protocols.check import check
from protocols.forms import form
from protocols.formwords import ENGLISH, SPANISH, words_in
from protocols.inwords import within
from protocols.model import Protocol
from protocols.pages import pages, write
from protocols.paper import sheet
from tests.protocols.interviews import LIBRARY, PROTOCOLS
from tests.protocols.test_format import protocol_of

DOCS = Path(__file__).parents[2] / "docs" / "protocols"

every_protocol = pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.id)


def test_the_pages_are_fresh() -> None:
    stale = [name for name, text in pages(LIBRARY).items() if (DOCS / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run python -m protocols.pages docs/protocols"


def test_no_page_is_left_of_a_protocol_that_is_gone() -> None:
    assert {path.name for path in DOCS.iterdir()} == {*pages(LIBRARY), "writing-your-own.md"}


def test_writing_them_gives_exactly_them(tmp_path: Path) -> None:
    write(tmp_path)
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == pages(LIBRARY)


@every_protocol
def test_a_page_names_every_item_band_doubt_and_notice(protocol: Protocol) -> None:
    text = pages(LIBRARY)[f"{protocol.id}.md"]
    definition = protocol.definition
    for item in definition.items:
        assert f"| `{item.id}` |" in text
    for band in definition.bands:
        assert f"| `{band.id}` |" in text
    for line in (*definition.limits, *definition.uncertain):
        assert f"- {line}" in text
    assert definition.licence.notice is None or f"> {definition.licence.notice}" in text
    assert "no risk" not in text.lower()


@every_protocol
def test_the_paper_has_the_items_of_the_form_in_the_same_order_with_the_same_boxes(protocol: Protocol) -> None:
    paper, screen = sheet(protocol), form(protocol)
    assert [line.id for line in paper.lines] == [question.id for question in screen.questions]
    for line, question in zip(paper.lines, screen.questions, strict=True):
        assert line.text == question.text
        assert line.boxes == (*(option.label for option in question.options), "Refused", "Unable to answer")
        assert (line.only_if is None) == (question.ask is None)
    assert [result.band for result in paper.results] == [band.id for band in protocol.bands[::-1]]
    assert all(result.when for result in paper.results)
    assert paper.hash == protocol.hash


def test_paper_says_skip_logic_and_rule_in_words() -> None:
    paper = sheet(LIBRARY.get("cssrs-screener"))
    assert paper.lines[2].only_if == "q2 = yes"
    assert paper.results[0].when == ("q5 = yes or q4 = yes or q6_past_3_months = yes",)
    assert "do not predict" in paper.words.caution


def test_paper_can_be_in_spanish_where_the_form_can() -> None:
    phq = LIBRARY.get("phq-9")
    assert sheet(phq, LIBRARY.translation(phq, "es")).lines[0].text == "Poco interés o placer en hacer cosas"


def test_spanish_paper_says_its_own_words_in_spanish_and_leaves_the_instruments_bands_alone() -> None:
    phq = LIBRARY.get("phq-9")
    english, spanish = sheet(phq), sheet(phq, LIBRARY.translation(phq, "es"))
    assert spanish.title == "Cuestionario sobre la salud del paciente-9 (PHQ-9)"
    assert spanish.lines[0].boxes[-2:] == ("No quiso responder", "No pudo responder")
    assert spanish.results[0].when == ("total 20 a 27",)
    assert spanish.measures[0].endswith("Hasta 2 respuestas que falten se sustituyen por la media de las demás.")
    for here, there in zip(english.results, spanish.results, strict=True):
        assert (here.band, here.words, here.action) == (there.band, there.words, there.action)


def test_our_words_are_whole_in_every_language_and_fill_the_same_places() -> None:
    for field in fields(ENGLISH):
        english, spanish = getattr(ENGLISH, field.name), getattr(SPANISH, field.name)
        assert english
        assert spanish
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", spanish)), field.name
    same = {f.name for f in fields(ENGLISH) if getattr(ENGLISH, f.name) == getattr(SPANISH, f.name)}
    # "No" is the same word in both.
    assert same == {"no"}


def test_a_language_without_words_of_ours_keeps_them_in_english() -> None:
    assert words_in("qu") is ENGLISH


@pytest.mark.parametrize(
    ("time", "english", "spanish"),
    [
        (None, "", ""),
        (timedelta(0), "at once", "de inmediato"),
        (timedelta(minutes=30), "30 minutes", "30 minutos"),
        (timedelta(hours=4), "4 hours", "4 horas"),
        (timedelta(days=7), "168 hours", "168 horas"),
        (timedelta(days=28), "4 weeks", "4 semanas"),
    ],
)
def test_a_published_time_in_words(time: timedelta | None, english: str, spanish: str) -> None:
    assert (within(time), within(time, SPANISH)) == (english, spanish)


def test_a_number_is_written_in() -> None:
    assert [line.write_in for line in sheet(protocol_of("weighted")).lines] == [None, None, "0 to 30"]


def test_the_sheet_of_weights_and_ages_reads_as_its_rule() -> None:
    assert sheet(protocol_of("weighted")).measures[0].startswith("`need` is 5 × wilted + 2 × spots + 0.5 × dry_days.")
    young = asdict(sheet(protocol_of("age-dependent")))["results"][0]["when"][0]
    assert young == "age_years ≤ 17 and total ≥ 4"


def test_the_example_of_the_how_to_is_a_good_file(tmp_path: Path) -> None:
    text = (DOCS / "writing-your-own.md").read_text(encoding="utf-8")
    example = re.findall(r"```yaml\n(format: 1\n.*?)```", text, flags=re.DOTALL)[0]
    path = tmp_path / "plant-water.yaml"
    path.write_text(example, encoding="utf-8")
    assert [str(each) for each in check([path])] == []

"""The text messages of the contract: its example page, and every word of its reply table."""

from __future__ import annotations

import re

import pytest

from dispatch import codes, reply, wording
from dispatch.grammar import CarrierWord, Digits, Parsed, SwapAnswer
from dispatch.priority import Mode, Urgency
from dispatch.wording import PageWords, Safety
from tests.contract.examples import TEXT, table, words

EXAMPLE = next(line.strip("`") for line in TEXT.splitlines() if line.startswith("`CRISIS PAGE"))
ROWS = table("Text messages")


def test_the_example_page_is_the_page_we_send() -> None:
    shown = PageWords(
        code="K7Q",
        urgency=Urgency.VERY_URGENT,
        mode=Mode.MOBILE,
        area="fairfax",
        safety=frozenset({Safety.TWO_PERSON}),
        by="02:14",
        link="https://x.org/p/h3k9x0w2ma",
    )
    text = wording.page(shown)
    assert text.replace("https://x.org/p/", "https://…/p/") == EXAMPLE
    assert len(text) <= 160


@pytest.mark.parametrize("row", ROWS[:-1], ids=[row[0][:20] for row in ROWS[:-1]])
def test_every_word_of_the_reply_table_is_understood(row: list[str]) -> None:
    for word in (w for cell in words(row[0]) for w in [cell.replace("[hours]", "4")]):
        read = reply.parse(word)
        if isinstance(read, Digits):
            assert read.digits == re.sub(r"\D", "", word)
            continue
        if isinstance(read, SwapAnswer):
            assert reply.parse(f" {word.lower()}. ") == read
            continue
        assert isinstance(read, Parsed), word
        assert reply.parse(f" {word.lower()}. ") == read
        if "(+ code)" in row[0] and word not in {"A", "D", "N", "Y"}:
            assert reply.parse(f"{word} K7Q") == Parsed(read.verb, read.word, "K7Q")


def test_carrier_words_are_never_verbs() -> None:
    sentence = next(line for line in TEXT.splitlines() if "belong to the carrier" in line)
    listed = re.search(r"(STOP, .*?, INFO) belong", sentence)
    assert listed is not None
    for word in listed[1].split(", "):
        assert isinstance(reply.parse(word), CarrierWord), word


def test_codes_are_what_the_contract_says() -> None:
    for code in codes.codes():
        assert len(code) == 3
        assert code[0].isalpha()
        assert code[0] not in "ADNY"
        assert any(c.isdigit() for c in code[1:])
        assert not set(code) & set("0O1IL")
        assert not isinstance(reply.parse(code), Parsed | CarrierWord)

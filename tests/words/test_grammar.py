"""The reply table of the public contract, word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.grammar import CARRIER_WORDS, WORDS, CarrierWord, NotUnderstood, Parsed, Verb, normal, parse, reserved


@pytest.mark.parametrize(
    ("texts", "verb"),
    [
        ("1, Y, YES, YUP, ACCEPT, A", Verb.ACCEPT),
        ("2, N, NO, NOPE, DECLINE, D", Verb.DECLINE),
        ("3, ENROUTE", Verb.EN_ROUTE),
        ("4, ARRIVED", Verb.ARRIVED),
        ("5, CLEAR", Verb.CLEAR),
        ("6, REACHED", Verb.REACHED),
        ("7, NOT REACHED", Verb.NOT_REACHED),
        ("OK", Verb.OK),
        ("BACKUP", Verb.BACKUP),
        ("CALL", Verb.CALL),
        ("HELP, SOS, 911, EMERGENCY", Verb.HELP),
    ],
)
def test_each_word_of_the_contract_with_and_without_a_code(texts: str, verb: Verb) -> None:
    for text in texts.split(", "):
        assert parse(text) == Parsed(verb, text)
        assert parse(f"{text} K7Q") == Parsed(verb, text, "K7Q")


@pytest.mark.parametrize(
    "typed",
    [
        "1 K7Q",
        "1 k7q",
        "1k7q",
        " 1  K7Q. ",
        "1 K7Q!!",
        "1, K7Q",
        "1-K7Q",
        "1\nK7Q",
        "“1 K7Q”",
        "\uff11 \uff2b\uff17\uff31",
        "1. K7Q.",
    ],
)
def test_case_spaces_and_end_punctuation_are_free(typed: str) -> None:
    assert parse(typed) == Parsed(Verb.ACCEPT, "1", "K7Q")


@pytest.mark.parametrize("typed", ["yes", "Yes.", "YES!", " yes ", "yes…"])
def test_yes_is_a_word(typed: str) -> None:
    assert parse(typed) == Parsed(Verb.ACCEPT, "YES")


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("ON", None),
        ("on 4", 4.0),
        ("On4", 4.0),
        ("ON 4.5", 4.5),
        ("ON 4,5 hours", 4.5),
        ("on 12h", 12.0),
        ("ON 24", 24.0),
    ],
)
def test_on_takes_hours(typed: str, hours: float | None) -> None:
    assert parse(typed) == Parsed(Verb.ON, "ON", hours=hours)


@pytest.mark.parametrize(
    "typed", ["ON 0", "ON -1", "ON .5", "ON /5", "ON 25", "ON 99", "ON K7Q", "ON 4 K7Q", "ON until 8"]
)
def test_hours_that_cannot_be_meant_are_not_understood(typed: str) -> None:
    assert isinstance(parse(typed), NotUnderstood)


@pytest.mark.parametrize(
    ("typed", "verb"), [("off", Verb.OFF), ("OFF NOW", Verb.OFF_NOW), ("who?", Verb.WHO), ("Status", Verb.STATUS)]
)
def test_words_that_take_no_code(typed: str, verb: Verb) -> None:
    parsed = parse(typed)
    assert isinstance(parsed, Parsed)
    assert parsed.verb is verb
    assert parse(f"{verb.value} K7Q") == NotUnderstood()


@pytest.mark.parametrize("word", sorted(CARRIER_WORDS))
def test_the_carriers_words_are_never_verbs(word: str) -> None:
    assert word not in WORDS
    assert parse(word.lower()) == CarrierWord(word)
    assert parse(f"{word} K7Q") == NotUnderstood()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "???",
        "ok on it",
        "yes please",
        "omw",
        "👍",
        "1 2",
        "1 K7Q K7R",
        "K7Q",
        "K7Q 1",
        "please stop",
        "1 A7Q",
        "1 KQR",
        "8",
        "not",
        "y es 2",
    ],
)
def test_anything_else_is_not_guessed(typed: str) -> None:
    assert parse(typed) == NotUnderstood()


@pytest.mark.parametrize("typed", ["help me", "HELP! he is at the door", "911 now", "sos sos"])
def test_a_cry_inside_a_longer_message_is_marked(typed: str) -> None:
    assert parse(typed) == NotUnderstood(cry=True)


def test_a_duress_word_must_mean_nothing_else() -> None:
    assert not reserved("Bluebird")
    assert normal(" bluebird!") == normal("BLUEBIRD")
    for taken in ("yes", "1", "stop", "K7Q", "on 4", " . "):
        assert reserved(taken)


@given(st.text())
def test_any_text_has_a_reading(text: str) -> None:
    reading = parse(text)
    assert parse(normal(text)) == reading

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import gsm7


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("it’s “here” – now…", 'it\'s "here" - now...'),
        ("São Paulo", "Sao Paulo"),
        ("Łódź", "Lodz"),
        ("née Ångström", "née Ångström"),
        ("a\u00a0b\u200bc", "a bc"),
        ("tab\there", "tab here"),
        ("bell\x07", "bell"),
        ("½", "1/2"),
        ("👍 北", "? ?"),
    ],
)
def test_look_alikes(typed: str, sent: str) -> None:
    assert gsm7.plain(typed) == sent


def test_a_character_of_the_extension_table_takes_two() -> None:
    assert gsm7.septets("a€[b]") == 8
    assert gsm7.fits("x" * 160)
    assert not gsm7.fits("x" * 159 + "€")
    assert not gsm7.fits("“")


@given(st.text())
def test_anything_becomes_plain_and_plain_text_stays_as_it_is(text: str) -> None:
    once = gsm7.plain(text)
    assert gsm7.is_plain(once)
    assert gsm7.plain(once) == once

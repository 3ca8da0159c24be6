"""The card of our numbers, as a phone reads it: unfolded and unescaped it says what was put in."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from dispatch.exports.vcard import card

NUMBERS = ["+12025550100", "+442079460000"]
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")) | st.sampled_from(',;\\\n:"'), max_size=120)


def lines(made: bytes) -> list[str]:
    """The content lines; folded ones are joined again (RFC 2426, section 2.6)."""
    assert made.endswith(b"\r\n")
    return re.sub(rb"\r\n[ \t]", b"", made).decode().removesuffix("\r\n").split("\r\n")


def value(made: bytes, name: str) -> str:
    (found,) = [line.partition(":")[2] for line in lines(made) if re.match(rf"{name}[;:]", line)]
    return re.sub(r"\\(.)", lambda escaped: "\n" if escaped[1] in "nN" else escaped[1], found)


def test_the_card_as_phones_know_it() -> None:
    assert lines(card("Crisis pages", NUMBERS, "Let it ring.")) == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "PRODID:-//crisis-dispatch//our numbers//EN",
        "FN:Crisis pages",
        "N:Crisis pages;;;;",
        "TEL;TYPE=CELL:+12025550100",
        "TEL;TYPE=CELL:+442079460000",
        "NOTE:Let it ring.",
        "END:VCARD",
    ]


@given(TEXTS)
def test_whatever_a_site_calls_itself_comes_out_whole_and_in_lines_a_phone_can_read(text: str) -> None:
    made = card("Crisis pages", NUMBERS, text)
    assert value(made, "NOTE") == text.replace("\r\n", "\n")
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert len(lines(made)) == 9

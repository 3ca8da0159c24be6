"""GSM-7, the alphabet of a plain text message, and how long a text is in it.

A segment holds 160 septets. One character outside the alphabet turns the whole message into UCS-2, which holds 70:
a curly quote would cut a page in three, and a phone at the edge of coverage may get only part of it.

Source: 3GPP TS 23.038, section 6.2.1 (default alphabet and its extension table).
"""

from __future__ import annotations

import unicodedata

SEGMENT = 160

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€")

_LOOK_ALIKES = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʼʹ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("•·∙●▪", "*"),
        **dict.fromkeys("\t\v\f\u00a0\u2007\u2009\u200a\u202f\u2028\u2029\u3000", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0e\ufe0f", None),
        "…": "...",
        "⁄": "/",
        "×": "x",
        "ı": "i",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "þ": "th",
        "œ": "oe",
        "Œ": "OE",
    }
)


def plain(text: str) -> str:
    """`text` in GSM-7: look-alikes replaced, accents the alphabet lacks dropped, anything else a question mark."""
    return "".join(_letter(char) for char in text.translate(_LOOK_ALIKES))


def is_plain(text: str) -> bool:
    return all(char in _BASIC or char in _EXTENSION for char in text)


def septets(text: str) -> int:
    """Length of a plain text in septets; a character of the extension table takes two."""
    return sum(2 if char in _EXTENSION else 1 for char in text)


def fits(text: str) -> bool:
    """True when `text` goes out as one GSM-7 segment."""
    return is_plain(text) and septets(text) <= SEGMENT


def _letter(char: str) -> str:
    if char in _BASIC or char in _EXTENSION:
        return char
    parts = unicodedata.normalize("NFKD", char).translate(_LOOK_ALIKES)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    if bare and all(c in _BASIC or c in _EXTENSION for c in bare):
        return bare
    return " " if unicodedata.category(char).startswith("Z") else "" if unicodedata.category(char) == "Cc" else "?"

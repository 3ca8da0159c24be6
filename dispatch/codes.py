"""Case codes: three characters a person can say over a bad line, read off a lock screen and type with a thumb.

First a letter other than A, D, N and Y, then two characters with at least one digit between them. 0, O, 1, I and L
are never used: they are misread for one another. A, D, N and Y are short for accept and decline, so a code that began
with one would make `AK7` a code and an answer at once. Codes that begin with ES or UP are left out for the same
reason: `YES2` would be `YES` and a slip, or `Y ES2`.

Source: the public contract, "Text messages". A code is not used again for 72 h after its case closed; who still
holds one is for the caller to say (`taken`).
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import product

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"
DIGITS = "23456789"
FIRST = "BCEFGHJKMPQRSTUVWXZ"

PATTERN = rf"(?!ES|UP)[{FIRST}](?:[{DIGITS}][{LETTERS}{DIGITS}]|[{LETTERS}][{DIGITS}])"
_CODE = re.compile(PATTERN)

# Shares no factor with the number of codes, so that stepping by it visits each code once and in no order a
# person would notice. Neighbours in time must not be neighbours in spelling: K7Q and K7R on one night get mixed up.
_STRIDE = 3169


def valid(code: str) -> bool:
    """True when `code` could have been given to a case: upper case, three characters, the rules above."""
    return _CODE.fullmatch(code) is not None


@cache
def codes() -> tuple[str, ...]:
    """Every valid code, always in the same order (8,192 of them)."""
    every = ("".join(parts) for parts in product(FIRST, LETTERS + DIGITS, LETTERS + DIGITS))
    return tuple(sorted(code for code in every if valid(code)))


def pick(taken: AbstractSet[str], seed: int) -> str | None:
    """A code that is not `taken`, decided by `seed` alone; None when every one of them is in use."""
    every = codes()
    for step in range(len(every)):
        code = every[(seed + step) * _STRIDE % len(every)]
        if code not in taken:
            return code
    return None

"""Codes of swaps: four characters, `K4M7`, letter and digit by turns.

A case code has three characters, and no code of a case is answered with the words that answer a swap. So a text can
never take a shift that was meant to take a case, or the other way round, not even with a character left out: `TAKE`
counts with a code of this form only, and `1` never does.

Source: the public contract, "Text messages".
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from itertools import product

from dispatch.codes import DIGITS

#: Without the letters that begin other words of the grammar, and those misread for a digit.
_LETTERS = "CFGHJKMPRTVWXZ"
PATTERN = rf"[{_LETTERS}][{DIGITS}][{_LETTERS}][{DIGITS}]"
_CODE = re.compile(PATTERN)
_EVERY = tuple("".join(parts) for parts in product(_LETTERS, DIGITS, _LETTERS, DIGITS))
# Shares no factor with their number, so that every code comes round and neighbours in time look different.
_STRIDE = 4111


def valid(code: str) -> bool:
    """True when `code` could have been given to a swap."""
    return _CODE.fullmatch(code) is not None


def pick(taken: AbstractSet[str], seed: int) -> str:
    """A code that is not `taken`, decided by `seed` alone; any when every one of 12,544 is taken."""
    first = seed * _STRIDE
    every = (_EVERY[(first + step * _STRIDE) % len(_EVERY)] for step in range(len(_EVERY)))
    return next((code for code in every if code not in taken), _EVERY[first % len(_EVERY)])

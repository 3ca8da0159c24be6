"""A text that answers a swap can never be taken for one about a case, nor the other way round."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import codes, swapcodes
from dispatch.grammar import WORDS, NotUnderstood, SwapAnswer, parse

ALL = [swapcodes.pick(frozenset(), seed) for seed in range(12_544)]
swap_codes = st.sampled_from(ALL)


def test_every_code_comes_round_once_and_is_of_its_form() -> None:
    assert len(set(ALL)) == len(ALL)
    assert all(swapcodes.valid(code) for code in ALL)
    assert not any(codes.valid(code) for code in ALL)


def test_a_code_in_use_is_passed_over_until_none_is_left() -> None:
    first = swapcodes.pick(frozenset(), 7)
    assert swapcodes.pick(frozenset({first}), 7) != first
    assert swapcodes.pick(frozenset(ALL), 7) == first


@given(swap_codes, st.sampled_from(["", " ", ", ", "-"]), st.sampled_from(["", ".", "!", " "]))
def test_take_and_pass_with_a_swaps_code(code: str, gap: str, end: str) -> None:
    assert parse(f"take{gap}{code.lower()}{end}") == SwapAnswer(takes=True, code=code)
    assert parse(f"Pass{gap}{code}{end}") == SwapAnswer(takes=False, code=code)


@pytest.mark.parametrize("word", ["TAKE", "PASS"])
def test_neither_word_means_anything_without_a_swaps_code(word: str) -> None:
    assert parse(word) == NotUnderstood()
    for code in codes.codes():
        assert parse(f"{word} {code}") == NotUnderstood()
        assert parse(word + code) == NotUnderstood()


@given(swap_codes, st.sampled_from(sorted(WORDS)))
def test_no_other_word_takes_a_swaps_code(code: str, word: str) -> None:
    assert not isinstance(parse(f"{word} {code}"), SwapAnswer)
    assert getattr(parse(f"{word} {code}"), "code", None) is None
    assert parse(code) == NotUnderstood()


@given(swap_codes)
def test_a_swaps_code_with_a_character_left_out_or_twice_is_no_answer(code: str) -> None:
    for n, twice in product(range(4), (False, True)):
        slip = code[:n] + (code[n] * 2 if twice else "") + code[n + 1 :]
        assert parse(f"TAKE {slip}") == NotUnderstood()

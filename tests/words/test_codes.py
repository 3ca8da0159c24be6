from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import codes
from dispatch.grammar import CARRIER_WORDS, WITHOUT_CODE, WORDS, NotUnderstood, Parsed, parse


@pytest.mark.parametrize("code", ["K7Q", "B22", "Z9Z", "M4R", "XB7"])
def test_a_code_is_valid(code: str) -> None:
    assert codes.valid(code)


@pytest.mark.parametrize(
    "code",
    [
        *("A7Q", "D7Q", "N7Q", "Y7Q"),  # would read as an answer
        *("K0Q", "KO7", "K1Q", "KI7", "KL7"),  # misread for one another
        *("KQR", "7KQ", "K7", "K7QR", "k7q", " K7Q", ""),
        *("ES2", "UP7"),  # Y ES2 and Y UP7
    ],
)
def test_what_is_no_code(code: str) -> None:
    assert not codes.valid(code)


def test_every_code_is_listed_once_and_always_in_the_same_order() -> None:
    every = codes.codes()
    assert len(every) == len(set(every)) == 8192
    assert all(codes.valid(code) for code in every)
    assert list(every) == sorted(every)


def test_no_code_is_a_word_and_none_means_anything_when_it_is_sent_alone() -> None:
    assert not set(codes.codes()) & (set(WORDS) | CARRIER_WORDS)
    assert all(isinstance(parse(code), NotUnderstood) for code in codes.codes())


@pytest.mark.parametrize("word", [word for word, verb in WORDS.items() if verb not in WITHOUT_CODE])
def test_a_word_typed_together_with_any_code_reads_as_both(word: str) -> None:
    for code in codes.codes():
        assert parse(word + code) == Parsed(WORDS[word], word, code)


@given(st.sets(st.sampled_from(codes.codes()), max_size=300), st.integers())
def test_a_picked_code_is_free(taken: set[str], seed: int) -> None:
    code = codes.pick(taken, seed)
    assert code is not None
    assert codes.valid(code)
    assert code not in taken


def test_the_last_free_code_is_found_and_then_there_is_none() -> None:
    every = set(codes.codes())
    assert codes.pick(every - {"K7Q"}, 3) == "K7Q"
    assert codes.pick(every, 3) is None


def test_codes_given_one_after_the_other_do_not_look_alike() -> None:
    night = [codes.pick(frozenset(), seed) for seed in range(50)]
    assert len(set(night)) == 50
    assert all(a and b and a[0] != b[0] for a, b in pairwise(night))

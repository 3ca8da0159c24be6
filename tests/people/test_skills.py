"""A slip of the keyboard in a skill is told to whoever typed it, and never put right by itself."""

from __future__ import annotations

import pytest

from dispatch.skills import SKILLS, doubtful, nearest, unmet


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("perinatl", "perinatal"),
        ("Veterans", "veteran"),
        ("substance-use", "substance_use"),
        ("sign_language", None),
    ],
)
def test_what_was_perhaps_meant(typed: str, meant: str | None) -> None:
    assert nearest(typed, ()) == meant


def test_a_skill_nobody_has_is_told_to_the_operator_with_what_is_like_it() -> None:
    assert unmet(["perinatl"], {"perinatal"}) == (
        "Nobody in the team has the skill perinatl. Was perinatal meant?",
    )  # fmt: skip
    assert unmet(["juggling"], {"perinatal"}) == ("Nobody in the team has the skill juggling: it will be given up.",)
    assert unmet(["perinatal"], {"perinatal"}) == ()


def test_an_import_doubts_a_word_only_one_person_has_that_is_nearly_another() -> None:
    held = {"ana": {"perinatal"}, "ben": {"perinatl", "juggling"}, "cam": set(SKILLS)}
    assert doubtful(held) == ("ben: the skill perinatl is nobody else's; was perinatal meant?",)
    assert doubtful({"ana": {"perinatl"}, "ben": {"perinatl"}}) == (), "two who say the same mean it"

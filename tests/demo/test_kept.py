"""A world that is started again goes on where it was, with the same desks; what cannot be read begins anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.demo import kept
from tests.stories.world import World


def test_progress_is_what_was_put(tmp_path: Path) -> None:
    kept.put(tmp_path / kept.PROGRESS, {"arrivals": 12, "run": "abcd"})
    assert kept.progress(tmp_path) == (12, "abcd")
    assert (tmp_path / kept.PROGRESS).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", [None, "", "{}", '{"arrivals": "many", "run": "x"}'])
def test_progress_that_cannot_be_read_begins_anew_with_keys_of_its_own(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / kept.PROGRESS).write_text(text, "utf-8")
    (number, run), (_, other) = kept.progress(tmp_path), kept.progress(tmp_path)
    assert number == 0
    assert run != other


@pytest.mark.story
def test_desks_keep_their_tokens_and_a_start_cut_short_makes_new_ones(world: World, tmp_path: Path) -> None:
    first = kept.desks(world.svc, tmp_path)
    assert kept.desks(world.svc, tmp_path) == first
    (tmp_path / kept.DESKS).unlink()
    again = kept.desks(world.svc, tmp_path)
    assert set(again) == set(first) == {"operator", "coordinator"}
    assert not set(again.values()) & set(first.values())

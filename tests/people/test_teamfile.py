"""What a team chooses, as its entry in the roster file spells it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.errors import InvalidFile
from dispatch.roster import Team
from dispatch.rosterexport import write
from dispatch.rosterfile import read
from dispatch.teamfile import settings_entry, settings_from
from dispatch.teamsettings import NOTHING_CHOSEN

TEAM = "teams:\n  - {{id: default, name: Line, timezone: America/New_York, state: VA{chosen}}}\n"


def team(chosen: str) -> Team:
    return read(TEAM.format(chosen=chosen)).teams[0]


def test_a_team_that_chooses_nothing_is_told_of_open_cases_half_an_hour_before_all_the_same() -> None:
    assert team("").settings == NOTHING_CHOSEN
    assert NOTHING_CHOSEN.handoff == timedelta(minutes=30)
    assert settings_entry(NOTHING_CHOSEN) == {}


def test_swaps_and_hand_offs_come_back_as_they_were_written() -> None:
    chosen = team(", swaps: approved, handoff: 45m").settings
    assert (chosen.approve_swaps, chosen.handoff) == (True, timedelta(minutes=45))
    assert settings_entry(chosen) == {"swaps": "approved", "handoff": "45m"}
    assert settings_from(settings_entry(chosen)) == chosen
    file = read(TEAM.format(chosen=", swaps: approved, handoff: 45m"))
    assert read(write(file)) == file
    assert team(", swaps: free, handoff: 30m").settings == NOTHING_CHOSEN


@pytest.mark.parametrize(
    "chosen",
    [", handoff: none", ", handoff: 5s", ", handoff: soon", ", swaps: maybe", ", needs: {languages: [Spanish]}"],
)
def test_it_cannot_be_turned_off_and_nothing_is_guessed(chosen: str) -> None:
    with pytest.raises(InvalidFile, match=r"roster\.yaml:2"):
        team(chosen)

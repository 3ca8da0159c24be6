from __future__ import annotations

from datetime import timedelta

from dispatch.roster import Once, Roster, Shift, Team
from dispatch.rosterfile import read
from dispatch.spell import Spell, beginning
from tests.people.example import ROSTER, utc

TEAM = Team("default", "America/New_York", "VA")


def test_a_spell_runs_on_through_layers_and_begins_once() -> None:
    at = utc("2026-02-03T12:00")
    six = timedelta(hours=6)
    shifts = (
        Shift("default", "primary", Once("ana", at, at + six)),
        Shift("default", "backup", Once("ana", at + six, at + 2 * six)),
        Shift("default", "primary", Once("ana", at + 3 * six, at + 4 * six)),
    )
    found = beginning(Roster((TEAM,), shifts), "default", at, at + timedelta(days=1))
    assert found == (
        Spell(at, "ana", ("primary", "backup"), at + 2 * six),
        Spell(at + 3 * six, "ana", ("primary",), at + 4 * six),
    )


def test_the_example_has_one_hand_over_on_a_monday_and_nobody_who_is_always_on_begins() -> None:
    found = beginning(read(ROSTER).roster, "default", utc("2026-01-19T00:00"), utc("2026-01-20T00:00"))
    assert found == (Spell(utc("2026-01-19T13:00"), "ana", ("primary",), utc("2026-01-26T13:00")),)


def test_a_spell_of_the_weekend_backup_that_leads_into_the_week() -> None:
    """Ben's Sunday night as backup ends on Monday at 08:00, when his week as primary begins."""
    found = beginning(read(ROSTER).roster, "default", utc("2026-01-11T00:00"), utc("2026-01-13T00:00"))
    assert found == (
        Spell(utc("2026-01-11T01:00"), "ben", ("backup",), utc("2026-01-11T13:00")),
        Spell(utc("2026-01-12T01:00"), "ben", ("backup", "primary"), utc("2026-01-19T13:00")),
    )


def test_a_spell_is_found_in_one_look_and_one_only() -> None:
    """The sweeper looks at one stretch of time after the other: what begins where two meet is in the later one."""
    start, hour = utc("2026-01-12T13:00"), timedelta(hours=1)
    shifts = (
        Shift("default", "primary", Once("ana", start, start + hour)),
        Shift("default", "backup", Once("ana", start + hour, start + 2 * hour)),
    )
    roster = Roster((TEAM,), shifts)
    assert beginning(roster, "default", start - hour, start) == ()
    (spell,) = beginning(roster, "default", start, start + hour)
    # Changing the layer begins no spell of its own.
    assert (spell.start, spell.layers, spell.end) == (start, ("primary", "backup"), start + 2 * hour)
    assert beginning(roster, "default", start + hour, start + 2 * hour) == ()

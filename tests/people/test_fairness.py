from __future__ import annotations

from datetime import time

from dispatch.fairness import PageFact, Share, shares
from dispatch.roster import Always, Once, Roster, Shift, Team
from tests.people.example import utc

TEAM = Team("default", "America/New_York", "VA")
NIGHT = (time(22), time(7))


def test_a_week_with_a_night_a_weekend_and_a_holiday() -> None:
    """Ana has the night before Memorial Day, 20:00 to 08:00, in two layers at once; Ben only Tuesday's day."""
    night = Once("ana", utc("2026-05-25T00:00"), utc("2026-05-25T12:00"))
    day = Once("ben", utc("2026-05-26T12:00"), utc("2026-05-27T00:00"))
    roster = Roster(
        (TEAM,),
        (Shift("default", "primary", night), Shift("default", "backup", night), Shift("default", "primary", day)),
    )
    pages = [
        PageFact("ana", utc("2026-05-25T05:00"), "accepted"),
        PageFact("ana", utc("2026-05-25T11:30"), "silent"),
        PageFact("ben", utc("2026-05-26T13:00"), "declined"),
        PageFact("ben", utc("2026-06-26T13:00"), "declined"),
    ]
    found = shares(
        roster, "default", ["ana", "ben", "cho"], pages, utc("2026-05-24T00:00"), utc("2026-05-31T00:00"), NIGHT
    )
    assert found == (
        Share("ana", 12, 9, 4, 8, pages=2, pages_at_night=1, accepted=1, silent=1),
        Share("ben", 12, 0, 0, 0, pages=1, declined=1),
        Share("cho"),
    )


def test_hours_are_real_hours_so_the_long_night_counts_thirteen() -> None:
    roster = Roster((TEAM,), (Shift("default", "primary", Always("ana")),))
    (ana,) = shares(roster, "default", [], [], utc("2026-11-01T00:00"), utc("2026-11-01T13:00"), (time(20), time(8)))
    assert (ana.hours, ana.night_hours) == (13, 13)

"""A public holiday is a rule of a layer: who is on call then, by the team's own calendar, by import and on call."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dispatch.flow import duty, people
from tests.stories.team import roster
from tests.stories.world import COORDINATOR, SYSTEM, World

pytestmark = pytest.mark.story

#: Columbus Day 2026: a public holiday of the United States, and none of Canada's province of Alberta, which has
#: Thanksgiving instead; the day after is one nowhere.
MONDAY = datetime(2026, 10, 12, 16, tzinfo=UTC)
TUESDAY = datetime(2026, 10, 13, 16, tzinfo=UTC)
#: Independence Day is kept on the Friday before in 2026, a Saturday.
FRIDAY = datetime(2026, 7, 3, 16, tzinfo=UTC)
CANADA_DAY = datetime(2026, 7, 1, 16, tzinfo=UTC)


def planned(calendar: str | None = None) -> str:
    """Ana on holidays, Ben on all other days."""
    text = roster("dee") + (
        "  - {team: default, layer: primary, person: ana, always: true, holidays: only}\n"
        "  - {team: default, layer: primary, person: ben, always: true, holidays: never}\n"
    )
    return text.replace("state: VA, areas", f"state: VA, holidays: {calendar}, areas") if calendar else text


def primary(world: World, at: datetime) -> list[str]:
    layers = duty.on_call(COORDINATOR, world.svc, "default", at).layers
    return [one.person for layer in layers if layer.layer == "primary" for one in layer.on]


def test_the_holidays_of_the_teams_state_count_without_a_word(world: World) -> None:
    people.import_roster(SYSTEM, world.svc, planned())
    assert [primary(world, at) for at in (FRIDAY, MONDAY, TUESDAY, CANADA_DAY)] == [["ana"], ["ana"], ["ben"], ["ben"]]


def test_a_team_may_keep_other_holidays_and_a_change_of_them_alone_counts_at_once(world: World) -> None:
    people.import_roster(SYSTEM, world.svc, planned())
    changes = people.import_roster(SYSTEM, world.svc, planned("CA-AB"))
    assert ([team.id for team in changes.teams], list(changes.rules)) == (["default"], [])
    assert [primary(world, at) for at in (FRIDAY, TUESDAY, CANADA_DAY)] == [["ben"], ["ben"], ["ana"]]


def test_the_calendar_is_kept_exported_and_a_second_import_changes_nothing(world: World) -> None:
    people.import_roster(SYSTEM, world.svc, planned("CA-AB"))
    assert people.import_roster(SYSTEM, world.svc, planned("CA-AB")).nothing
    exported = people.export_roster(SYSTEM, world.svc)
    assert "holidays: CA-AB" in exported
    assert people.import_roster(SYSTEM, world.svc, exported).nothing


def test_a_holiday_ends_with_the_teams_own_midnight(world: World) -> None:
    people.import_roster(SYSTEM, world.svc, planned())
    before, after = (datetime(2026, 10, 13, hour, minute, tzinfo=UTC) for hour, minute in ((3, 59), (4, 0)))
    assert [primary(world, before), primary(world, after)] == [["ana"], ["ben"]]

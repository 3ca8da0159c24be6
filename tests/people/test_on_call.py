"""Who is on call: the public example, and what each kind of exception does to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.errors import InvalidInput
from dispatch.roster import Absence, Always, Once, Override, Roster, Shift, Team, Temporary, duties, on_call
from dispatch.rosterfile import read
from tests.people.example import ROSTER, utc

TEAM = Team("default", "America/New_York", "VA")


def names(roster: Roster, at: str, layer: str = "primary") -> list[str]:
    return [one.person for one in on_call(roster, "default", utc(at)) if one.layer == layer]


def test_the_example_of_the_interface() -> None:
    roster = read(ROSTER).roster
    tuesday = on_call(roster, "default", utc("2026-01-06T15:00"))
    assert [(one.layer, one.person, one.until) for one in tuesday] == [
        ("primary", "ana", utc("2026-01-12T13:00")),
        ("second", "tom", None),
        ("supervisor", "dee", None),
    ]
    assert names(roster, "2026-01-12T12:59") == ["ana"]
    assert names(roster, "2026-01-12T13:00") == ["ben"], "the instant of a hand-off belongs to who comes on"
    assert names(roster, "2026-01-04T01:00", "backup") == ["ben"], "Saturday 20:00 in Virginia"
    assert names(roster, "2026-01-05T00:59") == [], "nobody before a rotation starts"


def test_an_override_puts_one_person_in_the_place_of_another_and_only_there() -> None:
    roster = read(ROSTER).roster
    assert names(roster, "2026-12-24T12:00") == ["ana"]
    christmas = next(o for o in on_call(roster, "default", utc("2026-12-25T12:00")) if o.layer == "primary")
    assert (christmas.person, christmas.because) == ("ben", "override: instead of ana")
    assert christmas.until == utc("2026-12-26T13:00")
    assert names(roster, "2026-12-26T13:00") == ["ana"]


def test_until_ends_where_an_override_takes_the_person_off() -> None:
    before = next(o for o in on_call(read(ROSTER).roster, "default", utc("2026-12-23T12:00")) if o.layer == "primary")
    assert (before.person, before.until) == ("ana", utc("2026-12-24T13:00"))


@pytest.mark.parametrize(
    ("override", "on"),
    [
        ({"person": "cho"}, ["ana", "cho"]),
        ({"instead_of": "ana"}, []),
        ({"person": "cho", "instead_of": "ana"}, ["cho"]),
        ({"person": "cho", "instead_of": "ben"}, ["ana"]),
    ],
)
def test_add_remove_replace_and_a_replacement_for_somebody_who_is_not_on(
    override: dict[str, str], on: list[str]
) -> None:
    change = Override("default", "primary", utc("2026-01-06T00:00"), utc("2026-01-07T00:00"), **override)
    roster = Roster((TEAM,), (Shift("default", "primary", Always("ana")),), (change,))
    assert names(roster, "2026-01-06T12:00") == on
    assert names(roster, "2026-01-07T00:00") == ["ana"]


def test_a_later_override_hands_on_what_an_earlier_one_gave() -> None:
    first = Override("default", "primary", utc("2026-01-06T00:00"), utc("2026-01-08T00:00"), "ben", "ana")
    second = Override("default", "primary", utc("2026-01-07T00:00"), utc("2026-01-09T00:00"), "cho", "ben")
    roster = Roster((TEAM,), (Shift("default", "primary", Always("ana")),), (first, second))
    assert [names(roster, f"2026-01-0{day}T12:00") for day in (6, 7, 8)] == [["ben"], ["cho"], ["ana"]]


def test_an_absence_takes_a_person_off_every_layer_but_not_their_replacement() -> None:
    shifts = (Shift("default", "primary", Always("ana")), Shift("default", "backup", Always("ana")))
    cover = Override("default", "primary", utc("2026-01-06T00:00"), utc("2026-01-08T00:00"), "ben", "ana")
    away = Absence("ana", utc("2026-01-06T00:00"), utc("2026-01-09T00:00"))
    roster = Roster((TEAM,), shifts, (cover,), absences=(away,))
    assert names(roster, "2026-01-07T00:00") == ["ben"]
    assert names(roster, "2026-01-07T00:00", "backup") == []
    assert names(roster, "2026-01-08T00:00") == []
    assert names(roster, "2026-01-09T00:00") == ["ana"]
    soon = on_call(roster, "default", utc("2026-01-05T00:00"))
    assert {one.until for one in soon} == {utc("2026-01-06T00:00")}


def test_a_temporary_schedule_replaces_the_layer_and_its_fallback_fills_every_hole() -> None:
    monday = Once("ben", utc("2026-01-05T08:00"), utc("2026-01-05T20:00"))
    temporary = Temporary(
        "default",
        "primary",
        utc("2026-01-05T00:00"),
        utc("2026-01-07T00:00"),
        (Shift("default", "primary", monday),),
        fallback="dee",
    )
    roster = Roster((TEAM,), (Shift("default", "primary", Always("ana")),), temporary=(temporary,))
    day = duties(roster, "default", utc("2026-01-04T12:00"), utc("2026-01-07T12:00"))["primary"]
    assert [(one.person, one.start, one.end) for one in day] == [
        ("ana", utc("2026-01-04T12:00"), utc("2026-01-05T00:00")),
        ("dee", utc("2026-01-05T00:00"), utc("2026-01-05T08:00")),
        ("ben", utc("2026-01-05T08:00"), utc("2026-01-05T20:00")),
        ("dee", utc("2026-01-05T20:00"), utc("2026-01-07T00:00")),
        ("ana", utc("2026-01-07T00:00"), utc("2026-01-07T12:00")),
    ]


def test_layers_are_listed_in_the_usual_order_and_others_after_them() -> None:
    shifts = tuple(
        Shift("default", layer, Always("ana")) for layer in ("interpreters", "supervisor", "backup", "primary")
    )
    roster = Roster((TEAM,), shifts)
    assert roster.layers("default") == ("primary", "backup", "supervisor", "interpreters")
    assert [one.layer for one in on_call(roster, "default", utc("2026-01-06T12:00"))] == list(roster.layers("default"))


def test_an_unknown_team_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="no team 'north'"):
        on_call(Roster((TEAM,)), "north", utc("2026-01-06T12:00"))


def test_an_override_that_ends_before_it_starts_is_refused() -> None:
    start = utc("2026-01-06T00:00")
    with pytest.raises(InvalidInput, match="to: must be after from"):
        Override("default", "primary", start, start - timedelta(hours=1), "ana")

"""Random rosters against a second way of working them out: minute by minute, by counting."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings

from dispatch.roster import Roster, duties, on_call
from tests.people.oracle import minutes, on_duty
from tests.people.rosters import rosters


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(rosters())
def test_every_minute_names_the_same_people(drawn: tuple[Roster, datetime, datetime]) -> None:
    roster, start, end = drawn
    team = roster.teams[0]
    planned = duties(roster, team.id, start, end)
    for number, (at, shown) in enumerate(minutes(team, start, end)):
        for layer in roster.layers(team.id):
            expected = on_duty(roster, team, layer, at, shown)
            assert {duty.person for duty in planned[layer] if duty.start <= at < duty.end} == expected, (at, layer)
            if number % 31 == 0:
                now = {one.person for one in on_call(roster, team.id, at) if one.layer == layer}
                assert now == expected, (at, layer)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(rosters())
def test_until_is_never_later_than_the_truth(drawn: tuple[Roster, datetime, datetime]) -> None:
    """Somebody named until a time is on call in that layer at every moment before it."""
    roster, start, end = drawn
    for one in on_call(roster, "default", start):
        until = min(one.until or end, end)
        assert until > start
        for part in range(1, 9):
            moment = start + (until - start) * part / 9
            assert one.person in {o.person for o in on_call(roster, "default", moment) if o.layer == one.layer}
        if one.until is not None and one.until < end:
            just_before = on_call(roster, "default", one.until - timedelta(microseconds=1))
            assert one.person in {other.person for other in just_before}

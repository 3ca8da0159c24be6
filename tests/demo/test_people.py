"""The made-up roster and policy are ones the service takes, with somebody for every step of every ladder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from dispatch import policyfile, rosterfile
from dispatch.clock import ManualClock
from dispatch.demo import people
from dispatch.demo.lines import BUTTONS, button_of
from dispatch.roster import on_call


def test_the_roster_reads_and_everybody_has_a_number_of_their_own() -> None:
    members = people.members()
    roster = rosterfile.read(people.roster(members))
    numbers = [person.phone for person in roster.people]
    assert len(set(numbers)) == len(members)
    assert all(number is not None and "+12025550101" <= number <= "+12025550149" for number in numbers)


def test_the_same_seed_makes_the_same_people() -> None:
    assert people.members(3) == people.members(3)
    assert people.members(3) != people.members(4)


def test_every_layer_of_every_ladder_has_somebody_always() -> None:
    roster = rosterfile.read(people.roster(people.members())).roster
    policy = policyfile.parse(people.policy(), "policy.yaml", policyfile.default(), None)
    on = {one.layer for one in on_call(roster, people.TEAM, ManualClock().now())}
    named = {
        target for ladder in policy.ladders.values() for step in ladder if step.act == "page" for target in step.targets
    }
    assert named - {"everyone"} <= on


def test_one_layer_changes_hands_at_every_full_hour() -> None:
    roster = rosterfile.read(people.roster(people.members())).roster
    clock = ManualClock(datetime(2026, 3, 5, 0, 30, tzinfo=UTC))
    turns = []
    for _ in range(12):
        (one,) = (on.person for on in on_call(roster, people.TEAM, clock.now()) if on.layer == people.TURNS)
        turns.append(one)
        clock.forward(hours=1)
    assert set(turns) == {member.id for member in people.members() if people.TURNS in member.post.layers}
    assert all(before != after for before, after in pairwise(turns))


def test_nobody_of_the_opening_takes_turns() -> None:
    assert not [m for m in people.members() if m.post.opening and people.TURNS in m.post.layers]


def test_ladders_wait_seconds_and_nothing_is_held_for_the_night() -> None:
    policy = policyfile.parse(people.policy(), "policy.yaml", policyfile.default(), None)
    waits = {step.wait for ladder in policy.ladders.values() for step in ladder if step.wait is not None}
    assert waits == {timedelta(seconds=15), timedelta(seconds=20)}
    assert not policy.page_hours


def test_the_opening_needs_the_three_phones_of_the_front_page_alone() -> None:
    opening = [member for member in people.members() if member.post.opening]
    assert opening == list(people.members()[:3])
    assert {layer for member in opening for layer in member.post.layers} == {"primary", "backup", "supervisor"}


def test_a_phone_shows_which_of_its_buttons_is_down() -> None:
    assert [button_of(line) for line in BUTTONS.values()] == list(BUTTONS)

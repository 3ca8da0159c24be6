"""Handing cases on: only by a yes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.deadline import Deadline, Meaning
from dispatch.departure import Departure, ended
from dispatch.departure import State as Going
from dispatch.handoff import LEAVES, Event, Handoff, State, advance, leaving
from dispatch.roster import Once, Roster, Shift, Team
from dispatch.rosterfile import read
from tests.people.example import ROSTER, utc

DUE = utc("2026-01-12T13:30")
NOW = DUE - timedelta(minutes=20)
OFFER = Handoff("h1", "default", "ana", "ben", frozenset({"c1", "c2"}), DUE)
OPEN = ("c1", "c2")


def test_every_state_has_a_row_and_every_event_without_one_is_refused() -> None:
    assert set(LEAVES) == set(State)
    for state in State:
        for event in Event:
            handoff = Handoff("h1", "default", "ana", "ben", frozenset({"c1"}), DUE, state)
            found = advance(handoff, event, DUE, still_open=("c1",))
            if event not in LEAVES[state]:
                assert (found.handoff, found.refused) == (handoff, f"this hand-off is {state}")


def test_a_yes_moves_the_cases() -> None:
    found = advance(OFFER, Event.ACCEPTED, NOW, still_open=OPEN)
    assert (found.handoff.state, found.moves, found.tell_coordinator) == (State.ACCEPTED, OFFER.cases, False)


def test_a_yes_to_one_leaves_the_other_and_tells_the_coordinator() -> None:
    found = advance(OFFER, Event.ACCEPTED, NOW, ["c1"], OPEN)
    assert (found.handoff.state, found.moves, found.handoff.left) == (
        State.PARTLY,
        frozenset({"c1"}),
        frozenset({"c2"}),
    )
    assert found.tell_coordinator
    rest = advance(found.handoff, Event.ACCEPTED, NOW, still_open=("c2",))
    assert (rest.handoff.state, rest.moves) == (State.ACCEPTED, frozenset({"c2"}))


def test_silence_moves_nothing_and_a_late_yes_is_welcome() -> None:
    assert advance(OFFER, Event.OVERDUE, NOW, still_open=OPEN).refused == "its time has not come"
    overdue = advance(OFFER, Event.OVERDUE, DUE, still_open=OPEN)
    assert (overdue.handoff.state, overdue.moves, overdue.tell_coordinator) == (State.OVERDUE, frozenset(), True)
    late = advance(overdue.handoff, Event.ACCEPTED, DUE + timedelta(hours=1), still_open=OPEN)
    assert late.moves == {"c1", "c2"}


@pytest.mark.parametrize(("event", "told"), [(Event.DECLINED, True), (Event.WITHDREW, False)])
def test_a_no_keeps_the_cases_where_they_are(event: Event, told: bool) -> None:
    found = advance(OFFER, event, NOW, still_open=OPEN)
    assert (found.moves, found.tell_coordinator) == (frozenset(), told)


def test_a_case_that_was_closed_meanwhile_is_neither_moved_nor_missed() -> None:
    found = advance(OFFER, Event.ACCEPTED, NOW, ["c1"], ("c1",))
    assert (found.handoff.state, found.tell_coordinator) == (State.ACCEPTED, False)
    assert not advance(OFFER, Event.OVERDUE, DUE, still_open=()).tell_coordinator


def test_a_case_that_was_not_offered_is_refused_by_name() -> None:
    assert advance(OFFER, Event.ACCEPTED, NOW, ["c9"], OPEN).refused == "not part of this hand-off: c9"


def test_who_leaves_with_open_cases_and_who_follows() -> None:
    roster = read(ROSTER).roster
    monday = utc("2026-01-12T12:45")
    found = leaving(roster, "default", {"ana": ["c1"], "tom": ["c2"]}, monday, timedelta(minutes=30))
    assert [(one.person, one.cases, one.successors) for one in found] == [
        ("ana", frozenset({"c1"}), ("ben", "tom", "dee"))
    ]
    assert leaving(roster, "default", {"ana": ["c1"]}, monday - timedelta(hours=1), timedelta(minutes=30)) == ()
    assert leaving(roster, "default", {}, monday, timedelta(minutes=30)) == ()


@pytest.mark.parametrize(
    ("minutes", "goes_on", "found"),
    [
        (30, (), [("ana", ("ben", "cho"))]),
        (29, (), []),
        # On in another layer, or again in the same one, is no leaving.
        (30, (("primary", 0),), []),
        (30, (("backup", 0),), []),
        (30, (("primary", 1),), [("ana", ("ben", "cho"))]),
    ],
)
def test_who_is_on_call_no_longer_leaves_and_whoever_has_the_same_layer_follows_first(
    minutes: int, goes_on: tuple[tuple[str, int], ...], found: list[tuple[str, tuple[str, ...]]]
) -> None:
    end = utc("2026-01-12T13:30")
    hours = timedelta(hours=8)
    shifts = [
        Shift("default", "backup", Once("ana", end - hours, end)),
        Shift("default", "primary", Once("cho", end - hours, end + hours)),
        Shift("default", "backup", Once("ben", end, end + hours)),
        *(Shift("default", layer, Once("ana", end + timedelta(hours=n), end + hours)) for layer, n in goes_on),
    ]
    roster = Roster((Team("default", "America/New_York", "VA"),), tuple(shifts))
    held = {"ana": ["c1"], "cho": ["c2"]}
    now = end - timedelta(minutes=30)
    gone = leaving(roster, "default", held, now, timedelta(minutes=minutes))
    assert [(one.person, one.successors) for one in gone] == found


def test_an_offer_has_a_clock_until_it_is_settled() -> None:
    for state in State:
        offer = Handoff("h1", "default", "ana", "ben", frozenset({"c1"}), DUE, state)
        assert offer.deadline == (Deadline(Meaning.HANDOFF_OVERDUE, DUE) if state is State.OFFERED else None)


def test_a_yes_to_all_is_no_yes_to_a_case_that_must_be_named() -> None:
    found = advance(OFFER, Event.ACCEPTED, NOW, still_open=OPEN, by_name=("c2",))
    assert (found.moves, found.handoff.state, found.tell_coordinator) == (frozenset({"c1"}), State.PARTLY, True)
    named = advance(found.handoff, Event.ACCEPTED, NOW, ["c2"], ("c2",), by_name=("c2",))
    assert (named.moves, named.handoff.state) == (frozenset({"c2"}), State.ACCEPTED)


def test_the_end_of_a_spell_tells_what_is_left_and_was_not_offered() -> None:
    roster = read(ROSTER).roster
    monday = utc("2026-01-12T13:00")
    ana = Departure("d1", "default", "ana", monday)
    assert ana.deadline == Deadline(Meaning.SPELL_ENDS, monday)
    assert ended(ana, roster, OPEN, (), monday - timedelta(seconds=1)) is None
    found = ended(ana, roster, OPEN, ("c2",), monday)
    assert found is not None
    assert (found.left, found.departure.state, found.departure.deadline) == (frozenset({"c1"}), Going.OVER, None)
    assert ended(found.departure, roster, OPEN, (), monday) is None


def test_who_is_still_on_when_the_time_has_come_has_not_left() -> None:
    found = ended(Departure("d1", "default", "tom", utc("2026-01-12T13:00")), read(ROSTER).roster, OPEN, (), DUE)
    assert found is not None
    assert (found.left, found.departure.state) == (frozenset(), Going.OVER)

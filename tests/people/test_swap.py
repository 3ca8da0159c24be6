"""Swaps: the table, and the stories it is for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from dispatch.deadline import Deadline, Meaning
from dispatch.override import Override
from dispatch.roster import Absence, Always, Once, Roster, Shift, Team, on_call
from dispatch.swap import (
    LEAVES,
    OPEN,
    REACH,
    Event,
    Piece,
    State,
    Swap,
    Tell,
    advance,
    passed_on,
    pieces,
    still_theirs,
    warnings,
    why_not,
)
from tests.people.example import responder, utc

START, END = utc("2026-01-10T13:00"), utc("2026-01-11T01:00")
NOW = START - timedelta(days=3)
SWAP = Swap("s1", "default", "primary", "ana", START, END)
ROSTER = Roster((Team("default", "America/New_York", "VA"),), (Shift("default", "primary", Always("ana")),))


def test_every_state_has_a_row_and_every_state_is_reachable() -> None:
    assert set(LEAVES) == set(State)
    reached = {State.ASKED} | {target for row in LEAVES.values() for target in row.values()}
    assert reached == set(State)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", list(Event))
def test_an_event_without_a_row_changes_nothing_and_says_why(state: State, event: Event) -> None:
    swap = Swap("s1", "default", "primary", "ana", START, END, state=state, taker="ben")
    found = advance(swap, event, "ben", NOW)
    if event not in LEAVES[state]:
        assert (found.swap, found.refused) == (swap, f"this swap is {state} by ben")


def test_an_open_swap_has_one_clock_its_start_and_a_settled_one_none() -> None:
    for state in State:
        swap = Swap("s1", "default", "primary", "ana", START, END, state=state)
        assert swap.deadline == (Deadline(Meaning.SHIFT_BEGINS, START) if state in OPEN else None)


def test_the_first_of_the_pool_who_takes_it_has_it() -> None:
    found = advance(SWAP, Event.TOOK, "ben", NOW)
    assert found.swap.state is State.DONE
    assert Tell.GIVER in found.tell
    override = found.swap.override
    assert override is not None
    roster = Roster(ROSTER.teams, ROSTER.shifts, (override,))
    assert [one.person for one in on_call(roster, "default", START)] == ["ben"]
    assert [one.person for one in on_call(roster, "default", END)] == ["ana"]
    second = advance(found.swap, Event.TOOK, "cho", NOW)
    assert second.refused == "this swap is done by ben"


def test_a_coordinator_agrees_where_the_team_says_so() -> None:
    taken = advance(Swap("s1", "default", "primary", "ana", START, END, needs_approval=True), Event.TOOK, "ben", NOW)
    assert (taken.swap.state, taken.swap.override) == (State.TAKEN, None)
    assert Tell.COORDINATOR in taken.tell
    assert advance(taken.swap, Event.APPROVED, "dee", NOW).swap.override is not None
    assert advance(taken.swap, Event.REFUSED, "dee", NOW).swap.state is State.REFUSED


def test_undoing_takes_the_override_away_until_it_begins() -> None:
    done = advance(SWAP, Event.TOOK, "ben", NOW).swap
    undone = advance(done, Event.UNDID, "ben", NOW)
    assert (undone.swap.state, undone.swap.override) == (State.UNDONE, None)
    assert advance(done, Event.UNDID, "ben", START).refused == "it has begun; change what is left of it by an override"


def test_one_person_is_asked_and_says_no() -> None:
    asked = Swap("s1", "default", "primary", "ana", START, END, asked=frozenset({"ben", "cho"}))
    assert advance(asked, Event.TOOK, "dee", NOW).refused == "others were asked"
    once = advance(asked, Event.DECLINED, "ben", NOW)
    assert (once.swap.state, once.tell) == (State.ASKED, ())
    assert advance(once.swap, Event.DECLINED, "ben", NOW).swap.state is State.ASKED
    assert advance(once.swap, Event.DECLINED, "cho", NOW).swap.state is State.DECLINED
    assert advance(SWAP, Event.DECLINED, "cho", NOW).swap.state is State.ASKED, "the pool never runs out"


@pytest.mark.parametrize(
    ("event", "by", "at", "reason"),
    [
        (Event.TOOK, "ana", NOW, "it is your own shift"),
        (Event.TOOK, "ben", START, "it has begun; change what is left of it by an override"),
        (Event.WITHDREW, "ben", NOW, "only whoever asked can withdraw it"),
        (Event.BEGAN, None, NOW, "it has not begun"),
    ],
)
def test_refusals(event: Event, by: str | None, at: object, reason: str) -> None:
    assert advance(SWAP, event, by, at).refused == reason  # type: ignore[arg-type]


def test_silence_leaves_the_shift_where_it_was_and_tells_the_coordinator() -> None:
    found = advance(SWAP, Event.BEGAN, None, START)
    assert (found.swap.state, found.swap.override) == (State.LAPSED, None)
    assert Tell.COORDINATOR in found.tell


def test_who_cannot_take_it() -> None:
    away = Roster(ROSTER.teams, ROSTER.shifts, absences=(Absence("ben", NOW, END),))
    assert why_not(SWAP, responder("ben"), away) == "away in that time"
    assert why_not(SWAP, responder("ana"), ROSTER) == "on call in primary in that time already"
    assert why_not(Swap("s1", "north", "primary", "ana", START, END), responder("ben"), ROSTER) == "not in this team"
    assert why_not(SWAP, responder("ben"), ROSTER) is None


@pytest.mark.parametrize(
    ("who", "start", "end", "free"),
    [
        ("ben", START - timedelta(days=1), START, True),
        ("ben", START - timedelta(days=1), START + timedelta(seconds=1), False),
        ("ben", START + timedelta(hours=1), START + timedelta(hours=2), False),
        ("ben", END - timedelta(seconds=1), END + timedelta(days=1), False),
        ("ben", END, END + timedelta(days=1), True),
        ("cho", START, END, True),
    ],
)
def test_who_is_away_in_a_part_of_it_cannot_take_it(who: str, start: datetime, end: datetime, free: bool) -> None:
    away = Roster(ROSTER.teams, ROSTER.shifts, absences=(Absence(who, start, end),))
    assert why_not(SWAP, responder("ben"), away) == (None if free else "away in that time")


def test_who_is_on_for_an_hour_of_it_beside_others_cannot_take_it() -> None:
    hour = Shift("default", "primary", Once("ben", END - timedelta(hours=1), END))
    both = Roster(ROSTER.teams, (*ROSTER.shifts, hour))
    assert why_not(SWAP, responder("ben"), both) == "on call in primary in that time already"
    backup = Shift("default", "backup", Once("ben", START, END))
    assert why_not(SWAP, responder("ben"), Roster(ROSTER.teams, (*ROSTER.shifts, backup))) is None


def test_the_giver_takes_it_back_before_it_begins() -> None:
    found = advance(SWAP, Event.WITHDREW, "ana", NOW)
    assert (found.swap.state, found.refused) == (State.WITHDRAWN, None)


def test_a_shift_that_is_no_longer_theirs_cannot_be_given() -> None:
    assert still_theirs(SWAP, ROSTER)
    assert not still_theirs(Swap("s1", "default", "backup", "ana", START, END), ROSTER)


def test_a_shift_is_theirs_whoever_else_is_on_in_it() -> None:
    hour = Shift("default", "primary", Once("ben", START, START + timedelta(hours=1)))
    assert still_theirs(SWAP, Roster(ROSTER.teams, (*ROSTER.shifts, hour)))
    assert not still_theirs(replace(SWAP, giver="ben"), Roster(ROSTER.teams, (*ROSTER.shifts, hour)))


def test_a_swap_of_less_than_all_the_time_is_not_theirs() -> None:
    later = Roster(ROSTER.teams, (Shift("default", "primary", Once("ana", START, END)),))
    assert still_theirs(SWAP, later)
    assert not still_theirs(Swap("s1", "default", "primary", "ana", START, END + timedelta(hours=1)), later)


def test_who_has_agreed_may_still_step_back() -> None:
    taken = advance(
        Swap("s1", "default", "primary", "ana", START, END, needs_approval=True), Event.TOOK, "ben", NOW
    ).swap
    assert advance(taken, Event.UNDID, "ben", NOW).swap.state is State.UNDONE


@pytest.mark.parametrize(
    ("expires", "found"),
    [
        (date(2027, 6, 30), ()),
        (date(2026, 1, 10), ()),
        (date(2026, 1, 9), ("VA LMHP expired on 2026-01-09",)),
    ],
)
def test_a_credential_is_looked_at_for_the_days_of_the_shift_where_the_team_is(expires: date, found: object) -> None:
    """The shift ends at one in the morning by UTC, and on the evening of the 10th by the team's clock."""
    assert warnings(SWAP, responder("ben", expires=expires), ROSTER, None) == found


def test_a_shift_that_ends_at_midnight_has_no_hour_of_the_next_day() -> None:
    until_midnight = replace(SWAP, end=utc("2026-01-11T05:00"))
    last_day = responder("ben", expires=date(2026, 1, 10))
    assert warnings(until_midnight, last_day, ROSTER, None) == ()
    assert warnings(replace(until_midnight, end=utc("2026-01-11T05:01")), last_day, ROSTER, None) != ()


def test_another_layer_in_that_time_is_worth_knowing() -> None:
    hour = Shift("default", "backup", Once("ben", START, START + timedelta(hours=1)))
    others = (*ROSTER.shifts, hour, Shift("default", "backup", Always("cho")), Shift("default", "night", Always("cho")))
    both = Roster(ROSTER.teams, others)
    assert warnings(SWAP, responder("ben"), both, None) == ("on call in backup in that time too",)
    assert warnings(SWAP, responder("dee"), both, None) == ()
    # Their own layer is why_not's to speak of.
    assert warnings(SWAP, responder("ana"), both, None) == ()


def test_something_to_know_is_for_a_coordinator_where_swaps_are_free_too() -> None:
    taken = advance(Swap("s1", "default", "primary", "ana", START, END, warnings=("so",)), Event.TOOK, "ben", NOW).swap
    assert (taken.state, taken.needs_approval) == (State.TAKEN, True)


def test_the_stretches_of_duty_that_can_be_given() -> None:
    shifts = (
        Shift("default", "primary", Once("ana", START, END)),
        Shift("default", "primary", Once("ana", END, END + timedelta(hours=2))),
        Shift("default", "backup", Always("ana")),
        Shift("default", "second", Always("ben")),
    )
    found = pieces(Roster(ROSTER.teams, shifts), "default", "ana", START, START + timedelta(minutes=1))
    assert found == (
        Piece(START - REACH, START + timedelta(minutes=1) + REACH, "backup", endless=True),
        Piece(START, END + timedelta(hours=2), "primary", endless=False),
    )
    hour = timedelta(hours=1)
    for start, end, touched in ((END, END + hour, 0), (END - hour, END, 1), (START - hour, START, 0), (START, END, 1)):
        assert len(pieces(Roster(ROSTER.teams, shifts[:1]), "default", "ana", start, end)) == touched


def test_what_was_passed_on_since() -> None:
    done = advance(SWAP, Event.TOOK, "ben", NOW).swap
    first, second = done.override, Override("default", "primary", START, END, "cho", "ben")
    assert first is not None
    assert not passed_on(done, Roster(ROSTER.teams, ROSTER.shifts, (first,)))
    assert passed_on(done, Roster(ROSTER.teams, ROSTER.shifts, (first, second)))
    assert not passed_on(done, Roster(ROSTER.teams, ROSTER.shifts, (second, first))), (
        "an earlier one does not hang on it"
    )
    assert not passed_on(done, Roster(ROSTER.teams, ROSTER.shifts, (second,))), "it is out of the roster already"


@pytest.mark.parametrize(
    ("later", "hangs"),
    [
        (Override("default", "primary", END - timedelta(hours=1), END, "cho", "ben"), True),
        (Override("default", "primary", END, END + timedelta(hours=1), "cho", "ben"), False),
        (Override("default", "primary", START - timedelta(hours=1), START, "cho", "ben"), False),
        (Override("default", "primary", START, END, "cho", "dee"), False),
        (Override("default", "backup", START, END, "cho", "ben"), False),
        (Override("north", "primary", START, END, "cho", "ben"), False),
    ],
)
def test_only_an_override_of_the_takers_own_time_hangs_on_it(later: Override, hangs: bool) -> None:
    done = advance(SWAP, Event.TOOK, "ben", NOW).swap
    assert done.override is not None
    assert passed_on(done, Roster(ROSTER.teams, ROSTER.shifts, (done.override, later))) == hangs

"""The tables of the decision core, walked row by row: nothing is missing, nothing is unreachable, nothing ends in
silence."""

from __future__ import annotations

import pytest

from dispatch import overdue
from dispatch.case import CLOCKS, EXPOSED, LEAVES, OPEN, OURS, OUTSIDE, UNFILLED, Event, Impossible, State, next_state
from dispatch.deadline import Meaning
from dispatch.escalation import CLOCKS as RUN_CLOCKS
from dispatch.escalation import MOVES, Move, Run
from dispatch.flow import firing
from dispatch.page import ANSWER, DELIVERY, Act, Answer, Delivery, Report


def reachable(start: object, leads: dict[object, set[object]]) -> set[object]:
    seen, todo = {start}, [start]
    while todo:
        for target in leads.get(todo.pop(), set()) - seen:
            seen.add(target)
            todo.append(target)
    return seen


@pytest.mark.parametrize("state", list(State), ids=str)
@pytest.mark.parametrize("event", sorted(OUTSIDE), ids=str)
def test_no_outside_event_is_ever_unexpected(state: State, event: Event) -> None:
    for complete in (True, False):
        for anyone_left in (True, False):
            assert next_state(state, event, complete=complete, anyone_left=anyone_left) in State


@pytest.mark.parametrize("state", list(State), ids=str)
@pytest.mark.parametrize("event", sorted(OURS), ids=str)
def test_an_event_of_ours_without_a_row_is_a_defect_and_says_so(state: State, event: Event) -> None:
    if event in LEAVES[state]:
        assert next_state(state, event) is LEAVES[state][event]
    else:
        with pytest.raises(Impossible, match=str(event)):
            next_state(state, event)


def test_every_event_is_of_one_of_the_two_kinds_and_every_state_has_a_row() -> None:
    assert set(Event) == OURS | OUTSIDE
    assert not OURS & OUTSIDE
    assert set(LEAVES) == set(State)


def test_every_state_is_reachable_from_a_logged_contact() -> None:
    leads: dict[object, set[object]] = {state: set(row.values()) for state, row in LEAVES.items()}
    assert reachable(State.LOGGED, leads) == set(State)


def test_every_open_state_has_one_clock_whose_rule_is_an_event_of_that_state() -> None:
    assert set(CLOCKS) == OPEN
    for state, meaning in CLOCKS.items():
        assert Event(meaning.value) in LEAVES[state], state


def test_only_a_person_closes_and_it_always_can_be_done() -> None:
    for state, row in LEAVES.items():
        assert {event for event, target in row.items() if target is State.CLOSED} == (
            {Event.CLOSED} if state in OPEN else set()
        )
    assert Event.CLOSED in OUTSIDE


def test_silence_never_leads_to_a_state_in_which_nobody_is_wanted_or_rung() -> None:
    for state in OPEN:
        for event in OURS & set(LEAVES[state]):
            target = LEAVES[state][event]
            assert target is state or target in UNFILLED, (state, event)


def test_an_accept_counts_in_every_state_in_which_the_team_is_not_complete() -> None:
    for state in UNFILLED | {State.LOGGED}:
        assert next_state(state, Event.ACCEPTED, complete=True) is State.ACCEPTED
        assert next_state(state, Event.ACCEPTED, complete=False) is state


def test_a_second_person_never_rewinds_the_travel_of_the_first() -> None:
    for state in EXPOSED | {State.ACCEPTED, State.NOT_REACHED}:
        assert next_state(state, Event.ACCEPTED) is state


def test_a_case_waits_again_only_when_nobody_is_left_on_it() -> None:
    for state in OPEN:
        assert next_state(state, Event.RELEASED, anyone_left=True) is state
        assert next_state(state, Event.RELEASED, anyone_left=False) is State.WAITING


def test_late_events_leave_a_closed_case_closed() -> None:
    for event in OUTSIDE - {Event.REOPENED}:
        assert next_state(State.CLOSED, event) is State.CLOSED


# --- escalations -----------------------------------------------------------------------------------------------------


def test_an_escalation_reaches_every_state_and_can_always_be_ended() -> None:
    leads: dict[object, set[object]] = {run: set(row.values()) for run, row in MOVES.items()}
    assert reachable(Run.HELD, leads) == set(Run)
    assert set(RUN_CLOCKS) == {run for run, row in MOVES.items() if row}
    for run in RUN_CLOCKS:
        assert MOVES[run][Move.COMPLETED] is Run.SATISFIED
        assert MOVES[run][Move.CANCELLED] is Run.CANCELLED


def test_a_ladder_that_ran_out_goes_round_and_round() -> None:
    assert MOVES[Run.EXHAUSTED][Move.NEW_ROUND] is Run.EXHAUSTED
    assert not {Run.SATISFIED, Run.CANCELLED} & {
        target for move, target in MOVES[Run.EXHAUSTED].items() if move not in (Move.COMPLETED, Move.CANCELLED)
    }


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delivery", list(Delivery), ids=str)
@pytest.mark.parametrize("report", list(Report), ids=str)
def test_every_report_has_an_answer_and_proof_of_delivery_beats_everything(delivery: Delivery, report: Report) -> None:
    after = DELIVERY[delivery][report]
    if delivery is Delivery.DELIVERED or report is Report.DELIVERED:
        assert after is Delivery.DELIVERED
    # Twice is once.
    assert DELIVERY[after][report] is after


def test_a_late_sent_never_hides_a_failure() -> None:
    for failed in (Delivery.UNDELIVERED, Delivery.FAILED):
        assert DELIVERY[failed][Report.SENT] is failed
        assert DELIVERY[failed][Report.SENDING] is Delivery.SENDING


@pytest.mark.parametrize("answer", list(Answer), ids=str)
@pytest.mark.parametrize("act", list(Act), ids=str)
def test_every_act_has_an_answer_and_an_accept_that_counted_stands(answer: Answer, act: Act) -> None:
    after = ANSWER[answer][act]
    if answer is Answer.ACCEPTED or act is Act.ACCEPT:
        assert after is Answer.ACCEPTED
    # A page that was answered or taken back is never open again.
    assert after is not Answer.OPEN
    assert ANSWER[after][act] is after


def test_every_deadline_that_can_be_set_has_a_rule() -> None:
    assert set(overdue.RULES) | set(firing.WITHOUT_CASE) == set(Meaning)
    assert {Meaning(event.value) for event in OURS if event.value in set(Meaning)} <= set(overdue.RULES)

"""What people answer to a page, and what it leaves behind for everybody else who was asked."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch import answering, closure, working
from dispatch.case import Event, State
from dispatch.deadline import Meaning
from dispatch.page import Answer, Page, Report
from dispatch.teammix import Mix
from tests.heart.bench import Bench
from tests.heart.test_asking import MINUTE, ask, opened, report, run


def test_everybody_who_was_reached_hears_once_who_has_it_and_who_said_no_or_was_not_reached_hears_nothing() -> None:
    bench = opened()
    [asked, late, no, unsent] = ask(bench, "ana", "ben", "cam", "dan")
    for page in (asked, late, no):
        bench.sent(page)
    bench.fire(Meaning.PAGE_OVERDUE, late.id)
    [again] = ask(bench, "ben")
    bench.sent(again)
    bench.decide(lambda turn: answering.decline(turn, "cam", turn.file.page(no.id)))
    bench.told.clear()
    bench.decide(lambda turn: answering.accept(turn, "eve", None))
    assert bench.told == [("eve", "accepted"), ("ana", "taken"), ("ben", "taken")]
    assert [bench.file.page(page.id).answer.value for page in (asked, late, no, unsent, again)] == [
        "superseded",
        "expired",
        "declined",
        "superseded",
        "superseded",
    ]


def declined(bench: Bench, page: Page) -> tuple[int, tuple[str, ...]]:
    bench.decide(lambda turn: answering.decline(turn, page.person, turn.file.page(page.id)))
    return run(bench).want, run(bench).declined


def test_a_no_wants_one_more_unless_the_next_person_has_been_asked_already() -> None:
    bench = opened()
    [plain, failed, silent] = ask(bench, "ana", "ben", "cam")
    report(bench, failed, Report.FAILED)
    bench.fire(Meaning.PAGE_OVERDUE, silent.id)
    assert run(bench).want == 1
    assert declined(bench, plain) == (2, ("ana",))
    assert declined(bench, failed) == (2, ("ana", "ben"))
    assert declined(bench, silent) == (2, ("ana", "ben", "cam"))
    # Twice is once.
    assert declined(bench, silent) == (2, ("ana", "ben", "cam"))


def test_a_no_of_whoever_has_it_takes_nothing_from_them() -> None:
    bench = opened()
    [page] = ask(bench, "ana")
    bench.decide(lambda turn: answering.accept(turn, "ana", turn.file.page(page.id)))
    bench.decide(lambda turn: answering.decline(turn, "ana", turn.file.page(page.id)))
    assert (bench.file.owners, bench.told[-1]) == (("ana",), ("ana", "decline_owned"))


def have(bench: Bench, people: Sequence[str]) -> Bench:
    for person in people:
        bench.decide(lambda turn, person=person: answering.accept(turn, person, None))  # type: ignore[misc]
    return bench


def test_who_joined_for_the_run_and_gives_it_back_is_missing_in_it_again() -> None:
    bench = have(opened(people=2), ["ana"])
    assert run(bench).missing == 1
    want = run(bench).want
    bench.decide(lambda turn: answering.release(turn, "ana", "released"))
    assert (run(bench).missing, run(bench).want, run(bench).declined) == (2, want + 1, ("ana",))


def test_who_had_it_before_backup_was_called_and_gives_it_back_makes_the_search_one_larger() -> None:
    bench = have(opened(), ["ana"])
    bench.now += MINUTE
    bench.decide(lambda turn: answering.backup(turn, "ana"))
    have(bench, ["ben"])
    bench.now += MINUTE
    bench.decide(lambda turn: answering.backup(turn, None))
    bench.told.clear()
    bench.decide(lambda turn: answering.release(turn, "ana", "released"))
    assert (run(bench).got, run(bench).missing, bench.file.owners) == (0, 1, ("ben",))
    assert bench.told == [("ana", "released"), ("ben", "left")]


def test_a_case_that_changes_hands_keeps_its_state_and_clock_and_the_taker_is_no_longer_asked() -> None:
    bench = have(opened(), ["ana"])
    bench.decide(lambda turn: answering.backup(turn, None))
    [page, other] = ask(bench, "ben", "cam")
    before, want = bench.file.case, run(bench).want
    bench.told.clear()
    bench.now += MINUTE
    bench.decide(lambda turn: answering.hand_over(turn, "ana", "ben", "h1"))
    assert (bench.file.case, bench.file.owners) == (before, ("ben",))
    assert bench.file.assignments[0].ended_because == "handed_over"
    assert [bench.file.page(one.id).answer for one in (page, other)] == [Answer.SUPERSEDED, Answer.OPEN]
    # They were asked as one more: the run still wants somebody, and never who has just given it away.
    assert (run(bench).want, "ana" in run(bench).declined, "ana" in run(bench).asked) == (want + 1, True, True)


def test_of_two_who_have_it_only_the_one_who_hands_it_on_is_relieved_and_the_other_is_told() -> None:
    bench = have(opened(people=2), ["ana", "ben"])
    since = [one.since for one in bench.file.assignments]
    bench.now += MINUTE
    bench.told.clear()
    bench.decide(lambda turn: answering.hand_over(turn, "ana", "cam", "h1"))
    assert bench.file.owners == ("ben", "cam")
    assert [one.since for one in bench.file.assignments] == [*since, bench.now]
    assert bench.told == [("ben", "handed_over")]
    assert bench.file.escalation is None


def test_a_cry_for_help_is_answered_neutrally_and_backup_says_that_it_comes() -> None:
    bench = have(opened(), ["ana"])
    bench.told.clear()
    bench.decide(lambda turn: answering.call_for_help(turn, "ana", "asked_for_help"))
    bench.decide(lambda turn: answering.backup(turn, "ana"))
    assert bench.told == [("ana", "noted"), ("ana", "backup_coming")]
    assert [(alarm.kind.value, alarm.subject) for alarm in bench.ringing()] == [("safety", "ana")]
    bench.decide(lambda turn: closure.close(turn, "outpatient", by="ana"))
    bench.told.clear()
    bench.decide(lambda turn: answering.backup(turn, "ana"))
    assert (bench.told, bench.file.escalation) == ([("ana", "closed")], None)


# --- who has it, and what they are told ------------------------------------------------------------------------------


def accept(bench: Bench, person: str, mix: Mix | None = None) -> tuple[bool, list[tuple[str, str]]]:
    """Whether they have it afterwards, and everybody who was texted."""
    bench.told.clear()
    owns = bench.decide(lambda turn: answering.accept(turn, person, None, mix), person)
    return owns, bench.told


def test_the_first_has_it_and_whoever_comes_later_hears_how_it_stands() -> None:
    bench = opened()
    assert accept(bench, "ana") == (True, [("ana", "accepted")])
    assert bench.file.case.state is State.ACCEPTED
    assert accept(bench, "ben") == (False, [("ben", "taken")])
    assert accept(bench, "ana") == (True, [("ana", "accepted")])
    bench.decide(lambda turn: working.status(turn, Event.CLEARED, "ana"))
    assert accept(bench, "ben") == (False, [("ben", "cleared")])
    bench.decide(lambda turn: closure.close(turn, "outpatient"))
    assert accept(bench, "ben") == (False, [("ben", "closed")])
    assert [one.person for one in bench.file.assignments] == ["ana"]


def test_backup_that_was_called_after_the_work_was_done_may_still_join() -> None:
    bench = have(opened(), ["ana"])
    bench.decide(lambda turn: working.status(turn, Event.CLEARED, "ana"))
    bench.decide(lambda turn: answering.backup(turn, "ana"))
    assert accept(bench, "ben")[0]
    assert bench.file.owners == ("ana", "ben")


def test_of_two_the_first_is_told_that_one_is_missing_and_the_alarm_rings_until_both_have_it() -> None:
    bench = opened(people=2)
    bench.ring("unanswered")
    assert accept(bench, "ana") == (True, [("ana", "first_of_two")])
    assert (bench.file.case.state, len(bench.ringing()), run(bench).missing) == (State.WAITING, 1, 1)
    assert accept(bench, "ben") == (True, [("ben", "accepted_with"), ("ana", "joined")])
    assert (bench.ringing(), bench.file.escalation) == ([], None)


def test_half_a_team_by_the_states_rules_wants_another_however_many_were_planned() -> None:
    bench = opened()
    half = Mix(complete=False, possible=True, size=2, reason="1 of 2")
    assert accept(bench, "ana", half) == (True, [("ana", "first_of_two")])
    assert (run(bench).missing, run(bench).want, run(bench).only_busy) == (1, 1, False)
    assert (bench.file.case.needed, bench.file.case.needed_because) == (2, ("1 of 2",))
    assert accept(bench, "ben", Mix(complete=True, possible=True, size=2, reason="an allowed team"))[0]
    assert bench.file.escalation is None


def test_given_by_name_it_is_theirs_once_and_nobody_else_is_looked_for() -> None:
    bench = opened()
    for told in ([("ana", "assigned")], []):
        bench.told.clear()
        bench.decide(lambda turn: answering.assign(turn, "ana"), "kim")
        assert (bench.told, bench.file.owners, bench.file.escalation) == (told, ("ana",), None)
    assert bench.file.assignments[0].by == "kim"
    bench.decide(lambda turn: answering.assign(turn, "ben"), "kim")
    assert bench.told == [("ben", "accepted_with"), ("ana", "joined")]
    assert bench.file.escalation is None


def test_whoever_was_silent_too_long_hears_it_as_well_and_a_no_is_acknowledged() -> None:
    bench = opened()
    [late, no] = ask(bench, "ana", "ben")
    for page in (late, no):
        bench.sent(page)
    bench.fire(Meaning.PAGE_OVERDUE, late.id)
    bench.decide(lambda turn: answering.decline(turn, "ben", turn.file.page(no.id)))
    assert bench.told == [("ben", "declined")]
    assert accept(bench, "eve") == (True, [("eve", "accepted"), ("ana", "taken")])

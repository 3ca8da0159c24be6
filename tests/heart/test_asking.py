"""Asking: how many are asked, until when, what a failed or silent page does, and what passes a step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from dispatch import answering, asking, closure, laddering, working
from dispatch.case import Event, State
from dispatch.casefile import Turn
from dispatch.deadline import Meaning
from dispatch.escalation import Escalation
from dispatch.laddering import LOOK_SOON
from dispatch.matching import Pick
from dispatch.page import Answer, Delivery, Page, Report
from dispatch.priority import Urgency
from tests.heart.bench import NOON, Bench, found

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def opened(urgency: Urgency = Urgency.VERY_URGENT, people: int = 1) -> Bench:
    bench = Bench()
    bench.open(found(urgency, people=people))
    return bench


def run(bench: Bench) -> Escalation:
    assert bench.file.escalation is not None
    return bench.file.escalation


def ask(bench: Bench, *people: str) -> list[Page]:
    """The matcher picks these people for the step that runs."""
    before = len(bench.file.pages)
    picks = [Pick(person, "primary", ()) for person in people]
    codes = [f"made-up-{person}" for person in people]
    bench.decide(lambda turn: asking.page_people(turn, run(bench), picks, codes), "system:matcher")
    return list(bench.file.pages[before:])


def nobody_left(bench: Bench, *, only_busy: bool = False) -> None:
    bench.decide(lambda turn: asking.nobody_left(turn, run(bench), only_busy), "system:matcher")


def report(bench: Bench, page: Page, *reports: Report) -> Page:
    for each in reports:
        bench.decide(lambda turn, each=each: asking.reported(turn, turn.file.page(page.id), each, 30003))  # type: ignore[misc]
    return bench.file.page(page.id)


def step_overdue(bench: Bench) -> None:
    deadline = run(bench).deadline
    assert deadline is not None
    bench.now = deadline.due_at
    bench.fire(Meaning.STEP_OVERDUE, run(bench).id)


def due(bench: Bench) -> datetime:
    deadline = run(bench).deadline
    assert deadline is not None
    return deadline.due_at


# --- a step ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("people", "steps"), [(1, [1, 2]), (2, [2, 2]), (3, [3, 3])])
def test_a_step_asks_its_count_or_all_that_are_missing_when_that_is_more(people: int, steps: list[int]) -> None:
    bench = opened(people=people)
    wanted = []
    for _ in steps:
        wanted.append(run(bench).want)
        nobody_left(bench)
    assert wanted == steps


def test_a_step_nobody_has_looked_at_is_not_lost_to_a_slow_matcher() -> None:
    bench = opened()
    assert due(bench) == NOON + 2 * MINUTE
    for _ in range(2):
        step_overdue(bench)
        assert (run(bench).step, due(bench)) == (0, bench.now + LOOK_SOON)

    def woken(turn: Turn) -> bool:
        laddering.step_overdue(turn, run(bench))
        return turn.nudge

    assert bench.decide(woken), "and the matcher is told that it is late"
    # Once it has looked, and found only people who are busy, their time is up.
    nobody_left(bench, only_busy=True)
    step_overdue(bench)
    assert run(bench).step == 1


def test_who_is_only_busy_is_waited_for_and_nobody_at_all_passes_the_step_at_once() -> None:
    bench = opened()
    nobody_left(bench, only_busy=True)
    assert (run(bench).step, run(bench).want) == (0, 1)
    nobody_left(bench)
    assert run(bench).step == 1


def test_the_wait_runs_from_the_first_page_of_the_step_and_no_later_page_begins_it_again() -> None:
    bench = opened(people=2)
    bench.now += MINUTE
    [first] = ask(bench, "ana")
    assert (first.by, due(bench), run(bench).want) == (NOON + 3 * MINUTE, NOON + 3 * MINUTE, 1)
    bench.now += MINUTE
    [second] = ask(bench, "ben")
    assert (second.by, due(bench), run(bench).want) == (NOON + 3 * MINUTE, NOON + 3 * MINUTE, 0)
    step_overdue(bench)
    # The next step has a first page of its own; who was asked may still answer.
    assert (run(bench).step, run(bench).first_page_at, due(bench)) == (1, None, bench.now + 2 * MINUTE)
    assert run(bench).asked == ("ana", "ben")
    assert [page.open for page in bench.file.pages] == [True, True]


@pytest.mark.parametrize(
    ("urgency", "passed", "by"),
    [
        (Urgency.IMMEDIATE, 0, ["text", "voice"]),
        (Urgency.IMMEDIATE, 2, ["voice"]),
        (Urgency.VERY_URGENT, 0, ["text"]),
        (Urgency.VERY_URGENT, 3, ["voice"]),
    ],
)
def test_a_step_pages_by_text_and_by_voice_where_its_ladder_says_so_and_calls_by_voice_alone(
    urgency: Urgency, passed: int, by: list[str]
) -> None:
    bench = opened(urgency)
    for _ in range(passed):
        nobody_left(bench)
    [page] = ask(bench, "ana")
    assert bench.went_out == [("ana", how) for how in by]
    assert (page.step, page.voice) == (passed, "voice" in by)
    assert bench.file.case.state is State.PAGING


def test_a_receipt_is_waited_for_no_longer_than_the_answer() -> None:
    bench = opened()
    [early] = ask(bench, "ana")
    assert early.deadline is not None
    assert (early.deadline.meaning, early.deadline.due_at) == (Meaning.RECEIPT_OVERDUE, NOON + 45 * SECOND)
    bench.now += 100 * SECOND
    [late] = ask(bench, "ben")
    assert late.deadline is not None
    assert (late.deadline.meaning, late.deadline.due_at) == (Meaning.PAGE_OVERDUE, NOON + 2 * MINUTE)


def test_nobody_else_in_the_layer_leaves_the_step_to_whoever_was_asked() -> None:
    bench = opened(people=2)
    ask(bench, "ana")
    nobody_left(bench)
    assert (run(bench).step, run(bench).want) == (0, 0)
    # What failed is waited for no longer.
    report(bench, bench.file.pages[0], Report.UNDELIVERED)
    nobody_left(bench)
    assert run(bench).step == 1


def test_pages_of_an_earlier_step_are_no_reason_to_wait_at_this_one() -> None:
    bench = opened()
    ask(bench, "ana")
    step_overdue(bench)
    assert (run(bench).step, bench.file.pages[0].open) == (1, True)
    nobody_left(bench)
    assert run(bench).step == 2


def test_who_said_no_is_waited_for_no_longer() -> None:
    bench = opened()
    [page] = ask(bench, "ana")
    bench.decide(lambda turn: answering.decline(turn, "ana", turn.file.page(page.id)))
    nobody_left(bench)
    assert run(bench).step == 1


def test_pages_sent_before_a_re_grade_are_the_new_first_steps_own_when_nobody_new_is_left_there() -> None:
    bench = opened(Urgency.URGENT, people=2)
    for person in ("ana", "ben"):
        ask(bench, person)
        bench.now += SECOND
    bench.decide(lambda turn: working.regrade(turn, Urgency.VERY_URGENT, confirmed=True))
    assert run(bench).first_page_at is None
    bench.now += SECOND
    nobody_left(bench)
    assert (run(bench).step, run(bench).want, run(bench).first_page_at) == (0, 0, NOON)
    ask(bench, "cam")
    nobody_left(bench)
    assert run(bench).first_page_at == NOON


def test_whoever_is_asked_again_holds_one_open_page() -> None:
    bench = opened()
    [first] = ask(bench, "ana")
    [other, again] = ask(bench, "ben", "ana")
    assert [bench.file.page(page.id).answer for page in (first, other, again)] == [
        Answer.EXPIRED,
        Answer.OPEN,
        Answer.OPEN,
    ]


# --- a page that does not arrive -------------------------------------------------------------------------------------


@pytest.mark.parametrize("failed", [Report.UNDELIVERED, Report.FAILED])
def test_a_page_that_reached_nobody_is_loud_and_wants_one_more_person_once(failed: Report) -> None:
    bench = opened()
    [page] = ask(bench, "ana")
    assert run(bench).want == 0
    page = report(bench, page, Report.SENT, failed)
    assert (page.replaced, page.open, page.failure, run(bench).want) == (True, True, 30003, 1)
    assert [(alarm.kind.value, alarm.subject) for alarm in bench.ringing()] == [("undelivered", "ana")]
    # The repeat fails as well, and then its receipt is overdue: the next person was asked once already.
    report(bench, page, Report.SENDING, failed)
    bench.fire(Meaning.RECEIPT_OVERDUE, page.id)
    assert (run(bench).want, run(bench).only_busy) == (1, False)
    waits = bench.file.page(page.id).deadline
    assert waits is not None
    assert (waits.meaning, waits.due_at) == (Meaning.PAGE_OVERDUE, page.by)


def test_without_a_receipt_one_more_is_asked_and_proof_or_an_answer_needs_none() -> None:
    silent, proven, accepted = (opened(people=2) for _ in range(3))
    for bench in (silent, proven, accepted):
        [page, _] = ask(bench, "ana", "ben")
        if bench is proven:
            report(bench, page, Report.DELIVERED)
        if bench is accepted:
            bench.decide(lambda turn, page=page: answering.accept(turn, "ana", turn.file.page(page.id)))  # type: ignore[misc]
        bench.now = NOON + 45 * SECOND
        bench.fire(Meaning.RECEIPT_OVERDUE, page.id)
    assert [run(bench).want for bench in (silent, proven, accepted)] == [1, 0, 0]
    assert accepted.file.pages[0].deadline is None
    waits = silent.file.pages[0].deadline
    assert waits is not None
    assert (waits.meaning, waits.due_at, silent.file.pages[0].open) == (Meaning.PAGE_OVERDUE, NOON + 2 * MINUTE, True)


def test_a_page_of_an_earlier_run_that_fails_asks_nobody_for_the_one_that_runs() -> None:
    bench = opened()
    bench.decide(lambda turn: answering.accept(turn, "ben", None))
    bench.decide(lambda turn: working.status(turn, Event.CLEARED, "ben"))
    bench.decide(lambda turn: answering.backup(turn, None))
    [page] = ask(bench, "ana")
    bench.decide(closure.reopen)
    before = run(bench)
    assert bench.file.page(page.id).open
    report(bench, page, Report.FAILED)
    assert run(bench) == before


def test_silence_ends_a_page_and_leaves_the_number_that_is_wanted() -> None:
    bench = opened()
    [page] = ask(bench, "ana")
    bench.now = page.by
    bench.fire(Meaning.PAGE_OVERDUE, page.id)
    assert (bench.file.page(page.id).answer, run(bench).want) == (Answer.EXPIRED, 0)
    assert bench.decide(lambda turn: answering.accept(turn, "ana", bench.file.page(page.id)))


def test_the_hour_a_page_left_is_that_of_the_first_time_and_delivery_is_proof_that_it_left() -> None:
    bench = opened()
    [page, other] = ask(bench, "ana", "ben")
    bench.now += SECOND
    report(bench, page, Report.SENT)
    bench.now += SECOND
    page = report(bench, page, Report.DELIVERED)
    assert (page.sent_at, page.delivered_at) == (NOON + SECOND, NOON + 2 * SECOND)
    assert page.deadline is not None
    assert (page.deadline.meaning, page.deadline.due_at) == (Meaning.PAGE_OVERDUE, page.by)
    other = report(bench, other, Report.DELIVERED)
    assert (other.sent_at, other.delivery) == (NOON + 2 * SECOND, Delivery.DELIVERED)


def taken(bench: Bench) -> None:
    bench.decide(lambda turn: answering.accept(turn, "ben", None))


def taken_and_given_back(bench: Bench) -> None:
    taken(bench)
    bench.decide(lambda turn: answering.release(turn, "ben", "released"))


def stood_down(bench: Bench) -> None:
    bench.decide(working.stand_down)


def cleared_while_backup_was_asked(bench: Bench) -> None:
    taken(bench)
    bench.decide(lambda turn: answering.backup(turn, None))
    ask(bench, "ana")
    bench.decide(lambda turn: working.status(turn, Event.CLEARED, "ben"))


@pytest.mark.parametrize(
    ("meanwhile", "hears"),
    [
        (taken, "taken"),
        (taken_and_given_back, "withdrawn"),
        (stood_down, "withdrawn"),
        (cleared_while_backup_was_asked, "withdrawn"),
    ],
)
def test_what_leaves_after_it_was_decided_is_followed_by_how(meanwhile: Callable[[Bench], None], hears: str) -> None:
    bench = opened()
    if meanwhile is not cleared_while_backup_was_asked:
        ask(bench, "ana")
    meanwhile(bench)
    assert "ana" not in {person for person, _ in bench.told}
    report(bench, bench.file.pages[0], Report.SENT, Report.DELIVERED)
    assert [words for person, words in bench.told if person == "ana"] == [hears]


def test_that_a_page_failed_which_was_answered_is_no_alarm() -> None:
    bench = opened()
    [page] = ask(bench, "ana")
    bench.sent(page)
    bench.decide(lambda turn: answering.accept(turn, "ana", bench.file.page(page.id)))
    page = report(bench, page, Report.FAILED)
    assert (page.delivery, page.answer, bench.ringing()) == (Delivery.FAILED, Answer.ACCEPTED, [])

"""What each clock of a case waits for, and what happens when it runs out: who is texted, who is rung, and when next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dispatch import answering, working
from dispatch.case import Event, State
from dispatch.deadline import Meaning
from dispatch.priority import Urgency
from tests.heart.bench import NOON, Bench, found


def held_by(*people: str, urgency: Urgency = Urgency.VERY_URGENT) -> Bench:
    """A case these people have had since noon, and nobody is looked for."""
    bench = Bench()
    bench.open(found(urgency, people=len(people)))
    for person in people:
        bench.decide(lambda turn, person=person: answering.assign(turn, person))  # type: ignore[misc]
    bench.told.clear()
    return bench


def said(bench: Bench, *words: str) -> None:
    for word in words:
        bench.decide(lambda turn, word=word: working.status(turn, working.STATUS[word], "ana", tell=False))  # type: ignore[misc]


def clock(bench: Bench) -> tuple[Meaning, timedelta]:
    deadline = bench.file.case.deadline
    assert deadline is not None
    return deadline.meaning, deadline.due_at - bench.now


def state(bench: Bench) -> State:
    return bench.file.case.state


def rings(bench: Bench) -> list[tuple[str, str | None, tuple[str, ...]]]:
    return [(alarm.kind.value, alarm.subject, alarm.because) for alarm in bench.ringing()]


def fire_case(bench: Bench) -> None:
    """Time passes to the case's own clock, and only that fires."""
    deadline = bench.file.case.deadline
    assert deadline is not None
    bench.now = deadline.due_at
    bench.told.clear()
    bench.fire(deadline.meaning, "case")


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("words", "meaning", "minutes"),
    [
        ((), Meaning.CONTACT_OVERDUE, 10),
        (("en_route",), Meaning.ARRIVAL_OVERDUE, 60),
        (("arrived",), Meaning.CHECK_IN_DUE, 30),
        (("arrived", "engaged"), Meaning.CHECK_IN_DUE, 30),
        (("not_reached",), Meaning.RETRY_OVERDUE, 10),
        (("cleared",), Meaning.DISPOSITION_OVERDUE, 12 * 60),
    ],
)
def test_each_stage_of_the_work_has_the_patience_that_the_policy_gives_it(
    words: tuple[str, ...], meaning: Meaning, minutes: int
) -> None:
    bench = held_by("ana")
    said(bench, *words)
    assert clock(bench) == (meaning, minutes * MINUTE)


@pytest.mark.parametrize(
    ("words", "told", "rung", "again"),
    [
        # Backup is called; it tells those who have it nothing.
        ((), "contact_reminder", [], 10),
        (("en_route",), "arrival_reminder", [("arrival_overdue", None, ("not_arrived",))], 60),
        (("not_reached",), "retry_reminder", [("retry_overdue", None, ("not_reached",))], 10),
        (("cleared",), "disposition_reminder", [("disposition_overdue", None, ("disposition_owed",))], 12 * 60),
        # The check-in is asked for; its answer has five minutes, which is no alarm yet.
        (("arrived",), "check_in", [], 5),
    ],
)
def test_when_it_runs_out_each_owner_is_texted_and_its_alarm_rings(
    words: tuple[str, ...], told: str, rung: list[tuple[str, str | None, tuple[str, ...]]], again: int
) -> None:
    bench = held_by("ana", "ben")
    said(bench, *words)
    fire_case(bench)
    assert bench.told == [("ana", told), ("ben", told)]
    assert rings(bench) == rung
    assert clock(bench)[1] == again * MINUTE


def test_with_nobody_spoken_to_in_time_one_more_is_looked_for_and_from_then_on_it_rings() -> None:
    bench = held_by("ana")
    fire_case(bench)
    assert bench.file.escalation is not None
    assert (bench.file.escalation.missing, rings(bench)) == (1, [])
    fire_case(bench)
    assert rings(bench) == [("contact_overdue", None, ("no_contact_made",))]


def test_a_check_in_nobody_answers_is_a_safety_alarm_for_each_of_them_and_is_asked_for_again() -> None:
    bench = held_by("ana", "ben")
    said(bench, "arrived")
    fire_case(bench)
    assert clock(bench)[0] is Meaning.CHECK_IN_OVERDUE
    fire_case(bench)
    missed = ("check_in_missed",)
    assert rings(bench) == [("safety", "ana", missed), ("safety", "ben", missed)]
    assert clock(bench) == (Meaning.CHECK_IN_DUE, 30 * MINUTE)


@pytest.mark.parametrize(
    ("word", "ends"),
    [
        ("en_route", {"contact_overdue", "retry_overdue"}),
        ("arrived", {"contact_overdue", "retry_overdue", "arrival_overdue"}),
        ("engaged", {"contact_overdue", "retry_overdue", "arrival_overdue", "recontact_overdue"}),
        ("not_reached", set()),
        ("checked_in", set()),
        ("cleared", {"unanswered", "contact_overdue", "retry_overdue", "arrival_overdue"}),
    ],
)
def test_what_somebody_says_ends_the_alarms_whose_cause_is_gone_and_no_other(word: str, ends: set[str]) -> None:
    bench = held_by("ana")
    kinds = sorted(
        ("unanswered", "contact_overdue", "arrival_overdue", "retry_overdue", "recontact_overdue", "undelivered")
    )
    for kind in kinds:
        bench.ring(kind)
    for person in ("ana", "ben"):
        bench.ring("safety", "check_in_missed", subject=person)
    said(bench, word)
    over = ends | ({"ana"} if word in ("checked_in", "cleared") else set())
    assert {alarm.subject or alarm.kind.value for alarm in bench.ringing()} == {*kinds, "ana", "ben"} - over


def test_what_somebody_says_is_texted_back_to_whoever_texted_it_and_its_end_to_the_others() -> None:
    bench = held_by("ana", "ben")

    def told(event: Event, person: str | None, *, tell: bool = True) -> list[tuple[str, str]]:
        bench.told.clear()
        bench.decide(lambda turn: working.status(turn, event, person, tell=tell))
        return bench.told

    assert told(Event.ARRIVED, "ana") == [("ana", "status_noted")]
    assert told(Event.CHECKED_IN, "ana", tell=False) == []
    assert told(Event.ENGAGED, None) == []
    assert told(Event.CLEARED, "ana") == [("ben", "cleared"), ("ana", "status_noted")]
    assert told(Event.CLEARED, "ben") == [("ben", "status_noted")]


def test_done_is_an_answer_to_a_stand_down_for_oneself() -> None:
    bench = held_by("ana", "ben")
    bench.decide(working.stand_down)
    for person, rung in (("ana", ["stood_down"]), ("ben", [])):
        bench.decide(lambda turn, person=person: working.status(turn, Event.CLEARED, person), person)  # type: ignore[misc]
        assert [alarm.kind.value for alarm in bench.ringing()] == rung


def test_a_lead_who_knows_that_they_are_safe_ends_a_cry_for_help_too() -> None:
    bench = held_by("ana")
    bench.ring("safety", "asked_for_help", subject="ana")
    said(bench, "arrived", "checked_in")
    bench.decide(lambda turn: working.status(turn, Event.EN_ROUTE, "ana", by_lead=True), "kim")
    assert len(bench.ringing()) == 1
    bench.decide(lambda turn: working.status(turn, Event.CHECKED_IN, "ana", by_lead=True), "kim")
    assert bench.ringing() == []


# --- before anybody has it --------------------------------------------------------------------------------------------


def test_a_form_has_five_minutes_and_then_the_case_is_looked_after_as_it_is() -> None:
    bench = Bench()
    bench.open(found(Urgency.VERY_URGENT, incomplete=True), assessing=True)
    assert (state(bench), clock(bench)) == (State.LOGGED, (Meaning.ASSESSMENT_OVERDUE, 5 * MINUTE))
    assert bench.file.escalations == ()
    fire_case(bench)
    assert (state(bench), len(bench.file.escalations)) == (State.WAITING, 1)
    # A search that was begun by hand meanwhile is the one there is.
    bench = Bench()
    bench.open(found(Urgency.VERY_URGENT, incomplete=True), assessing=True)
    bench.decide(lambda turn: answering.backup(turn, None))
    fire_case(bench)
    assert len(bench.file.escalations) == 1


def test_the_cases_own_clock_stands_behind_the_ladders_and_rings_should_those_fail() -> None:
    bench = Bench()
    bench.open(found(Urgency.VERY_URGENT))
    assert clock(bench) == (Meaning.MATCH_OVERDUE, 2 * MINUTE)
    bench.match(lambda may, most: may[:most])
    # Every step's wait (2 + 2 + 3 + 2), as long as somebody busy is waited for, and a minute.
    assert (state(bench), clock(bench)) == (State.PAGING, (Meaning.ESCALATION_OVERDUE, 12 * MINUTE))
    fire_case(bench)
    assert state(bench) is State.UNANSWERED
    assert rings(bench) == [("unanswered", None, ("ladder_overdue",))]
    assert clock(bench) == (Meaning.ALARM_OVERDUE, 3 * MINUTE)
    [alarm] = bench.ringing()
    assert alarm.every == 2 * MINUTE
    fire_case(bench)
    assert (rings(bench), clock(bench)) == (
        [("unanswered", None, ("ladder_overdue",))],
        (Meaning.ALARM_OVERDUE, 3 * MINUTE),
    )


def test_the_next_steps_waits_are_what_is_left_of_it() -> None:
    bench = Bench()
    bench.open(found(Urgency.VERY_URGENT))
    bench.match(lambda may, most: may[:most])
    bench.now += 2 * MINUTE
    bench.fire_due()
    bench.match(lambda may, most: may[:most])
    assert clock(bench) == (Meaning.ESCALATION_OVERDUE, 10 * MINUTE)


def test_nobody_found_in_time_rings_at_the_pace_of_the_urgency() -> None:
    bench = Bench()
    bench.open(found(Urgency.URGENT))
    fire_case(bench)
    assert rings(bench) == [("unanswered", None, ("nobody_in_time",))]
    [alarm] = bench.ringing()
    assert alarm.every == 5 * MINUTE


# --- the person who called -------------------------------------------------------------------------------------------


def promise(bench: Bench) -> tuple[int, datetime | None, bool]:
    [one] = bench.file.recontacts
    return one.tries, one.deadline.due_at if one.deadline else None, one.open


def test_each_try_to_call_back_starts_the_clock_again_and_only_the_first_words_with_them_end_it() -> None:
    bench = held_by("ana")
    assert promise(bench) == (0, NOON + 10 * MINUTE, True)
    bench.now += 10 * MINUTE
    bench.fire(Meaning.RECONTACT_OVERDUE, bench.file.recontacts[0].id)
    assert rings(bench) == [("recontact_overdue", "op1", ("line_not_held",))]
    assert promise(bench) == (0, NOON + 20 * MINUTE, True)
    bench.now += MINUTE
    bench.decide(lambda turn: working.recontacted(turn, reached=False))
    assert (rings(bench), promise(bench)) == ([], (1, NOON + 21 * MINUTE, True))
    bench.decide(lambda turn: working.recontacted(turn, reached=True))
    assert promise(bench)[0] == 2
    said(bench, "engaged")
    assert promise(bench) == (2, None, False)
    first = bench.file.case.first_contact_at
    assert first == bench.now
    bench.now += MINUTE
    said(bench, "engaged")
    assert bench.file.case.first_contact_at == first
    assert bench.file.assignments[0].engaged_at == first


def test_a_911_hand_off_is_asked_about_every_quarter_of_an_hour_until_somebody_confirms() -> None:
    bench = held_by("ana")

    def call(number: str | None, consent: str, at: datetime | None) -> None:
        bench.decide(lambda turn: working.call_emergency(turn, "op1", "police", number, consent, at))

    call("P-17", "yes", None)
    [one] = bench.file.emergencies
    assert one.deadline is not None
    assert one.deadline.due_at == NOON + 15 * MINUTE
    bench.now += 15 * MINUTE
    bench.fire(Meaning.CONFIRMATION_OVERDUE, one.id)
    assert rings(bench) == [("emergency_unconfirmed", None, ("contact_not_confirmed",))]
    assert [one.deadline.due_at for one in bench.file.emergencies if one.deadline] == [NOON + 30 * MINUTE]
    bench.now += MINUTE
    # Nobody is asked for the number and the consent again.
    call(None, "unknown", bench.now)
    [one] = bench.file.emergencies
    assert (one.incident_number, one.person_consented, one.called_at, one.confirmed_at) == (
        "P-17",
        "yes",
        NOON,
        bench.now,
    )
    assert (one.deadline, one.open, rings(bench)) == (None, False, [])
    # A further call is another hand-off.
    call("P-18", "no", None)
    assert [one.open for one in bench.file.emergencies] == [False, True]


def test_a_clock_of_what_is_over_does_nothing() -> None:
    bench = held_by("ana")
    bench.decide(lambda turn: working.call_emergency(turn, "op1", "police", None, "yes", bench.now))
    said(bench, "engaged")
    before = bench.file
    bench.fire(Meaning.CONFIRMATION_OVERDUE, before.emergencies[0].id)
    bench.fire(Meaning.RECONTACT_OVERDUE, before.recontacts[0].id)
    assert (bench.file, rings(bench)) == (before, [])


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_higher_urgency_shortens_what_was_promised_and_a_lower_one_keeps_to_its_own() -> None:
    bench = held_by("ana", urgency=Urgency.URGENT)
    bench.decide(lambda turn: turn.put(replace(turn.case, respond_by=NOON + 30 * MINUTE)))
    bench.decide(lambda turn: working.regrade(turn, Urgency.VERY_URGENT, confirmed=True))
    assert bench.file.case.respond_by == NOON + 30 * MINUTE
    bench.decide(lambda turn: working.regrade(turn, Urgency.IMMEDIATE, confirmed=True))
    assert bench.file.case.respond_by == NOON + 15 * MINUTE
    bench.decide(lambda turn: working.regrade(turn, Urgency.SOON, confirmed=True))
    assert (bench.file.case.respond_by, bench.file.case.by_hand) == (NOON + timedelta(hours=24), Urgency.SOON)


def test_what_waits_for_a_second_person_changes_nothing_and_is_gone_once_it_is_decided() -> None:
    bench = held_by("ana", urgency=Urgency.URGENT)
    assert not bench.decide(lambda turn: working.regrade(turn, Urgency.SOON, confirmed=False), "dee")
    case = bench.file.case
    assert (case.urgency, case.proposed, case.proposed_by) == (Urgency.URGENT, Urgency.SOON, "dee")
    assert case.by_hand is None
    bench.decide(lambda turn: working.regrade(turn, Urgency.SOON, confirmed=True))
    case = bench.file.case
    assert (case.urgency, case.proposed, case.proposed_by) == (Urgency.SOON, None, None)


def test_a_scene_that_is_cleared_is_told_to_whoever_goes_there() -> None:
    bench = Bench()
    bench.open(found(Urgency.URGENT, hold=True))
    bench.decide(lambda turn: answering.assign(turn, "ana"))
    bench.told.clear()
    bench.decide(working.scene_cleared)
    assert (bench.file.case.scene_hold, bench.told) == (False, [("ana", "scene_cleared")])


def test_only_who_was_reached_and_does_not_have_it_hears_that_a_page_is_taken_back() -> None:
    bench = Bench()
    bench.open(found(Urgency.URGENT, people=2))
    bench.match(lambda may, most: may[:most])
    first, second = bench.file.pages
    bench.sent(first)
    bench.decide(lambda turn: answering.assign(turn, "eve"))
    bench.told.clear()
    bench.decide(working.stand_down)
    assert bench.told == [(first.person, "withdrawn")]
    assert [page.answer.value for page in bench.file.pages] == ["withdrawn"] * 2
    assert second.person not in {person for person, _ in bench.told}
    assert bench.file.case.state is State.CLEARED

"""Whom an alarm rings and how often, what being seen does to it, and which alarms let people sleep."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from dispatch.alarm import PAPERWORK, Alarm, Kind
from dispatch.alarming import acknowledge, end_alarms, open_alarm, raise_alarm, ring
from dispatch.casefile import Office
from dispatch.priority import Urgency
from tests.heart.bench import Bench, found

OFFICE = Office(("kim",), ("dee",), 1, (time(22), time(7)), "America/New_York")
#: Three in the morning in New York, and noon.
NIGHT = datetime(2026, 1, 6, 8, tzinfo=UTC)
NOON = datetime(2026, 1, 6, 17, tzinfo=UTC)
SEVEN = datetime(2026, 1, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize("kind", sorted(set(Kind) - PAPERWORK), ids=str)
def test_what_may_be_about_a_person_in_danger_rings_at_night(kind: Kind) -> None:
    alarm = open_alarm(lambda: "a1", NIGHT, "default", kind, ())
    rung, rings = ring(alarm, OFFICE, NIGHT)
    assert rings != []
    assert rung.rings == 1


@pytest.mark.parametrize("subject", ["kim", "dee"])
def test_a_supervisor_in_danger_is_not_rung_for_themselves(subject: str) -> None:
    """Whoever is with them would read on the screen that they called for help."""
    alarm = open_alarm(lambda: "a1", NOON, "default", Kind.SAFETY, ("asked_for_help",), subject=subject)
    _, rings = ring(alarm, OFFICE, NOON)
    assert {each.person for each in rings} == {"kim", "dee"} - {subject}


def test_a_lone_coordinator_in_danger_rings_the_last_resort() -> None:
    alarm = open_alarm(lambda: "a1", NOON, "default", Kind.SAFETY, ("asked_for_help",), subject="kim")
    _, rings = ring(alarm, Office(("kim",), (), 1), NOON)
    assert {(each.person, each.by) for each in rings} == {("last_resort:0", "text"), ("last_resort:0", "voice")}


@pytest.mark.parametrize("kind", sorted(PAPERWORK), ids=str)
def test_paperwork_rings_first_when_the_night_is_over(kind: Kind) -> None:
    alarm = open_alarm(lambda: "a1", NIGHT, "default", kind, ())
    waiting, rings = ring(alarm, OFFICE, NIGHT)
    assert (rings, waiting.rings) == ([], 0)
    assert waiting.deadline is not None
    assert waiting.deadline.due_at == SEVEN
    rung, rings = ring(waiting, OFFICE, SEVEN)
    assert [each.person for each in rings] == ["kim"]
    assert rung.deadline is not None
    assert rung.deadline.due_at == SEVEN + rung.every


@pytest.mark.parametrize("kind", sorted(PAPERWORK), ids=str)
def test_paperwork_rings_by_day_as_anything_does(kind: Kind) -> None:
    _, rings = ring(open_alarm(lambda: "a1", NOON, "default", kind, ()), OFFICE, NOON)
    assert [each.person for each in rings] == ["kim"]


def test_a_waiver_is_told_at_night_once_and_again_in_the_morning() -> None:
    alarm = open_alarm(lambda: "a1", NIGHT, "default", Kind.WAIVER, ("waived",))
    told, rings = ring(alarm, OFFICE, NIGHT)
    assert [each.person for each in rings] == ["kim"]
    waiting, rings = ring(told, OFFICE, NIGHT + told.every)
    assert (rings, waiting.rings) == ([], 1)
    assert waiting.deadline is not None
    assert waiting.deadline.due_at == SEVEN


def test_in_the_night_that_skips_an_hour_the_morning_is_the_clocks() -> None:
    spring = datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert OFFICE.morning(spring) == datetime(2026, 3, 8, 11, tzinfo=UTC)
    assert OFFICE.morning(spring - timedelta(hours=3)) is None


# --- what docs/coordinators.md promises of each kind -----------------------------------------------------------------

#: kind -> minutes between two rings, whether it calls too, whether being seen ends it
PROMISED: dict[Kind, tuple[int, bool, bool]] = {
    Kind.UNANSWERED: (2, True, False),
    Kind.SAFETY: (1, True, False),
    Kind.CONTACT_OVERDUE: (5, False, False),
    Kind.ARRIVAL_OVERDUE: (10, False, False),
    Kind.RETRY_OVERDUE: (30, False, False),
    Kind.DISPOSITION_OVERDUE: (30, False, False),
    Kind.RECONTACT_OVERDUE: (10, False, False),
    Kind.EMERGENCY_UNCONFIRMED: (5, True, False),
    Kind.STOOD_DOWN: (2, False, True),
    Kind.UNDELIVERED: (30, False, True),
    Kind.OPTED_OUT: (30, False, True),
    Kind.BAD_NUMBER: (30, False, True),
    Kind.UNKNOWN_TEXT: (30, False, True),
    Kind.NOT_UNDERSTOOD: (30, False, True),
    Kind.COVERAGE: (30, False, True),
    Kind.HANDOFF: (30, False, True),
    Kind.SHIFT_CHECK: (30, False, True),
    Kind.WAIVER: (30, False, True),
    Kind.UNSIGNED: (30, False, True),
    Kind.EXPIRING: (24 * 60, False, True),
    Kind.DEBRIEF: (30, False, True),
    Kind.SERVICE: (30, False, True),
    Kind.SET_UP: (30, True, True),
}


def opened(kind: Kind, recipients: tuple[str, ...] = ()) -> Alarm:
    return open_alarm(lambda: "a1", NOON, "default", kind, (), recipients=recipients)


def reached(alarm: Alarm, office: Office = OFFICE, now: datetime = NOON) -> list[str]:
    return [f"{each.person} {each.by}" for each in ring(alarm, office, now)[1]]


@pytest.mark.parametrize("kind", list(Kind), ids=str)
def test_each_kind_rings_as_often_and_as_loud_as_it_promises_and_only_news_ends_by_being_seen(kind: Kind) -> None:
    minutes, loud, ends = PROMISED[kind]
    rung, _ = ring(opened(kind), OFFICE, NOON)
    assert rung.deadline is not None
    assert rung.deadline.due_at == NOON + timedelta(minutes=minutes)
    assert ("kim voice" in reached(opened(kind))) == loud
    assert acknowledge(opened(kind), "kim", NOON).open == (not ends)


# --- how wide it rings -----------------------------------------------------------------------------------------------

KIM, DEE, LAST = ([f"{person} text", f"{person} voice"] for person in ("kim", "dee", "last_resort:0"))


def test_a_loud_alarm_reaches_wider_with_each_ring() -> None:
    alarm = opened(Kind.UNANSWERED)
    heard = []
    for _ in range(4):
        heard.append(reached(alarm))
        alarm, _ = ring(alarm, OFFICE, NOON)
    assert heard == [KIM, KIM + DEE, KIM + DEE + LAST, KIM + DEE + LAST]


def test_a_safety_alarm_reaches_the_supervisors_with_its_first_ring() -> None:
    alarm = opened(Kind.SAFETY)
    assert reached(alarm) == KIM + DEE
    assert reached(replace(alarm, rings=2)) == KIM + DEE + LAST


def test_what_is_not_loud_stays_with_the_coordinators_however_often_it_rings() -> None:
    assert reached(replace(opened(Kind.CONTACT_OVERDUE), rings=9)) == ["kim text"]


def test_with_nobody_to_tell_the_last_resort_hears_of_everything_from_the_first_ring_on() -> None:
    nobody = Office(last_resort=2)
    assert reached(opened(Kind.CONTACT_OVERDUE), nobody) == ["last_resort:0 text", "last_resort:1 text"]
    assert len(reached(opened(Kind.UNANSWERED), nobody)) == 4


def test_who_is_both_is_rung_once() -> None:
    assert reached(opened(Kind.SAFETY), Office(("kim",), ("kim", "dee"), 0)) == KIM + DEE


# --- being seen ------------------------------------------------------------------------------------------------------


def test_being_seen_silences_it_for_that_person_for_five_minutes_and_for_nobody_else() -> None:
    alarm = acknowledge(replace(opened(Kind.UNANSWERED), rings=1), "kim", NOON)
    assert (alarm.acknowledged_by, alarm.acknowledged_at) == ("kim", NOON)
    assert reached(alarm, now=NOON + timedelta(minutes=5, seconds=-1)) == DEE
    assert reached(alarm, now=NOON + timedelta(minutes=5)) == KIM + DEE
    # A second person's look takes nothing from the first one's silence.
    both = acknowledge(alarm, "dee", NOON + timedelta(minutes=1))
    assert reached(both, now=NOON + timedelta(minutes=2)) == []


def test_whoever_was_rung_by_name_and_has_answered_is_not_rung_again_for_the_others() -> None:
    alarm = acknowledge(opened(Kind.STOOD_DOWN, ("ana", "ben")), "ana", NOON)
    assert alarm.open
    assert reached(alarm, now=NOON + timedelta(hours=1)) == ["ben text"]
    assert not acknowledge(alarm, "ben", NOON).open


# --- one alarm for one thing -----------------------------------------------------------------------------------------


def on_a_case() -> Bench:
    bench = Bench()
    bench.open(found(Urgency.URGENT))
    bench.rung = 0
    return bench


def test_an_alarm_that_is_open_already_goes_on_as_it_is() -> None:
    bench = on_a_case()
    for _ in range(2):
        bench.decide(lambda turn: raise_alarm(turn, Kind.CONTACT_OVERDUE, "no_contact_made"))
        bench.decide(lambda turn: raise_alarm(turn, Kind.CONTACT_OVERDUE, "another"))
    assert ([a.because for a in bench.ringing()], bench.rung) == ([("no_contact_made",)], 1)


def test_a_further_reason_for_a_safety_alarm_rings_it_again_now_and_is_kept() -> None:
    bench = on_a_case()
    for why in ("check_in_missed", "asked_for_help", "asked_for_help"):
        bench.decide(lambda turn, why=why: raise_alarm(turn, Kind.SAFETY, why, subject="ana"))  # type: ignore[misc]
    [alarm] = bench.ringing()
    assert (alarm.because, alarm.rings) == (("check_in_missed", "asked_for_help"), 2)


def test_two_people_in_danger_are_two_alarms() -> None:
    bench = on_a_case()
    for person in ("ana", "ben"):
        bench.decide(
            lambda turn, person=person: raise_alarm(turn, Kind.SAFETY, "asked_for_help", subject=person)  # type: ignore[misc]
        )
    assert [alarm.subject for alarm in bench.ringing()] == ["ana", "ben"]


def test_only_the_kinds_whose_cause_is_gone_end_and_one_that_has_ended_keeps_its_hour() -> None:
    bench = on_a_case()
    for kind in (Kind.CONTACT_OVERDUE, Kind.ARRIVAL_OVERDUE, Kind.EMERGENCY_UNCONFIRMED):
        bench.decide(lambda turn, kind=kind: raise_alarm(turn, kind, "made up"))  # type: ignore[misc]
    bench.decide(lambda turn: end_alarms(turn, Kind.CONTACT_OVERDUE, Kind.ARRIVAL_OVERDUE), "kim")
    assert [alarm.kind for alarm in bench.ringing()] == [Kind.EMERGENCY_UNCONFIRMED]
    bench.now += timedelta(hours=1)
    bench.decide(end_alarms, "dee")
    assert [alarm.ended_by for alarm in bench.file.alarms] == ["kim", "kim", "dee"]
    assert [alarm.deadline for alarm in bench.file.alarms] == [None] * 3

"""Calendars from phones: recurrences, exceptions, zones of every make; and our own feed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.errors import InvalidFile
from dispatch.exports.ics import Whose, feed, read, replaced
from dispatch.roster import Always, Once, Roster, Shift, Team, duties
from dispatch.rosterfile import read as read_roster
from dispatch.spans import Window
from tests.people.example import ROSTER, utc

TEAM = Team("default", "America/New_York", "VA", name="County crisis line")
START, END = utc("2026-03-01T00:00"), utc("2026-04-01T00:00")

VTIMEZONE = """\
BEGIN:VTIMEZONE
TZID:Eastern Standard Time
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def calendar(*events: str, extra: str = "") -> str:
    body = "".join(
        f"BEGIN:VEVENT\nUID:{number}@phone\nDTSTAMP:20260101T000000Z\n{event}\nEND:VEVENT\n"
        if "UID:" not in event
        else f"BEGIN:VEVENT\nDTSTAMP:20260101T000000Z\n{event}\nEND:VEVENT\n"
        for number, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//phone//EN\n{extra}{body}END:VCALENDAR\n".replace("\n", "\r\n")


def times(text: str, whose: Whose | None = None) -> list[tuple[str, str]]:
    found = read(text, "cal.ics", TEAM, "primary", whose or Whose("ana"), START, END)
    singles = [shift.pattern for shift in found if isinstance(shift.pattern, Once)]
    return [(f"{one.start:%m-%dT%H:%M}", f"{one.end:%m-%dT%H:%M}") for one in singles]


NIGHTS = "SUMMARY:On call\nDTSTART;TZID={zone}:20260306T200000\nDTEND;TZID={zone}:20260307T080000\n"


@pytest.mark.parametrize(
    ("zone", "extra"),
    [("America/New_York", ""), ("Eastern Standard Time", VTIMEZONE)],
    ids=["a phone's zone", "a zone of the office suite"],
)
def test_a_weekly_night_across_the_change_of_the_clocks(zone: str, extra: str) -> None:
    text = calendar(NIGHTS.format(zone=zone) + "RRULE:FREQ=WEEKLY;COUNT=3", extra=extra)
    assert times(text) == [
        ("03-07T01:00", "03-07T13:00"),
        ("03-14T00:00", "03-14T12:00"),
        ("03-21T00:00", "03-21T12:00"),
    ]


def test_exceptions_moves_and_cancellations_of_a_series() -> None:
    zone = "America/New_York"
    series = (
        "UID:nights@phone\n"
        + NIGHTS.format(zone=zone)
        + f"RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID={zone}:20260313T200000"
    )
    moved = (
        f"UID:nights@phone\nRECURRENCE-ID;TZID={zone}:20260320T200000\nSUMMARY:On call\n"
        f"DTSTART;TZID={zone}:20260321T200000\nDTEND;TZID={zone}:20260322T080000"
    )
    cancelled = (
        f"UID:nights@phone\nRECURRENCE-ID;TZID={zone}:20260327T200000\nSUMMARY:On call\nSTATUS:CANCELLED\n"
        f"DTSTART;TZID={zone}:20260327T200000\nDTEND;TZID={zone}:20260328T080000"
    )
    assert times(calendar(series, moved, cancelled)) == [("03-07T01:00", "03-07T13:00"), ("03-22T00:00", "03-22T12:00")]


def test_whole_days_and_times_without_a_zone_are_the_teams() -> None:
    whole = "SUMMARY:x\nDTSTART;VALUE=DATE:20260307\nDTEND;VALUE=DATE:20260309"
    floating = "SUMMARY:x\nDTSTART:20260310T080000\nDURATION:PT4H"
    universal = "SUMMARY:x\nDTSTART:20260312T080000Z\nDTEND:20260312T120000Z"
    assert times(calendar(whole, floating, universal)) == [
        ("03-07T05:00", "03-09T04:00"),
        ("03-10T12:00", "03-10T16:00"),
        ("03-12T08:00", "03-12T12:00"),
    ]


def test_a_team_calendar_names_people_by_id_or_name_and_every_other_event_is_a_fault() -> None:
    event = "SUMMARY:{}\nDTSTART:20260312T080000Z\nDTEND:20260312T120000Z"
    whose = Whose(names={"ana": "ana", "ana ruiz": "ana"})
    assert len(times(calendar(event.format("Ana Ruiz")), whose)) == 1
    with pytest.raises(InvalidFile) as caught:
        times(calendar(event.format("Ana Ruiz"), event.format("Dentist, 4 Elm Street")), whose)
    assert [(f.field, f.problem) for f in caught.value.faults] == [
        ("cal.ics", "event of 2026-03-12 04:00: its title is nobody's id or name")
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("teams: []", "not a calendar that can be read"),
        (calendar("SUMMARY:x\nDTSTART:20260312T080000Z"), "has no end"),
        (calendar("SUMMARY:x\nDTSTART:20260301T080000Z\nDTEND:20260412T080000Z"), "lasts longer than 31 days"),
        (
            calendar("SUMMARY:x\nDTSTART:20260301T080000Z\nDTEND:20260301T080100Z\nRRULE:FREQ=MINUTELY"),
            "repeats by the minute",
        ),
    ],
)
def test_what_cannot_be_shifts_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidFile, match=says):
        times(text)


def test_importing_the_same_calendar_again_changes_nothing_and_a_deleted_event_goes() -> None:
    window = Window(START, END)
    kept = (Shift("default", "primary", Always("dee")), Shift("default", "backup", Once("ana", START, END)))
    two = calendar(NIGHTS.format(zone="America/New_York") + "RRULE:FREQ=WEEKLY;COUNT=2")
    one = calendar(NIGHTS.format(zone="America/New_York"))
    first, second = (read(text, "cal.ics", TEAM, "primary", Whose("ana"), START, END) for text in (two, one))
    once = replaced(kept, first, "default", "primary", "ana", window)
    assert len(once) == 4
    assert replaced(once, first, "default", "primary", "ana", window) == once
    assert replaced(once, second, "default", "primary", "ana", window) == (*kept, *second)


def test_our_feed_reads_back_as_the_same_duties() -> None:
    roster = read_roster(ROSTER).roster
    planned = duties(roster, "default", START, END)
    text = feed([(TEAM, planned)], START, "ben").decode()
    again = read(text, "feed.ics", TEAM, "any", Whose("ben"), START, END)
    theirs = [shift.pattern for shift in again]
    assert theirs == [
        Once("ben", duty.start, duty.end)
        for duty in sorted(duty for layer in planned.values() for duty in layer if duty.person == "ben")
    ]
    assert "ana" not in text.casefold()
    assert feed([(TEAM, planned)], START, "ben") == feed([(TEAM, planned)], START, "ben")


def test_a_teams_feed_shows_ids_and_joins_what_runs_on() -> None:
    at = utc("2026-03-02T00:00")
    halves = (Once("ana", at, at + timedelta(hours=6)), Once("ana", at + timedelta(hours=6), at + timedelta(hours=12)))
    roster = Roster((TEAM,), tuple(Shift("default", "primary", half) for half in halves))
    text = feed([(TEAM, duties(roster, "default", START, END))], at).decode()
    assert text.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:primary: ana" in text
    assert "County" not in text


def test_ones_own_feed_says_which_team_where_there_are_several_and_never_who() -> None:
    roster = read_roster(ROSTER).roster
    north = Team("north", "America/New_York", "VA")
    planned = duties(roster, "default", START, END)
    text = feed([(TEAM, planned), (north, {})], START, "ben").decode()
    assert "SUMMARY:On call: default backup" in text
    assert "ben" not in text


def test_the_range_is_kept() -> None:
    before = "SUMMARY:x\nDTSTART:20260228T080000Z\nDTEND:20260228T120000Z"
    across = "SUMMARY:x\nDTSTART:20260228T200000Z\nDTEND:20260301T080000Z"
    assert times(calendar(before, across)) == [("02-28T20:00", "03-01T08:00")]

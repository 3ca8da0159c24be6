"""roster.yaml: what is read, what is refused and where, and that it comes back as it went."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.errors import InvalidFile
from dispatch.roster import Override
from dispatch.rosterexport import write
from dispatch.rosterfile import RosterFile, changes, read
from tests.people.example import ROSTER, utc

MORE = """
  - {team: default, layer: primary, person: tom, from: "2026-02-01T20:00", to: "2026-02-02T08:00"}
  - team: default
    layer: nights
    person: ben
    always: true
    hours: [{days: [Mon, Tue], from: "20:00", to: "08:00"}, {days: [Sun]}]
    holidays: never
    since: "2026-01-01T00:00"
    until: "2026-06-01T00:00:30"
  - {team: default, layer: months, rotation: {people: [ana, ana, ben], every: 1mo, handoff: "31 09:30", start: 2026-01-31}}
  - {team: default, layer: hours, rotation: {people: [ana, ben], every: 12h, handoff: "08:00", start: 2026-01-05}}
  - {team: default, layer: days, person: ana, rrule: "FREQ=DAILY;COUNT=4", from: "2026-03-01T09:00", lasts: 90m, without: ["2026-03-02T09:00"]}
temporary:
  - team: default
    layer: primary
    from: "2026-07-01T00:00"
    to: "2026-07-08T00:00"
    fallback: dee
    shifts:
      - {person: ana, from: "2026-07-01T08:00", to: "2026-07-01T20:00"}
absences:
  - {person: ana, from: "2026-08-01T00:00", to: "2026-08-15T00:00"}
overrides:"""  # noqa: E501

FULL = ROSTER.replace("\noverrides:", MORE)


def test_the_example_reads_into_people_without_guessing_types() -> None:
    file = read(ROSTER)
    ana, _, tom, dee = file.people
    assert (ana.name, ana.phone, ana.teams) == ("Ana Ruiz", "+12025550101", ("default",))
    assert ana.responder.languages == {"en", "es"}
    assert tom.responder.credentials[0].supervisor == "dee"
    assert dee.responder.populations == frozenset()
    assert "Ana" not in repr(file)
    assert "2025550101" not in repr(file)


@pytest.mark.parametrize("text", [ROSTER, FULL], ids=["example", "every kind"])
def test_a_round_trip_is_exact_and_a_second_import_changes_nothing(text: str) -> None:
    file = read(text)
    again = read(write(file))
    assert again == file
    assert write(again) == write(file)
    assert changes(file, again).nothing


def test_an_override_in_the_second_pass_of_a_doubled_hour_survives_the_round_trip() -> None:
    second_pass = Override("default", "primary", utc("2026-11-01T06:30"), utc("2026-11-01T12:00"), "tom")
    file = replace(read(ROSTER), overrides=(second_pass,))
    assert "2026-11-01T01:30:00-05:00" in write(file)
    assert read(write(file)) == file


def test_an_import_names_what_it_changes_and_removes_nobody() -> None:
    old, new = read(ROSTER), read(FULL)
    found = changes(old, new)
    assert (found.teams, found.people, found.rules) == ((), (), ("default",))
    fewer = RosterFile(old.teams, old.people[:2], old.shifts, old.overrides)
    assert changes(old, fewer).nothing
    assert changes(fewer, old).new_people == {"tom", "dee"}


@pytest.mark.parametrize(
    ("was", "now", "line", "says"),
    [
        ("state: VA, areas", "state: va, areas", 2, "the state's letters, such as VA"),
        ("timezone: America/New_York", "timezone: America/Fairfax", 2, "no time zone is called 'America/Fairfax'"),
        ("    gender: female", "    sex: female", 10, "unknown key"),
        ("capacity: 1 ", "capacity: none ", 13, "must be a whole number"),
        ('phone: "+12025550102"', 'phone: "2025550102"', 16, "country code"),
        ('phone: "+12025550102"', 'phone: "+12025550101"', 16, "the same phone as ana"),
        ("id: ben", "id: ana", 16, "a second person with this id"),
        ("supervisor: dee", "supervisor: joe", 18, "the supervisor 'joe' is not among the people"),
        ("expires: 2027-06-30, supervisor", "expires: 2027-02-30, supervisor", 19, "must be a date"),
        ("layer: second, person: tom", "layer: second, person: tim", 24, "'tim' is not among the people"),
        ("layer: second", "layer: everyone", 24, "a layer's name"),
        ("person: tom, always: true", "person: tom", 24, "say when"),
        ("always: true}\n  - {team: default, layer: backup", "always: true, to: x}\n  - {team: default, layer: backup",
         24, "does not go together with always"),
        ("FREQ=WEEKLY", "FREQ=FORTNIGHTLY", 25, "not an RFC 5545 rule"),
        ("FREQ=WEEKLY", "FREQ=MINUTELY", 25, "by the hour or finer"),
        ("start: 2026-01-05", "start: 2026-01-06", 23, "2026-01-06 is a Tue"),
        ('handoff: "Mon 08:00"', 'handoff: "08:00"', 23, "must be such as Mon 08:00"),
        ("every: 1w", "every: 1 week", 23, "must be such as 12h"),
        ('to: "2026-12-26T08:00"', 'to: "2026-12-23T08:00"', 28, "must be after from"),
        ("overrides:\n  - {team: default", "overrides:\n  - {team: north", 28, "there is no team 'north'"),
    ],
)  # fmt: skip
def test_a_fault_names_file_and_line(was: str, now: str, line: int, says: str) -> None:
    assert was in ROSTER
    with pytest.raises(InvalidFile) as caught:
        read(ROSTER.replace(was, now, 1), "site.yaml")
    assert (f"site.yaml:{line}", True) in [(f.field, says in f.problem) for f in caught.value.faults]


def test_all_faults_are_named_at_once() -> None:
    broken = ROSTER.replace("gender:", "sex:").replace("FREQ=WEEKLY", "WEEKLY").replace("every: 1w", "every: 0w")
    with pytest.raises(InvalidFile) as caught:
        read(broken)
    assert [fault.field for fault in caught.value.faults] == ["roster.yaml:10", "roster.yaml:23", "roster.yaml:25"]

"""`dispatch roster`: a file in, the same file out, and shifts from a calendar."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch import rosterfile
from dispatch.clock import SystemClock
from tests.cli.conftest import ROSTER, Shell

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//a phone//EN
BEGIN:VEVENT
UID:1
DTSTART:20990105T080000
DTEND:20990105T200000
SUMMARY:{title}
END:VEVENT
END:VCALENDAR
"""


def test_importing_says_what_changed_and_twice_changes_nothing(shell: Shell) -> None:
    (shell.here / "roster.yaml").write_text(ROSTER, encoding="utf-8")
    first = shell.ok("roster", "import", "roster.yaml").out.splitlines()
    assert first == [
        *("added team default", "added person ana", "added person ben", "added person tom", "added person dee"),
        "changed the shifts of default",
    ]
    assert shell.ok("roster", "import", "roster.yaml").out == "nothing to change: the record already says so\n"
    assert shell.ok("roster", "import", "roster.yaml", "--json").json["people"] == []


def test_what_is_exported_is_what_was_imported(staffed: Shell) -> None:
    staffed.ok("roster", "export", "out.yaml")
    file = staffed.here / "out.yaml"
    written, given = rosterfile.read(file.read_text(encoding="utf-8")), rosterfile.read(ROSTER)
    assert written == replace(given, people=tuple(sorted(given.people, key=lambda person: person.id)))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert staffed.ok("roster", "export").out == file.read_text(encoding="utf-8")


def test_a_file_with_faults_changes_nothing_and_names_each_line(staffed: Shell) -> None:
    before = staffed.ok("roster", "export").out
    bad = ROSTER.replace('phone: "+12025550101"', "phone: home").replace("gender: female", "gander: female")
    (staffed.here / "bad.yaml").write_text(bad, encoding="utf-8")
    done = staffed.run("roster", "import", "bad.yaml")
    assert done.code == 1
    assert [row.partition(": ")[0].partition(":")[0] for row in done.err.splitlines()] == ["bad.yaml"] * 2
    assert staffed.ok("roster", "export").out == before


@pytest.fixture
def calendar(staffed: Shell) -> Shell:
    """Two calendars of a day that is near enough to be looked at."""
    day = (SystemClock().now() + timedelta(days=3)).strftime("%Y%m%d")
    for name, title in (("ben.ics", "ben"), ("nobody.ics", "Somebody Else")):
        text = CALENDAR.format(title=title).replace("20990105", day)
        (staffed.here / name).write_text(text, encoding="utf-8", newline="\r\n")
    return staffed


def test_shifts_come_from_a_calendar(calendar: Shell) -> None:
    arguments = ("roster", "import", "ben.ics", "--team", "default", "--layer", "third")
    assert calendar.ok(*arguments).out == "1 shift of third in default for the next 180 days\n"
    exported = calendar.ok("roster", "export").out
    shifts = [s for s in rosterfile.read(exported).shifts if s.layer == "third"]
    assert len(shifts) == 1
    calendar.ok(*arguments)
    assert calendar.ok("roster", "export").out == exported


def test_an_event_of_nobody_is_refused_whole(calendar: Shell) -> None:
    before = calendar.ok("roster", "export").out
    done = calendar.run("roster", "import", "nobody.ics", "--team", "default", "--layer", "third")
    assert done.code == 1
    assert "nobody's id or name" in done.err
    assert calendar.ok("roster", "export").out == before


def test_a_calendar_needs_to_know_whose_and_a_roster_file_does_not(calendar: Shell) -> None:
    assert calendar.run("roster", "import", "ben.ics").code == 2
    assert calendar.run("roster", "import", "roster.yaml", "--layer", "primary").code == 2

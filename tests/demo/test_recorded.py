"""Recorded arrivals: columns found by name, times of every kind, order, and errors that name file, line and column."""

from __future__ import annotations

import gzip
import random
import re
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path

import pytest

from dispatch.demo import moments, recorded
from dispatch.demo.kinds import kind_of
from dispatch.errors import InvalidFile

# The columns of the Toronto Police Service's open data; the lines are made up.
TORONTO = """\
_id,OBJECTID,EVENT_ID,EVENT_DATE,EVENT_YEAR,EVENT_MONTH,EVENT_DOW,EVENT_HOUR,EVENT_TYPE,DIVISION,OCCURRENCE_CREATED,\
APPREHENSION_MADE,HOOD_158,NEIGHBOURHOOD_158
1,1,100,2014-01-02T05:00:00+00:00,2014,January,Thursday,23,Threaten Suicide,D51,Yes,No,73,Moss Park (73)
2,2,101,2014-01-01T05:00:00+00:00,2014,January,Wednesday,3,Overdose,D14,Yes,No,78,Kensington (78)
3,3,102,2014-01-01T05:00:00+00:00,2014,January,Wednesday,3,Person in Crisis,D14,No,No,NSA,NSA
"""
COUNTY = """\
\ufeffCall Received,Final Call Type,Beat
5/31/2024 10:15 PM,PSYCHIATRIC - EMOTIONALLY DISTURBED PERSON,3A
5/31/2024 9:05:30 PM,WELFARE CHECK,2
"""


def read(folder: Path, **files: str) -> recorded.Recording:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return recorded.read(folder, folder / "arrivals.db", 7)


def test_toronto_gives_the_hour_in_a_column_of_its_own(tmp_path: Path) -> None:
    found = [arrival for _, arrival in islice(read(tmp_path, toronto=TORONTO).replay(), 3)]
    assert [(a.at.date().isoformat(), a.at.hour) for a in found] == [
        ("2014-01-01", 3),
        ("2014-01-01", 3),
        ("2014-01-02", 23),
    ]
    assert {(a.kind, a.words) for a in found} == {
        ("overdose", "Overdose"),
        ("distress", "Person in Crisis"),
        ("suicidal_thoughts", "Threaten Suicide"),
    }


def test_minutes_within_the_hour_are_seeded(tmp_path: Path) -> None:
    first, again = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    again.mkdir()
    times = [[a.at for _, a in islice(read(f, toronto=TORONTO).replay(), 3)] for f in (first, again)]
    assert times[0] == times[1]
    assert len({at.minute for at in times[0]}) > 1


def test_a_countys_own_export(tmp_path: Path) -> None:
    found = [arrival for _, arrival in islice(read(tmp_path, county=COUNTY).replay(), 2)]
    assert [a.at for a in found] == [
        datetime.fromisoformat("2024-05-31T21:05:30"),
        datetime.fromisoformat("2024-05-31T22:15:00"),
    ]
    assert [a.kind for a in found] == ["someone_else", "distress"]


@pytest.mark.parametrize("between", [";", "\t"])
def test_columns_may_be_parted_by_something_else(tmp_path: Path, between: str) -> None:
    text = (
        between.join(("Call No", "Create Time", "Initial Type"))
        + "\n"
        + between.join(("1", "2024-05-31 22:15", "EDP, OD"))
    )
    (found,) = (arrival for _, arrival in islice(read(tmp_path, part=text).replay(), 1))
    assert (found.at, found.words, found.kind) == (datetime.fromisoformat("2024-05-31T22:15:00"), "EDP, OD", "overdose")


def test_every_name_a_column_may_have_is_in_the_manual() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "demo.md").read_text("utf-8")
    told = {"".join(c for c in name.casefold() if c.isalnum()) for name in re.findall(r"`([^`]+)`", manual)}
    assert {name for names in recorded.NAMES.values() for name in names} <= told


def test_a_folder_of_parts_plain_and_packed_is_one_record(tmp_path: Path) -> None:
    (tmp_path / "late.csv.gz").write_bytes(gzip.compress(COUNTY.encode()))
    assert read(tmp_path, toronto=TORONTO).count == 5


def test_a_record_begins_again_when_it_is_over(tmp_path: Path) -> None:
    replayed = list(islice(read(tmp_path, county=COUNTY).replay(), 5))
    assert [number for number, _ in replayed] == [1, 2, 1, 2, 1]
    times = [arrival.at for _, arrival in replayed]
    assert times == sorted(times)


def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    read(tmp_path, toronto=TORONTO)
    kept = recorded.kept(tmp_path / "arrivals.db")
    assert kept is not None
    assert [number for number, _ in islice(kept.replay(after=2), 2)] == [3, 1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("when,type\n", "part.csv:1: no column with a time or a date; it has when, type"),
        ("date,where\n2024-01-01,here\n", "part.csv:1: no column with a type; it has date, where"),
        ("date,type\nyesterday,Overdose\n", "part.csv:2: column date: is no time"),
        ("date,type\n2024-02-30,Overdose\n", "part.csv:2: column date: is no day of the calendar"),
        ("date,hour,type\n2024-02-01,24,Overdose\n", "part.csv:2: column hour: must be an hour from 0 to 23"),
        ("date,type\n2024-02-01,\n", "part.csv:2: column type: is empty"),
        ("date,type\n2024-02-01\n", "part.csv:2: column type: is empty"),
        ("timestamp,type\n2024-01-01 25:00,Overdose\n", "part.csv:2: column timestamp: is no time of day"),
        ("date,type\n", "has no arrivals"),
        ("", "part.csv:1: no column with a time or a date; it has nothing"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InvalidFile) as error:
        read(tmp_path, part=text)
    assert says in error.value.detail


def test_several_wrong_lines_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as error:
        read(tmp_path, part="date,type\nx,a\n2024-01-01,b\ny,c\n")
    assert [fault.field for fault in error.value.faults] == ["part.csv:2", "part.csv:4"]


def test_a_folder_without_a_record(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"holds no \.csv or \.csv\.gz file"):
        recorded.read(tmp_path, tmp_path / "arrivals.db", 7)


def test_another_encoding_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "part.csv").write_bytes("date,type\n2024-01-01,détresse\n".encode("cp1252"))
    with pytest.raises(InvalidFile, match=r"part\.csv: is not UTF-8 text: save it as CSV UTF-8"):
        recorded.read(tmp_path, tmp_path / "arrivals.db", 7)


def test_what_is_no_text_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "part.csv.gz").write_bytes(b"not packed")
    with pytest.raises(InvalidFile, match=r"part\.csv\.gz: cannot be read"):
        recorded.read(tmp_path, tmp_path / "arrivals.db", 7)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2024-05-31T22:15:09Z", datetime.fromisoformat("2024-05-31T22:15:09")),
        ("2024-05-31 22:15:09.123456-04:00", datetime.fromisoformat("2024-05-31T22:15:09")),
        ("2024/05/31 22:15", datetime.fromisoformat("2024-05-31T22:15:00")),
        ("5/31/2024 12:01 AM", datetime.fromisoformat("2024-05-31T00:01:00")),
        ("05/31/2024, 12:30:00 p.m", datetime.fromisoformat("2024-05-31T12:30:00")),
    ],
)
def test_times_to_the_minute(text: str, at: datetime) -> None:
    found = moments.moment_of(text)
    assert found.exact
    assert found.within(random.Random(1)) == at


@pytest.mark.parametrize("text", ["2024-05-31", "5/31/2024", "2024-05-31 00:00:00", "5/31/2024 12:00:00 AM"])
def test_a_day_alone_is_some_time_of_that_day(text: str) -> None:
    found = moments.moment_of(text)
    assert not found.exact
    assert found.within(random.Random(1)).date() == date(2024, 5, 31)


@pytest.mark.parametrize("text", ["31/05/2024", "13/1/2024", "2024-13-01", "noon", "5/31/24", "5/31/2024 13:00 PM"])
def test_what_could_be_two_days_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no "):
        moments.moment_of(text)


def test_times_of_day() -> None:
    assert moments.time_of("12:00 AM") == time(0)
    assert moments.time_of("9:05 pm") == time(21, 5)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Attempt Suicide", "attempt"),
        ("Suicide-related", "suicidal_thoughts"),
        ("THREATEN SUICIDE", "suicidal_thoughts"),
        ("Person in Crisis", "distress"),
        ("Elopee", "someone_else"),
        ("OVERDOSE - HEROIN", "overdose"),
        ("PERSON W/ KNIFE", "weapon"),
        ("911 HANG-UP", "no_response"),
        ("something nobody foresaw", "distress"),
    ],
)
def test_types_are_sorted_by_their_words(words: str, kind: str) -> None:
    assert kind_of(words) == kind

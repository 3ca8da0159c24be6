"""Recorded arrivals: CSV files with a time and a type in each line, as open data portals and dispatch systems export.

Columns are found by name. Known: the Toronto Police Service's "Persons in Crisis Calls for Service Attended"
(EVENT_DATE or EVENT_YEAR, EVENT_MONTH and EVENT_DAY, EVENT_HOUR, EVENT_TYPE) and the usual names of a county's own
export (a timestamp or a date and a time, and a type). A file is read line by line into a small database beside the
demo's record and put in order there: it may be of any size, in any order, in several parts, plain or gzipped.

Nothing is guessed. A line that cannot be read stops the start, by file, line and column. A record that gives only the
hour gets a seeded minute within it; one that gives only the day, a seeded time of that day.
"""

from __future__ import annotations

import calendar
import csv
import gzip
import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TypeVar

from dispatch.demo.arrivals import Arrival
from dispatch.demo.kinds import kind_of
from dispatch.demo.moments import Moment, day_of, hour_of, moment_of, time_of
from dispatch.errors import Fault, InvalidFile

T = TypeVar("T")

#: What a column may be called, best first; compared without case, spaces and punctuation.
NAMES: dict[str, tuple[str, ...]] = {
    "time": (
        "timestamp", "datetime", "eventdatetime", "calldatetime", "receivedat", "createdat", "callreceived", "received",
        "calltime", "timereceived", "incidentdatetime", "createtime", "timecreate", "originaltimequeued", "starttime",
        "dispatchtime", "at",
    ),
    "date": ("eventdate", "date", "calldate", "incidentdate", "occurrencedate", "occdate", "reportdate"),
    "clock": ("eventtime", "time", "timeofday", "incidenttime"),
    "year": ("eventyear", "year", "occyear"),
    "month": ("eventmonth", "month", "occmonth"),
    "day": ("eventday", "day", "dayofmonth", "occday"),
    "hour": ("eventhour", "hour", "occhour", "hourofday"),
    "type": (
        "eventtype", "calltype", "type", "incidenttype", "finalcalltype", "nature", "natureofcall", "category",
        "initialcalltype", "initialtype", "calltypedescription", "typetext", "problemnature", "description", "problem",
    ),
}  # fmt: skip
_MONTHS = tuple(month.casefold() for month in calendar.month_name[1:])
_LONGEST_HEADER = 65_536
_AT_ONCE = 2_000
_MOST_FAULTS = 5


@dataclass(frozen=True, slots=True)
class Recording:
    """What was read: a file of its own, so that a restarted process goes on where it was."""

    path: Path
    count: int
    first: datetime
    last: datetime

    def replay(self, after: int = 0) -> Iterator[tuple[int, Arrival]]:
        """(number, arrival) in the order of time from number `after` + 1 on; at the end it begins again, later."""
        lap = timedelta(0)
        length = self.last - self.first + timedelta(hours=1)
        while True:
            for number, at, kind, words in self._pages(after % self.count):
                yield number, Arrival(datetime.fromisoformat(at) + lap, kind, words)
            after, lap = 0, lap + length

    def _pages(self, after: int) -> Iterator[tuple[int, str, str, str]]:
        query = "SELECT n, at, kind, words FROM arrivals WHERE n > ? ORDER BY n LIMIT ?"
        while True:
            with closing(sqlite3.connect(self.path)) as db:
                rows = db.execute(query, (after, _AT_ONCE)).fetchall()
            if not rows:
                return
            yield from rows
            after = rows[-1][0]


def read(source: Path, into: Path, seed: int) -> Recording:
    """Read a file, or every .csv and .csv.gz of a folder, into the database `into`.

    Raises InvalidFile naming file, line and column.
    """
    files = _files(source)
    into.unlink(missing_ok=True)
    drawn = random.Random(seed)
    with closing(sqlite3.connect(into)) as db:
        db.execute("CREATE TABLE unordered (at TEXT, kind TEXT, words TEXT)")
        for file in files:
            rows = ((a.at.isoformat(), a.kind, a.words) for a in _lines(file, drawn))
            db.executemany("INSERT INTO unordered VALUES (?, ?, ?)", rows)
        db.execute("CREATE TABLE arrivals (n INTEGER PRIMARY KEY, at TEXT, kind TEXT, words TEXT)")
        db.execute("INSERT INTO arrivals (at, kind, words) SELECT at, kind, words FROM unordered ORDER BY at, rowid")
        db.execute("DROP TABLE unordered")
        db.commit()
    if (found := kept(into)) is None:
        raise _wrong(f"{source}", "has no arrivals: every file holds a header line only")
    return found


def kept(path: Path) -> Recording | None:
    """The recording that was read into `path` before; None when there is none."""
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as db:
        count, first, last = db.execute("SELECT count(*), min(at), max(at) FROM arrivals").fetchone()
    if not count:
        return None
    return Recording(path, count, datetime.fromisoformat(first), datetime.fromisoformat(last))


def _files(source: Path) -> list[Path]:
    if source.is_dir():
        found = sorted(p for p in source.iterdir() if p.name.lower().endswith((".csv", ".csv.gz")))
        if not found:
            raise _wrong(f"{source}", "holds no .csv or .csv.gz file")
        return found
    if not source.is_file():
        raise _wrong(f"{source}", "is no file and no folder")
    return [source]


def _open(file: Path) -> IO[str]:
    # utf-8-sig: spreadsheet programs begin a file with a mark that would become part of the first column's name.
    if file.name.lower().endswith(".gz"):
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open("r", encoding="utf-8-sig", newline="")


def _delimiter(stream: IO[str]) -> str:
    """Programs of other countries, and databases, put a semicolon or a tab between columns: the header shows it."""
    header = stream.readline(_LONGEST_HEADER)
    stream.seek(0)
    return max(",;\t", key=header.count)


def _lines(file: Path, drawn: random.Random) -> Iterator[Arrival]:
    faults: list[Fault] = []
    try:
        with _open(file) as stream:
            rows = csv.reader(stream, strict=True, delimiter=_delimiter(stream))
            columns = Columns.found(file, next(rows, []))
            for row in rows:
                if not row or not any(cell.strip() for cell in row):
                    continue
                try:
                    yield columns.arrival(row, drawn)
                except _WrongCell as wrong:
                    faults.append(Fault(f"{file.name}:{rows.line_num}", f"column {wrong.column}: {wrong.problem}"))
                    if len(faults) >= _MOST_FAULTS:
                        break
    except UnicodeDecodeError:
        raise _wrong(file.name, "is not UTF-8 text: save it as CSV UTF-8") from None
    except (OSError, EOFError, csv.Error) as error:
        raise _wrong(file.name, f"cannot be read: {error}") from None
    if faults:
        raise InvalidFile("; ".join(f"{f.field}: {f.problem}" for f in faults), faults)


class _WrongCell(Exception):
    def __init__(self, column: str, problem: str) -> None:
        super().__init__(problem)
        self.column = column
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what: name here -> (place, name in the file)."""

    at: dict[str, tuple[int, str]]

    @classmethod
    def found(cls, file: Path, header: Sequence[str]) -> Columns:
        """Raises InvalidFile that names the file's columns when there is no time or no type among them."""
        plain = {"".join(c for c in name.casefold() if c.isalnum()): n for n, name in reversed([*enumerate(header)])}
        at = {}
        for wanted, names in NAMES.items():
            known = next((name for name in names if name in plain), None)
            if known is not None:
                at[wanted] = (plain[known], header[plain[known]])
        if "time" not in at and "date" not in at and not {"year", "month", "day"} <= at.keys():
            raise _columns(file, header, "no column with a time or a date", "time")
        if "type" not in at:
            raise _columns(file, header, "no column with a type", "type")
        return cls(at)

    def arrival(self, row: Sequence[str], drawn: random.Random) -> Arrival:
        words = self._cell(row, "type")
        return Arrival(self._moment(row).within(drawn), kind_of(words), words[:80])

    def _moment(self, row: Sequence[str]) -> Moment:
        if "time" in self.at:
            return self._read(row, "time", moment_of)
        if "date" in self.at:
            moment = self._read(row, "date", moment_of)
        else:
            parts = [self._cell(row, name) for name in ("year", "month", "day")]
            month = parts[1].casefold()
            number = str(_MONTHS.index(month) + 1) if month in _MONTHS else month
            try:
                moment = day_of(parts[0], number, parts[2])
            except ValueError as error:
                raise _WrongCell(self.at["day"][1], str(error)) from None
        # A column of its own is the better witness: exports of dates carry the zone's offset as a time of day.
        if "clock" in self.at:
            return moment.at(self._read(row, "clock", time_of))
        return moment.at_hour(self._read(row, "hour", hour_of)) if "hour" in self.at else moment

    def _read(self, row: Sequence[str], name: str, how: Callable[[str], T]) -> T:
        try:
            return how(self._cell(row, name))
        except ValueError as error:
            raise _WrongCell(self.at[name][1], str(error)) from None

    def _cell(self, row: Sequence[str], name: str) -> str:
        place, column = self.at[name]
        text = row[place].strip() if place < len(row) else ""
        if not text:
            raise _WrongCell(column, "is empty")
        return text


def _columns(file: Path, header: Sequence[str], problem: str, wanted: str) -> InvalidFile:
    has = ", ".join(header) or "nothing"
    some = ", ".join(NAMES[wanted][:5])
    return _wrong(f"{file.name}:1", f"{problem}; it has {has[:500]}; name one of them such as {some}")


def _wrong(where: str, problem: str) -> InvalidFile:
    return InvalidFile(f"{where}: {problem}", [Fault(where, problem)])

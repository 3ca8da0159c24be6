"""Any roster the service can hold is written and read back exactly."""

from __future__ import annotations

from datetime import date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.credential import STATUSES, Credential, Training
from dispatch.errors import Fault, InvalidFile
from dispatch.responder import POPULATIONS, ROLES, Responder
from dispatch.roster import Roster
from dispatch.rosterexport import write
from dispatch.rosterfile import Person, RosterFile, changes, read
from tests.people.example import ROSTER
from tests.people.rosters import PEOPLE, rosters

words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
texts = words | st.sampled_from(
    ("no", "null", "~", "1", "1.0", "2026-01-01", "a: b", "# x", "'", '"', "[", "O'Neil — Ångström")
)
days = st.none() | st.dates(date(2000, 1, 1), date(2060, 1, 1))
credentials = st.builds(
    Credential,
    state=st.sampled_from(("VA", "NO", "TX")),
    title=texts,
    authority=st.none() | texts,
    number=st.none() | texts,
    status=st.sampled_from(STATUSES),
    issued=days,
    expires=days,
    evidence=st.none() | texts,
    training=st.lists(
        st.builds(
            Training,
            st.dates(date(2000, 1, 1), date(2060, 1, 1)),
            st.integers(0, 4000).map(lambda quarter: quarter / 4),
            st.none() | texts,
        ),
        max_size=2,
    ).map(tuple),
    only_for=st.sampled_from((frozenset(), frozenset({"default"}))),
)


@st.composite
def files(draw: st.DrawFn) -> RosterFile:
    roster: Roster
    roster, _, _ = draw(rosters())
    people = []
    for number, person in enumerate(PEOPLE):
        responder = Responder(
            id=person,
            teams=frozenset({"default"}),
            roles=draw(st.frozensets(st.sampled_from(ROLES))),
            languages=draw(st.frozensets(st.sampled_from(("en", "es", "no", "zh-Hant")))),
            gender=draw(st.none() | texts),
            populations=draw(st.frozensets(st.sampled_from(POPULATIONS))),
            skills=draw(st.frozensets(texts, max_size=2)),
            capacity=draw(st.integers(1, 50)),
            credentials=tuple(draw(st.lists(credentials, max_size=2))),
            areas=draw(st.frozensets(texts, max_size=2)),
        )
        phone = draw(st.none() | st.just(f"+1202555010{number}"))
        people.append(Person(person, draw(texts), phone, ("default",), responder, draw(st.booleans())))
    parts = roster.shifts, roster.overrides, roster.temporary, roster.absences
    return RosterFile(roster.teams, tuple(people), *parts)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(files())
def test_a_round_trip_is_exact(file: RosterFile) -> None:
    text = write(file)
    again = read(text)
    assert again == file
    assert changes(file, again).nothing


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_by_line_and_never_breaks(data: st.DataObject) -> None:
    lines = ROSTER.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.integers(0, len(lines[at])))
    junk = data.draw(st.text(max_size=4))
    cut = data.draw(st.integers(0, 6))
    lines[at] = lines[at][:column] + junk + lines[at][column + cut :]
    faults: tuple[Fault, ...] = ()
    try:
        read("\n".join(lines))
    except InvalidFile as error:
        faults = error.faults
        assert faults
    assert all(fault.field.startswith("roster.yaml:") for fault in faults)


def test_a_time_with_seconds_survives() -> None:
    file = read(ROSTER.replace("2026-12-24T08:00", "2026-12-24T08:00:07"))
    assert file.overrides[0].start == datetime.fromisoformat("2026-12-24T13:00:07+00:00")
    assert read(write(file)) == file

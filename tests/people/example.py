"""The roster of the public interface, word for word, and the pieces most tests are made of. All people are made up."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from dispatch.matching import Limits
from dispatch.responder import Credential, Responder

ROSTER = """\
teams:
  - {id: default, name: County crisis line, timezone: America/New_York, state: VA, areas: [fairfax, arlington]}
people:
  - id: ana
    name: Ana Ruiz
    phone: "+12025550101"
    roles: [responder]                       # operator, responder, supervisor, coordinator, administrator, auditor
    teams: [default]
    languages: [en, es]
    gender: female
    populations: [adult, adolescent, child]  # whom they are qualified for; also older_adult
    skills: [substance_use]
    capacity: 1                              # open cases at once
    credentials:
      - {state: VA, title: LMHP, authority: Board of Counseling, number: "…", status: active, issued: 2024-07-01, expires: 2027-06-30}
  - {id: ben, name: Ben Okoro, phone: "+12025550102", roles: [responder], teams: [default], populations: [adult],
     credentials: [{state: VA, title: QMHP, status: active, expires: 2027-06-30}]}
  - {id: tom, name: Tom Lee, phone: "+12025550103", roles: [responder], teams: [default], populations: [adult],
     credentials: [{state: VA, title: QMHP-T, status: active, expires: 2027-06-30, supervisor: dee}]}
  - {id: dee, name: Dee Park, phone: "+12025550104", roles: [supervisor, coordinator], teams: [default],
     credentials: [{state: VA, title: LMHP, status: active, expires: 2027-06-30}]}
shifts:
  - {team: default, layer: primary, rotation: {people: [ana, ben], every: 1w, handoff: "Mon 08:00", start: 2026-01-05}}
  - {team: default, layer: second, person: tom, always: true}
  - {team: default, layer: backup, person: ben, rrule: "FREQ=WEEKLY;BYDAY=SA,SU", from: "2026-01-03T20:00", lasts: 12h}
  - {team: default, layer: supervisor, person: dee, always: true}
overrides:
  - {team: default, layer: primary, person: ben, instead_of: ana, from: "2026-12-24T08:00", to: "2026-12-26T08:00"}
"""  # noqa: E501 - word for word

NOW = datetime(2026, 1, 6, 15, 0, tzinfo=UTC)
LIMITS = Limits(timedelta(hours=8), 6, (time(22), time(7)), "America/New_York")


def utc(text: str) -> datetime:
    """`2026-01-05T13:00` as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def responder(
    person: str,
    title: str = "LMHP",
    *,
    state: str = "VA",
    supervisor: str | None = None,
    expires: date | None = date(2027, 6, 30),
    populations: frozenset[str] = frozenset(),
    languages: frozenset[str] = frozenset({"en"}),
    skills: frozenset[str] = frozenset(),
    areas: frozenset[str] = frozenset(),
    gender: str | None = None,
    capacity: int = 1,
    status: str = "active",
) -> Responder:
    return Responder(
        id=person,
        teams=frozenset({"default"}),
        roles=frozenset({"responder"}),
        languages=languages,
        gender=gender,
        populations=populations,
        skills=skills,
        areas=areas,
        capacity=capacity,
        credentials=(Credential(state, title, status=status, expires=expires, supervisor=supervisor),),
    )

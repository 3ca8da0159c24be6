"""Rosters as they lie in the record: read whole, and written person by person and team by team, sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, union, update

from dispatch import rosterexport, rosterfile
from dispatch.errors import Conflict, Refused
from dispatch.flow import verifying
from dispatch.flow.rosters import team_of
from dispatch.flow.service import Service
from dispatch.responder import Availability, Responder
from dispatch.rosterfile import Person, RosterFile
from dispatch.store import credentials, datakeys, people, schema
from dispatch.store.sealing import DataKey
from dispatch.store.tables_paging import OPEN_PAGES
from dispatch.teamfile import settings_entry

_T, _P = schema.teams.c, schema.people.c
_TEAMS = select(_T.id, _T.name, _T.timezone, _T.state, _T.areas, _T.holidays, _T.settings).order_by(_T.id)
_LISTS = (_P.roles, _P.teams, _P.languages, _P.populations, _P.skills, _P.areas, _P.credentials)
_OWN = (_P.key_id, _P.name, _P.phone, _P.gender, _P.capacity, _P.credential_numbers, _P.active)
_PEOPLE = select(_P.id, *_OWN, *_LISTS).order_by(_P.id)
_RULES = select(schema.rosters.c.rules).order_by(schema.rosters.c.team)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the record has of rosters, as it lies there: equal for as long as nobody changes a roster. Opening and
    reading it takes far too long to hold up every other writer."""

    teams: Sequence[Row[*tuple[Any, ...]]]
    people: Sequence[Row[*tuple[Any, ...]]]
    rules: Sequence[str]

    @classmethod
    def read(cls, conn: Connection) -> Stored:
        return cls(conn.execute(_TEAMS).all(), conn.execute(_PEOPLE).all(), conn.scalars(_RULES).all())

    def must_still_stand(self, svc: Service, conn: Connection) -> None:
        """Raises Conflict when a roster was changed meanwhile. Whoever changes one next waits for this transaction."""
        svc.rosters.lock_all(conn, svc.record)
        if Stored.read(conn) != self:
            raise Conflict("The roster was changed meanwhile.")

    def opened(self, svc: Service, conn: Connection) -> RosterFile:
        """The roster file that says the same."""
        keys = datakeys.load(conn, [row.key_id for row in self.people])
        rules = [rosterfile.read(text, "stored roster") for text in self.rules]
        absences = {a: None for r in rules for a in r.absences}
        return RosterFile(
            teams=tuple(team_of(row) for row in self.teams),
            people=tuple(_person(svc, row, keys[row.key_id]) for row in self.people),
            shifts=tuple(s for r in rules for s in r.shifts),
            overrides=tuple(o for r in rules for o in r.overrides),
            temporary=tuple(t for r in rules for t in r.temporary),
            absences=tuple(absences),
        )


def read_all(svc: Service, conn: Connection) -> RosterFile:
    """Everything a roster file holds, as the record has it now."""
    return Stored.read(conn).opened(svc, conn)


def put_team(conn: Connection, team: Any, *, new: bool) -> None:
    values = {
        "name": team.name,
        "timezone": team.timezone,
        "state": team.state,
        "areas": sorted(team.areas),
        "holidays": team.holidays,
        "settings": settings_entry(team.settings),
    }
    t = schema.teams
    if new:
        conn.execute(t.insert(), {"id": team.id, "policy": None, "version": 1, **values})
    else:
        conn.execute(update(t).where(t.c.id == team.id).values(**values, version=t.c.version + 1))


class SealedPerson:
    """A person with their personal fields sealed; made before the write lock is taken."""

    __slots__ = ("indexes", "key", "person", "values")

    def __init__(self, person: Person, key: DataKey, values: dict[str, Any], indexes: tuple[str, ...]) -> None:
        self.person = person
        self.key = key
        self.values = values
        #: the number's keyed hash under every secret: after a rotation the same number is the same number
        self.indexes = indexes

    @classmethod
    def of(cls, svc: Service, person: Person) -> SealedPerson:
        key = svc.sealer.new_subject_key()
        who = person.responder
        plain, private = credentials.split(who.credentials)
        seal = svc.sealer.seal
        values = {
            "key_id": key.id,
            "name": seal("people", "name", person.id, key, person.name),
            "phone": seal("people", "phone", person.id, key, person.phone) if person.phone else None,
            "phone_index": svc.sealer.blind_index("phone", person.phone) if person.phone else None,
            "roles": sorted(who.roles),
            "teams": list(person.teams),
            "languages": sorted(who.languages),
            "gender": who.gender,
            "populations": sorted(who.populations),
            "skills": sorted(who.skills),
            "areas": sorted(who.areas),
            "capacity": who.capacity,
            "active": person.active,
            "credentials": plain,
            "credential_numbers": seal("people", "credential_numbers", person.id, key, private) if private else None,
        }
        return cls(person, key, values, svc.sealer.blind_indexes("phone", person.phone) if person.phone else ())


def put_person(conn: Connection, sealed: SealedPerson, now: datetime, *, new: bool) -> None:
    person, p = sealed.person, schema.people
    datakeys.add(conn, [sealed.key], now)
    if new:
        fresh = {
            "id": person.id,
            "availability": Availability.ROSTER.value,
            "version": 1,
        }
        conn.execute(p.insert(), {**fresh, **sealed.values})
    else:
        before = people.one(conn, person.id)
        if before.active and not person.active:
            _must_be_free(conn, person.id)
        old = DataKey(before.key_id, None)
        cleared: dict[str, Any] = {}
        if before.phone_index not in sealed.indexes:
            # What was proved was the old number; so was a code that is still under way.
            cleared["verified_at"] = None
            verifying.forget(conn, person.id)
            if before.unreachable == "bad_number":
                # A new number starts with a clean name; an opt-out is the carrier's and stays until it is lifted there.
                cleared["unreachable"] = None
        conn.execute(update(p).where(p.c.id == person.id).values(**sealed.values, **cleared, version=p.c.version + 1))
    if not new:
        datakeys.drop_unused(conn, [old])
    conn.execute(delete(schema.posts).where(schema.posts.c.person == person.id))
    posts = [{"person": person.id, "team": t, "role": r} for t in person.teams for r in sorted(person.responder.roles)]
    if posts:
        conn.execute(schema.posts.insert(), posts)


def _must_be_free(conn: Connection, person: str) -> None:
    """Raises Refused for whoever has a case or is asked for one: their texts would be a stranger's from now on, a call
    for help too."""
    a, p, c = schema.assignments.c, schema.pages.c, schema.cases.c
    has = select(c.code).join(schema.assignments, a.case_id == c.id).where(a.person == person, a.ended_at.is_(None))
    asked = select(c.code).join(schema.pages, p.case_id == c.id).where(p.person == person, OPEN_PAGES)
    if codes := sorted(conn.scalars(union(has, asked))):
        raise Refused(f"{person} has, or is asked for, {' and '.join(codes)}: that comes before they leave.")


def rules_of(file: RosterFile, team: str) -> str:
    """The team's own part of the file, with people by id only: names and numbers stay in their sealed columns."""
    members = tuple(p for p in file.people if team in p.teams)
    ids = {p.id for p in members}
    part = RosterFile(
        teams=tuple(t for t in file.teams if t.id == team or any(t.id in p.teams for p in members)),
        people=tuple(_shell(p) for p in members),
        shifts=tuple(s for s in file.shifts if s.team == team),
        overrides=tuple(o for o in file.overrides if o.team == team),
        temporary=tuple(t for t in file.temporary if t.team == team),
        absences=tuple(a for a in file.absences if a.person in ids),
    )
    return rosterexport.write(part)


def put_rules(conn: Connection, team: str, text: str) -> None:
    """What `rules_of` made."""
    r = schema.rosters
    changed = conn.execute(update(r).where(r.c.team == team).values(rules=text, version=r.c.version + 1)).rowcount
    if not changed:
        conn.execute(r.insert(), {"team": team, "rules": text, "version": 1})


def _shell(person: Person) -> Person:
    bare = Responder(id=person.id, teams=person.responder.teams, roles=person.responder.roles)
    return Person(person.id, person.id, None, person.teams, bare)


def _person(svc: Service, row: Any, key: DataKey) -> Person:
    opened = svc.sealer.open_text
    private = (
        svc.sealer.open_dict("people", "credential_numbers", row.id, key, row.credential_numbers)
        if row.credential_numbers
        else {}
    )
    who = replace(people.responder(row), credentials=credentials.joined(row.credentials, private))
    return Person(
        id=row.id,
        name=opened("people", "name", row.id, key, row.name),
        phone=opened("people", "phone", row.id, key, row.phone) if row.phone else None,
        teams=tuple(row.teams),
        responder=who,
        active=row.active,
    )

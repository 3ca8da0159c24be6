"""People and rosters: importing and exporting them whole, and what a person says of their own availability."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from dispatch import reply, rosterexport, rosterfile
from dispatch.access import Act, Actor, Role, check
from dispatch.alarm import Kind
from dispatch.errors import Fault, InvalidInput, NotAllowed
from dispatch.flow import service_alarms, standby, verifying
from dispatch.flow.commit import mirror, retrying
from dispatch.flow.rosters import team_of
from dispatch.flow.service import Service
from dispatch.responder import Availability, Responder
from dispatch.rosterfile import Changes, Person, RosterFile
from dispatch.store import credentials, datakeys, ledger, people, schema
from dispatch.store.casefiles import Told
from dispatch.store.ledger import Entry
from dispatch.store.sealing import DataKey
from dispatch.teamfile import settings_entry


def import_roster(actor: Actor, svc: Service, text: str, name: str = "roster.yaml") -> Changes:
    """Make the record say what a roster file says. Checked whole before anything is changed; the same file twice
    changes nothing.

    Raises InvalidFile naming every fault's line.
    """
    new = rosterfile.read(text, name)
    for team in new.teams:
        check(actor, Act.MANAGE_PEOPLE, team.id)
    sealed = [SealedPerson.of(svc, person) for person in new.people]

    def once() -> Changes:
        now = svc.clock.now()
        with svc.record.write() as conn:
            current = read_all(svc, conn)
            found = rosterfile.changes(current, new)
            if found.nothing:
                return found
            for team in found.teams:
                put_team(conn, team, new=team.id in found.new_teams)
            changed = {person.id for person in found.people}
            for person in (s for s in sealed if s.person.id in changed):
                put_person(conn, person, now, new=person.person.id in found.new_people)
            for team_id in found.rules:
                put_rules(conn, new, team_id)
            told = Told(teams={team.id for team in new.teams})
            data = {"teams": len(found.teams), "people": len(found.people), "rules": len(found.rules)}
            told.ledger_no = ledger.append(conn, [Entry(now, actor.id, "roster_imported", None, None, data)])
        mirror(svc, told)
        return found

    return retrying(once)


def export_roster(actor: Actor, svc: Service) -> str:
    """The whole roster as the file that would make it again."""
    check(actor, Act.MANAGE_PEOPLE)
    with svc.record.read() as conn:
        return rosterexport.write(read_all(svc, conn))


def read_all(svc: Service, conn: Connection) -> RosterFile:
    """Everything a roster file holds, as the record has it now."""
    teams = tuple(team_of(row) for row in conn.execute(select(schema.teams).order_by(schema.teams.c.id)))
    rows = conn.execute(select(schema.people).order_by(schema.people.c.id)).all()
    keys = datakeys.load(conn, [row.key_id for row in rows])
    everyone = tuple(_person(svc, row, keys[row.key_id]) for row in rows)
    texts = conn.scalars(select(schema.rosters.c.rules).order_by(schema.rosters.c.team))
    rules = [rosterfile.read(text, "stored roster") for text in texts]
    absences = {a: None for r in rules for a in r.absences}
    return RosterFile(
        teams=teams,
        people=everyone,
        shifts=tuple(s for r in rules for s in r.shifts),
        overrides=tuple(o for r in rules for o in r.overrides),
        temporary=tuple(t for r in rules for t in r.temporary),
        absences=tuple(absences),
    )


def set_policy(actor: Actor, svc: Service, team: str, text: str | None) -> None:
    """Give a team its policy file (already checked by the caller's parse), or the default back. Running ladders keep
    theirs."""
    check(actor, Act.MANAGE_ROSTER, team)
    now = svc.clock.now()
    with svc.record.write() as conn:
        t = schema.teams
        conn.execute(update(t).where(t.c.id == team).values(policy=text, version=t.c.version + 1))
        svc.rosters.team(conn, team)  # reads the new text, and so refuses a file that does not parse
        n = ledger.append(conn, [Entry(now, actor.id, "policy_changed", None, team, {"default": text is None})])
    mirror(svc, Told(teams={team}, ledger_no=n))


def set_availability(
    actor: Actor,
    svc: Service,
    person: str,
    availability: Availability,
    hours: float | None = None,
    *,
    even_so: bool = False,
) -> datetime | None:
    """ON, OFF or back to the roster, for some hours or until said otherwise. Returns until when. Everyone waiting is
    tried again.

    Raises AskedBack for OFF by whoever holds a case or is the last one on call; `even_so` does it, and a coordinator
    is told when nobody is left.
    """
    now = svc.clock.now()
    until = now + timedelta(hours=hours) if hours else None
    with svc.record.write() as conn:
        row = people.one(conn, person)
        if actor.person != person and not any(actor.may(Act.MANAGE_ROSTER, t) for t in row.teams):
            check(actor, Act.SET_AVAILABILITY)
            if Role.SYSTEM not in actor.roles:
                raise NotAllowed("Only a coordinator sets somebody else's availability.")
        off = availability is Availability.OFF
        if off and not even_so:
            standby.ask_back(svc, conn, row, now)
        uncovered = off and standby.last_one(svc, conn, row, now)
        rested = people.RESTED if availability is Availability.ON else {}
        people.set_fields(conn, person, {"availability": availability.value, "available_until": until, **rested})
        told = Told(teams=set(row.teams))
        data = {"person": person, "availability": availability.value, "until": until}
        entries = [Entry(now, actor.id, "availability", None, None, data)]
        if uncovered:
            entries += service_alarms.open_for(
                svc, conn, told, row.teams, Kind.COVERAGE, "last_one_off", now, actor.id, subject=person
            )
        told.ledger_no = ledger.append(conn, entries)
    mirror(svc, told)
    return until


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
            "active": True,
            "version": 1,
        }
        conn.execute(p.insert(), {**fresh, **sealed.values})
    else:
        before = people.one(conn, person.id)
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


def put_rules(conn: Connection, file: RosterFile, team: str) -> None:
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
    r = schema.rosters
    text = rosterexport.write(part)
    changed = conn.execute(update(r).where(r.c.team == team).values(rules=text, version=r.c.version + 1)).rowcount
    if not changed:
        conn.execute(r.insert(), {"team": team, "rules": text, "version": 1})


def _shell(person: Person) -> Person:
    bare = Responder(id=person.id, teams=person.responder.teams, roles=person.responder.roles)
    return replace(person, name=person.id, phone=None, responder=bare)


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
    )


def set_duress_word(actor: Actor, svc: Service, person: str, word: str | None) -> None:
    """Set, or with None take away, a person's private word for danger. Only they may: whoever else knew it could
    raise a false alarm, or warn an attacker.

    Raises InvalidInput for a word that means something already, or could be a case code.
    """
    check(actor, Act.SET_AVAILABILITY)
    if actor.person != person:
        raise NotAllowed("Only the person sets their own private word.")
    if word is not None and reply.reserved(word):
        problem = "means something already: choose words nobody would send otherwise"
        raise InvalidInput(problem, [Fault("word", problem)])
    index = svc.sealer.blind_index("duress", reply.normal(word)) if word is not None else None
    now = svc.clock.now()
    with svc.record.write() as conn:
        people.one(conn, person)
        people.set_fields(conn, person, {"duress_index": index})
        data = {"person": person, "set": index is not None}
        n = ledger.append(conn, [Entry(now, actor.id, "duress_word", None, None, data)])
    mirror(svc, Told(ledger_no=n))

"""People and rosters: importing and exporting them whole, and what a person says of their own availability."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update

from dispatch import reply, rosterexport, rosterfile
from dispatch.access import Act, Actor, Role, check
from dispatch.alarm import Kind
from dispatch.errors import Fault, InvalidInput, NotAllowed
from dispatch.flow import service_alarms, standby
from dispatch.flow.commit import mirror, retrying
from dispatch.flow.rosterrows import SealedPerson, Stored, put_person, put_rules, put_team, read_all, rules_of
from dispatch.flow.rosters import no_team
from dispatch.flow.service import Service
from dispatch.responder import Availability
from dispatch.rosterfile import Changes
from dispatch.store import ledger, people, schema
from dispatch.store.casefiles import Told
from dispatch.store.ledger import Entry


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
        with svc.record.read() as conn:
            before = Stored.read(conn)
            current = before.opened(svc, conn)
        found = rosterfile.changes(current, new)
        if found.nothing:
            return found
        rules = {team: rules_of(new, team) for team in found.rules}
        now = svc.clock.now()
        with svc.record.write() as conn:
            before.must_still_stand(svc, conn)
            for team in found.teams:
                put_team(conn, team, new=team.id in found.new_teams)
            changed = {person.id for person in found.people}
            for person in (s for s in sealed if s.person.id in changed):
                put_person(conn, person, now, new=person.person.id in found.new_people)
            for team_id, part in rules.items():
                put_rules(conn, team_id, part)
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


def set_policy(actor: Actor, svc: Service, team: str, text: str | None) -> None:
    """Give a team its policy file, or the default back. Running ladders keep theirs.

    Raises InvalidFile naming every fault's line, and InvalidInput for an unknown team.
    """
    check(actor, Act.MANAGE_ROSTER, team)
    if text is not None:
        svc.rosters.policy_of(team, text)
    now = svc.clock.now()
    with svc.record.write() as conn:
        t = schema.teams
        # The team is not read back: were this rolled back, the process would keep a policy that never was.
        if not conn.execute(update(t).where(t.c.id == team).values(policy=text, version=t.c.version + 1)).rowcount:
            raise no_team(team)
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

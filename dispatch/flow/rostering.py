"""Single edits of people and rosters: one person added or changed, one override added or taken away.

An edit is worked out on the whole roster as the record has it, checked as an import would be, and committed only if
nobody changed the roster meanwhile; otherwise it is worked out again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, select

from dispatch import rosterexport, rosterfile
from dispatch.access import Act, Actor, check
from dispatch.errors import Fault, InvalidFile, InvalidInput, NotFound
from dispatch.exports import ics
from dispatch.flow.commit import mirror, retrying
from dispatch.flow.rosterrows import SealedPerson, Stored, put_person, put_rules, rules_of
from dispatch.flow.rosters import team_of
from dispatch.flow.service import Service
from dispatch.override import Absence, Override, Temporary
from dispatch.rosterfile import Person, RosterFile
from dispatch.rotation import Rotation
from dispatch.shift import Shift
from dispatch.spans import Window
from dispatch.store import ledger, people, schema
from dispatch.store.casefiles import Told
from dispatch.store.ledger import Entry

Edit = Callable[[RosterFile], RosterFile]
Overrides = tuple[Override, ...]


def override_id(override: Override) -> str:
    """An override is its content: the same one twice is one."""
    who = (override.person or "", override.instead_of or "")
    return _id(override.team, override.layer, *who, override.start.isoformat(), override.end.isoformat())


def _id(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def add_override(actor: Actor, svc: Service, override: Override) -> None:
    """Raises InvalidInput for an unknown team or a person who is not in it."""
    check(actor, Act.MANAGE_ROSTER, override.team)

    def edit(file: RosterFile) -> RosterFile:
        _needs_team(file, override.team)
        for field in ("person", "instead_of"):
            person = getattr(override, field)
            if person is not None and not _member(file, person, override.team):
                raise _wrong(field, "is not in the team")
        if override in file.overrides:
            return file
        return replace(file, overrides=(*file.overrides, override))

    _edit(actor, svc, override.team, "override_added", edit, override=override_id(override), layer=override.layer)


def remove_override(actor: Actor, svc: Service, team: str, id_: str) -> None:
    """Raises NotFound when the team has no such override."""
    check(actor, Act.MANAGE_ROSTER, team)

    def edit(file: RosterFile) -> RosterFile:
        kept = tuple(o for o in file.overrides if o.team != team or override_id(o) != id_)
        if len(kept) == len(file.overrides):
            raise NotFound("There is no such override.")
        return replace(file, overrides=kept)

    _edit(actor, svc, team, "override_removed", edit, override=id_)


def change_overrides(svc: Service, conn: Connection, team: str, change: Callable[[Overrides], Overrides]) -> None:
    """Change a team's overrides in a transaction that decides more than that. Whoever edits the roster at this moment
    waits for it, and then starts again."""
    svc.rosters.lock(conn, svc.record, team)
    rules = conn.scalar(select(schema.rosters.c.rules).where(schema.rosters.c.team == team))
    if rules is None:
        return
    part = rosterfile.read(rules, f"roster of {team}")
    after = change(part.overrides)
    if after == part.overrides:
        return
    # The people of the team as they are now: somebody may have joined it since the rules were last written.
    everyone = conn.execute(select(schema.people).order_by(schema.people.c.id)).all()
    file = replace(
        part,
        teams=tuple(team_of(row) for row in conn.execute(select(schema.teams).order_by(schema.teams.c.id))),
        people=tuple(Person(row.id, row.id, None, tuple(row.teams), people.responder(row)) for row in everyone),
        overrides=after,
    )
    put_rules(conn, team, rules_of(file, team))


def absence_id(absence: Absence) -> str:
    """An absence is its content, as an override is."""
    return _id(absence.person, absence.start.isoformat(), absence.end.isoformat())


def add_absence(actor: Actor, svc: Service, absence: Absence) -> None:
    """A person is away, from every layer of every team. Raises InvalidInput for a person who is not there."""

    def edit(file: RosterFile) -> RosterFile:
        _their_coordinator(actor, file, absence.person)
        return file if absence in file.absences else replace(file, absences=(*file.absences, absence))

    _edit(actor, svc, None, "absence_added", edit, person=absence.person, absence=absence_id(absence))


def remove_absence(actor: Actor, svc: Service, id_: str) -> None:
    """Raises NotFound when there is no such absence."""
    check(actor, Act.MANAGE_ROSTER)

    def edit(file: RosterFile) -> RosterFile:
        found = next((a for a in file.absences if absence_id(a) == id_), None)
        if found is None:
            raise NotFound("There is no such absence.")
        _their_coordinator(actor, file, found.person)
        return replace(file, absences=tuple(a for a in file.absences if a != found))

    _edit(actor, svc, None, "absence_removed", edit, absence=id_)


def temporary_id(temporary: Temporary) -> str:
    """Of the layer and the time: a layer has one temporary schedule at a time."""
    return _id(temporary.team, temporary.layer, temporary.start.isoformat(), temporary.end.isoformat())


def add_temporary(actor: Actor, svc: Service, temporary: Temporary) -> None:
    """For a time other shifts instead of a layer's own. Raises InvalidInput for an unknown team, for people who are not
    in it, and where the layer has another temporary schedule at that time."""
    check(actor, Act.MANAGE_ROSTER, temporary.team)

    def edit(file: RosterFile) -> RosterFile:
        _needs_team(file, temporary.team)
        named = [("fallback", temporary.fallback)] if temporary.fallback else []
        named += [(f"shifts.{n}.person", p) for n, shift in enumerate(temporary.shifts) for p in _on(shift)]
        for field, person in named:
            if not _member(file, person, temporary.team):
                raise _wrong(field, "is not in the team")
        if temporary in file.temporary:
            return file
        for other in file.temporary:
            same = (other.team, other.layer) == (temporary.team, temporary.layer)
            if same and other.start < temporary.end and temporary.start < other.end:
                raise _wrong("from", "the layer has another temporary schedule at that time")
        return replace(file, temporary=(*file.temporary, temporary))

    _edit(actor, svc, temporary.team, "temporary_added", edit, schedule=temporary_id(temporary), layer=temporary.layer)


def remove_temporary(actor: Actor, svc: Service, team: str, id_: str) -> None:
    """Raises NotFound when the team has no such schedule."""
    check(actor, Act.MANAGE_ROSTER, team)

    def edit(file: RosterFile) -> RosterFile:
        kept = tuple(t for t in file.temporary if t.team != team or temporary_id(t) != id_)
        if len(kept) == len(file.temporary):
            raise NotFound("There is no such temporary schedule.")
        return replace(file, temporary=kept)

    _edit(actor, svc, team, "temporary_removed", edit, schedule=id_)


def import_calendar(
    actor: Actor, svc: Service, text: str, name: str, team: str, layer: str, person: str | None, ahead: timedelta
) -> int:
    """Make the single shifts of a layer, from now for as long as `ahead`, what an .ics file says; how many those are.

    The shifts are `person`'s; without one, each event's title is the id or the name of whoever has it. The same file
    again changes nothing, and what was deleted in it goes. Raises InvalidFile, and InvalidInput for an unknown team or
    a person who is not in it.
    """
    check(actor, Act.MANAGE_ROSTER, team)
    start = svc.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    window = Window(start, start + ahead)
    imported: list[Shift] = []

    def edit(file: RosterFile) -> RosterFile:
        _needs_team(file, team)
        if person is not None and not _member(file, person, team):
            raise _wrong("person", "is not in the team")
        members = [p for p in file.people if team in p.teams]
        names = {word.casefold(): p.id for p in members for word in (p.name, p.id)}
        place = next(t for t in file.teams if t.id == team)
        imported[:] = ics.read(text, name, place, layer, ics.Whose(person, names), window.start, window.end)
        return replace(file, shifts=ics.replaced(file.shifts, imported, team, layer, person, window))

    _edit(actor, svc, team, "calendar_imported", edit, layer=layer)
    return len(imported)


def add_person(actor: Actor, svc: Service, person: Person) -> None:
    """Raises InvalidInput when the id or the telephone is somebody's already."""
    for team in person.teams:
        check(actor, Act.MANAGE_PEOPLE, team)

    def edit(file: RosterFile) -> RosterFile:
        if any(p.id == person.id for p in file.people):
            raise _wrong("id", "is taken")
        _fits(file, person)
        return replace(file, people=(*file.people, person))

    _edit(actor, svc, None, "person_added", edit, person=person.id)


def change_person(actor: Actor, svc: Service, id_: str, change: Callable[[Person], Person]) -> None:
    """Raises NotFound, and InvalidInput for what would not fit the others."""
    check(actor, Act.MANAGE_PEOPLE)

    def allowed(before: Person) -> Person:
        after = change(before)
        for team in {*before.teams, *after.teams}:
            check(actor, Act.MANAGE_PEOPLE, team)
        return after

    edit_person(actor, svc, "person_changed", id_, allowed)


def edit_person(actor: Actor, svc: Service, kind: str, id_: str, change: Callable[[Person], Person]) -> None:
    """One person made anew by `change`, which also says whether the actor may; it is in the ledger as `kind`."""

    def edit(file: RosterFile) -> RosterFile:
        before = next((p for p in file.people if p.id == id_), None)
        if before is None:
            raise NotFound("There is no such person.")
        after = change(before)
        others = tuple(p for p in file.people if p.id != id_)
        _fits(replace(file, people=others), after)
        return replace(file, people=tuple(after if p.id == id_ else p for p in file.people))

    _edit(actor, svc, None, kind, edit, person=id_)


def _edit(actor: Actor, svc: Service, team: str | None, kind: str, edit: Edit, **said: object) -> None:
    def once() -> None:
        with svc.record.read() as conn:
            stored = Stored.read(conn)
            before = stored.opened(svc, conn)
        after = edit(before)
        _check(after)
        found = rosterfile.changes(before, after)
        if found.nothing:
            return
        sealed = [SealedPerson.of(svc, person) for person in found.people]
        rules = {id_: rules_of(after, id_) for id_ in found.rules}
        now = svc.clock.now()
        with svc.record.write() as conn:
            stored.must_still_stand(svc, conn)
            for one in sealed:
                put_person(conn, one, now, new=one.person.id in found.new_people)
            for id_, text in rules.items():
                put_rules(conn, id_, text)
            told = Told(teams={t for p in found.people for t in p.teams} | set(found.rules))
            told.ledger_no = ledger.append(conn, [Entry(now, actor.id, kind, None, team, said)])
        mirror(svc, told)

    retrying(once)


def _check(file: RosterFile) -> None:
    """Whatever an import would refuse is refused here too, through the very same reader."""
    try:
        read = rosterfile.read(rosterexport.write(file), "roster")
    except InvalidFile as error:
        faults = [Fault("body", fault.problem) for fault in error.faults]
        raise InvalidInput("; ".join(f.problem for f in faults), faults) from None
    if read != file:
        raise InvalidInput("The roster could not be written as a file.", [Fault("body", "cannot be written as a file")])


def _needs_team(file: RosterFile, team: str) -> None:
    if not any(t.id == team for t in file.teams):
        raise _wrong("team", "there is no such team")


def _member(file: RosterFile, person: str, team: str) -> bool:
    return any(p.id == person and team in p.teams for p in file.people)


def _on(shift: Shift) -> tuple[str, ...]:
    return shift.pattern.people if isinstance(shift.pattern, Rotation) else (shift.pattern.person,)


def _their_coordinator(actor: Actor, file: RosterFile, person: str) -> None:
    """Who runs the roster of one of a person's teams says when they are away."""
    teams = next((p.teams for p in file.people if p.id == person), None)
    if teams is None:
        raise _wrong("person", "there is no such person")
    if not any(actor.may(Act.MANAGE_ROSTER, team) for team in teams):
        check(actor, Act.MANAGE_ROSTER, teams[0] if teams else None)


def _fits(file: RosterFile, person: Person) -> None:
    known = {team.id for team in file.teams}
    faults = [Fault(f"teams.{n}", "there is no such team") for n, team in enumerate(person.teams) if team not in known]
    mine = person.phone if person.active else None
    if mine is not None and any(p.phone == mine for p in file.people if p.active):
        faults.append(Fault("phone", "is somebody else's: a reply could not be told apart"))
    if faults:
        raise InvalidInput("; ".join(f"{f.field}: {f.problem}" for f in faults), faults)


def _wrong(field: str, problem: str) -> InvalidInput:
    return InvalidInput(f"{field}: {problem}", [Fault(field, problem)])

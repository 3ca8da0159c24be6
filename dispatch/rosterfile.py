"""roster.yaml: text -> plain data, checked whole; and back (`rosterexport`).

A file that is read, exported and read again gives the same data. Nothing is changed by reading; what an import would
change is worked out by `changes`, and for a file that was imported before it is nothing.

Beyond the example in the public interface a file may say (every time is local, `from`/`to` may carry an offset to name
the second pass of a doubled hour):

    teams:      holidays: US-VA                                  # whose public holidays; by default those of the state
                shift_check, reminders, swaps, numbers, needs    # what the team has chosen: see `teamfile`
    people:     areas: [fairfax]
    credential: evidence, training: [{on: 2026-03-01, hours: 2.5, topic: ethics, evidence: …}], only_for: [a team's id]
    shifts:     {team, layer, person, from, to}                  # once
                {team, layer, rotation: {people, every: 12h|1d|2w|1mo, handoff: "08:00"|"Mon 08:00"|"31 08:00", start}}
                {team, layer, person, rrule, from, lasts, without: [local starts that are left out]}
                any of them: hours: [{days: [Mon, Tue], from: "20:00", to: "08:00"}], holidays: only|never, since, until
    overrides:  person alone adds, instead_of alone takes off, both replace
    temporary:  - {team, layer, from, to, fallback: a person, shifts: [shifts without team and layer]}
    absences:   - {person, from, to}                             # in the zone of the first team of the person
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dispatch.override import Absence, Override, Temporary
from dispatch.responder import Responder
from dispatch.roster import Roster, Team
from dispatch.rosterpeople import Person, read_person
from dispatch.rosterrules import Known, read_absence, read_override, read_shift, read_team, read_temporary
from dispatch.shift import Shift
from dispatch.skills import doubtful
from dispatch.yamlfile import Node, load

__all__ = ["Changes", "Person", "RosterFile", "changes", "read"]

_PARTS = ("teams", "people", "shifts", "overrides", "temporary", "absences")


@dataclass(frozen=True, slots=True)
class RosterFile:
    teams: tuple[Team, ...] = ()
    people: tuple[Person, ...] = ()
    shifts: tuple[Shift, ...] = ()
    overrides: tuple[Override, ...] = ()
    temporary: tuple[Temporary, ...] = ()
    absences: tuple[Absence, ...] = ()

    @property
    def roster(self) -> Roster:
        return Roster(self.teams, self.shifts, self.overrides, self.temporary, self.absences)

    @property
    def responders(self) -> tuple[Responder, ...]:
        return tuple(person.responder for person in self.people)


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import does. People and teams are added or changed and never removed: history refers to them, so those
    the file leaves out stay as they are. The rules of the teams in the file become exactly the file's."""

    teams: tuple[Team, ...] = ()
    people: tuple[Person, ...] = ()
    #: teams whose shifts, overrides, temporary schedules or absences are replaced
    rules: tuple[str, ...] = ()
    new_teams: frozenset[str] = field(default_factory=frozenset)
    new_people: frozenset[str] = field(default_factory=frozenset)
    #: what is no fault and yet was perhaps not meant: see `skills`
    doubts: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.teams or self.people or self.rules)


def read(text: str, name: str = "roster.yaml") -> RosterFile:
    """Raises InvalidFile with every fault of the file, each at its line."""
    root = load(text, name)
    parts = root.mapping(_PARTS, required=("teams",))
    known = Known()
    teams = tuple(read_team(node, known) for node in _items(parts, "teams"))
    people = tuple(read_person(node, known) for node in _items(parts, "people"))
    _check_people(_items(parts, "people"), people, known)
    found = RosterFile(
        teams=teams,
        people=people,
        shifts=tuple(s for node in _items(parts, "shifts") if (s := read_shift(node, known)) is not None),
        overrides=tuple(o for node in _items(parts, "overrides") if (o := read_override(node, known)) is not None),
        temporary=tuple(t for node in _items(parts, "temporary") if (t := read_temporary(node, known)) is not None),
        absences=tuple(a for node in _items(parts, "absences") if (a := read_absence(node, known)) is not None),
    )
    root.done()
    return found


def changes(current: RosterFile, new: RosterFile) -> Changes:
    """What importing `new` would change in `current`."""
    old_teams = {team.id: team for team in current.teams}
    old_people = {person.id: person for person in current.people}
    everyone = {person.id: person for person in new.people}
    return Changes(
        teams=tuple(team for team in new.teams if old_teams.get(team.id) != team),
        people=tuple(person for person in new.people if old_people.get(person.id) != person),
        rules=tuple(team.id for team in new.teams if _rules(current, team.id) != _rules(new, team.id)),
        new_teams=frozenset(team.id for team in new.teams) - old_teams.keys(),
        new_people=frozenset(person.id for person in new.people) - old_people.keys(),
        doubts=doubtful({id_: person.responder.skills for id_, person in {**old_people, **everyone}.items()}),
    )


def _rules(file: RosterFile, team: str) -> tuple[object, ...]:
    """Everything that decides who is on call in a team. Overrides keep their order, which matters; shifts too, since
    people are listed in it."""
    members = {person.id for person in file.people if team in person.responder.teams}
    return (
        [shift for shift in file.shifts if shift.team == team],
        [override for override in file.overrides if override.team == team],
        [temporary for temporary in file.temporary if temporary.team == team],
        sorted((a.person, a.start, a.end) for a in file.absences if a.person in members),
    )


def _items(parts: dict[str, Node], part: str) -> list[Node]:
    return parts[part].items() if part in parts else []


def _check_people(nodes: Iterable[Node], people: Iterable[Person], known: Known) -> None:
    """What can only be said once everybody is known."""
    numbers: dict[str, str] = {}
    for node, person in zip(nodes, people, strict=True):
        # The number of whoever has left may be somebody else's by now.
        if person.active and person.phone is not None and numbers.setdefault(person.phone, person.id) != person.id:
            node.fault(f"the same phone as {numbers[person.phone]}: a reply could not be told apart")
        for credential in person.responder.credentials:
            if credential.supervisor is not None and credential.supervisor not in known.people:
                node.fault(f"credentials: the supervisor {credential.supervisor!r} is not among the people")
            if credential.supervisor == person.id:
                node.fault("credentials: nobody supervises themselves")

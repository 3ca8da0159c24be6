"""Who is on call: the shifts of each layer, then what changes them.

For every layer of a team, in this order:
1. its shifts, each within its hours and bounds;
2. temporary schedules, which replace the layer for a time;
3. overrides, one after another;
4. absences, which take a person off everything.

An instant belongs to the shift that starts at it, not to the one that ends. Clock changes: see `wallclock`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from dispatch.errors import Fault, InvalidInput
from dispatch.hours import Hours
from dispatch.override import Absence, ByPerson, Override, Temporary
from dispatch.shift import Always, Once, Recurring, Shift, Year, year_of, years_touching
from dispatch.spans import ByDay, Duty
from dispatch.teamsettings import NOTHING_CHOSEN, TeamSettings
from dispatch.wallclock import END, zone

__all__ = [
    "EVERYONE",
    "EXTRA",
    "Absence",
    "Always",
    "Duty",
    "Hours",
    "OnCall",
    "Once",
    "Override",
    "Recurring",
    "Roster",
    "Shift",
    "Team",
    "Temporary",
    "duties",
    "on_call",
]

#: the layer of people who said ON without being on the roster (see `matching.candidates`)
EXTRA = "extra"
#: what a ladder calls all layers together
EVERYONE = "everyone"
#: these come first and in this order wherever layers are listed; others follow as the roster names them
_USUAL = ("primary", "second", "backup", "supervisor")
_MOMENT = timedelta(microseconds=1)
_DAYS_KEPT = 16
_YEARS_KEPT = 8


@dataclass(frozen=True, slots=True)
class Team:
    id: str
    timezone: str
    state: str
    areas: frozenset[str] = frozenset()
    name: str = ""
    #: whose public holidays count; by default those of the state
    holidays: str | None = None
    settings: TeamSettings = NOTHING_CHOSEN

    @property
    def zone(self) -> ZoneInfo:
        return zone(self.timezone)

    @property
    def calendar(self) -> str:
        return self.holidays or f"US-{self.state}"


@dataclass(frozen=True, slots=True)
class OnCall:
    """`until` is when this spell ends as the roster stands now; None is without end. `because` names the rule."""

    person: str
    layer: str
    until: datetime | None
    because: str


@dataclass(frozen=True)
class Roster:
    """Every rule about who is on call, for all teams. What it knows of a team is worked out at first use and kept with
    the object, so hold on to one Roster for as long as the record's version of it stands."""

    teams: tuple[Team, ...] = ()
    shifts: tuple[Shift, ...] = ()
    overrides: tuple[Override, ...] = ()
    temporary: tuple[Temporary, ...] = ()
    absences: tuple[Absence, ...] = ()

    def team(self, team: str) -> Team:
        """Raises InvalidInput for a team the roster does not have."""
        if team not in self._teams:
            raise InvalidInput(f"team: there is no team {team!r}", [Fault("team", f"there is no team {team!r}")])
        return self._teams[team]

    def layers(self, team: str) -> tuple[str, ...]:
        """The layers of a team, the usual ones first."""
        return tuple(self._plan(team))

    @cached_property
    def _teams(self) -> dict[str, Team]:
        return {team.id: team for team in self.teams}

    @cached_property
    def _away(self) -> dict[str, list[Absence]]:
        away: dict[str, list[Absence]] = {}
        for absence in sorted(self.absences, key=lambda a: a.start):
            away.setdefault(absence.person, []).append(absence)
        return away

    @cached_property
    def _plans(self) -> dict[str, dict[str, _Layer]]:
        found: dict[str, dict[str, _Layer]] = {team.id: {layer: _Layer() for layer in _USUAL} for team in self.teams}
        for shift in self.shifts:
            found.setdefault(shift.team, {}).setdefault(shift.layer, _Layer()).shifts.append(shift)
        for override in self.overrides:
            found.setdefault(override.team, {}).setdefault(override.layer, _Layer()).overrides.append(override)
        for temporary in self.temporary:
            found.setdefault(temporary.team, {}).setdefault(temporary.layer, _Layer()).temporary.append(temporary)
        return {team: {name: layer for name, layer in layers.items() if layer.used} for team, layers in found.items()}

    def _plan(self, team: str) -> Mapping[str, _Layer]:
        return self._plans[self.team(team).id]


@dataclass
class _Layer:
    """What the roster says of one layer of one team, filed so that an instant need not read five years."""

    shifts: list[Shift] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)
    temporary: list[Temporary] = field(default_factory=list)
    _days: dict[int, list[Duty]] = field(default_factory=dict)
    _years: dict[int, list[tuple[int, Year]]] = field(default_factory=dict)

    @property
    def used(self) -> bool:
        return bool(self.shifts or self.overrides or self.temporary)

    @cached_property
    def standing(self) -> list[Shift]:
        return [shift for shift in self.shifts if not shift.plain]

    def standing_at(self, team: Team, at: datetime) -> list[Duty]:
        """The duties of `standing` that hold an instant. Those of its day are kept, because nearly every question is
        about now and the rules of a large team take a millisecond or two to walk."""
        day = at.toordinal()
        kept = self._days.get(day)
        if kept is None:
            if len(self._days) >= _DAYS_KEPT:
                self._days.clear()
            midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
            kept = self._days[day] = self._of_day(team, midnight, midnight + timedelta(days=1))
        return [duty for duty in kept if duty.start <= at < duty.end]

    def _of_day(self, team: Team, start: datetime, end: datetime) -> list[Duty]:
        found = [
            (place, duty)
            for place, shift in self._walked
            for duty in shift.duties(team.zone, team.calendar, start, end)
        ]
        for year in years_touching(self._longest, start, end):
            for place, own in self._of_year(team, year):
                found += [(place, duty) for duty in own.touching(start, end)]
        # In the order of the shifts: where two rules put one person on, the later one is why.
        found.sort(key=lambda one: one[0])
        return [duty for _, duty in found]

    def _of_year(self, team: Team, year: int) -> list[tuple[int, Year]]:
        """What each of `_rules` puts on in a local year. Finding it in the common memory again for every rule took half
        the time of a question about another day than today."""
        kept = self._years.get(year)
        if kept is None:
            if len(self._years) >= _YEARS_KEPT:
                self._years.clear()
            rules = ((place, rule) for place, rule in self._rules if rule.start.year <= year)
            kept = self._years[year] = [(place, year_of(rule, team.zone, year)) for place, rule in rules]
        return kept

    @cached_property
    def _rules(self) -> list[tuple[int, Recurring]]:
        """The recurring shifts without restrictions, each with its place among `standing`."""
        return [
            (place, shift.pattern)
            for place, shift in enumerate(self.standing)
            if isinstance(shift.pattern, Recurring) and not shift.restricted
        ]

    @cached_property
    def _walked(self) -> list[tuple[int, Shift]]:
        """All others of `standing`."""
        rules = {place for place, _ in self._rules}
        return [(place, shift) for place, shift in enumerate(self.standing) if place not in rules]

    @cached_property
    def _longest(self) -> timedelta:
        return max((rule.lasts for _, rule in self._rules), default=timedelta(0))

    @cached_property
    def single(self) -> ByDay[Duty]:
        return ByDay(
            Duty(shift.pattern.start, shift.pattern.end, shift.pattern.person, "single shift")
            for shift in self.shifts
            if shift.plain and isinstance(shift.pattern, Once)
        )

    @cached_property
    def changes(self) -> ByDay[Override]:
        return ByDay(self.overrides)

    @cached_property
    def taken_off(self) -> dict[str, list[datetime]]:
        """When an override next takes each person off, in order."""
        starts: dict[str, list[datetime]] = {}
        for override in sorted(self.overrides, key=lambda o: o.start):
            if override.instead_of is not None:
                starts.setdefault(override.instead_of, []).append(override.start)
        return starts

    @cached_property
    def replaced(self) -> list[datetime]:
        return sorted(temporary.start for temporary in self.temporary)


def on_call(roster: Roster, team: str, at: datetime) -> tuple[OnCall, ...]:
    """Everyone on call at an instant, in every layer; a person once in each layer. Raises InvalidInput for an unknown
    team."""
    at = at.astimezone(UTC)
    found = []
    place = roster.team(team)
    for name, layer in roster._plan(team).items():  # noqa: SLF001 - one file, one idea
        people = _by_person([*layer.single.touching(at, at + _MOMENT), *layer.standing_at(place, at)])
        _change(roster, place, layer, people, at, at + _MOMENT)
        for person, own in people.items():
            now = [duty for duty in own if duty.start <= at < duty.end]
            if now:
                end = min(max(duty.end for duty in now), _next_change(roster, layer, person, at))
                found.append(OnCall(person, name, None if end >= END else end, now[-1].because))
    return tuple(found)


def duties(roster: Roster, team: str, start: datetime, end: datetime) -> dict[str, list[Duty]]:
    """All duties of each layer within [start, end), cut to it, in order of their start. A person may be on by two rules
    at once. For every instant of the range this and `on_call` name the same people."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    found = {}
    place = roster.team(team)
    for name, layer in roster._plan(team).items():  # noqa: SLF001
        people = _by_person(layer.single.touching(start, end))
        for shift in layer.standing:
            for duty in shift.duties(place.zone, place.calendar, start, end):
                people.setdefault(duty.person, []).append(duty)
        _change(roster, place, layer, people, start, end)
        found[name] = sorted(_clipped(people, start, end))
    return found


def _clipped(people: ByPerson, start: datetime, end: datetime) -> Iterator[Duty]:
    for own in people.values():
        for duty in own:
            if duty.start < end and start < duty.end:
                yield Duty(max(duty.start, start), min(duty.end, end), duty.person, duty.because)


def _by_person(duties: Iterable[Duty]) -> ByPerson:
    people: ByPerson = {}
    for duty in duties:
        people.setdefault(duty.person, []).append(duty)
    return people


def _change(roster: Roster, team: Team, layer: _Layer, people: ByPerson, start: datetime, end: datetime) -> None:
    """Let everything that is not a shift have its say. Right at every instant of [start, end); duties may reach out of
    it, and are then not yet changed out there."""
    for temporary in layer.temporary:
        if temporary.start < end and start < temporary.end:
            own: list[Duty] = []
            for shift in temporary.shifts:
                own.extend(shift.duties(team.zone, team.calendar, temporary.start, temporary.end))
            temporary.change(people, own)
    for override in layer.changes.touching(start, end):
        override.change(people)
    if roster.absences:
        for person in people:
            for absence in roster._away.get(person, ()):  # noqa: SLF001
                if absence.start < end and start < absence.end:
                    absence.change(people)


def _next_change(roster: Roster, layer: _Layer, person: str, at: datetime) -> datetime:
    """When something next takes this person off the layer, or END."""
    end = END
    for starts in (layer.taken_off.get(person, []), layer.replaced):
        after = bisect_right(starts, at)
        if after < len(starts):
            end = min(end, starts[after])
    away = roster._away.get(person, [])  # noqa: SLF001
    coming = bisect_right(away, at, key=lambda a: a.start)
    return min(end, away[coming].start) if coming < len(away) else end

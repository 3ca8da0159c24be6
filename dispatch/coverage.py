"""Where the roster leaves nobody, or too little, ahead of time.

kinds, each a gap of one layer (or of `everyone`, all layers together):

* nobody       no one is on call in a layer that is to be covered; or in no layer at all
* single       one person only in all layers: the second call has nowhere to go; unless the team says that one is enough
* language, population   nobody who can be paged speaks it, or is for it
* credential   nobody whose credential counts; or one person on duty whose credential does not, or lapses during it,
               or who needs a supervisor on call and has none then
* unreachable  a person on duty whom no page can reach
* unproved     a person on duty whose number nobody has shown to be theirs; it is paged all the same, so nobody is
               alarmed for it

Somebody who said OFF is on nobody's roster until they are back; a layer left empty by that names them. While nobody is
on call at all only that is said, for every layer it concerns: it holds all the other gaps in itself, and is never left
out however long it lasts. Nothing is said about the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from dispatch.credential import valid_windows, why_void
from dispatch.responder import Availability, Responder, Standing
from dispatch.roster import EVERYONE, Roster, Team, duties
from dispatch.rulepack import SENIOR, Kind, RulePacks, Supervision, TitleRule, best_title
from dispatch.spans import Duty, Window, cut, joined, outside, within
from dispatch.teamsettings import Demand
from dispatch.wallclock import wall

GapKind = Literal["nobody", "single", "language", "population", "credential", "unreachable", "unproved"]

#: gaps that begin sooner than this are alarmed, not only shown
ALARM_WITHIN = timedelta(hours=24)
#: how far ahead the board looks
AHEAD = timedelta(hours=72)


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """`person` is set where one person is the reason. `off`: who would be on call then, and said OFF."""

    start: datetime
    end: datetime
    layer: str
    kind: GapKind
    reason: str
    person: str | None = None
    off: tuple[str, ...] = ()

    @property
    def missing(self) -> bool:
        """Whether somebody is missing. A number that nobody proved is paged all the same: something to mend, no gap."""
        return self.kind != "unproved"

    @property
    def told(self) -> str:
        """The reason, and who said OFF. Alarms go by `reason` alone: one more who is off leaves it the same gap."""
        return f"{self.reason}; said OFF: {', '.join(self.off)}" if self.off else self.reason


def gaps(
    roster: Roster,
    team: str,
    people: Mapping[str, Responder],
    standings: Mapping[str, Standing],
    start: datetime,
    end: datetime,
    now: datetime,
    demand: Demand | None = None,
    rules: RulePacks | None = None,
) -> tuple[Gap, ...]:
    """Every gap of [start, end) that is not past, in order of time. Raises InvalidInput for an unknown team.

    Whether a person can be reached is taken from `standings` as it is now; the rest is what the roster and the
    credentials say for each moment, by the state's `rules`.
    """
    wanted = demand or roster.team(team).settings.demand
    start = max(start, now)
    if start >= end:
        return ()
    known = roster.team(team)
    rostered = duties(roster, team, start, end)
    off = {layer: list(_off(own, standings, now)) for layer, own in rostered.items()}
    planned = {layer: list(_present(own, standings, now)) for layer, own in rostered.items()}
    everyone_off = [duty for own in off.values() for duty in own]
    every = [duty for layer in planned.values() for duty in layer]
    manned = joined(every)
    usable = list(_usable(every, known, people, standings))
    titles = _Titles(known, people, rules)
    seniors: dict[Kind, list[Duty]] = {}
    for duty in usable:
        if (rule := titles.of(duty)) is not None:
            seniors.setdefault(rule.kind, []).append(duty)
    found = [
        Gap(gap.start, gap.end, layer, "nobody", f"nobody is on call in {layer}", off=_in(gap, off.get(layer, ())))
        for layer in (wanted.layers if wanted.layers is not None else tuple(planned))
        for gap in outside(planned.get(layer, ()), start, end)
    ]
    found += [
        Gap(gap.start, gap.end, EVERYONE, "nobody", "nobody is on call in any layer", off=_in(gap, everyone_off))
        for gap in outside(every, start, end)
    ]
    if wanted.people > 1:
        found += _single(every)
    found += _lacking(wanted, usable, people, manned)
    for layer, own in planned.items():
        found += _void(own, layer, known, people)
        found += _unreachable(own, layer, standings)
        found += _unsupervised(own, layer, seniors, usable, titles)
    return tuple(sorted(found, key=lambda g: (g.start, g.end, g.layer, g.kind, g.reason)))


def alarming(found: Iterable[Gap], now: datetime) -> tuple[Gap, ...]:
    """Those that begin within 24 hours and are not over, of what is missing."""
    return tuple(gap for gap in found if gap.missing and gap.start < now + ALARM_WITHIN and now < gap.end)


def said_off(duty: Duty, standing: Standing | None, now: datetime) -> Window | None:
    """The part of a duty, from `now` on, that the person is not there for, because they said OFF; who did not say until
    when is off for good."""
    if standing is None or standing.says(now) is not Availability.OFF:
        return None
    window = Window(max(duty.start, now), min(duty.end, standing.until or duty.end))
    return window if window.start < window.end else None


def _off(own: Iterable[Duty], standings: Mapping[str, Standing], now: datetime) -> Iterator[Duty]:
    for duty in own:
        if (window := said_off(duty, standings.get(duty.person), now)) is not None:
            yield duty._replace(start=window.start, end=window.end)


def _present(own: Iterable[Duty], standings: Mapping[str, Standing], now: datetime) -> Iterator[Duty]:
    for duty in own:
        window = said_off(duty, standings.get(duty.person), now)
        yield from cut([duty], *window) if window is not None else (duty,)


def _in(gap: Window, off: Iterable[Duty]) -> tuple[str, ...]:
    return tuple(sorted({duty.person for duty in off if duty.start < gap.end and gap.start < duty.end}))


def _usable(
    every: Sequence[Duty], team: Team, people: Mapping[str, Responder], standings: Mapping[str, Standing]
) -> Iterator[Duty]:
    """Duties cut to the time in which the person holds a credential that counts and can be reached."""
    own: dict[str, list[Duty]] = {}
    for duty in every:
        own.setdefault(duty.person, []).append(duty)
    for person, theirs in own.items():
        if person in people and standings.get(person, Standing()).reachable:
            yield from within(theirs, _good(people[person], team))


def _good(person: Responder, team: Team) -> list[Window]:
    return joined(
        window
        for credential in person.credentials
        for window in valid_windows(credential, team.state, team.id, team.zone)
    )


def _single(every: Sequence[Duty]) -> Iterator[Gap]:
    """Stretches with exactly one person, however many layers they are in."""
    edges = sorted({edge for duty in every for edge in (duty.start, duty.end)})
    starting: dict[datetime, list[str]] = {}
    ending: dict[datetime, list[str]] = {}
    for duty in every:
        starting.setdefault(duty.start, []).append(duty.person)
        ending.setdefault(duty.end, []).append(duty.person)
    on: dict[str, int] = {}
    alone: dict[str, list[Window]] = {}
    for edge, following in pairwise(edges):
        for person in ending.get(edge, ()):
            on[person] -= 1
            if not on[person]:
                del on[person]
        for person in starting.get(edge, ()):
            on[person] = on.get(person, 0) + 1
        if len(on) == 1:
            alone.setdefault(next(iter(on)), []).append(Window(edge, following))
    for person, windows in alone.items():
        for window in joined(windows):
            yield Gap(window.start, window.end, EVERYONE, "single", f"only {person} is on call in any layer", person)


def _lacking(
    wanted: Demand, usable: Sequence[Duty], people: Mapping[str, Responder], manned: Sequence[Window]
) -> Iterator[Gap]:
    needs: list[tuple[GapKind, str, Sequence[Duty]]] = [
        ("credential", "nobody on call has a credential that counts", usable)
    ]
    needs += [
        ("language", f"nobody speaks {language}", [d for d in usable if people[d.person].speaks([language])])
        for language in wanted.languages
    ]
    needs += [
        (
            "population",
            f"nobody is for {population}",
            [d for d in usable if not people[d.person].populations or population in people[d.person].populations],
        )
        for population in wanted.populations
    ]
    for kind, reason, able in needs:
        covered = joined(able)
        for window in manned:
            for gap in outside(covered, window.start, window.end):
                yield Gap(gap.start, gap.end, EVERYONE, kind, reason)


def _void(own: Sequence[Duty], layer: str, team: Team, people: Mapping[str, Responder]) -> Iterator[Gap]:
    for person, windows in _by_person(own).items():
        if person not in people:
            for window in windows:
                yield Gap(window.start, window.end, layer, "credential", f"{person} is on no list of people", person)
            continue
        good = _good(people[person], team)
        for window in windows:
            for gap in outside(good, window.start, window.end):
                day = wall(gap.start, team.zone).date()
                whys = [why_void(one, team.state, team.id, day) for one in people[person].credentials]
                why = "; ".join(sorted({why for why in whys if why})) or "has no credential"
                when = _shift_of(gap.start, person, own, team)
                yield Gap(gap.start, gap.end, layer, "credential", f"{person}: {why}, {when}", person)


def _shift_of(at: datetime, person: str, own: Sequence[Duty], team: Team) -> str:
    """The shift in which a person stops counting, by the team's own day: that is how a coordinator looks it up."""
    starts = [duty.start for duty in own if duty.person == person and duty.start <= at < duty.end]
    began = max(starts, default=at)
    day = wall(began, team.zone).date()
    how = "lapses during" if began < at else "during"
    return f"{how} the shift of {_WEEKDAYS[day.weekday()]} {day}"


#: The day of the week reads the same whatever locale the process has.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _unsupervised(
    own: Sequence[Duty], layer: str, seniors: Mapping[Kind, Sequence[Duty]], usable: Sequence[Duty], titles: _Titles
) -> Iterator[Gap]:
    """Time in which a match would pass a person over for want of a supervisor."""
    above: dict[object, list[Window]] = {}
    for duty in own:
        rule = titles.of(duty)
        if rule is None or rule.supervision is Supervision.NONE:
            continue
        if rule.supervision is Supervision.NAMED:
            named = titles.named(duty.person)
            key: object = named
            if key not in above:
                above[key] = joined(other for other in usable if other.person in named)
        else:
            kinds = SENIOR[rule.supervision]
            key = (kinds, duty.person if rule.kind in kinds else None)
            if key not in above:
                above[key] = joined(d for kind in kinds for d in seniors.get(kind, ()) if d.person != duty.person)
        for gap in outside(above[key], duty.start, duty.end):
            yield Gap(gap.start, gap.end, layer, "credential", f"{duty.person}: no supervisor on call", duty.person)


class _Titles:
    """What each person's credentials amount to on the day a duty begins; worked out once a day and person."""

    def __init__(self, team: Team, people: Mapping[str, Responder], rules: RulePacks | None) -> None:
        self._team, self._people, self._rules = team, people, rules
        self._known: dict[tuple[str, date], TitleRule | None] = {}

    def of(self, duty: Duty) -> TitleRule | None:
        day = wall(duty.start, self._team.zone).date()
        key = (duty.person, day)
        if key not in self._known:
            pack = self._rules.of(self._team.state, day) if self._rules is not None else None
            credentials = self._people[duty.person].credentials if duty.person in self._people else ()
            found = best_title(credentials, self._team.state, self._team.id, day, pack)
            self._known[key] = found if isinstance(found, TitleRule) else None
        return self._known[key]

    def named(self, person: str) -> frozenset[str]:
        mine = self._people[person].credentials
        return frozenset(c.supervisor for c in mine if c.state == self._team.state and c.supervisor is not None)


def _unreachable(own: Sequence[Duty], layer: str, standings: Mapping[str, Standing]) -> Iterator[Gap]:
    for person, windows in _by_person(own).items():
        standing = standings.get(person)
        if standing is None or (standing.reachable and standing.proved):
            continue
        kind: GapKind = "unproved" if standing.reachable else "unreachable"
        unreachable = f"{person} cannot be reached: {standing.unreachable_because or 'unknown why'}"
        reason = f"{person}: the number is not proved" if standing.reachable else unreachable
        for window in windows:
            yield Gap(window.start, window.end, layer, kind, reason, person)


def _by_person(own: Sequence[Duty]) -> dict[str, list[Window]]:
    found: dict[str, list[Duty]] = {}
    for duty in own:
        found.setdefault(duty.person, []).append(duty)
    return {person: joined(theirs) for person, theirs in found.items()}

"""Writes roster.yaml: what `rosterfile.read` makes the same data of again.

A time is written as the team's clock shows it. Only where the clock shows it twice, and the second is meant, is it
written with its offset.
"""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import yaml

from dispatch.credential import Credential, Training
from dispatch.hours import Hours
from dispatch.override import Temporary
from dispatch.rosterfile import Person, RosterFile
from dispatch.rosterrules import UNITS
from dispatch.rotation import WEEKDAYS, Rotation
from dispatch.shift import Always, Once, Recurring, Shift
from dispatch.teamfile import settings_entry
from dispatch.wallclock import instant, wall
from dispatch.yamlfile import duration_text

_LETTER = {unit: letter for letter, unit in UNITS.items()}
Entry = dict[str, object]


def write(file: RosterFile) -> str:
    """The whole roster as YAML."""
    zones = {team.id: team.zone for team in file.teams}
    homes = {person.id: zones[person.teams[0]] for person in file.people if person.teams}
    parts: dict[str, list[Entry]] = {
        "teams": [
            _kept(
                id=team.id, name=team.name, timezone=team.timezone, state=team.state, areas=sorted(team.areas),
                holidays=team.holidays, **settings_entry(team.settings),
            )
            for team in file.teams
        ],
        "people": [_person(person) for person in file.people],
        "shifts": [{"team": s.team, "layer": s.layer, **_shift(s, zones[s.team])} for s in file.shifts],
        "overrides": [
            _kept(
                team=o.team, layer=o.layer, person=o.person, instead_of=o.instead_of,
                **_range(o.start, o.end, zones[o.team]),
            )
            for o in file.overrides
        ],
        "temporary": [_temporary(t, zones[t.team]) for t in file.temporary],
        "absences": [{"person": a.person, **_range(a.start, a.end, homes[a.person])} for a in file.absences],
    }  # fmt: skip
    kept = {name: entries for name, entries in parts.items() if entries or name == "teams"}
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)


def _person(person: Person) -> Entry:
    who = person.responder
    entry = _kept(
        name=person.name,
        phone=person.phone,
        languages=sorted(who.languages),
        gender=who.gender,
        populations=sorted(who.populations),
        skills=sorted(who.skills),
        capacity=who.capacity,
        areas=sorted(who.areas),
        credentials=[_credential(credential) for credential in who.credentials],
        active=None if person.active else False,
    )
    return {"id": person.id, "roles": sorted(who.roles), "teams": list(person.teams), **entry}


def _credential(one: Credential) -> Entry:
    return _kept(
        state=one.state,
        title=one.title,
        authority=one.authority,
        number=one.number,
        status=one.status,
        issued=one.issued,
        expires=one.expires,
        supervisor=one.supervisor,
        evidence=one.evidence,
        only_for=sorted(one.only_for),
        training=[_training(t) for t in one.training],
    )


def _training(one: Training) -> Entry:
    entry = _kept(on=one.on, hours=f"{one.hours:g}", topic=one.topic, evidence=one.evidence)
    return entry | ({"claimed": True} if one.claimed else {})


def _shift(shift: Shift, place: ZoneInfo) -> Entry:
    entry: Entry
    match shift.pattern:
        case Always(person):
            entry = {"person": person, "always": True}
        case Once(person, start, end):
            entry = {"person": person, **_range(start, end, place)}
        case Recurring() as rule:
            entry = _kept(
                person=rule.person,
                rrule=rule.rule,
                lasts=duration_text(rule.lasts),
                without=[_local(day) for day in rule.without],
                **{"from": _local(rule.start)},
            )
        case Rotation() as turns:
            entry = {"rotation": _rotation(turns)}
    return _kept(
        **entry,
        hours=[_hours(some) for some in shift.hours],
        holidays=shift.holidays,
        since=_moment(shift.since, place) if shift.since is not None else None,
        until=_moment(shift.until, place) if shift.until is not None else None,
    )


def _rotation(turns: Rotation) -> Entry:
    at = f"{turns.handoff.at:%H:%M}"
    if turns.handoff.weekday is not None:
        at = f"{WEEKDAYS[turns.handoff.weekday]} {at}"
    elif turns.handoff.day is not None:
        at = f"{turns.handoff.day} {at}"
    every = f"{turns.every}{_LETTER[turns.unit]}"
    return {"people": list(turns.people), "every": every, "handoff": at, "start": turns.start}


def _hours(some: Hours) -> Entry:
    clocks = {key: f"{at:%H:%M}" for key, at in (("from", some.start), ("to", some.end)) if at != time(0)}
    return {"days": [WEEKDAYS[day] for day in some.days], **clocks}


def _temporary(temporary: Temporary, place: ZoneInfo) -> Entry:
    return _kept(
        team=temporary.team,
        layer=temporary.layer,
        **_range(temporary.start, temporary.end, place),
        fallback=temporary.fallback,
        shifts=[_shift(shift, place) for shift in temporary.shifts],
    )


def _range(start: datetime, end: datetime, place: ZoneInfo) -> Entry:
    return {"from": _moment(start, place), "to": _moment(end, place)}


def _moment(at: datetime, place: ZoneInfo) -> str:
    local = wall(at, place)
    return _local(local) if instant(local, place) == at else at.astimezone(place).isoformat()


def _local(local: datetime) -> str:
    return local.isoformat(timespec="auto" if local.second or local.microsecond else "minutes")


def _kept(**entry: object) -> Entry:
    """Without what says nothing."""
    return {key: value for key, value in entry.items() if value not in (None, [], "")}

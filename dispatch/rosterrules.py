"""The teams, shifts and exceptions of roster.yaml."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TypeVar

from dispatch.errors import InvalidInput
from dispatch.hours import Hours
from dispatch.override import Absence, Override, Temporary
from dispatch.publicholidays import check_calendar
from dispatch.roster import EVERYONE, EXTRA, Team
from dispatch.rotation import WEEKDAYS, Handoff, Rotation, Unit
from dispatch.shift import Always, Once, Recurring, Shift
from dispatch.teamfile import SETTINGS, read_settings
from dispatch.wallclock import instant, zone
from dispatch.yamlfile import Node

T = TypeVar("T")

_STATE = re.compile(r"[A-Z]{2,3}")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_EVERY = re.compile(r"([1-9][0-9]{0,3})(h|d|w|mo)")
_HANDOFF = re.compile(r"(?:(?P<weekday>[A-Z][a-z]{2}) |(?P<day>[1-9]|[12][0-9]|3[01]) )?(?P<at>\d\d:\d\d)")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")
UNITS: dict[str, Unit] = {"h": "hour", "d": "day", "w": "week", "mo": "month"}
_BOUNDS = ("hours", "holidays", "since", "until")
_PATTERN = ("person", "rotation", "always", "rrule", "from", "to", "lasts", "without")


@dataclass(slots=True)
class Known:
    """What the file has named so far: teams with their zones, people with their teams."""

    zones: dict[str, str] = field(default_factory=dict)
    people: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def zone_of(self, team: str) -> str:
        return self.zones.get(team) or "UTC"


def identifier(node: Node | None, taken: Container[str], what: str) -> str:
    """An id that is new in the file. `mapping` has already noted a missing one."""
    if node is None:
        return ""
    found = node.text()
    if found and not _ID.fullmatch(found):
        node.fault("must be small letters, digits, - and _, at most 40")
    elif found in taken:
        node.fault(f"a second {what} with this id")
    return found


def read_team(node: Node, known: Known) -> Team:
    keys = ("id", "name", "timezone", "state", "areas", "holidays", *SETTINGS)
    parts = node.mapping(keys, ("id", "timezone", "state"))
    team = identifier(parts.get("id"), known.zones, "team")
    place = parts["timezone"].text() if "timezone" in parts else "UTC"
    try:
        zone(place)
    except InvalidInput as error:
        parts["timezone"].fault(error.faults[0].problem)
        place = "UTC"
    known.zones[team] = place
    found = Team(
        id=team,
        timezone=place,
        state=state_letters(parts["state"]) if "state" in parts else "",
        areas=frozenset(parts["areas"].texts()) if "areas" in parts else frozenset(),
        name=parts["name"].text() if "name" in parts else "",
        holidays=parts["holidays"].text() if "holidays" in parts else None,
        settings=read_settings(parts),
    )
    if found.holidays is not None:
        _built(parts["holidays"], lambda: check_calendar(found.calendar))
    return found


def state_letters(node: Node) -> str:
    """A state as credentials and rule packs are written for it; `Va` would be a state in which nobody may work."""
    state = node.text()
    if state and not _STATE.fullmatch(state):
        node.fault("must be the state's letters, such as VA")
    return state


def read_shift(node: Node, known: Known) -> Shift | None:
    parts = node.mapping(("team", "layer", *_PATTERN, *_BOUNDS), ("team", "layer"))
    team = _team(parts.get("team"), known)
    return _shift(node, parts, team, _layer(parts.get("layer")), known)


def read_override(node: Node, known: Known) -> Override | None:
    parts = node.mapping(("team", "layer", "person", "instead_of", "from", "to"), ("team", "layer", "from", "to"))
    team = _team(parts.get("team"), known)
    start, end = _range(parts, known.zone_of(team))
    person, instead_of = (_member(parts.get(key), team, known) for key in ("person", "instead_of"))
    layer = _layer(parts.get("layer"))
    return _built(node, lambda: Override(team, layer, start, end, person, instead_of)) if start != end else None


def read_temporary(node: Node, known: Known) -> Temporary | None:
    parts = node.mapping(("team", "layer", "from", "to", "shifts", "fallback"), ("team", "layer", "from", "to"))
    team, layer = _team(parts.get("team"), known), _layer(parts.get("layer"))
    start, end = _range(parts, known.zone_of(team))
    shifts = []
    for one in parts["shifts"].items() if "shifts" in parts else ():
        shift = _shift(one, one.mapping((*_PATTERN, *_BOUNDS)), team, layer, known)
        if shift is not None:
            shifts.append(shift)
    fallback = _member(parts.get("fallback"), team, known)
    return _built(node, lambda: Temporary(team, layer, start, end, tuple(shifts), fallback)) if start != end else None


def read_absence(node: Node, known: Known) -> Absence | None:
    parts = node.mapping(("person", "from", "to"), ("person", "from", "to"))
    person = parts["person"].text() if "person" in parts else ""
    if person and person not in known.people:
        parts["person"].fault(f"{person!r} is not among the people")
    start, end = _range(parts, known.zone_of(next(iter(known.people.get(person, ())), "")))
    return _built(node, lambda: Absence(person, start, end)) if start != end else None


def _shift(node: Node, parts: dict[str, Node], team: str, layer: str, known: Known) -> Shift | None:
    place = known.zone_of(team)
    pattern = _pattern(node, parts, team, known)
    hours = tuple(_hours(one) for one in parts["hours"].items()) if "hours" in parts else ()
    kept = parts["holidays"].choice(("only", "never")) if "holidays" in parts else None
    since, until = (moment(parts[key], place) if key in parts else None for key in ("since", "until"))
    if since is not None and until is not None and since >= until:
        parts["until"].fault("must be after since")
    if pattern is None:
        return None
    return Shift(team, layer, pattern, hours, "only" if kept == "only" else "never" if kept else None, since, until)


def _pattern(
    node: Node, parts: dict[str, Node], team: str, known: Known
) -> Always | Rotation | Recurring | Once | None:
    """One of four shapes, told apart by their keys; a key of another shape is a fault, never passed over."""
    shapes = {
        "rotation": ("rotation",),
        "always": ("person", "always"),
        "rrule": ("person", "rrule", "from", "lasts", "without"),
        "to": ("person", "from", "to"),
    }
    shape = next((key for key in ("rotation", "always", "rrule", "to") if key in parts), None)
    if shape is None:
        node.fault("say when: rotation, always: true, rrule with from and lasts, or from and to")
        return None
    for key in set(_PATTERN) & parts.keys() - set(shapes[shape]):
        parts[key].fault(f"does not go together with {shape}")
    for key in set(shapes[shape]) - parts.keys() - {"without"}:
        node.fault(f"{key!r} is missing")
        return None
    if shape == "rotation":
        return _rotation(parts["rotation"], team, known)
    person = _member(parts["person"], team, known) or ""
    place = known.zone_of(team)
    if shape == "always":
        if parts["always"].text() != "true":
            parts["always"].fault("must be true; leave the shift out to have nobody")
        return Always(person)
    if shape == "to":
        start, end = _range(parts, place)
        return _built(node, lambda: Once(person, start, end)) if start != end else None
    lasts = parts["lasts"].duration()
    without = tuple(one.local_datetime() for one in parts["without"].items()) if "without" in parts else ()
    rule, first = parts["rrule"].text(), parts["from"].local_datetime()
    return _built(parts["rrule"], lambda: Recurring(person, rule, first, lasts, without))


def _rotation(node: Node, team: str, known: Known) -> Rotation | None:
    needed = ("people", "every", "handoff", "start")
    parts = node.mapping(needed, needed)
    if len(parts) < len(needed):
        return None
    people = tuple(_member(one, team, known) or "" for one in parts["people"].items())
    every = _EVERY.fullmatch(parts["every"].text())
    if every is None:
        parts["every"].fault("must be such as 12h, 1d, 2w or 1mo")
        return None
    handoff = _handoff(parts["handoff"], UNITS[every[2]])
    if handoff is None:
        return None
    start = parts["start"].day()
    return _built(node, lambda: Rotation(people, int(every[1]), UNITS[every[2]], handoff, start))


def _handoff(node: Node, unit: Unit) -> Handoff | None:
    like = {"hour": "08:00", "day": "08:00", "week": "Mon 08:00", "month": "1 08:00 (day of the month)"}[unit]
    found = _HANDOFF.fullmatch(node.text())
    wanted = {"week": "weekday", "month": "day"}.get(unit)
    given = {key for key in ("weekday", "day") if found is not None and found[key] is not None}
    if found is None or given != ({wanted} if wanted else set()) or found["weekday"] not in (None, *WEEKDAYS):
        node.fault(f"must be such as {like}")
        return None
    try:
        at = time.fromisoformat(found["at"])
    except ValueError:
        node.fault(f"must be such as {like}")
        return None
    weekday = WEEKDAYS.index(found["weekday"]) if found["weekday"] else None
    return Handoff(at, weekday, int(found["day"]) if found["day"] else None)


def _hours(node: Node) -> Hours:
    parts = node.mapping(("days", "from", "to"), ("days",))
    days = [WEEKDAYS.index(one.choice(WEEKDAYS)) for one in parts["days"].items()] if "days" in parts else []
    if not days and "days" in parts:
        parts["days"].fault("name at least one day")
    start, end = (parts[key].local_time() if key in parts else time(0) for key in ("from", "to"))
    return Hours(tuple(days), start, end)


def moment(node: Node, place: str) -> datetime:
    """`2026-12-24T08:00` on the team's clock; or with an offset, which tells the two passes of a doubled hour apart."""
    text = node.text()
    if _MOMENT.fullmatch(text):
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return found.astimezone(UTC) if found.tzinfo is not None else instant(found, zone(place))
    node.fault('must be a local time such as "2026-12-24T08:00"')
    return datetime.combine(date(1970, 1, 1), time(0), UTC)


def _range(parts: dict[str, Node], place: str) -> tuple[datetime, datetime]:
    """`from` and `to`; equal when a fault was noted."""
    nothing = datetime.combine(date(1970, 1, 1), time(0), UTC)
    start, end = (moment(parts[key], place) if key in parts else nothing for key in ("from", "to"))
    if "from" in parts and "to" in parts and start >= end:
        parts["to"].fault("must be after from")
        return nothing, nothing
    return (start, end) if "from" in parts and "to" in parts else (nothing, nothing)


def _team(node: Node | None, known: Known) -> str:
    team = node.text() if node is not None else ""
    if node is not None and team and team not in known.zones:
        node.fault(f"there is no team {team!r}")
    return team


def _layer(node: Node | None) -> str:
    layer = node.text() if node is not None else ""
    if node is not None and layer and (not _ID.fullmatch(layer) or layer in (EVERYONE, EXTRA)):
        node.fault(f"a layer's name is small letters, digits, - and _, and not {EVERYONE!r} or {EXTRA!r}")
    return layer


def _member(node: Node | None, team: str, known: Known) -> str | None:
    if node is None:
        return None
    person = node.text()
    if person and person not in known.people:
        node.fault(f"{person!r} is not among the people")
    elif person and team in known.zones and team not in known.people[person]:
        node.fault(f"{person!r} is not in team {team!r}")
    return person


def _built(node: Node, make: Callable[[], T]) -> T | None:
    """What the domain itself refuses becomes a fault of this line."""
    try:
        return make()
    except InvalidInput as error:
        for fault in error.faults:
            node.fault(f"{fault.field}: {fault.problem}")
        return None

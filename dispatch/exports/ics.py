"""Calendars: shifts from any .ics that a phone can make, and a read-only feed of who is on call.

With `vcard` the only file that touches `icalendar`; the one that touches `recurring_ical_events`. Recurrences, their
exceptions, moved and cancelled occurrences are expanded into single shifts over a range, because what another program
means by its rules is best told by the instants they come to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import icalendar
import recurring_ical_events

from dispatch.errors import Fault, InvalidFile
from dispatch.roster import Once, Shift, Team
from dispatch.spans import Duty, Window, joined
from dispatch.wallclock import instant

#: one shift longer than this is a calendar of something else, such as a birthday or a semester
LONGEST = timedelta(days=31)
#: more events than this in one range is a rule that repeats by the minute
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose shifts the events are: `person`'s, all of them; or, without one, of the person whose id or name is the
    event's title. `names` is from either, in small letters, to the id."""

    person: str | None = None
    names: Mapping[str, str] | None = None

    def of(self, title: str) -> str | None:
        return self.person or (self.names or {}).get(title.strip().casefold())


def read(
    text: str, name: str, team: Team, layer: str, whose: Whose, start: datetime, end: datetime
) -> tuple[Shift, ...]:
    """The single shifts that a calendar comes to within [start, end), in order and each once.

    Times without a zone, and whole days, are on the team's clock. Cancelled events are left out. Raises InvalidFile for
    text that is no calendar, and naming every event that cannot be a shift.
    """
    found: set[tuple[datetime, datetime, str]] = set()
    faults: list[Fault] = []
    for event in _events(text, name, start, end):
        title = str(event.get("SUMMARY", ""))
        begins, ends = (_instant(event.get(key), team) for key in ("DTSTART", "DTEND"))
        if str(event.get("STATUS", "")).upper() == "CANCELLED" or begins is None:
            continue
        day = f"event of {begins.astimezone(team.zone):%Y-%m-%d %H:%M}"
        person = whose.of(title)
        if person is None:
            faults.append(Fault(name, f"{day}: its title is nobody's id or name"))
        elif ends is None or ends <= begins:
            faults.append(Fault(name, f"{day}: has no end"))
        elif ends - begins > LONGEST:
            faults.append(Fault(name, f"{day}: lasts longer than {LONGEST.days} days"))
        elif begins < end and start < ends:
            found.add((begins, ends, person))
    if faults:
        raise InvalidFile("; ".join(f"{f.field}: {f.problem}" for f in faults), faults)
    return tuple(Shift(team.id, layer, Once(person, begins, ends)) for begins, ends, person in sorted(found))


def replaced(
    shifts: Iterable[Shift], imported: Sequence[Shift], team: str, layer: str, person: str | None, window: Window
) -> tuple[Shift, ...]:
    """The roster's shifts, the single ones of `person` (None: of everybody) in that layer and window replaced by the
    imported ones. Importing the same calendar again therefore changes nothing, and an event that was deleted goes."""

    def stale(shift: Shift) -> bool:
        one = shift.pattern
        return (
            shift.plain
            and isinstance(one, Once)
            and (shift.team, shift.layer) == (team, layer)
            and person in (None, one.person)
            and one.start < window.end
            and window.start < one.end
        )

    return (*(shift for shift in shifts if not stale(shift)), *imported)


Duties = Mapping[str, Iterable[Duty]]


def feed(parts: Sequence[tuple[Team, Duties]], now: datetime, person: str | None = None) -> bytes:
    """A calendar of duties: one person's in all these teams, or everybody's.

    A feed is read without a sign-in by whoever has its address, and lies about on devices and at providers. So it holds
    ids of the roster and of layers and no name: one's own not even one's id.
    """
    calendar = icalendar.Calendar()
    calendar.add("PRODID", "-//crisis-dispatch//on call//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", "On call" if person is not None else f"On call: {', '.join(t.id for t, _ in parts)}")
    for team, layers in parts:
        for layer, duties in layers.items():
            own: dict[str, list[Duty]] = {}
            for duty in duties:
                if person in (None, duty.person):
                    own.setdefault(duty.person, []).append(duty)
            where = f"{team.id} {layer}" if len(parts) > 1 else layer
            for who in sorted(own):
                for window in joined(own[who]):
                    title = f"On call: {where}" if person is not None else f"{where}: {who}"
                    calendar.add_component(_event(window, title, f"{team.id}|{layer}|{who}", now))
    return bytes(calendar.to_ical())


def _event(window: Window, title: str, key: str, now: datetime) -> icalendar.Event:
    event = icalendar.Event()
    # The same duty keeps its UID from one fetch to the next, or phones would show it as deleted and new each time.
    digest = hashlib.sha256(f"{key}|{window.start.isoformat()}".encode()).hexdigest()[:32]
    event.add("UID", f"{digest}@on-call")
    event.add("DTSTAMP", now)
    event.add("DTSTART", window.start)
    event.add("DTEND", window.end)
    event.add("SUMMARY", title)
    return event


def _events(text: str, name: str, start: datetime, end: datetime) -> list[icalendar.Event]:
    try:
        calendar = icalendar.Calendar.from_ical(text)
        often = any(_too_often(event) for event in calendar.walk("VEVENT"))
        query = recurring_ical_events.of(calendar, components=["VEVENT"], skip_bad_series=False)
        # A day more on both sides: events on the team's clock are placed in real time only afterwards.
        events = [] if often else list(query.between(start - timedelta(days=1), end + timedelta(days=1)))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise _refused(name, f"not a calendar that can be read: {type(error).__name__}") from None
    if often or len(events) > MOST:
        raise _refused(name, f"an event repeats by the minute, or there are more than {MOST} in the range")
    return events


def _refused(name: str, problem: str) -> InvalidFile:
    return InvalidFile(f"{name}: {problem}", [Fault(name, problem)])


def _too_often(event: icalendar.Component) -> bool:
    """Expanding such a rule over a year would take minutes; and nobody's shifts are like that."""
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if {str(one).upper() for one in rule.get("FREQ", [])} & {"MINUTELY", "SECONDLY"}:
            return True
    return False


def _instant(value: object, team: Team) -> datetime | None:
    at = getattr(value, "dt", None)
    if isinstance(at, datetime):
        return at.astimezone(UTC) if at.tzinfo is not None else instant(at, team.zone)
    return instant(datetime.combine(at, time(0)), team.zone) if isinstance(at, date) else None

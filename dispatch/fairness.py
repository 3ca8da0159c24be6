"""How the load of a team is shared: hours on call and pages, per person, over any range.

Hours are real hours on call in any layer, each counted once even when a person is in two layers. Nights are the hours
of the policy's night, weekends Saturday and Sunday, holidays the team's public holidays: an hour can be all three.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from dispatch.hours import EVERY_DAY, Hours, night_of, open_windows
from dispatch.publicholidays import holiday_windows
from dispatch.roster import Roster, duties
from dispatch.spans import Duty, Window, joined

Answer = Literal["accepted", "declined", "silent"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PageFact:
    """One page. Silent is a page whose time ran out; no answer (None) one that was taken back, that somebody else had
    answered first, or that is still open."""

    person: str
    at: datetime
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Share:
    """One person's part. Hours are real hours; `pages` counts those without an answer (`PageFact`) too."""

    person: str
    hours: float = 0
    night_hours: float = 0
    weekend_hours: float = 0
    holiday_hours: float = 0
    pages: int = 0
    pages_at_night: int = 0
    accepted: int = 0
    declined: int = 0
    silent: int = 0


def shares(
    roster: Roster,
    team: str,
    people: Iterable[str],
    pages: Iterable[PageFact],
    start: datetime,
    end: datetime,
    night: tuple[time, time],
) -> tuple[Share, ...]:
    """The share of each of `people`, and of anybody else who was on call or paged, in order of their ids.

    Someone with nothing is listed with zeros: who does no nights is half of what this is asked for.
    """
    known = roster.team(team)
    around = (start - _DAY, end + _DAY)
    nights = open_windows((Hours(EVERY_DAY, *night),), known.zone, *around)
    weekends = open_windows((Hours((5, 6)),), known.zone, *around)
    holidays = holiday_windows(known.calendar, known.zone, *around)
    own: dict[str, list[Duty]] = {person: [] for person in people}
    for layer in duties(roster, team, start, end).values():
        for duty in layer:
            own.setdefault(duty.person, []).append(duty)
    paged: dict[str, list[PageFact]] = {}
    for page in pages:
        if start <= page.at < end:
            paged.setdefault(page.person, []).append(page)
    found = []
    for person in sorted(own.keys() | paged.keys()):
        on = joined(own.get(person, ()))
        theirs = paged.get(person, [])
        answers = [page.answer for page in theirs]
        found.append(
            Share(
                person=person,
                hours=_hours(on),
                night_hours=_shared_hours(on, nights),
                weekend_hours=_shared_hours(on, weekends),
                holiday_hours=_shared_hours(on, holidays),
                pages=len(theirs),
                pages_at_night=sum(night_of(page.at, night, known.zone) is not None for page in theirs),
                accepted=answers.count("accepted"),
                declined=answers.count("declined"),
                silent=answers.count("silent"),
            )
        )
    return tuple(found)


def _hours(windows: Iterable[Window]) -> float:
    return sum(((window.end - window.start) / timedelta(hours=1) for window in windows), 0.0)


def _shared_hours(left: Sequence[Window], right: Sequence[Window]) -> float:
    """Hours that lie in both lists, walking each once."""
    total, i, j = 0.0, 0, 0
    while i < len(left) and j < len(right):
        start, end = max(left[i].start, right[j].start), min(left[i].end, right[j].end)
        if start < end:
            total += (end - start) / timedelta(hours=1)
        if left[i].end <= right[j].end:
            i += 1
        else:
            j += 1
    return total

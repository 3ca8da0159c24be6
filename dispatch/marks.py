"""What the service thinks of a person now: everything that brings pages to them or keeps pages away, each with its
reason and until when.

The same facts decide a match (`eligibility`, `ranking`); here they are told to the person, and to whoever looks at who
is on call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.responder import Availability, Standing
from dispatch.roster import OnCall
from dispatch.shiftcheck import State


class What(StrEnum):
    ON_CALL = "on_call"
    OFF_DUTY = "off_duty"
    ON = "on"
    OFF = "off"
    OPTED_OUT = "opted_out"
    BAD_NUMBER = "bad_number"
    #: and the team pages proved numbers only
    UNVERIFIED = "unverified"
    NO_NUMBER = "no_number"
    #: and is paged all the same
    NOT_PROVED = "not_proved"
    RESTING = "resting"
    EXCUSED = "excused"
    HOLDS = "holds"
    PAGE = "page"
    #: asked at the start of the shift, and there is still time
    ASKED = "asked"
    #: the check at the start of the shift has no answer
    SHIFT_CHECK = "shift_check"


_NUMBER = {
    What.OPTED_OUT: "texts were stopped with STOP; START from that telephone brings them back",
    What.BAD_NUMBER: "the number cannot be paged; the roster needs another one",
    What.UNVERIFIED: "no code has shown that it is theirs, and the team pages proved numbers only",
}
_CHECK = {
    State.ASKED: (What.ASKED, "asked by text at the start of the shift; an OK answers it"),
    State.OVERDUE: (What.SHIFT_CHECK, "no answer at the start of the shift in time; an OK still answers it"),
    State.UNDELIVERED: (What.SHIFT_CHECK, "the text at the start of the shift did not arrive"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """`blocks`: no page goes to them for this reason. `until` None: without end, or until they do something about
    it."""

    what: What
    because: str
    blocks: bool = False
    until: datetime | None = None


def marks(
    standing: Standing,
    on: Iterable[OnCall],
    capacity: int,
    now: datetime,
    *,
    has_number: bool = True,
    check: State | None = None,
) -> tuple[Mark, ...]:
    """Everything there is to say, what blocks first. `check` is the state of the check of the spell they are in."""
    found = [
        *_duty(standing, on, now),
        *_number(standing, has_number=has_number),
        *_load(standing, capacity, now),
    ]
    if check in _CHECK:
        found.append(Mark(*_CHECK[check]))
    return tuple(sorted(found, key=lambda mark: not mark.blocks))


def _duty(standing: Standing, on: Iterable[OnCall], now: datetime) -> Iterator[Mark]:
    says = standing.says(now)
    by_roster = list(on)
    for one in by_roster:
        yield Mark(What.ON_CALL, f"in {one.layer}: {one.because}", until=one.until)
    if says is Availability.ON:
        yield Mark(What.ON, "by their own word, or a coordinator's", until=standing.until)
    elif says is Availability.OFF:
        yield Mark(What.OFF, "by their own word, or a coordinator's", blocks=True, until=standing.until)
    elif not by_roster:
        yield Mark(What.OFF_DUTY, "not on call by the roster", blocks=True)


def _number(standing: Standing, *, has_number: bool) -> Iterator[Mark]:
    why = standing.unreachable_because
    if not has_number:
        yield Mark(What.NO_NUMBER, "there is no number on record", blocks=True)
    elif why is not None:
        yield Mark(What(why), _NUMBER[What(why)], blocks=True)
    elif not standing.proved:
        yield Mark(What.NOT_PROVED, "no code has shown that it is theirs; it is paged all the same")


def _load(standing: Standing, capacity: int, now: datetime) -> Iterator[Mark]:
    if standing.open_cases:
        full = standing.open_cases >= capacity
        yield Mark(What.HOLDS, f"holds {standing.open_cases} of {capacity} cases", blocks=full)
    if standing.open_page_ranks:
        yield Mark(What.PAGE, "has a page without an answer")
    if standing.resting_until is not None and standing.resting_until > now:
        yield Mark(What.RESTING, "resting after long work: asked last", until=standing.resting_until)
    if standing.excused_once:
        yield Mark(What.EXCUSED, "excused from the next page after a hard call")

"""What the service thinks of a person now: everything that brings pages to them or keeps pages away, each with its
reason and until when.

The same facts decide a match (`eligibility`, `ranking`); here they are told to the person, and to whoever looks at who
is on call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dispatch.responder import Availability, Standing, Unreachable
from dispatch.roster import OnCall
from dispatch.shiftcheck import State

_NUMBER = {
    Unreachable.OPTED_OUT.value: "texts were stopped with STOP; START from that telephone brings them back",
    Unreachable.BAD_NUMBER.value: "the number cannot be paged; the roster needs another one",
    Unreachable.UNVERIFIED.value: "the number is not proved, and the team pages proved numbers only",
}
_CHECK = {
    State.ASKED: "asked at the start of the shift, no answer yet",
    State.OVERDUE: "did not answer the check at the start of the shift",
    State.UNDELIVERED: "the check at the start of the shift did not arrive",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """`what` is one of on_call, off_duty, on, off, opted_out, bad_number, unverified, no_number, not_proved, resting,
    excused, holds, page, shift_check. `blocks`: no page goes to them for this reason. `until` None: without end, or
    until they do something about it."""

    what: str
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
        found.append(Mark("shift_check", _CHECK[check]))
    return tuple(sorted(found, key=lambda mark: not mark.blocks))


def _duty(standing: Standing, on: Iterable[OnCall], now: datetime) -> Iterator[Mark]:
    says = standing.says(now)
    by_roster = list(on)
    for one in by_roster:
        yield Mark("on_call", f"on call in {one.layer}: {one.because}", until=one.until)
    if says is Availability.ON:
        yield Mark("on", "said ON", until=standing.until)
    elif says is Availability.OFF:
        yield Mark("off", "said OFF", blocks=True, until=standing.until)
    elif not by_roster:
        yield Mark("off_duty", "not on call by the roster", blocks=True)


def _number(standing: Standing, *, has_number: bool) -> Iterator[Mark]:
    why = standing.unreachable_because
    if not has_number:
        yield Mark("no_number", "there is no number on record", blocks=True)
    elif why is not None:
        yield Mark(why, _NUMBER.get(why, why), blocks=True)
    elif not standing.proved:
        yield Mark("not_proved", "the number is not proved; it is paged all the same")


def _load(standing: Standing, capacity: int, now: datetime) -> Iterator[Mark]:
    if standing.open_cases:
        full = standing.open_cases >= capacity
        yield Mark("holds", f"holds {standing.open_cases} of {capacity} cases", blocks=full)
    if standing.open_page_ranks:
        yield Mark("page", "has a page without an answer")
    if standing.resting_until is not None and standing.resting_until > now:
        yield Mark("resting", "resting after long work: asked last", until=standing.resting_until)
    if standing.excused_once:
        yield Mark("excused", "excused from the next page after a hard call")

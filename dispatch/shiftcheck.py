"""Whether a text reaches a person, asked once at the start of each spell of duty; before a page needs to know.

Silence is a fact at the limit, a text that did not arrive is one at once, and an answer is welcome however late. Who is
no longer on at the limit, or has said OFF, is not missed.

Rules for whoever changes this file: a check changes state by a row of `LEAVES` and nowhere else. Answers and delivery
reports may come late, twice and in any order; one without a row leaves the check as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.deadline import Deadline, Meaning
from dispatch.responder import Availability, Standing
from dispatch.spell import Spell

#: A spell that began longer ago is not asked about: what a restart or a new roster finds late would wake people for
#: shifts they have been working for hours.
ASKED_WITHIN = timedelta(hours=1)


class State(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    #: the limit passed without an answer; the coordinator was told
    OVERDUE = "overdue"
    #: the text did not arrive; the coordinator was told
    UNDELIVERED = "undelivered"
    #: after the coordinator was told
    ANSWERED_LATE = "answered_late"
    #: no longer on, or said OFF, when the limit came
    DROPPED = "dropped"


class Event(StrEnum):
    ANSWERED = "answered"
    OVERDUE = "overdue"
    UNDELIVERED = "undelivered"
    #: at the limit, and the person is not expected to answer any more
    LEFT = "left"


LEAVES: dict[State, dict[Event, State]] = {
    State.ASKED: {
        Event.ANSWERED: State.ANSWERED,
        Event.OVERDUE: State.OVERDUE,
        Event.UNDELIVERED: State.UNDELIVERED,
        Event.LEFT: State.DROPPED,
    },
    State.OVERDUE: {Event.ANSWERED: State.ANSWERED_LATE},
    State.UNDELIVERED: {Event.ANSWERED: State.ANSWERED_LATE},
    State.ANSWERED: {},
    State.ANSWERED_LATE: {},
    State.DROPPED: {},
}
#: The coordinator was told, and nothing has been heard since.
MISSED = frozenset({State.OVERDUE, State.UNDELIVERED})
#: An answer still changes something.
WAITING = frozenset({State.ASKED}) | MISSED


@dataclass(frozen=True, slots=True)
class ShiftCheck:
    """One for a team, a person and the `start` of a spell. `layer` is the one the spell begins in."""

    id: str
    team: str
    person: str
    layer: str
    start: datetime
    asked_at: datetime
    due_at: datetime
    state: State = State.ASKED
    answered_at: datetime | None = None
    version: int = 0

    @property
    def deadline(self) -> Deadline | None:
        """When silence becomes an alarm; None once there is an answer, or an alarm."""
        return Deadline(Meaning.SHIFT_CHECK_OVERDUE, self.due_at) if self.state is State.ASKED else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`alarm`: the coordinator hears of it now. `relief`: what they were told has come right."""

    check: ShiftCheck
    changed: bool = False
    alarm: bool = False
    relief: bool = False


def advance(check: ShiftCheck, event: Event, now: datetime) -> Outcome:
    """What an event makes of a check; one that comes too early, or has no row, changes nothing."""
    target = LEAVES[check.state].get(event)
    at_the_limit = event in (Event.OVERDUE, Event.LEFT)
    if target is None or (at_the_limit and now < check.due_at):
        return Outcome(check)
    answered_at = now if event is Event.ANSWERED else check.answered_at
    moved = replace(check, state=target, answered_at=answered_at)
    return Outcome(moved, changed=True, alarm=target in MISSED, relief=check.state in MISSED)


def to_ask(
    spells: Iterable[Spell], standings: Mapping[str, Standing], asked: Iterable[tuple[str, datetime]], now: datetime
) -> tuple[Spell, ...]:
    """The spells whose person is asked now.

    Not asked: who was asked about this spell already (`asked`: person and start); who has said OFF; whom no text
    reaches, which is shown, and has an alarm of its own; and who holds a case. The last keeps `OK` plain: while a
    safety check-in may be waited for, no other text of ours asks for the same word. Their case ended within the hour,
    they are asked then.
    """
    done = frozenset(asked)
    return tuple(
        spell
        for spell in spells
        if spell.start <= now < spell.start + ASKED_WITHIN
        and (spell.end is None or now < spell.end)
        and (spell.person, spell.start) not in done
        and _expected(standings.get(spell.person), now)
        and standings[spell.person].open_cases == 0
    )


def expected(standing: Standing | None, now: datetime) -> bool:
    """Whether somebody on call is missed when they do not answer: on no list of people, or OFF, they are not."""
    return standing is not None and standing.says(now) is not Availability.OFF


def _expected(standing: Standing | None, now: datetime) -> bool:
    return standing is not None and standing.reachable and expected(standing, now)

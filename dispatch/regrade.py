"""Changing a case's urgency by hand. Anyone may raise it; lowering takes a second person, or the QMHP who spoke with
the person in crisis."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.errors import Refused
from dispatch.priority import Urgency


@dataclass(frozen=True, slots=True)
class Raised:
    """Takes effect at once."""

    urgency: Urgency
    by: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """Lower than now: nothing changes until it is confirmed."""

    urgency: Urgency
    by: str


@dataclass(frozen=True, slots=True)
class Lowered:
    """Takes effect; `by` asked for it and `confirmed_by` answers for it."""

    urgency: Urgency
    by: str
    confirmed_by: str


def regrade(current: Urgency, proposed: Urgency, by: str, *, spoke_with_person: bool) -> Raised | Proposed | Lowered:
    """What a person's wish to re-grade means. `spoke_with_person`: `by` is the QMHP who has spoken with the person.

    Raises Refused when nothing would change.
    """
    if proposed is current:
        raise Refused(f"The case is {current} already.")
    if proposed.at_least(current):
        return Raised(proposed, by)
    return Lowered(proposed, by, by) if spoke_with_person else Proposed(proposed, by)


def confirm(current: Urgency, waiting: Proposed, by: str, *, spoke_with_person: bool) -> Lowered:
    """Confirm a lower grade, from one's own sign-in or phone.

    Raises Refused when it is the proposer's own second wish, or when the case is no longer more urgent than that.
    """
    if by == waiting.by and not spoke_with_person:
        raise Refused("Somebody other than the person who proposed it has to confirm a lower urgency.")
    if waiting.urgency.at_least(current):
        raise Refused(f"The case is {current}: there is nothing to lower.")
    return Lowered(waiting.urgency, waiting.by, by)

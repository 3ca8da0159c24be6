"""Swaps: somebody asks a person, or the pool, to take a piece of their shift.

The roster changes in the very transaction in which a swap becomes done or undone, and at no other time. Everybody who
must know hears it by text; whoever speaks for somebody else (a coordinator) is in the ledger under their own name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from dispatch.access import Act, Actor
from dispatch.errors import Refused
from dispatch.flow import matters
from dispatch.flow.rostering import change_overrides
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.flow.swapasks import speaker_of, theirs
from dispatch.flow.swapwords import Voice, told_of
from dispatch.matter import Matter
from dispatch.override import Override
from dispatch.store import people
from dispatch.store.casefiles import Told
from dispatch.store.people import Known
from dispatch.swap import (
    Event,
    Outcome,
    State,
    Swap,
    advance,
    passed_on,
    still_theirs,
    warnings,
    why_not,
)

#: Marks the text read whose answer this is, in the same transaction.
Finish = Callable[[Connection], None]


def take(actor: Actor, svc: Service, swap_id: str, person: str | None = None, finish: Finish | None = None) -> Swap:
    """`person` (without: the actor) says yes. A second yes of the same person changes nothing.

    Raises Refused for whoever comes second, and for somebody the roster has elsewhere.
    """

    def decide(matter: Matter[Swap], now: _Now) -> None:
        who, swap = now.speaker, matter.row
        if swap.taker == who and swap.state in (State.TAKEN, State.DONE):
            if finish is not None:
                # They saw no answer to their first text.
                now.voice.tell(matter, who, "swap_yours" if swap.state is State.DONE else "swap_waiting")
            return
        known = now.pool.get(who)
        if known is not None:
            swap = replace(swap, warnings=warnings(swap, known.responder, now.here.roster, now.here.rules))
        found = advance(swap, Event.TOOK, who, matter.now)
        if found.refused is None:
            _still_possible(swap, now, who)
        _move(actor, now.voice, matter, found, Event.TOOK)

    return _settle(actor, svc, Act.SWAP, swap_id, decide, answer_of=(person,), finish=finish)


def decline(actor: Actor, svc: Service, swap_id: str, person: str | None = None, finish: Finish | None = None) -> Swap:
    """Not for this person. The others go on being asked; when all who were named said no, the giver hears it."""

    def decide(matter: Matter[Swap], now: _Now) -> None:
        found = advance(matter.row, Event.DECLINED, now.speaker, matter.now)
        _move(actor, now.voice, matter, found, Event.DECLINED)
        if finish is not None:
            now.voice.tell(matter, now.speaker, "swap_passed")

    return _settle(actor, svc, Act.SWAP, swap_id, decide, answer_of=(person,), finish=finish)


def withdraw(actor: Actor, svc: Service, swap_id: str) -> Swap:
    """The giver keeps the shift after all; or a coordinator says so for them."""

    def decide(matter: Matter[Swap], now: _Now) -> None:
        theirs(actor, matter.row.team, matter.row.giver)
        found = advance(matter.row, Event.WITHDREW, matter.row.giver, matter.now)
        _move(actor, now.voice, matter, found, Event.WITHDREW)

    return _settle(actor, svc, Act.SWAP, swap_id, decide)


def approve(actor: Actor, svc: Service, swap_id: str) -> Swap:
    """A coordinator agrees; looked at once more on the roster as it is now."""

    def decide(matter: Matter[Swap], now: _Now) -> None:
        found = advance(matter.row, Event.APPROVED, actor.person, matter.now)
        if found.refused is None and matter.row.taker is not None:
            _still_possible(matter.row, now, matter.row.taker)
        _move(actor, now.voice, matter, found, Event.APPROVED)

    return _settle(actor, svc, Act.APPROVE_SWAP, swap_id, decide)


def refuse(actor: Actor, svc: Service, swap_id: str) -> Swap:
    def decide(matter: Matter[Swap], now: _Now) -> None:
        found = advance(matter.row, Event.REFUSED, actor.person, matter.now)
        _move(actor, now.voice, matter, found, Event.REFUSED)

    return _settle(actor, svc, Act.APPROVE_SWAP, swap_id, decide)


def undo(actor: Actor, svc: Service, swap_id: str) -> Swap:
    """The giver has it again. Until it begins, and not once the taker has passed it on: that is undone first."""

    def decide(matter: Matter[Swap], now: _Now) -> None:
        swap = matter.row
        theirs(actor, swap.team, swap.giver, swap.taker)
        found = advance(swap, Event.UNDID, actor.person, matter.now)
        if found.refused is None and passed_on(swap, now.here.roster):
            raise Refused(f"{swap.taker} has passed it on since: undo that first.")
        _move(actor, now.voice, matter, found, Event.UNDID)

    return _settle(actor, svc, Act.SWAP, swap_id, decide)


def begins(actor: Actor, svc: Service, deadline_id: str, swap_id: str) -> int:
    """The shift begins and nobody has it: it stays with whoever had it, and they and the coordinators hear that."""
    teams: list[TeamNow] = []

    def first(conn: Connection, row: Swap) -> None:
        teams[:] = [svc.rosters.team(conn, row.team)]

    def decide(matter: Matter[Swap]) -> None:
        found = advance(matter.row, Event.BEGAN, None, matter.now)
        if found.refused is None:
            # Somebody else has it by now, by an edit of the roster: then there is nothing to tell anybody.
            told = found.tell if still_theirs(matter.row, teams[0].roster) else ()
            voice = Voice(svc.public_url, teams[0].team.zone)
            _move(actor, voice, matter, replace(found, tell=told), Event.BEGAN)

    return matters.fire(actor, svc, deadline_id, Swap, swap_id, decide, first=first)


@dataclass(frozen=True, slots=True)
class _Now:
    """What a decision about a swap looks at besides the swap. `speaker` is whose yes or no it is; "" where it is
    neither."""

    speaker: str
    here: TeamNow
    pool: dict[str, Known]
    voice: Voice


def _settle(
    actor: Actor,
    svc: Service,
    act: Act,
    swap_id: str,
    decide: Callable[[Matter[Swap], _Now], None],
    *,
    answer_of: tuple[str | None] | None = None,
    finish: Finish | None = None,
) -> Swap:
    """Decide while the team's roster cannot change, and put the override where the swap then stands. `answer_of` is the
    person whose yes or no it is, None in it for the actor's own."""
    seen: list[_Now] = []
    before: list[Override | None] = []

    def first(conn: Connection, row: Swap) -> None:
        svc.rosters.lock(conn, svc.record, row.team)
        here = svc.rosters.team(conn, row.team)
        speaker = "" if answer_of is None else speaker_of(actor, answer_of[0], row.team)
        pool = {one.responder.id: one for one in people.pool(conn, row.team, None, svc.clock.now())}
        seen[:] = [_Now(speaker, here, pool, Voice(svc.public_url, here.team.zone))]
        before[:] = [row.override]

    def decided(matter: Matter[Swap]) -> Swap:
        decide(matter, seen[0])
        return matter.row

    def also(conn: Connection, matter: Matter[Swap], _: Told) -> None:
        was, after = before[0], matter.row.override
        if after is not None and was is None:
            change_overrides(svc, conn, matter.row.team, lambda found: (*found, after))
        elif was is not None and after is None:
            change_overrides(svc, conn, matter.row.team, lambda found: tuple(o for o in found if o != was))
        if finish is not None:
            finish(conn)

    return matters.settle(actor, svc, act, Swap, swap_id, decided, first=first, also=also)


def _move(actor: Actor, voice: Voice, matter: Matter[Swap], found: Outcome, event: Event) -> None:
    """Put the changed swap back, say so, and tell everybody who must hear. Raises Refused with the rule's reason."""
    if found.refused is not None:
        raise Refused(f"{found.refused[:1].upper()}{found.refused[1:]}.")
    swap = found.swap
    matter.put(swap)
    matter.say("swap", swap=swap.id, event=event.value, state=swap.state.value, giver=swap.giver, taker=swap.taker)
    coordinators = [person for person in matter.office.coordinators if person != actor.person]
    said: set[str] = set()
    for role in found.tell:
        for person, words in told_of(swap, role, coordinators):
            if person not in said:
                said.add(person)
                voice.tell(matter, person, words)


def _still_possible(swap: Swap, now: _Now, taker: str) -> None:
    known = now.pool.get(taker)
    reason = "is nobody who can be paged here" if known is None else why_not(swap, known.responder, now.here.roster)
    if reason is not None:
        raise Refused(f"{taker}: {reason}.")
    if not still_theirs(swap, now.here.roster):
        raise Refused(f"The roster has changed: {swap.giver} is not on call for all of it any more.")

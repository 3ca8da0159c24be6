"""Swaps: somebody asks a person, or the pool, to take a piece of their shift.

The roster changes in the very transaction in which a swap becomes done or undone, and at no other time. Everybody who
must know hears it by text; whoever speaks for somebody else (a coordinator) is in the ledger under their own name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from dispatch import swapcodes
from dispatch.access import Act, Actor, Role, check
from dispatch.errors import Fault, InvalidInput, NotAllowed, Refused
from dispatch.flow import matters
from dispatch.flow.rostering import change_overrides
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.flow.swapwords import Voice, told_of
from dispatch.matter import Matter
from dispatch.override import Override
from dispatch.roster import Roster
from dispatch.store import people, schema
from dispatch.store.casefiles import Told
from dispatch.store.people import Known
from dispatch.swap import (
    OPEN,
    Event,
    Outcome,
    State,
    Swap,
    advance,
    passed_on,
    pieces,
    still_theirs,
    warnings,
    why_not,
)

#: A code is not given to another swap for this long after its shift: a late answer must find its own.
CODE_REST = timedelta(days=7)
Finish = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants others to take. `end` None is the end of the stretch of duty that `start` lies in; `asked`
    empty is the whole pool of the team; `giver` None is whoever asks."""

    team: str
    layer: str
    start: datetime
    end: datetime | None = None
    asked: tuple[str, ...] = ()
    giver: str | None = None


def ask(actor: Actor, svc: Service, wanted: Ask) -> str:
    """Ask; the id of the swap. Raises InvalidInput for what is not the giver's to give or who cannot take it, and
    Refused when it is asked for already."""
    giver = _speaker(actor, wanted.giver, wanted.team)
    told: list[str] = []
    voices: list[Voice] = []

    def make(conn: Connection) -> Swap:
        now = svc.clock.now()
        here = svc.rosters.team(conn, wanted.team)
        # Two asks at once for the same hours: the second one waits here and then finds the first.
        svc.rosters.lock(conn, svc.record, wanted.team)
        swap = Swap(
            id=svc.new_id(),
            team=wanted.team,
            layer=wanted.layer,
            giver=giver,
            start=wanted.start,
            end=_end(here.roster, wanted, giver, now),
            asked=frozenset(wanted.asked),
            needs_approval=here.team.settings.approve_swaps,
            code=_code(svc, conn, now),
        )
        _not_yet_asked(conn, swap)
        pool = {one.responder.id: one for one in people.pool(conn, swap.team, None, now)}
        told[:] = _whom(swap, wanted, pool, here.roster)
        voices[:] = [Voice(svc.public_url, here.team.zone)]
        return swap

    def decide(matter: Matter[Swap]) -> str:
        swap = matter.row
        matter.say("swap", swap=swap.id, event="asked", state=swap.state.value, giver=giver, layer=swap.layer)
        for person in told:
            voices[0].tell(matter, person, "swap_asked")
        if giver != actor.person:
            voices[0].tell(matter, giver, "swap_asked_for")
        return swap.id

    return matters.begin(actor, svc, Act.SWAP, wanted.team, make, decide)


def take(actor: Actor, svc: Service, swap_id: str, person: str | None = None, finish: Finish | None = None) -> Swap:
    """`person` (without: the actor) says yes. A second yes of the same person changes nothing.

    Raises Refused for whoever comes second, and for somebody the roster has elsewhere.
    """

    def decide(matter: Matter[Swap], now: _Now) -> None:
        who, swap = now.speaker, matter.row
        if swap.taker == who and swap.state in (State.TAKEN, State.DONE):
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
        _theirs(actor, matter.row.team, matter.row.giver)
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
        _theirs(actor, swap.team, swap.giver, swap.taker)
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
        speaker = "" if answer_of is None else _speaker(actor, answer_of[0], row.team)
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


def _speaker(actor: Actor, person: str | None, team: str) -> str:
    """Whose word it is: the actor's own, or somebody's for whom a coordinator speaks."""
    who = person or actor.person
    if who is None:
        raise InvalidInput("person: say who", [Fault("person", "say who: this sign-in belongs to nobody on a roster")])
    _theirs(actor, team, who)
    return who


def _theirs(actor: Actor, team: str, *persons: str | None) -> None:
    if actor.person is not None and actor.person in persons:
        return
    check(actor, Act.MANAGE_ROSTER, team)
    if not actor.roles & {Role.COORDINATOR, Role.SYSTEM}:
        raise NotAllowed("Only a coordinator speaks for somebody else.")


def _end(roster: Roster, wanted: Ask, giver: str, now: datetime) -> datetime:
    """The end of what is asked for, once it is sure that all of it is the giver's duty in that layer, and ahead."""
    soon = wanted.start + timedelta(microseconds=1)
    own = [p for p in pieces(roster, wanted.team, giver, wanted.start, soon) if p.layer == wanted.layer]
    if not own:
        raise _wrong("from", f"{giver} is not on call in {wanted.layer} then")
    if wanted.start <= now:
        raise _wrong("from", "it has begun; change what is left of it by an override")
    if wanted.end is None and own[0].endless:
        raise _wrong("to", "this duty goes on for weeks: say until when")
    end = wanted.end or own[0].end
    if end <= wanted.start:
        raise _wrong("to", "must be after from")
    if end > own[0].end:
        raise _wrong("to", "is later than the end of this duty")
    return end


def _not_yet_asked(conn: Connection, swap: Swap) -> None:
    s = schema.swaps.c
    same = select(s.id).where(s.team == swap.team, s.layer == swap.layer, s.giver == swap.giver)
    running = same.where(s.state.in_([state.value for state in OPEN]), s.start < swap.end, s.end > swap.start)
    if conn.execute(running).first() is not None:
        raise Refused("Others are asked to take this already: withdraw that first.")


def _whom(swap: Swap, wanted: Ask, pool: dict[str, Known], roster: Roster) -> list[str]:
    """Who is asked by text: those named, or everybody of the pool who could take it."""
    faults = []
    for n, person in enumerate(wanted.asked):
        known = pool.get(person)
        reason = "is nobody who can be paged here" if known is None else why_not(swap, known.responder, roster)
        if person == swap.giver:
            reason = "it is their own shift"
        if reason is not None:
            faults.append(Fault(f"asked.{n}", reason))
    if faults:
        raise InvalidInput("; ".join(f"{fault.field}: {fault.problem}" for fault in faults), faults)
    if wanted.asked:
        return sorted(set(wanted.asked))
    able = [id_ for id_, one in pool.items() if id_ != swap.giver and why_not(swap, one.responder, roster) is None]
    if not able:
        raise Refused("Nobody of the team could take it: all are on call in this layer then, or away.")
    return able


def _code(svc: Service, conn: Connection, now: datetime) -> str:
    s = schema.swaps.c
    taken = frozenset(conn.scalars(select(s.code).where(s.end > now - CODE_REST)))
    return swapcodes.pick(taken, int(svc.new_id(), 16))


def _wrong(field: str, problem: str) -> InvalidInput:
    return InvalidInput(f"{field}: {problem}", [Fault(field, problem)])

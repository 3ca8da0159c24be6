"""Asking others to take a piece of a shift: whose it is, of what, and who can be asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from dispatch import swapcodes
from dispatch.access import Act, Actor, Role, check
from dispatch.errors import Fault, InvalidInput, NotAllowed, Refused
from dispatch.flow import matters
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.flow.swapwords import Voice
from dispatch.hours import night_of
from dispatch.matter import Matter
from dispatch.roster import Roster
from dispatch.store import people, schema
from dispatch.store.people import Known
from dispatch.swap import OPEN, Swap, pieces, why_not

#: A code is not given to another swap for this long after its shift: a late answer must find its own.
CODE_REST = timedelta(days=7)
#: A shift that begins less than this after the night is asked for in the night.
TO_ANSWER = timedelta(hours=4)


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
    giver = speaker_of(actor, wanted.giver, wanted.team)
    told: list[str] = []
    voices: list[Voice] = []
    after: list[datetime | None] = []

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
        after[:] = [_morning(swap, here, now)]
        return swap

    def decide(matter: Matter[Swap]) -> str:
        swap = matter.row
        matter.say("swap", swap=swap.id, event="asked", state=swap.state.value, giver=giver, layer=swap.layer)
        for person in told:
            voices[0].tell(matter, person, "swap_asked", after[0])
        if giver != actor.person:
            voices[0].tell(matter, giver, "swap_asked_for")
        return swap.id

    return matters.begin(actor, svc, Act.SWAP, wanted.team, make, decide)


def speaker_of(actor: Actor, person: str | None, team: str) -> str:
    """Whose word it is: the actor's own, or somebody's for whom a coordinator speaks."""
    who = person or actor.person
    if who is None:
        raise InvalidInput("person: say who", [Fault("person", "say who: this sign-in belongs to nobody on a roster")])
    theirs(actor, team, who)
    return who


def theirs(actor: Actor, team: str, *persons: str | None) -> None:
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


def _morning(swap: Swap, here: TeamNow, now: datetime) -> datetime | None:
    """When whoever is asked at night is texted: in the morning, if the shift leaves time enough; None is now. Their
    telephones let our number through, and it must not wake a whole team for next week's shift."""
    night = night_of(now, here.policy.limits.night, here.team.zone)
    return night.end if night is not None and swap.start >= night.end + TO_ANSWER else None


def _code(svc: Service, conn: Connection, now: datetime) -> str:
    s = schema.swaps.c
    taken = frozenset(conn.scalars(select(s.code).where(s.end > now - CODE_REST)))
    return swapcodes.pick(taken, int(svc.new_id(), 16))


def _wrong(field: str, problem: str) -> InvalidInput:
    return InvalidInput(f"{field}: {problem}", [Fault(field, problem)])

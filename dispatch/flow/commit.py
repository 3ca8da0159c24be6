"""Load, decide, commit: the only way a case changes.

    commit(actor, svc, act, case_id, decide)

1. one SQL transaction: load the case file (its row locked), the team's policy and office
2. check that the actor may do this in the case's team
3. `decide(turn)`: pure; what it wants done and said is in the turn
4. save rows, deadlines, effects; the ledger entries last
5. after the commit: tell the queue what changed, and let a worker look

A lost race (Conflict) starts again from 1, at most three times: the decision is made anew on what is true then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from dispatch.access import Act, Actor, check
from dispatch.casefile import CaseFile, Turn
from dispatch.errors import Conflict
from dispatch.flow import aftermath
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.queue import MirrorChanges
from dispatch.store import casefiles, ledger
from dispatch.store.casefiles import Saving, Told
from dispatch.store.ledger import Entry

T = TypeVar("T")
TRIES = 3


def retrying(work: Callable[[], T]) -> T:
    """Run `work`, again when it lost a race, at most TRIES times in all."""
    for _ in range(TRIES - 1):
        try:
            return work()
        except Conflict:
            continue
    return work()


def turn_for(actor: Actor, svc: Service, conn: Connection, file: CaseFile, now: datetime) -> Turn:
    """A turn on this file, with its team's policy and office as they are in this transaction."""
    return turns_for(actor, svc, conn, [file], now)[0][1]


def turns_for(
    actor: Actor,
    svc: Service,
    conn: Connection,
    files: Sequence[CaseFile],
    now: datetime,
    known: Iterable[TeamNow] = (),
) -> list[tuple[CaseFile, Turn]]:
    """Each file with a turn on it; a team is looked up once however many of its files there are, and not at all when
    it is one of `known`, which were read in this transaction."""
    teams = {team.team.id: team for team in known}
    teams |= {team: svc.rosters.team(conn, team) for team in {file.case.team for file in files} - teams.keys()}
    found = ((file, teams[file.case.team]) for file in files)
    return [(file, Turn(file, now, team.policy, team.office, actor.id, svc.new_id)) for file, team in found]


def commit(
    actor: Actor,
    svc: Service,
    act: Act,
    case_id: str,
    decide: Callable[[Turn], T],
    *,
    first: Callable[[Connection, CaseFile], None] | None = None,
    also: Callable[[Connection, Turn], None] | None = None,
) -> T:
    """Decide once about one case and commit it. `first` reads what the decision needs besides the file, `also` writes
    further rows of the same transaction (a note, an inbox row).

    Raises NotFound, NotAllowed, whatever `decide` raises, and Conflict after the last try.
    """

    def once() -> T:
        now = svc.clock.now()
        with svc.record.write() as conn:
            file = casefiles.load(conn, svc.record, case_id)
            check(actor, act, file.case.team)
            if first is not None:
                first(conn, file)
            turn = turn_for(actor, svc, conn, file, now)
            result = decide(turn)
            if also is not None:
                also(conn, turn)
            told = store(svc, conn, [(file, turn)], now)
        mirror(svc, told)
        return result

    return retrying(once)


def store(svc: Service, conn: Connection, turns: Sequence[tuple[CaseFile | None, Turn]], now: datetime) -> Told:
    """Save what turns decided, ledger last. Nothing may follow in the transaction."""
    told, said = save(svc, conn, turns, now)
    told.ledger_no = ledger.append(conn, said)
    return told


def save(
    svc: Service, conn: Connection, turns: Sequence[tuple[CaseFile | None, Turn]], now: datetime
) -> tuple[Told, list[Entry]]:
    """Save what turns decided, with what follows for people whose work they ended; the entries are the caller's to
    append, last."""
    savings = [Saving(before, t.file, t.effects, t.nudge) for before, t in turns]
    told = casefiles.save(conn, savings, now, svc.new_id)
    after = [entry for before, t in turns for entry in aftermath.follow(svc, conn, told, before, t)]
    return told, [*(entry for _, t in turns for entry in _entries(t)), *after]


def _entries(turn: Turn) -> list[Entry]:
    case = turn.case
    return [Entry(turn.now, turn.actor, said.kind, case.id, case.team, said.data) for said in turn.said]


def mirror(svc: Service, told: Told) -> None:
    """Tell the queue. It may be gone: then the ticker works from the record, and a rebuild follows when it is back."""
    svc.queue.mirror(
        MirrorChanges(
            waiting_put=told.waiting_put,
            waiting_remove=told.waiting_remove,
            timers_arm=told.timers_arm,
            timers_disarm=told.timers_disarm,
            ledger_no=told.ledger_no,
            nudge_teams=told.teams,
        )
    )

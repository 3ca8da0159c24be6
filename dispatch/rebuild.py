"""Fills Redis again from the record. It may be run at any moment, by anyone, any number of times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from dispatch.case import UNFILLED
from dispatch.flow.service import Service
from dispatch.priority import Place
from dispatch.queue import QueueDown
from dispatch.store import schema
from dispatch.store.tables_contacts import OPEN_CASES


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What differed before: entries the record has and Redis lacked, and the other way round. `filled` is False when
    Redis is down."""

    filled: bool
    waiting: int = 0
    timers: int = 0
    waiting_missing: int = 0
    waiting_stale: int = 0
    timers_missing: int = 0
    timers_stale: int = 0


def _what_it_had(svc: Service, teams: Iterable[str]) -> tuple[dict[str, set[str]], set[str]]:
    """Only to be told. Other data under a key of ours cannot be read, and is what is replaced."""
    try:
        had = {team: set(svc.queue.waiting.members(team)) for team in teams}
        return had, {due.deadline_id for due in svc.queue.timers.all()}
    except (QueueDown, ValueError):
        return {team: set() for team in teams}, set()


def rebuild(svc: Service) -> Rebuilt:
    """Waiting sets and timers as the record has them now; the places of cases and the times of deadlines alone."""
    try:
        run_id = svc.queue.epoch.begin()
        with svc.record.read() as conn:
            c, d = schema.cases, schema.deadlines
            waiting: dict[str, list[Place]] = {team: [] for team in conn.scalars(select(schema.teams.c.id))}
            open_ones = select(c.c.team, c.c.rank, c.c.respond_by, c.c.logged_at, c.c.id)
            for row in conn.execute(open_ones.where(OPEN_CASES, c.c.state.in_([s.value for s in UNFILLED]))):
                waiting[row.team].append(Place(row.rank, row.respond_by, row.logged_at, row.id))
            timers = {row.id: row.due_at for row in conn.execute(select(d.c.id, d.c.due_at))}
        had, had_timers = _what_it_had(svc, waiting)
        for team, places in waiting.items():
            svc.queue.waiting.replace(team, places)
        svc.queue.timers.replace(timers.items())
        svc.queue.epoch.rebuilt(run_id)
    except QueueDown:
        return Rebuilt(filled=False)
    for team in waiting:
        svc.queue.nudge(team)
    wanted = {team: {p.member for p in places} for team, places in waiting.items()}
    return Rebuilt(
        filled=True,
        waiting=sum(len(members) for members in wanted.values()),
        timers=len(timers),
        waiting_missing=sum(len(wanted[t] - had[t]) for t in wanted),
        waiting_stale=sum(len(had[t] - wanted[t]) for t in wanted),
        timers_missing=len(timers.keys() - had_timers),
        timers_stale=len(had_timers - timers.keys()),
    )

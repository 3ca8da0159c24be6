"""What follows for people when their work on a case is over: rest after long work, and after a hard call a talk and an
excuse. Part of the commit that ends the work, whichever way it ended."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, or_, select

from dispatch.alarm import Kind
from dispatch.case import State
from dispatch.casefile import CaseFile, Turn
from dispatch.debrief import OFFER_STANDS, Debrief, distressing
from dispatch.effects import Tell
from dispatch.flow.service import Service
from dispatch.rest import EXCUSED, resting_until
from dispatch.spans import Window
from dispatch.store import casefiles, outbox, people, schema
from dispatch.store.among import among
from dispatch.store.casefiles import Told, effect_row
from dispatch.store.ledger import Entry
from dispatch.store.rows import insert_rows

_OVER = frozenset({State.CLEARED, State.CLOSED})


def follow(svc: Service, conn: Connection, told: Told, before: CaseFile | None, turn: Turn) -> list[Entry]:
    """Rest and debriefs for whoever's work this turn ended. Its rows must be saved already."""
    if before is None:
        return []
    working = {a.id for a in before.assignments if a.open and a.cleared_at is None}
    after = {a.id: a for a in turn.file.assignments}
    done = [after[id_].person for id_ in working if not (after[id_].open and after[id_].cleared_at is None)]
    entries = _rest(conn, turn, sorted(done)) if done else []
    if turn.case.state in _OVER and before.case.state is not turn.case.state:
        # Whoever only owes the disposition is still on the case when it is closed, and worked on it.
        here = {a.person for a in before.assignments if a.open}
        entries += _debriefs(svc, conn, told, turn, sorted(here))
    return entries


_WORK = (
    select(
        schema.assignments.c.person,
        schema.assignments.c.since,
        func.coalesce(schema.assignments.c.cleared_at, schema.assignments.c.ended_at).label("until"),
    )
    .where(among(schema.assignments.c.person, "people"))
    .where(or_(schema.assignments.c.ended_at.is_(None), schema.assignments.c.ended_at >= bindparam("since")))
)


def _rest(conn: Connection, turn: Turn, done: list[str]) -> list[Entry]:
    periods: dict[str, list[Window]] = {}
    for person, since, until in conn.execute(_WORK, {"people": done, "since": turn.now - people.WEEK}):
        periods.setdefault(person, []).append(Window(since, until or turn.now))
    entries = []
    for person in done:
        until = resting_until(periods.get(person, ()), turn.now, turn.policy.limits.rest_after)
        if until is not None:
            people.set_fields(conn, person, {"resting_until": until})
            entries.append(_entry(turn, "resting", person=person, until=until))
    return entries


def _debriefs(svc: Service, conn: Connection, told: Told, turn: Turn, here: list[str]) -> list[Entry]:
    # While somebody's safety alarm rings another may be holding their telephone: the offer waits for the close.
    in_danger = {alarm.subject for alarm in turn.file.alarms if alarm.open and alarm.kind is Kind.SAFETY}
    hard = {who: why for who in here if who not in in_danger and (why := distressing(turn.file, who))}
    if not hard:
        return []
    d = schema.debriefs.c
    offered = set(conn.scalars(select(d.person).where(d.case_id == turn.case.id, d.person.in_(list(hard)))))
    entries = []
    for person, why in hard.items():
        if person in offered:
            continue
        debrief = Debrief(
            id=svc.new_id(),
            team=turn.case.team,
            case_id=turn.case.id,
            person=person,
            because=why,
            offered_at=turn.now,
            due_at=turn.now + OFFER_STANDS,
        )
        insert_rows(conn, [debrief])
        casefiles.set_clocks(conn, told, [(debrief, debrief.team, None)], svc.new_id)
        people.set_fields(conn, person, {"excused_until": turn.now + EXCUSED})
        words = Tell(person, "debrief_offered", {"code": turn.case.code})
        outbox.add(conn, [effect_row(words, debrief.team, None, 0, svc.new_id, turn.now)], turn.now)
        told.teams.add(debrief.team)
        # Not in the case's own history: who was offered a talk is theirs to tell.
        data = {"debrief": debrief.id, "person": person, "event": "offered", "state": debrief.state.value}
        entries.append(Entry(turn.now, turn.actor, "debrief", None, debrief.team, data))
    return entries


def _entry(turn: Turn, kind: str, **data: object) -> Entry:
    return Entry(turn.now, turn.actor, kind, turn.case.id, turn.case.team, data)

"""Load, decide, commit for what a team settles outside any case: see `dispatch.matter`.

    settle(actor, svc, act, Swap, swap_id, decide)

is to a matter what `commit.commit` is to a case. `begin` opens a new one, `fire` is its clock. What changes cases too
(a hand-off that is taken) saves its case turns first and then calls `save` in the same transaction; the ledger comes
last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, select

from dispatch.access import Act, Actor, check
from dispatch.debrief import Debrief
from dispatch.departure import Departure
from dispatch.errors import NotFound
from dispatch.flow import service_alarms
from dispatch.flow.commit import mirror, retrying
from dispatch.flow.service import Service
from dispatch.handoff import Handoff
from dispatch.matter import Matter, Row
from dispatch.shiftcheck import ShiftCheck
from dispatch.signature import Signature
from dispatch.store import casefiles, ledger, outbox, schema
from dispatch.store.casefiles import Told, effect_row
from dispatch.store.ledger import Entry
from dispatch.store.rows import OWNERS, TABLES, insert_rows, load_rows, update_rows
from dispatch.swap import Swap

R = TypeVar("R", bound=Row)
T = TypeVar("T")
First = Callable[[Connection, R], None]
Also = Callable[[Connection, Matter[R], Told], None]


def settle(
    actor: Actor,
    svc: Service,
    act: Act,
    cls: type[R],
    row_id: str,
    decide: Callable[[Matter[R]], T],
    *,
    first: First[R] | None = None,
    also: Also[R] | None = None,
) -> T:
    """Decide once about one row and commit it. `first` reads what the decision needs besides the row, `also` writes
    further rows of the same transaction.

    Raises NotFound, NotAllowed, whatever `decide` raises, and Conflict after the last try.
    """

    def once() -> T:
        with svc.record.write() as conn:
            row = load(conn, cls, row_id)
            check(actor, act, row.team)
            if first is not None:
                first(conn, row)
            matter = matter_of(actor, svc, conn, row)
            result = decide(matter)
            told = Told()
            if also is not None:
                also(conn, matter, told)
            told.ledger_no = ledger.append(conn, save(svc, conn, told, row, matter))
        mirror(svc, told)
        return result

    return retrying(once)


def begin(
    actor: Actor,
    svc: Service,
    act: Act,
    team: str,
    make: Callable[[Connection], R],
    decide: Callable[[Matter[R]], T],
) -> T:
    """Open a matter: `make` builds the row from what it reads in the transaction, `decide` says who hears of it."""

    def once() -> T:
        check(actor, act, team)
        with svc.record.write() as conn:
            matter = matter_of(actor, svc, conn, make(conn))
            result = decide(matter)
            told = Told()
            told.ledger_no = ledger.append(conn, save(svc, conn, told, None, matter))
        mirror(svc, told)
        return result

    return retrying(once)


def fire(
    actor: Actor,
    svc: Service,
    deadline_id: str,
    cls: type[R],
    row_id: str,
    decide: Callable[[Matter[R]], None],
    *,
    first: First[R] | None = None,
) -> int:
    """The row's clock has run out: decide only while the deadline that was claimed still stands. Returns how many
    fired."""

    def once() -> int:
        with svc.record.write() as conn:
            found = load_rows(conn, cls, "id", [row_id])
            due = schema.deadlines
            stands = conn.execute(select(due.c.id).where(due.c.id == deadline_id)).first()
            if not found or stands is None:
                return 0
            if first is not None:
                first(conn, found[0])
            matter = matter_of(actor, svc, conn, found[0])
            decide(matter)
            told = Told()
            told.ledger_no = ledger.append(conn, save(svc, conn, told, found[0], matter))
        mirror(svc, told)
        return 1

    return retrying(once)


def load(conn: Connection, cls: type[R], row_id: str) -> R:
    """Raises NotFound."""
    found = load_rows(conn, cls, "id", [row_id])
    if not found:
        raise NotFound(f"There is no such {_name(cls)}.")
    return found[0]


def matter_of(actor: Actor, svc: Service, conn: Connection, row: R) -> Matter[R]:
    return Matter(row, svc.clock.now(), svc.rosters.team(conn, row.team).office, actor.id, svc.new_id)


def save(svc: Service, conn: Connection, told: Told, before: R | None, matter: Matter[R]) -> list[Entry]:
    """Write what was decided and return its ledger entries, which the caller appends last. Raises Conflict when
    somebody else changed the row meanwhile."""
    row, now = matter.row, matter.now
    if before is None:
        insert_rows(conn, [row])
    elif row != before:
        update_rows(conn, [row])
    was = before.deadline if before is not None else None
    if row.deadline is None and was is not None:
        told.timers_disarm += casefiles.stop_clocks(conn, [row.id])
    elif row.deadline is not None and row.deadline != was:
        if was is not None:
            told.timers_disarm += casefiles.stop_clocks(conn, [row.id])
        casefiles.set_clocks(conn, told, [(row, row.team, None)], svc.new_id)
    outbox.add(conn, [effect_row(e, row.team, None, 0, svc.new_id, now) for e in matter.effects], now)
    told.teams.add(row.team)
    # What is about a case, though it is none of its rows, is read in that case's history.
    case_id: str | None = getattr(row, "case_id", None)
    entries = [Entry(now, matter.actor, said.kind, case_id, row.team, said.data) for said in matter.said]
    for alarm in matter.alarms:
        entries += service_alarms.open_for(
            svc, conn, told, [row.team], alarm.kind, alarm.because, now, matter.actor, subject=alarm.subject
        )
    return entries


#: Rows with a clock of their own while they are in one of these states.
_TICKING: tuple[tuple[type[Row], tuple[str, ...]], ...] = (
    (Swap, ("asked", "taken")),
    (Handoff, ("offered",)),
    (ShiftCheck, ("asked",)),
    (Departure, ("coming",)),
    (Debrief, ("offered", "wanted")),
    (Signature, ("asked", "overdue", "returned")),
)


def repair(svc: Service) -> int:
    """Give every row its deadline back that should have one and has none; how many those were."""
    d, told, mended = schema.deadlines.c, Told(), 0
    with svc.record.read() as conn:
        lost = [(cls, list(conn.scalars(_without_clock(cls, states).limit(100)))) for cls, states in _TICKING]
    for cls, ids in lost:
        if not ids:
            continue
        with svc.record.write() as conn:
            kept = set(conn.scalars(select(d.owner_id).where(d.owner_id.in_(ids))))
            rows = [row for row in load_rows(conn, cls, "id", ids) if row.id not in kept and row.deadline is not None]
            casefiles.set_clocks(conn, told, [(row, row.team, None) for row in rows], svc.new_id)
            mended += len(rows)
    if mended:
        mirror(svc, told)
    return mended


def _without_clock(cls: type[Row], states: tuple[str, ...]) -> Select[Any]:
    table, d = TABLES[cls], schema.deadlines.c
    ours = (d.owner_kind == OWNERS[cls].value) & (d.owner_id == table.c.id)
    query = select(table.c.id).outerjoin(schema.deadlines, ours)
    return query.where(table.c.state.in_(states), d.id.is_(None))


def _name(cls: type[Row]) -> str:
    return {"Handoff": "hand-off", "ShiftCheck": "shift check"}.get(cls.__name__, cls.__name__.lower())

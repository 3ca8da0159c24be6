"""Case files in and out of the record: loaded whole, and saved as what changed.

Saving writes new rows, changed rows under their version guard, the deadlines that moved, and the effects, and returns
what the queue must be told. The ledger is not written here: it is the transaction's last statement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from dispatch.alarm import Alarm
from dispatch.case import UNFILLED, Case
from dispatch.casefile import CaseFile, Row
from dispatch.effects import AnswerNumber, Bridge, Effect, Ring, SendPage, Tell
from dispatch.errors import NotFound
from dispatch.escalation import Escalation
from dispatch.page import Page
from dispatch.priority import Place
from dispatch.recontact import Assignment, Emergency, Recontact
from dispatch.store import deadlines, outbox, schema
from dispatch.store.among import among
from dispatch.store.deadlines import DeadlineRow
from dispatch.store.engine import Record
from dispatch.store.rows import OWNERS, insert_rows, load_rows, update_rows


@dataclass(slots=True)
class Told:
    """What the queue must be told after the commit: places, timers, teams to look at."""

    waiting_put: list[tuple[str, Place]] = field(default_factory=list)
    waiting_remove: list[tuple[str, str]] = field(default_factory=list)
    timers_arm: list[tuple[str, datetime]] = field(default_factory=list)
    timers_disarm: list[str] = field(default_factory=list)
    teams: set[str] = field(default_factory=set)
    ledger_no: int | None = None


def load(conn: Connection, record: Record, case_id: str, *, lock: bool = True) -> CaseFile:
    """One case file, its row locked until commit when `lock`. Raises NotFound."""
    files = load_many(conn, record, [case_id], lock=lock)
    if not files:
        raise NotFound("There is no such case.")
    return files[0]


def load_many(conn: Connection, record: Record, case_ids: Sequence[str], *, lock: bool = True) -> list[CaseFile]:
    """Case files in the order of `case_ids`; unknown ids are left out. Locks in id order, so that two never wait for
    each other."""
    if not case_ids:
        return []
    if lock and record.dialect == "postgresql":
        ids = select(schema.cases.c.id).where(schema.cases.c.id.in_(case_ids)).order_by(schema.cases.c.id)
        conn.execute(record.for_update(ids)).all()
    cases = {c.id: c for c in load_rows(conn, Case, "id", case_ids)}
    shelves: dict[str, dict[str, list[Any]]] = {}
    for shelf, cls in _SHELVES:
        by_case: dict[str, list[Any]] = {}
        for row in load_rows(conn, cls, "case_id", case_ids):
            by_case.setdefault(row.case_id, []).append(row)
        shelves[shelf] = by_case
    return [
        CaseFile(cases[id_], **{shelf: tuple(rows.get(id_, ())) for shelf, rows in shelves.items()})
        for id_ in case_ids
        if id_ in cases
    ]


_SHELVES: tuple[tuple[str, Any], ...] = (
    ("escalations", Escalation),
    ("pages", Page),
    ("alarms", Alarm),
    ("assignments", Assignment),
    ("recontacts", Recontact),
    ("emergencies", Emergency),
)


@dataclass(frozen=True, slots=True)
class Saving:
    """One case file before (None when it is new) and after a decision, and the effects decided with it."""

    before: CaseFile | None
    after: CaseFile
    effects: Sequence[Effect]
    nudge: bool = False


def save(conn: Connection, savings: Sequence[Saving], now: datetime, new_id: Callable[[], str]) -> Told:
    """Write what changed. Raises Conflict when a guarded row was changed by somebody else meanwhile."""
    told = Told()
    added: list[Row] = []
    changed: list[Row] = []
    clocks: list[tuple[Row, Case]] = []
    stopped: list[str] = []
    for saving in savings:
        before = {r.id: r for r in saving.before.rows()} if saving.before else {}
        case = saving.after.case
        for row in saving.after.rows():
            was = before.get(row.id)
            if was == row:
                continue
            (added if was is None else changed).append(row)
            if row.deadline is not None and (was is None or was.deadline != row.deadline):
                clocks.append((row, case))
                if was is not None and was.deadline is not None:
                    stopped.append(row.id)
            elif row.deadline is None and was is not None and was.deadline is not None:
                stopped.append(row.id)
        _tell_place(told, saving, case)
    # Changes first: a case has one open run at the most, and the run that ends here makes room for the one that begins.
    update_rows(conn, changed)
    insert_rows(conn, added)
    told.timers_disarm += stop_clocks(conn, stopped)
    set_clocks(conn, told, [(row, case.team, case.id) for row, case in clocks], new_id)
    outbox.add(conn, [row for s in savings for row in _effect_rows(s, new_id, now)], now)
    return told


def stop_clocks(conn: Connection, owners: Sequence[str]) -> list[str]:
    """Take away the deadlines of these rows; returns the deadlines' ids."""
    return list(conn.scalars(_STOP, {"owners": list(owners)})) if owners else []


_STOP = delete(schema.deadlines).where(among(schema.deadlines.c.owner_id, "owners")).returning(schema.deadlines.c.id)


def set_clocks(
    conn: Connection, told: Told, rows: Sequence[tuple[Any, str, str | None]], new_id: Callable[[], str]
) -> None:
    clocks = [
        DeadlineRow(
            new_id(), OWNERS[type(row)].value, row.id, row.deadline.meaning.value, row.deadline.due_at, team, case_id
        )
        for row, team, case_id in rows
        if row.deadline is not None
    ]
    deadlines.put(conn, clocks)
    told.timers_arm += [(clock.id, clock.due_at) for clock in clocks]


def _tell_place(told: Told, saving: Saving, case: Case) -> None:
    was = saving.before.case if saving.before else None
    waits = case.state in UNFILLED
    waited = was is not None and was.state in UNFILLED
    if waits and (not waited or was is None or was.place != case.place):
        told.waiting_put.append((case.team, case.place))
    if waited and not waits:
        told.waiting_remove.append((case.team, case.id))
    if saving.nudge or saving.effects:
        told.teams.add(case.team)


#: Pages before everything, most urgent first; then alarms; then what people are told.
_KIND_RANK = {SendPage: 0, Ring: 1, Bridge: 2, Tell: 5, AnswerNumber: 6}


def effect_row(
    effect: Effect, team: str, case_id: str | None, urgency_rank: int, new_id: Callable[[], str], now: datetime
) -> dict[str, Any]:
    """An effect as an outbox row: ids, enumerations and times only."""
    row: dict[str, Any] = {
        "id": new_id(),
        "kind": type(effect).__name__,
        "team": team,
        "case_id": case_id,
        "page_id": None,
        "alarm_id": None,
        "person": None,
        "payload": {},
        "priority": _KIND_RANK[type(effect)] * 10 + urgency_rank,
        "not_before": now,
    }
    match effect:
        case SendPage(page_id, person, voice):
            row |= {"page_id": page_id, "person": person, "payload": {"voice": voice}}
        case Tell(person, words, about, after):
            row |= {"person": person, "payload": {"words": words, "about": about}, "not_before": after or now}
        case Ring(alarm_id, person, by):
            row |= {"alarm_id": alarm_id, "person": person, "payload": {"by": by}}
        case Bridge(person):
            row |= {"person": person, "payload": {"voice": True}}
        case AnswerNumber(inbox_id, words, about):
            row["payload"] = {"inbox": inbox_id, "words": words, "about": about}
    return row


def _effect_rows(saving: Saving, new_id: Callable[[], str], now: datetime) -> list[dict[str, Any]]:
    case = saving.after.case
    return [effect_row(e, case.team, case.id, case.urgency.rank, new_id, now) for e in saving.effects]

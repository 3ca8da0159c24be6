"""Reads that hold nothing about the people who called: lists of cases, the queue, open pages, alarms. They may be
asked every second.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from dispatch.access import Act, Actor, check
from dispatch.alarm import Alarm, Kind, pressing
from dispatch.case import OPEN, UNFILLED, Case, State
from dispatch.errors import Fault, InvalidInput, NotFound
from dispatch.escalation import Escalation
from dispatch.flow.caseviews import alarm_view, case_ids_named, case_line, escalation_view, page_view
from dispatch.flow.names import Names
from dispatch.flow.service import Service
from dispatch.flow.views import AlarmView, CaseLine, PageView, QueueLine, Slice
from dispatch.page import Page
from dispatch.priority import Urgency
from dispatch.store import schema
from dispatch.store.rows import load_rows
from dispatch.store.tables_contacts import OPEN_CASES
from dispatch.store.tables_paging import OPEN_PAGES


def cases(
    actor: Actor,
    svc: Service,
    *,
    states: Collection[State] = OPEN,
    team: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Slice[CaseLine]:
    """Cases in these states, newest first. Raises InvalidInput for a cursor that is not one of ours."""
    check(actor, Act.SEE_CASE, team)
    c = schema.cases.c
    query = select(c.id, c.logged_at).where(c.state.in_([s.value for s in states]), *visible(actor, team, c.team))
    if OPEN.issuperset(states):
        query = query.where(OPEN_CASES)
    if cursor is not None:
        at, id_ = _read_cursor(cursor)
        query = query.where(or_(c.logged_at < at, and_(c.logged_at == at, c.id < id_)))
    with svc.record.read() as conn:
        rows = conn.execute(query.order_by(c.logged_at.desc(), c.id.desc()).limit(limit + 1)).all()
        shown = [row.id for row in rows[:limit]]
        found = {case.id: case for case in load_rows(conn, Case, "id", shown)}
        owners = owners_of(conn, shown)
        everybody = [*case_ids_named(found.values()), *(o for each in owners.values() for o in each)]
        names = Names(svc, conn, everybody)
    more = rows[limit - 1] if len(rows) > limit else None
    return Slice(
        tuple(case_line(found[id_], owners.get(id_, ()), names) for id_ in shown),
        None if more is None else _cursor(more.logged_at, more.id),
    )


def queue(
    actor: Actor, svc: Service, *, team: str | None = None, limit: int = 100, cursor: str | None = None
) -> Slice[QueueLine]:
    """Waiting cases in the order they will be matched. `position` counts within the case's own team."""
    check(actor, Act.SEE_QUEUE, team)
    start = offset(cursor)
    now = svc.clock.now()
    c = schema.cases.c
    waits = OPEN_CASES & c.state.in_([s.value for s in UNFILLED])
    query = select(c.id, c.team).where(waits, *visible(actor, team, c.team))
    with svc.record.read() as conn:
        order = conn.execute(query.order_by(c.rank, c.respond_by, c.logged_at, c.id)).all()
        shown = [row.id for row in order[start : start + limit]]
        found = {case.id: case for case in load_rows(conn, Case, "id", shown)}
        runs = {e.case_id: e for e in load_rows(conn, Escalation, "case_id", shown) if e.open}
    ahead: dict[str, int] = {}
    places: dict[str, int] = {}
    for row in order:
        places[row.id] = ahead[row.team] = ahead.get(row.team, 0) + 1
    lines = tuple(_queue_line(found[id_], places[id_], runs.get(id_), now) for id_ in shown)
    return Slice(lines, str(start + limit) if start + limit < len(order) else None)


def _queue_line(case: Case, position: int, run: Escalation | None, now: datetime) -> QueueLine:
    return QueueLine(
        position=position,
        id=case.id,
        code=case.code,
        team=case.team,
        state=case.state,
        urgency=case.urgency,
        response_mode=case.mode,
        respond_by=case.respond_by,
        waiting_s=max(0, int((now - case.logged_at).total_seconds())),
        why=case.why,
        area=case.area,
        needed=case.needed,
        held_until=case.held_until,
        escalation=escalation_view(run),
    )


def open_pages(actor: Actor, svc: Service, *, team: str | None = None, person: str | None = None) -> list[PageView]:
    """Pages that wait for an answer, newest first; of one `person` when given."""
    check(actor, Act.SEE_QUEUE, team)
    p, c = schema.pages.c, schema.cases.c
    query = select(p.id, c.code).join(schema.cases, c.id == p.case_id)
    query = query.where(OPEN_PAGES, OPEN_CASES, *visible(actor, team, c.team))
    if person is not None:
        query = query.where(p.person == person)
    with svc.record.read() as conn:
        codes = {row.id: row.code for row in conn.execute(query)}
        pages = load_rows(conn, Page, "id", list(codes))
        names = Names(svc, conn, [page.person for page in pages])
    return [page_view(page, codes[page.id], names) for page in reversed(pages)]


def alarms(actor: Actor, svc: Service, *, team: str | None = None) -> list[AlarmView]:
    """Alarms that still ring, the most pressing kind first, then the oldest."""
    check(actor, Act.SEE_ALARMS, team)
    a = schema.alarms.c
    query = select(a.id).where(a.ended_at.is_(None), *visible(actor, team, a.team))
    with svc.record.read() as conn:
        found = load_rows(conn, Alarm, "id", list(conn.scalars(query)))
        found.sort(key=lambda alarm: (pressing(alarm.kind), alarm.opened_at, alarm.id))
        return alarm_views(actor, svc, conn, found)


def alarm_views(actor: Actor, svc: Service, conn: Connection, found: Sequence[Alarm]) -> list[AlarmView]:
    c = schema.cases.c
    found = [alarm for alarm in found if not alarm.hidden_from(actor.person)]
    ids = [alarm.case_id for alarm in found if alarm.case_id]
    codes = {row.id: row.code for row in conn.execute(select(c.id, c.code).where(c.id.in_(ids)))} if ids else {}
    names = Names(svc, conn, [id_ for alarm in found for id_ in (alarm.subject, alarm.acknowledged_by)])
    asker, now = actor.person or actor.id, svc.clock.now()
    return [alarm_view(alarm, codes.get(alarm.case_id or ""), names, asker, now) for alarm in found]


def alarm(actor: Actor, svc: Service, alarm_id: str) -> AlarmView:
    """One alarm, ended or not. Raises NotFound."""
    with svc.record.read() as conn:
        found = load_rows(conn, Alarm, "id", [alarm_id])
        if not found:
            raise NotFound("There is no such alarm.")
        check(actor, Act.SEE_ALARMS, found[0].team)
        shown = alarm_views(actor, svc, conn, found)
    if not shown:
        raise NotFound("There is no such alarm.")
    return shown[0]


def told_since(actor: Actor, svc: Service, case_id: str, after: int) -> list[tuple[str, Mapping[str, Any]]]:
    """What the ledger says of a case after its entry number `after`, kind and data each, oldest first: ids and
    enumerations only. Raises NotFound."""
    c, entries = schema.cases.c, schema.ledger.c
    query = select(entries.kind, entries.data).where(entries.case_id == case_id, entries.n > after)
    with svc.record.read() as conn:
        team = conn.scalar(select(c.team).where(c.id == case_id))
        if team is None:
            raise NotFound("There is no such case.")
        check(actor, Act.SEE_CASE, team)
        return [(row.kind, row.data) for row in conn.execute(query.order_by(entries.n))]


def owners_of(conn: Connection, case_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Who has each case now, in the order they took it."""
    a = schema.assignments.c
    found: dict[str, tuple[str, ...]] = {}
    query = select(a.case_id, a.person).where(a.case_id.in_(case_ids), a.ended_at.is_(None)).order_by(a.since, a.id)
    for case_id, person in conn.execute(query):
        found[case_id] = (*found.get(case_id, ()), person)
    return found


def visible(actor: Actor, team: str | None, column: Any) -> list[ColumnElement[bool]]:
    """The actor's teams, or the one asked for (which the caller has checked)."""
    if team is not None:
        return [column == team]
    return [column.in_(sorted(actor.teams))] if actor.teams else []


def _cursor(at: datetime, id_: str) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{id_}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        at, _, id_ = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        moment = datetime.fromisoformat(at)
    except (ValueError, binascii.Error):
        raise _no_cursor() from None
    if moment.tzinfo is None or not id_.isalnum():
        raise _no_cursor()
    return moment, id_


def offset(cursor: str | None) -> int:
    """Where a part of a list begins that is counted off. Raises InvalidInput for a cursor that is not one of ours."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
        raise _no_cursor()
    return int(cursor)


def _no_cursor() -> InvalidInput:
    return InvalidInput("cursor: is not one of ours", [Fault("cursor", "take it from `next` of the page before")])


@dataclass(frozen=True, slots=True)
class Counts:
    waiting: Mapping[Urgency, int]
    alarms: Mapping[Kind, int]


def counts(svc: Service) -> Counts:
    """How many cases wait by urgency and how many alarms ring by kind, in all teams; every key is there."""
    c, a = schema.cases.c, schema.alarms.c
    waits = OPEN_CASES & c.state.in_([s.value for s in UNFILLED])
    waiting = select(c.urgency, func.count()).where(waits).group_by(c.urgency)
    ringing = select(a.kind, func.count()).where(a.ended_at.is_(None)).group_by(a.kind)
    with svc.record.read() as conn:
        cases_by = {Urgency(u): n for u, n in conn.execute(waiting)}
        alarms_by = {Kind(k): n for k, n in conn.execute(ringing)}
    return Counts({u: cases_by.get(u, 0) for u in Urgency}, {k: alarms_by.get(k, 0) for k in Kind})

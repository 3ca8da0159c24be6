"""The situation of somebody who texts: what they were asked, what they hold, what they are waited for. A word means
what it can mean there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, union

from dispatch import reply as replies
from dispatch.alarm import Kind
from dispatch.alarming import MISSED
from dispatch.case import State
from dispatch.deadline import Meaning
from dispatch.flow import shiftchecks, standby, verifying
from dispatch.flow.service import Service
from dispatch.page import Answer
from dispatch.reply import HeldCase, LatePage, OpenPage, ReplyContext, Stage, Verb
from dispatch.store import schema

#: A closed page can still be meant by a bare answer for this long (from when it went out, if that was late), and be
#: named by its code for a day.
FRESH = timedelta(minutes=15)
NAMED = timedelta(hours=24)
#: Whoever has a case may still be on their way from it for this long after it was cleared.
LEAVING = timedelta(hours=1)
STAGES = {
    State.EN_ROUTE: Stage.TRAVELLING,
    State.ON_SCENE: Stage.ON_SCENE,
    State.ENGAGED: Stage.ENGAGED,
    State.NOT_REACHED: Stage.NOT_REACHED,
    State.CLEARED: Stage.CLEARED,
}


def context_of(svc: Service, person: Row[Any], words: str) -> ReplyContext:
    now = svc.clock.now()
    with svc.record.read() as conn:
        pages = _pages(conn, person.id, now)
        held = _held(conn, person.id)
        missed = _missed(conn, person.id)
        code_waits = verifying.waiting(conn, person.phone_index, now)
        checks = shiftchecks.waiting(conn, person.id, now) or shiftchecks.lately(conn, person.id, now - FRESH)
        last = _going_off(words) and standby.last_one(svc, conn, person, now)
    late = [
        LatePage(p.code, p.id, fresh=p.answer in _UNANSWERED and now - max(p.by, p.sent_at or p.by) < FRESH)
        for p in pages
        if p.answer != Answer.OPEN.value
    ]
    return ReplyContext(
        open_pages=[OpenPage(p.code, p.id) for p in pages if p.answer == Answer.OPEN.value],
        late_pages=late,
        held=[_held_case(h, now) for h in held],
        # A missed check-in is outstanding until it is answered: a late OK must end the alarm.
        check_ins=[_held_case(h, now) for h in held if h.meaning == Meaning.CHECK_IN_OVERDUE.value or h.id in missed],
        shift_checks=checks,
        verifying=code_waits,
        duress=person.duress_index is not None
        and person.duress_index in svc.sealer.blind_indexes("duress", replies.normal(words)),
        opted_out=person.unreachable == "opted_out",
        last_on_call=last,
    )


_UNANSWERED = (Answer.EXPIRED.value, Answer.SUPERSEDED.value, Answer.WITHDRAWN.value)


def _pages(conn: Connection, person: str, now: datetime) -> list[Row[Any]]:
    p, c = schema.pages, schema.cases
    query = select(p.c.id, p.c.answer, p.c.by, p.c.sent_at, c.c.code).join(c, c.c.id == p.c.case_id)
    return list(
        conn.execute(query.where(p.c.person == person, p.c.created_at > now - NAMED).order_by(p.c.created_at.desc()))
    )


def _held(conn: Connection, person: str) -> list[Row[Any]]:
    a, c, d = schema.assignments, schema.cases, schema.deadlines
    query = (
        select(c.c.id, c.c.code, c.c.state, a.c.cleared_at, d.c.meaning)
        .join(a, a.c.case_id == c.c.id)
        .outerjoin(d, (d.c.owner_kind == "case") & (d.c.owner_id == c.c.id))
        .where(a.c.person == person, a.c.ended_at.is_(None))
        .order_by(a.c.since.desc())
    )
    return list(conn.execute(query))


def _missed(conn: Connection, person: str) -> set[str]:
    """Cases with a safety alarm because this person missed a check-in."""
    a = schema.alarms
    query = select(a.c.case_id, a.c.because).where(
        a.c.kind == Kind.SAFETY.value, a.c.subject == person, a.c.ended_at.is_(None)
    )
    return {row.case_id for row in conn.execute(query) if MISSED in row.because}


def _held_case(row: Row[Any], now: datetime) -> HeldCase:
    lately = row.cleared_at is not None and now - row.cleared_at < LEAVING
    return HeldCase(row.code, row.id, STAGES.get(State(row.state), Stage.ACCEPTED), lately)


def _going_off(words: str) -> bool:
    """Only then does it matter who else there is."""
    reading = replies.parse(words)
    return isinstance(reading, replies.Parsed) and reading.verb in (Verb.OFF, Verb.OFF_NOW)


def teams_of(svc: Service, context: ReplyContext) -> frozenset[str]:
    """The teams of the cases that somebody was asked about or has, and of the checks that wait for their answer."""
    pages = [p.page_id for p in context.open_pages] + [p.page_id for p in context.late_pages]
    held = [one.case_id for one in (*context.held, *context.check_ins)]
    c, p, s = schema.cases.c, schema.pages.c, schema.shift_checks.c
    asked = select(c.team).join(schema.pages, p.case_id == c.id).where(p.id.in_(pages))
    checked = select(s.team).where(s.id.in_(context.shift_checks))
    with svc.record.read() as conn:
        # In parts: asked for one or the other at once, PostgreSQL reads every case there ever was.
        return frozenset(conn.scalars(union(select(c.team).where(c.id.in_(held)), asked, checked)))

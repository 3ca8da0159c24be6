"""Keeps the demo's record small: closed cases are deleted some minutes later, with everything that speaks of them.

A real service never does this. What stays is the ledger, whose entries hang together; docs/demo.md says how much it is.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import Connection, Table, delete, or_, select

from dispatch import logs
from dispatch.errors import ServiceError
from dispatch.flow.service import Service
from dispatch.store import schema

log = logs.get(__name__)

#: A visitor may still be reading a case that was closed.
KEEPS = timedelta(minutes=30)
EVERY = 60.0
#: In one transaction: intake must never wait noticeably.
_AT_ONCE = 50


def run(svc: Service, stopping: threading.Event, keeps: timedelta = KEEPS) -> None:
    while not stopping.wait(EVERY):
        try:
            tidy(svc, keeps)
        except ServiceError as error:
            log.warning("tidy_failed", kind=error.type)


def tidy(svc: Service, keeps: timedelta) -> int:
    """Delete what was closed longer than `keeps` ago; how many cases."""
    before, total = svc.clock.now() - keeps, 0
    c, o, i, k, s = schema.cases.c, schema.outbox, schema.inbox, schema.idempotency, schema.sessions
    while True:
        with svc.record.write() as conn:
            query = select(c.id).where(c.closed_at < before).order_by(c.closed_at).limit(_AT_ONCE)
            ids = list(conn.scalars(query))
            _forget(conn, ids)
            total += len(ids)
        if len(ids) < _AT_ONCE:
            break
    with svc.record.write() as conn:
        # Closed work that belongs to no case: answers to texts, what came in, keys of requests, visits of the demo.
        done = select(o.c.id).where(o.c.closed_at < before)
        conn.execute(delete(schema.attempts).where(schema.attempts.c.outbox_id.in_(done)))
        conn.execute(delete(o).where(o.c.closed_at < before))
        conn.execute(delete(i).where(i.c.processed_at < before))
        conn.execute(delete(k).where(k.c.created_at < before))
        conn.execute(delete(s).where(s.c.expires_at < svc.clock.now()))
        conn.execute(delete(schema.alarms).where(schema.alarms.c.ended_at < before, schema.alarms.c.case_id.is_(None)))
        alone = schema.contacts.c.case_id.is_(None) & (schema.contacts.c.logged_at < before)
        contacts = list(conn.scalars(select(schema.contacts.c.id).where(alone)))
        conn.execute(delete(schema.assessments).where(schema.assessments.c.contact_id.in_(contacts)))
        conn.execute(delete(schema.contacts).where(schema.contacts.c.id.in_(contacts)))
        _forget_keys(conn)
    return total


def _forget(conn: Connection, cases: Collection[str]) -> None:
    if not cases:
        return
    mine = select(schema.outbox.c.id).where(schema.outbox.c.case_id.in_(cases))
    conn.execute(delete(schema.attempts).where(schema.attempts.c.outbox_id.in_(mine)))
    contacts = select(schema.contacts.c.id).where(schema.contacts.c.case_id.in_(cases))
    a = schema.assessments
    conn.execute(delete(a).where(or_(a.c.case_id.in_(cases), a.c.contact_id.in_(contacts))))
    for table in reversed(schema.metadata.sorted_tables):
        if "case_id" in table.c and table not in (schema.ledger, schema.looks, a):
            conn.execute(delete(table).where(table.c.case_id.in_(cases)))
    conn.execute(delete(schema.cases).where(schema.cases.c.id.in_(cases)))


def _forget_keys(conn: Connection) -> None:
    """Data keys that open nothing any more."""
    holders: list[Table] = [
        table for table in schema.metadata.sorted_tables if "key_id" in table.c and table is not schema.data_keys
    ]
    k = schema.data_keys
    used = [k.c.id.not_in(select(holder.c.key_id).where(holder.c.key_id.is_not(None))) for holder in holders]
    conn.execute(delete(k).where(*used))

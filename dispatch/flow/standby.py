"""Who goes off, and what that leaves. The last one who would answer is asked back first: by text, page and API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from dispatch.case import State
from dispatch.eligibility import can_be_rung
from dispatch.errors import AskedBack
from dispatch.flow import marking
from dispatch.flow.service import Service
from dispatch.store import schema


def last_one(svc: Service, conn: Connection, person: Row[Any], now: datetime) -> bool:
    """They can be rung now, and in some team of theirs nobody else could be once they are off.

    The roster alone does not say it: of two people on call, one may have said OFF already, stopped our texts, or not
    proved a number where only those are paged.
    """
    for team in person.teams:
        found = marking.present(conn, svc.rosters.team(conn, team), now)
        if {who.responder.id for who in found if can_be_rung(who, now)} == {person.id}:
            return True
    return False


def ask_back(svc: Service, conn: Connection, person: Row[Any], now: datetime) -> None:
    """Raises AskedBack for somebody who holds a case they are not done with, or is the last one on call."""
    a, c = schema.assignments, schema.cases
    theirs = (a.c.person == person.id, a.c.ended_at.is_(None), c.c.state != State.CLEARED.value)
    holds = select(c.c.code).join(a, a.c.case_id == c.c.id).where(*theirs)
    if codes := conn.scalars(holds.order_by(a.c.since)).all():
        raise AskedBack(f"{person.id} still has {' and '.join(codes)}.")
    if last_one(svc, conn, person, now):
        raise AskedBack(f"{person.id} is the last one on call.")

"""What can be handed on, and to whom: shared by hand-offs, departures and the pages that show them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection, select

from dispatch.alarm import Kind
from dispatch.case import OPEN
from dispatch.casefile import CaseFile
from dispatch.deadline import Meaning
from dispatch.errors import ServiceError
from dispatch.flow.service import Service
from dispatch.flow.teams import may_be_given, mix_with
from dispatch.store import schema


def held_by(conn: Connection, person: str, team: str) -> list[str]:
    """Open cases of a team that this person has now."""
    a, c = schema.assignments.c, schema.cases.c
    query = select(c.id).join(schema.assignments, a.case_id == c.id)
    mine = query.where(a.person == person, a.ended_at.is_(None), c.team == team)
    return list(conn.scalars(mine.where(c.state.in_([s.value for s in OPEN])).order_by(c.rank, c.respond_by, c.id)))


def codes_of(conn: Connection, cases: Collection[str]) -> list[str]:
    c = schema.cases.c
    return list(conn.scalars(select(c.code).where(c.id.in_(sorted(cases))).order_by(c.rank, c.respond_by, c.id)))


def why_not(svc: Service, conn: Connection, file: CaseFile, giver: str, taker: str) -> str | None:
    """Why this case cannot pass from one to the other now; None if it can.

    Nobody's safety check-in is passed on while it is unanswered: the alarm about the giver would ring for the taker.
    And the people who then have the case must be a team by the state's rules, or at least be no less of one than those
    who have it now.
    """
    if taker in file.owners:
        return f"{taker} has it already"
    unsafe = any(a.open and a.kind is Kind.SAFETY and a.subject == giver for a in file.alarms)
    deadline = file.case.deadline
    if unsafe or (deadline is not None and deadline.meaning is Meaning.CHECK_IN_OVERDUE):
        return f"a safety check-in of {giver} has no answer yet"
    try:
        may_be_given(svc, conn, file, taker)
    except ServiceError as error:
        return error.detail.rstrip(".")
    rest = replace(file, assignments=tuple(a for a in file.assignments if a.person != giver))
    after = mix_with(svc, conn, rest, taker)
    if after.complete or (after.possible and not mix_with(svc, conn, file, giver).complete):
        return None
    return f"{taker}: {after.reason}"

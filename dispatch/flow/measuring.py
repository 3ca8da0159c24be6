"""The measures of a window, read from the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from dispatch.access import Act, Actor, check
from dispatch.errors import Fault, InvalidInput
from dispatch.flow.boards import visible
from dispatch.flow.service import Service
from dispatch.measures import Measure, fold
from dispatch.store import schema

LONGEST = timedelta(days=366)
DAY = timedelta(days=1)
#: What the fold reads; the rest of the ledger stays where it is.
_KINDS = ("contact_logged", "case_opened", "page_wanted", "page", "page_silent", "first_contact", "case")


@dataclass(frozen=True, slots=True)
class Measured:
    """Cases opened in [start, end)."""

    start: datetime
    end: datetime
    team: str | None
    measures: tuple[Measure, ...]


def measures(
    actor: Actor, svc: Service, start: datetime | None = None, end: datetime | None = None, team: str | None = None
) -> Measured:
    """The last day without a window. Raises InvalidInput for a window that is empty or longer than a year."""
    check(actor, Act.SEE_MEASURES, team)
    end = end or svc.clock.now()
    start = start or end - DAY
    if start >= end:
        raise InvalidInput("to: must be after from", [Fault("to", "must be after from")])
    if end - start > LONGEST:
        raise InvalidInput("to: must be within a year of from", [Fault("to", "must be within a year of from")])
    links = schema.ledger
    within = (links.c.at >= start) & (links.c.at < end)
    opened = select(links.c.case_id).where(links.c.kind == "case_opened", within, *visible(actor, team, links.c.team))
    query = (
        select(links.c.at, links.c.kind, links.c.case_id, links.c.data)
        .where(links.c.kind.in_(_KINDS), links.c.at >= start, *visible(actor, team, links.c.team))
        .where(or_(links.c.case_id.in_(opened), within))
        .order_by(links.c.n)
    )
    with svc.record.read() as conn:
        found = fold(conn.execute(query), start, end)
    return Measured(start, end, team, found)

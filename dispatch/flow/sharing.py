"""How the load of a team is shared, from the record: hours by the roster, pages as they were answered.

The record keeps one roster a team, today's. Overrides, absences, swaps and temporary schedules stay in it, so past days
are right as far as they were changed by those; a shift that was written anew counts as it is written now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from dispatch.access import Act, Actor, check
from dispatch.errors import Fault, InvalidInput
from dispatch.fairness import Answer, PageFact, Share, shares
from dispatch.flow.names import Names
from dispatch.flow.service import Service
from dispatch.flow.views import Named
from dispatch.page import Answer as PageAnswer
from dispatch.store import people, schema

#: A year of everybody's duty is a report; more is an export.
LONGEST = timedelta(days=366)
USUAL = timedelta(days=28)
_ANSWERS: dict[str, Answer] = {
    PageAnswer.ACCEPTED.value: "accepted",
    PageAnswer.DECLINED.value: "declined",
    PageAnswer.EXPIRED.value: "silent",
}


@dataclass(frozen=True, slots=True)
class Shared:
    """Of [start, end): everybody of the team who may be asked, and whoever was on call or paged besides, by name."""

    team: str
    start: datetime
    end: datetime
    people: tuple[tuple[Named, Share], ...]


def fairness(
    actor: Actor, svc: Service, team: str, start: datetime | None = None, end: datetime | None = None
) -> Shared:
    """The last four weeks without a window. Raises InvalidInput for one that is empty or longer than a year."""
    check(actor, Act.SEE_MEASURES, team)
    end = end or svc.clock.now()
    start = start or end - USUAL
    for wrong, problem in (
        (start >= end, "must be after from"),
        (end - start > LONGEST, "must be within a year of from"),
    ):
        if wrong:
            raise InvalidInput(f"to: {problem}", [Fault("to", problem)])
    p, c = schema.pages.c, schema.cases.c
    query = (
        select(p.person, p.created_at, p.answer)
        .join(schema.cases, c.id == p.case_id)
        .where(c.team == team, p.created_at >= start, p.created_at < end)
    )
    with svc.record.read() as conn:
        here = svc.rosters.team(conn, team)
        pages = [PageFact(row.person, row.created_at, _ANSWERS.get(row.answer)) for row in conn.execute(query)]
        ids = people.callable_in(conn, team)
        night = here.policy.limits.night
        found = shares(here.roster, team, ids, pages, start, end, night)
        names = Names(svc, conn, [share.person for share in found])
    named = sorted(
        ((names.of(share.person), share) for share in found), key=lambda one: (one[0].name.casefold(), one[0].id)
    )
    return Shared(team, start, end, tuple(named))

"""Reads that only screens need: teams and their people to choose from, cases being worked, whom an operator must call
back, texts from strangers, and where a page's link leads. A stranger's text is a look at a person, and is written down.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from dispatch.access import Act, Actor, check
from dispatch.case import OPEN, UNFILLED, Case
from dispatch.deadline import Deadline
from dispatch.errors import Forgotten, NotFound
from dispatch.flow import boards
from dispatch.flow.boards import owners_of, visible
from dispatch.flow.caseviews import case_ids_named, case_line
from dispatch.flow.looks import noted
from dispatch.flow.names import Names
from dispatch.flow.service import Service
from dispatch.flow.views import CaseLine, Named, PageView
from dispatch.priority import Urgency
from dispatch.roster import Team
from dispatch.store import datakeys, people, schema
from dispatch.store.rows import load_rows
from dispatch.store.tables_contacts import OPEN_CASES
from dispatch.store.tables_infra import TEXTS

#: Texts of strangers stay in sight this long; a person who wrote to us may write again.
STRANGERS = timedelta(hours=24)


def teams(actor: Actor | None, svc: Service) -> list[Team]:
    """Teams in a fixed order: the actor's, or all for a page before the sign-in."""
    t = schema.teams
    with svc.record.read() as conn:
        ids = list(conn.scalars(select(t.c.id).order_by(t.c.id)))
        return [
            svc.rosters.team(conn, id_).team for id_ in ids if actor is None or not actor.teams or id_ in actor.teams
        ]


def crew(actor: Actor, svc: Service, team: str) -> list[Named]:
    """Who of a team may be given a case, by name."""
    check(actor, Act.SEE_ROSTER, team)
    with svc.record.read() as conn:
        ids = people.callable_in(conn, team)
        names = Names(svc, conn, ids)
    return sorted((names.of(id_) for id_ in ids), key=lambda who: who.name.casefold())


@dataclass(frozen=True, slots=True)
class Working:
    """A case somebody has, and its one clock."""

    case: CaseLine
    clock: Deadline | None


def working(actor: Actor, svc: Service, team: str | None = None, person: str | None = None) -> list[Working]:
    """Open cases that wait for nobody, most urgent first. Of one `person` when given: then also those where they wait
    for a second one."""
    check(actor, Act.SEE_QUEUE, team)
    c = schema.cases.c
    states = [s.value for s in (OPEN - UNFILLED if person is None else OPEN)]
    query = select(c.id).where(OPEN_CASES, c.state.in_(states), *visible(actor, team, c.team))
    with svc.record.read() as conn:
        ids = list(conn.scalars(query.order_by(c.rank, c.respond_by, c.logged_at, c.id)))
        found = _lines(svc, conn, ids)
    return [one for one in found if person is None or any(o.id == person for o in one.case.owners)]


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that waits for an answer, and what its text says of the case: nothing personal."""

    page: PageView
    case: CaseLine


def asked(actor: Actor, svc: Service, person: str) -> list[Asked]:
    """What this person is asked, the most urgent first."""
    pages = boards.open_pages(actor, svc, person=person)
    with svc.record.read() as conn:
        cases = {one.case.id: one.case for one in _lines(svc, conn, {page.case_id for page in pages})}
    found = [Asked(page, cases[page.case_id]) for page in pages]
    return sorted(found, key=lambda one: (one.case.urgency.rank, one.page.by))


def _lines(svc: Service, conn: Connection, ids: Collection[str]) -> list[Working]:
    cases = {case.id: case for case in load_rows(conn, Case, "id", list(ids))}
    owners = owners_of(conn, ids)
    everybody = [*case_ids_named(cases.values()), *(o for each in owners.values() for o in each)]
    names = Names(svc, conn, everybody)
    return [Working(case_line(cases[id_], owners.get(id_, ()), names), cases[id_].deadline) for id_ in ids]


@dataclass(frozen=True, slots=True)
class CallBack:
    """A person whom this operator keeps calling until a QMHP has spoken with them."""

    case_id: str
    code: str
    urgency: Urgency
    line: str
    tries: int
    opened_at: datetime
    due_at: datetime | None


def call_backs(actor: Actor, svc: Service) -> list[CallBack]:
    """Those the actor owns, the next one due first."""
    check(actor, Act.RECONTACT)
    r, c, d = schema.recontacts.c, schema.cases.c, schema.deadlines
    query = (
        select(c.id, c.code, c.urgency, c.line, r.tries, r.opened_at, d.c.due_at)
        .join(schema.cases, c.id == r.case_id)
        .outerjoin(d, d.c.owner_id == r.id)
        .where(r.owner == actor.id, r.done_at.is_(None))
        .order_by(d.c.due_at, c.id)
    )
    with svc.record.read() as conn:
        rows = conn.execute(query).all()
    return [CallBack(x.id, x.code, Urgency(x.urgency), x.line, x.tries, x.opened_at, x.due_at) for x in rows]


@dataclass(frozen=True, slots=True)
class Stray:
    """A text from a number that is nobody's here."""

    id: str
    at: datetime
    number: str
    words: str


def strays(actor: Actor, svc: Service) -> list[Stray]:
    """Texts of strangers in the last day, newest first. Whoever reads them is written down."""
    check(actor, Act.LOG_CONTACT)
    i, p = schema.inbox, schema.people
    query = (
        select(i)
        .outerjoin(p, (p.c.phone_index == i.c.sender_index) & p.c.active)
        .where(TEXTS, p.c.id.is_(None), i.c.received_at > svc.clock.now() - STRANGERS)
        .order_by(i.c.received_at.desc(), i.c.id)
        .limit(50)
    )
    with svc.record.read() as conn:
        rows = conn.execute(query).all()
        keys = datakeys.load(conn, {row.key_id for row in rows})
    if rows:
        noted(actor, svc, "strangers_seen", None, None, texts=len(rows))
    return [one for row in rows if (one := _stray(svc, row, keys[row.key_id])) is not None]


def _stray(svc: Service, row: Any, key: Any) -> Stray | None:
    try:
        form = svc.sealer.open_dict("inbox", "body", row.id, key, row.body)
    except Forgotten:
        return None
    return Stray(row.id, row.received_at, str(form.get("From", "")), str(form.get("Body", "")))


@dataclass(frozen=True, slots=True)
class Linked:
    """What a page's link stands for."""

    page_id: str
    case_id: str
    person: str


def linked(actor: Actor, svc: Service, link: str) -> Linked:
    """Raises NotFound for a link that is not ours, and for one of another team: a guesser learns nothing."""
    p, c = schema.pages.c, schema.cases.c
    query = select(p.id, p.case_id, p.person, c.team).join(schema.cases, c.id == p.case_id).where(p.link == link)
    with svc.record.read() as conn:
        row = conn.execute(query).one_or_none()
    if row is None or not actor.may(Act.SEE_CASE, row.team):
        raise NotFound("There is no such page.")
    return Linked(row.id, row.case_id, row.person)

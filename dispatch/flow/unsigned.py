"""What waits for a signature, with what was answered: for whoever may sign it, and for the trainee whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from dispatch.access import Act, Actor, check
from dispatch.flow.boards import visible
from dispatch.flow.briefs import opened
from dispatch.flow.looks import all_noted
from dispatch.flow.names import Names
from dispatch.flow.service import Service
from dispatch.flow.signatures import own_title
from dispatch.flow.views import AssessmentView, Named
from dispatch.signature import Signature, State, may_sign
from dispatch.store import contacts, datakeys, people, schema
from dispatch.store.ledger import Entry
from dispatch.store.rows import load_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureView:
    """`yours`: it was asked of whoever looks. `may_sign`: they may sign it or send it back."""

    id: str
    case_id: str
    code: str
    team: str
    trainee: Named
    supervisor: Named | None
    state: State
    asked_at: datetime
    due_at: datetime
    yours: bool
    may_sign: bool
    #: None once the person's details were destroyed
    assessment: AssessmentView | None


def waiting(actor: Actor, svc: Service) -> list[SignatureView]:
    """What the actor may sign, those asked of them first; and what they assessed themselves that is not signed yet.

    Each is shown with its answers, and so is a look that is written down.
    """
    check(actor, Act.SIGN)
    s, me = schema.signatures.c, actor.person or ""
    query = select(s.id).where(s.state != State.SIGNED.value, *visible(actor, None, s.team))
    with svc.record.read() as conn:
        able = [team for team in _teams_of(conn, me) if may_sign(own_title(actor, svc, conn, team))]
        query = query.where(or_(s.trainee == me, s.team.in_(able)))
        rows = load_rows(conn, Signature, "id", list(conn.scalars(query)))
        given = {a.id: a for a in contacts.some_assessments(conn, [row.assessment_id for row in rows])}
        keys = datakeys.load(conn, {a.key_id for a in given.values()})
        cases = schema.cases.c
        codes = dict(conn.execute(select(cases.id, cases.code).where(cases.id.in_([r.case_id for r in rows]))).all())
        names = Names(svc, conn, [*(r.trainee for r in rows), *(r.supervisor for r in rows)])
    now = svc.clock.now()
    looks = [Entry(now, actor.id, "assessment_seen", row.case_id, row.team, {"signature": row.id}) for row in rows]
    all_noted(svc, looks)
    found = [
        SignatureView(
            id=row.id,
            case_id=row.case_id,
            code=codes[row.case_id],
            team=row.team,
            trainee=names.of(row.trainee),
            supervisor=names.maybe(row.supervisor),
            state=row.state,
            asked_at=row.asked_at,
            due_at=row.due_at,
            yours=row.supervisor == me,
            may_sign=row.trainee != me and row.team in able,
            assessment=next(iter(opened(svc, [given[row.assessment_id]], keys, names)), None),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (not one.yours, not one.may_sign, one.due_at, one.id))


def _teams_of(conn: Connection, person: str) -> list[str]:
    return [team for row in people.some(conn, [person]) for team in row.teams]

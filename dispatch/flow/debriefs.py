"""Debriefs: asked for, held or declined, by the person themselves or by whoever leads their team."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from dispatch.access import Act, Actor, Role, check
from dispatch.alarm import Kind
from dispatch.debrief import HELD_WITHIN, LOOKS_BACK, OPEN, Debrief, Event, State, advance
from dispatch.errors import NotAllowed, NotFound, Refused
from dispatch.flow import matters, service_alarms
from dispatch.flow.boards import visible
from dispatch.flow.names import Names
from dispatch.flow.service import Service
from dispatch.flow.views import Named
from dispatch.matter import Matter
from dispatch.rest import EXCUSED
from dispatch.store import people, schema
from dispatch.store.casefiles import Told
from dispatch.store.rows import load_rows

#: What else the same transaction does.
Done = Callable[[Connection], None]
_LEADS = frozenset({Role.SUPERVISOR, Role.COORDINATOR, Role.SYSTEM})


@dataclass(frozen=True, slots=True, kw_only=True)
class DebriefView:
    """`due_at`: an offer stands until then; one that is wanted should have been held by then."""

    id: str
    team: str
    case_id: str
    code: str
    person: Named
    because: tuple[str, ...]
    state: State
    offered_at: datetime
    due_at: datetime
    ended_at: datetime | None


def listed(actor: Actor, svc: Service, team: str | None = None) -> list[DebriefView]:
    """Open ones, oldest first: a person's own offers, and those that were asked for of the teams somebody leads.

    Whether a colleague was offered one is nobody else's business until they ask.
    """
    check(actor, Act.DEBRIEF, team)
    d = schema.debriefs.c
    query = select(d.id).where(d.state.in_([s.value for s in OPEN]), *visible(actor, team, d.team))
    with svc.record.read() as conn:
        found = load_rows(conn, Debrief, "id", list(conn.scalars(query)))
        leads = bool(actor.roles & _LEADS)
        shown = [row for row in found if row.person == actor.person or (leads and row.state is State.WANTED)]
        return _views(svc, conn, shown)


def _views(svc: Service, conn: Connection, rows: Sequence[Debrief]) -> list[DebriefView]:
    c = schema.cases.c
    codes = dict(conn.execute(select(c.id, c.code).where(c.id.in_([row.case_id for row in rows]))).all())
    names = Names(svc, conn, [row.person for row in rows])
    return [
        DebriefView(
            id=row.id,
            team=row.team,
            case_id=row.case_id,
            code=codes[row.case_id],
            person=names.of(row.person),
            because=row.because,
            state=row.state,
            offered_at=row.offered_at,
            due_at=row.due_at,
            ended_at=row.ended_at,
        )
        for row in sorted(rows, key=lambda r: (r.offered_at, r.id))
    ]


def one(actor: Actor, svc: Service, debrief_id: str) -> DebriefView:
    """Raises NotFound, also for one that is somebody else's business."""
    with svc.record.read() as conn:
        row = matters.load(conn, Debrief, debrief_id)
        check(actor, Act.DEBRIEF, row.team)
        if row.person != actor.person and not actor.roles & _LEADS:
            raise NotFound("There is no such debrief.")
        return _views(svc, conn, [row])[0]


def ask(actor: Actor, svc: Service, case_id: str | None = None, done: Done | None = None) -> str:
    """`actor` wants to talk about a case: the one named, else the newest that was offered and not held, else the
    newest they had. Returns the debrief's id. `done` runs in the same transaction.

    Raises Refused when they had no such case lately.
    """
    me = actor.person
    if me is None:
        raise Refused("This sign-in belongs to nobody who can be paged.")
    with svc.record.read() as conn:
        since = svc.clock.now() - LOOKS_BACK
        known = _mine(conn, me, case_id, since)
        case = None if known is not None else _worked_on(conn, me, case_id, since)
    if known is not None:
        id_, team = known
        answer(_at_home(actor, team), svc, id_, Event.WANTED, done)
        return id_
    if case is None:
        raise Refused("You had no such case in the last days: call your coordinator.")
    id_, team, code = case

    def make(conn: Connection) -> Debrief:
        now = svc.clock.now()
        if done is not None:
            done(conn)
        people.set_fields(conn, me, {"excused_until": now + EXCUSED})
        return Debrief(
            id=svc.new_id(),
            team=team,
            case_id=id_,
            person=me,
            because=("asked_for",),
            offered_at=now,
            due_at=now + HELD_WITHIN,
            state=State.WANTED,
        )

    def decide(matter: Matter[Debrief]) -> str:
        _said(matter, Event.WANTED)
        _wanted(matter, code)
        return matter.row.id

    return matters.begin(_at_home(actor, team), svc, Act.DEBRIEF, team, make, decide)


def decline(actor: Actor, svc: Service, done: Done | None = None) -> bool:
    """`actor` wants none: their newest open one is over. False when there is none."""
    with svc.record.read() as conn:
        d = schema.debriefs.c
        open_ones = select(d.id, d.team).where(d.person == actor.person, d.state.in_([s.value for s in OPEN]))
        newest = conn.execute(open_ones.order_by(d.offered_at.desc(), d.id.desc()).limit(1)).one_or_none()
    if newest is None:
        return False
    answer(_at_home(actor, newest.team), svc, newest.id, Event.DECLINED, done)
    return True


def _at_home(actor: Actor, team: str) -> Actor:
    """What somebody went through in a team stays theirs to speak of, though they were moved to another one since."""
    return replace(actor, teams=actor.teams | {team}) if actor.teams else actor


def answer(actor: Actor, svc: Service, debrief_id: str, event: Event, done: Done | None = None) -> None:
    """Wanted and declined are the person's own words; held is theirs, or of whoever leads the team. Wanted twice is
    wanted once.

    Raises NotFound, NotAllowed, and Refused when it is over already.
    """
    code: list[str] = []

    def first(conn: Connection, row: Debrief) -> None:
        if row.person != actor.person and (event is not Event.HELD or not actor.roles & _LEADS):
            raise NotAllowed("Only the person says that.")
        if done is not None:
            done(conn)
        code.append(str(conn.scalar(select(schema.cases.c.code).where(schema.cases.c.id == row.case_id))))

    def decide(matter: Matter[Debrief]) -> None:
        _answered(matter, event, actor.id, code[-1])

    def also(conn: Connection, matter: Matter[Debrief], told: Told) -> None:
        if matter.row.state not in OPEN:
            over = service_alarms.end_for(
                conn, told, matter.row.team, Kind.DEBRIEF, matter.now, actor.id, subject=matter.row.person
            )
            for entry in over:
                matter.say(entry.kind, **entry.data)

    matters.settle(actor, svc, Act.DEBRIEF, Debrief, debrief_id, decide, first=first, also=also)


def _answered(matter: Matter[Debrief], event: Event, by: str, code: str) -> None:
    asked_for = matter.row.state is State.WANTED
    if asked_for and event is Event.WANTED:
        return
    found = advance(matter.row, event, by, matter.now)
    if found.refused is not None:
        raise Refused(f"{found.refused[0].upper()}{found.refused[1:]}.")
    matter.put(found.debrief)
    _said(matter, event)
    if event is Event.WANTED:
        _wanted(matter, code)
    elif event is Event.DECLINED:
        matter.tell(matter.row.person, "debrief_declined")
        for lead in _told(matter) if asked_for else ():
            matter.tell(lead, "debrief_off", who=matter.row.person)


def overdue(actor: Actor, svc: Service, deadline_id: str, debrief_id: str) -> int:
    """An offer lapses without a word; a debrief that was asked for rings, and is asked about again."""

    def decide(matter: Matter[Debrief]) -> None:
        found = advance(matter.row, Event.OVERDUE, actor.id, matter.now)
        if found.refused is not None:
            return
        matter.put(found.debrief)
        _said(matter, Event.OVERDUE)
        if found.owed:
            matter.raise_alarm(Kind.DEBRIEF, "asked_for", matter.row.person)

    return matters.fire(actor, svc, deadline_id, Debrief, debrief_id, decide)


def _said(matter: Matter[Debrief], event: Event) -> None:
    row = matter.row
    matter.say("debrief", debrief=row.id, person=row.person, event=event.value, state=row.state.value)


def _wanted(matter: Matter[Debrief], code: str) -> None:
    matter.tell(matter.row.person, "debrief_noted", code=code)
    for lead in _told(matter):
        matter.tell(lead, "debrief_wanted", who=matter.row.person)


def _told(matter: Matter[Debrief]) -> list[str]:
    leads = dict.fromkeys([*matter.office.coordinators, *matter.office.supervisors])
    return [lead for lead in leads if lead != matter.row.person]


def _mine(conn: Connection, me: str, case_id: str | None, since: datetime) -> tuple[str, str] | None:
    """(id, team) of the person's debrief of this case; without a case, of the newest one that was not held."""
    d = schema.debriefs.c
    query = select(d.id, d.team).where(d.person == me)
    if case_id is not None:
        query = query.where(d.case_id == case_id)
    else:
        query = query.where(d.state != State.HELD.value, d.offered_at >= since)
    row = conn.execute(query.order_by(d.offered_at.desc(), d.id.desc()).limit(1)).one_or_none()
    return None if row is None else (row.id, row.team)


def _worked_on(conn: Connection, me: str, case_id: str | None, since: datetime) -> tuple[str, str, str] | None:
    """(id, team, code) of a case this person has or had since then."""
    a, c = schema.assignments.c, schema.cases.c
    query = (
        select(c.id, c.team, c.code)
        .join(schema.assignments, a.case_id == c.id)
        .where(a.person == me, a.ended_at.is_(None) | (a.ended_at >= since))
    )
    if case_id is not None:
        query = query.where(c.id == case_id)
    row = conn.execute(query.order_by(a.since.desc(), a.id.desc()).limit(1)).one_or_none()
    return None if row is None else (row.id, row.team, row.code)

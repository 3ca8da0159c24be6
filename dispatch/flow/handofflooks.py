"""Hand-offs as people and programs read them, and who holds open cases; nothing here tells of the people in crisis."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from dispatch.access import Act, Actor, check
from dispatch.case import EXPOSED, Case
from dispatch.case import State as CaseState
from dispatch.flow import matters
from dispatch.flow.boards import owners_of, visible
from dispatch.flow.departures import going, holding
from dispatch.flow.names import Names
from dispatch.flow.service import Service
from dispatch.flow.views import Named
from dispatch.handoff import LEAVES, Handoff, State
from dispatch.handoff import Event as HandoffEvent
from dispatch.priority import Urgency
from dispatch.roster import on_call
from dispatch.store import people, schema
from dispatch.store.rows import load_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class HandCase:
    """A case in a hand-off. `by_name`: its giver is on the way to the person or with them, so that only a yes to this
    very case counts. `left`: it is still with the giver."""

    id: str
    code: str
    urgency: Urgency
    state: CaseState
    logged_at: datetime
    respond_by: datetime
    by_name: bool
    left: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffView:
    """`taken` are ids of the cases that were. `can` are the acts the reader may do now."""

    id: str
    team: str
    giver: Named
    taker: Named
    state: State
    due_at: datetime
    cases: tuple[HandCase, ...]
    taken: tuple[str, ...]
    can: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody with open cases. `until` is the end of their duty when it is near; `off`: they are on call no more.
    `to` are those who could be offered them, the successors first."""

    person: Named
    team: str
    until: datetime | None
    off: bool
    cases: tuple[HandCase, ...]
    offered: frozenset[str]
    to: tuple[Named, ...]


def listed(actor: Actor, svc: Service, team: str | None = None, *, everything: bool = False) -> list[HandoffView]:
    """Hand-offs with a case that still waits for a yes, the oldest first; all of them with `everything`."""
    check(actor, Act.HAND_OFF, team)
    h = schema.handoffs.c
    query = select(h.id).where(*visible(actor, team, h.team))
    if not everything:
        query = query.where(h.state.not_in([State.ACCEPTED.value, State.WITHDRAWN.value]))
    with svc.record.read() as conn:
        if team is not None:
            svc.rosters.team(conn, team)
        views = _views(actor, svc, conn, load_rows(conn, Handoff, "id", list(conn.scalars(query))))
    return [view for view in views if everything or any(case.left for case in view.cases)]


def one(actor: Actor, svc: Service, handoff_id: str) -> HandoffView:
    """Raises NotFound."""
    with svc.record.read() as conn:
        found = matters.load(conn, Handoff, handoff_id)
        check(actor, Act.HAND_OFF, found.team)
        return _views(actor, svc, conn, [found])[0]


def holders(
    actor: Actor, svc: Service, person: str | None = None, team: str | None = None, *, to_whom: bool = True
) -> list[Holder]:
    """Who holds open cases: whoever is off duty already first, then whoever goes soon; of one `person` when given.
    Without `to_whom` nobody is looked up who could be offered them: a board that is asked every second need not."""
    check(actor, Act.HAND_OFF, team)
    now = svc.clock.now()
    found: list[Holder] = []
    with svc.record.read() as conn:
        teams = [
            (id_, held)
            for id_, held in holding(conn).items()
            if team in (None, id_) and (not actor.teams or id_ in actor.teams)
        ]
        known_cases = _Known.of(conn, [case for _, held in teams for cases in held.values() for case in cases])
        for id_, held in teams:
            here = svc.rosters.team(conn, id_)
            soon = {each.person: each for each in going(here, held, now)}
            on = {each.person for each in on_call(here.roster, id_, now)}
            known = people.pool(conn, id_, None, now) if to_whom else []
            pool = [each.responder.id for each in known if each.standing.reachable]
            names = Names(svc, conn, {*pool, *held})
            waiting = _waiting(conn, id_)
            for who, cases in held.items():
                if person not in (None, who):
                    continue
                first = soon[who].successors if who in soon else tuple(sorted(on - {who}))
                rest = sorted(set(pool) - {*first, who}, key=lambda each: names.of(each).name.casefold())
                found.append(
                    Holder(
                        person=names.of(who),
                        team=id_,
                        until=soon[who].until if who in soon else None,
                        off=who not in on,
                        cases=known_cases.shown(cases, who),
                        offered=frozenset(cases) & waiting.get(who, frozenset()),
                        to=tuple(names.of(each) for each in (*first, *rest) if each in pool and each != who),
                    )
                )
    return sorted(found, key=lambda each: (not each.off, each.until is None, each.until or now, each.person.id))


def _waiting(conn: Connection, team: str) -> dict[str, frozenset[str]]:
    """Giver -> cases that somebody was offered and has not answered for."""
    h = schema.handoffs.c
    found: dict[str, frozenset[str]] = {}
    for giver, cases in conn.execute(select(h.giver, h.cases).where(h.team == team, h.state == State.OFFERED.value)):
        found[giver] = found.get(giver, frozenset()) | frozenset(cases)
    return found


def _views(actor: Actor, svc: Service, conn: Connection, found: Sequence[Handoff]) -> list[HandoffView]:
    names = Names(svc, conn, [id_ for row in found for id_ in (row.giver, row.taker)])
    known = _Known.of(conn, {id_ for row in found for id_ in row.cases})
    return [_view(actor, row, known, names) for row in found]


def _view(actor: Actor, row: Handoff, known: _Known, names: Names) -> HandoffView:
    cases = known.shown(row.cases, row.giver)
    events = LEAVES[row.state]
    can = []
    if any(case.left for case in cases):
        if actor.person == row.taker:
            can += [event.value for event in (HandoffEvent.ACCEPTED, HandoffEvent.DECLINED) if event in events]
        if HandoffEvent.WITHDREW in events and (actor.person == row.giver or actor.may(Act.ASSIGN, row.team)):
            can.append(HandoffEvent.WITHDREW.value)
    words = {"accepted": "accept", "declined": "decline", "withdrew": "withdraw"}
    return HandoffView(
        id=row.id,
        team=row.team,
        giver=names.of(row.giver),
        taker=names.of(row.taker),
        state=row.state,
        due_at=row.due_at,
        cases=cases,
        taken=tuple(sorted(row.taken)),
        can=tuple(words[each] for each in can),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """Every case that is spoken of, and who has it."""

    cases: Mapping[str, Case]
    owners: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, conn: Connection, ids: Collection[str]) -> _Known:
        return cls({case.id: case for case in load_rows(conn, Case, "id", sorted(ids))}, owners_of(conn, ids))

    def shown(self, ids: Iterable[str], giver: str) -> tuple[HandCase, ...]:
        """Those of `giver`, the most pressing first."""
        cases = sorted((self.cases[id_] for id_ in ids), key=lambda one: (one.urgency.rank, one.respond_by, one.id))
        return tuple(
            HandCase(
                id=case.id,
                code=case.code,
                urgency=case.urgency,
                state=case.state,
                logged_at=case.logged_at,
                respond_by=case.respond_by,
                by_name=case.state in EXPOSED,
                left=case.open and giver in self.owners.get(case.id, ()),
            )
            for case in cases
        )

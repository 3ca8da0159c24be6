"""Whoever goes off duty with open cases is told in good time, and a coordinator when the time has come and nobody was
offered them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from dispatch.access import Act, Actor, check
from dispatch.alarm import Kind
from dispatch.departure import Departure, ended
from dispatch.errors import Conflict, Refused
from dispatch.flow import matters, service_alarms
from dispatch.flow.handable import codes_of, held_by
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.handoff import Leaving, State, leaving
from dispatch.matter import Matter
from dispatch.store import schema
from dispatch.store.tables_contacts import OPEN_CASES


def watch(actor: Actor, svc: Service) -> int:
    """Tell everybody whose duty ends within their team's time and who holds open cases; how many were told. Each end
    of a spell is told once."""
    check(actor, Act.RUN)
    with svc.record.read() as conn:
        held = holding(conn)

    def look(team: str) -> int:
        if team not in held:
            return 0
        with svc.record.read() as conn:
            soon = going(svc.rosters.team(conn, team), held[team], svc.clock.now())
            fresh = [one for one in soon if not _told(conn, team, one)]
        return sum(_tell(actor, svc, team, one) for one in fresh)

    return service_alarms.for_every_team(svc, look)


def holding(conn: Connection) -> dict[str, dict[str, list[str]]]:
    """Team -> person -> their open cases."""
    a, c = schema.assignments.c, schema.cases.c
    query = select(c.team, a.person, c.id).join(schema.assignments, a.case_id == c.id)
    open_ = query.where(a.ended_at.is_(None), OPEN_CASES)
    found: dict[str, dict[str, list[str]]] = {}
    for team, person, case_id in conn.execute(open_.order_by(c.team, a.person, c.id)):
        found.setdefault(team, {}).setdefault(person, []).append(case_id)
    return found


def going(here: TeamNow, held: Mapping[str, Collection[str]], now: datetime) -> list[Leaving]:
    """Who of those that hold open cases of a team goes off duty within the team's time, each once."""
    found = leaving(here.roster, here.team.id, held, now, here.team.settings.handoff)
    return list({one.person: one for one in reversed(found)}.values())


def ends(actor: Actor, svc: Service, deadline_id: str, departure_id: str) -> int:
    """The spell is over. What was not offered to anybody stays with its person, and they and the coordinators hear
    that."""
    seen: list[TeamNow] = []
    held: list[str] = []
    offered: set[str] = set()
    codes: list[str] = []

    def first(conn: Connection, row: Departure) -> None:
        h = schema.handoffs.c
        # One that has run out at this very moment has told the same people already.
        just_told = (h.state == State.OVERDUE.value) & (h.due_at >= row.until)
        waiting = select(h.cases).where(h.giver == row.person, (h.state == State.OFFERED.value) | just_told)
        seen[:] = [svc.rosters.team(conn, row.team)]
        held[:] = held_by(conn, row.person, row.team)
        offered.clear()
        offered.update(id_ for cases in conn.scalars(waiting) for id_ in cases)
        codes[:] = codes_of(conn, set(held) - offered)

    def decide(matter: Matter[Departure]) -> None:
        found = ended(matter.row, seen[0].roster, held, offered, matter.now)
        if found is None:
            return
        row = found.departure
        matter.put(row)
        matter.say("departure", departure=row.id, person=row.person, event="ended", left=sorted(found.left))
        if found.left:
            matter.raise_alarm(Kind.HANDOFF, "nobody_offered", row.person)
            matter.tell(row.person, "handoff_stays", codes=" ".join(codes), link=f"{svc.public_url}/handoffs")

    return matters.fire(actor, svc, deadline_id, Departure, departure_id, decide, first=first)


def _told(conn: Connection, team: str, one: Leaving) -> bool:
    d = schema.departures.c
    query = select(d.id).where(d.team == team, d.person == one.person, d.until == one.until)
    return conn.execute(query).first() is not None


def _tell(actor: Actor, svc: Service, team: str, one: Leaving) -> int:
    codes: list[str] = []
    at: list[str] = []

    def make(conn: Connection) -> Departure:
        if _told(conn, team, one):
            raise Refused("They were told already.")
        codes[:] = codes_of(conn, held_by(conn, one.person, team))
        at[:] = [f"{one.until.astimezone(svc.rosters.team(conn, team).team.zone):%H:%M}"]
        return Departure(svc.new_id(), team, one.person, one.until)

    def decide(matter: Matter[Departure]) -> int:
        matter.say("departure", departure=matter.row.id, person=one.person, event="told", cases=len(codes))
        about = {"codes": " ".join(codes), "at": at[0], "link": f"{svc.public_url}/handoffs"}
        matter.tell(one.person, "handoff_due", **about)
        return 1

    try:
        return matters.begin(actor, svc, Act.RUN, team, make, decide)
    except (Refused, Conflict):
        # Another sweeper was first.
        return 0

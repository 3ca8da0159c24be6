"""Hand-offs: open cases passed on at the end of a shift, by an explicit yes and by nothing else."""

from __future__ import annotations

from sqlalchemy import Connection, select

from dispatch.access import Actor
from dispatch.alarm import Kind
from dispatch.flow import matters
from dispatch.flow.service import Service
from dispatch.handoff import Event, Handoff, advance
from dispatch.matter import Matter
from dispatch.store import schema


def held_by(conn: Connection, person: str) -> list[str]:
    """Cases this person has now."""
    a = schema.assignments.c
    return list(conn.scalars(select(a.case_id).where(a.person == person, a.ended_at.is_(None))))


def overdue(actor: Actor, svc: Service, deadline_id: str, handoff_id: str) -> int:
    """No answer in time: the cases stay with whoever had them, and the coordinator is told."""
    held: list[str] = []

    def first(conn: Connection, row: Handoff) -> None:
        held[:] = held_by(conn, row.giver)

    def decide(matter: Matter[Handoff]) -> None:
        found = advance(matter.row, Event.OVERDUE, matter.now, still_open=held)
        if found.refused is not None:
            return
        matter.put(found.handoff)
        matter.say("handoff", handoff=matter.row.id, event=Event.OVERDUE.value, state=matter.row.state.value)
        if found.tell_coordinator:
            matter.raise_alarm(Kind.HANDOFF, "no_answer", matter.row.giver)

    return matters.fire(actor, svc, deadline_id, Handoff, handoff_id, decide, first=first)

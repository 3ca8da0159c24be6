"""Swaps: somebody asks a person, or the pool, to take a piece of their shift."""

from __future__ import annotations

from dispatch.access import Actor
from dispatch.flow import matters
from dispatch.flow.service import Service
from dispatch.matter import Matter
from dispatch.swap import Event, Swap, advance


def begins(actor: Actor, svc: Service, deadline_id: str, swap_id: str) -> int:
    """The shift begins and nobody has it: it stays with whoever had it, and they and the coordinators hear that."""

    def decide(matter: Matter[Swap]) -> None:
        found = advance(matter.row, Event.BEGAN, None, matter.now)
        if found.refused is not None:
            return
        matter.put(found.swap)
        matter.say("swap", swap=matter.row.id, event=Event.BEGAN.value, state=matter.row.state.value)
        for person in dict.fromkeys([matter.row.giver, *matter.office.coordinators]):
            matter.tell(person, "swap_lapsed", who=matter.row.giver)

    return matters.fire(actor, svc, deadline_id, Swap, swap_id, decide)

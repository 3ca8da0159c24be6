"""A swap that is answered by text: `TAKE` or `PASS` with the swap's own code."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from dispatch.access import Act, Actor
from dispatch.errors import ServiceError
from dispatch.flow import swaps
from dispatch.flow.service import Service
from dispatch.flow.swaps import Finish
from dispatch.flow.swapwords import Voice
from dispatch.store import schema
from dispatch.store.rows import load_rows
from dispatch.swap import State, Swap


@dataclass(frozen=True, slots=True)
class Say:
    """What is to be answered where nothing changed."""

    words: str
    about: dict[str, str] = field(default_factory=dict)


def answer(actor: Actor, svc: Service, code: str, finish: Finish, *, takes: bool) -> Say | None:
    """Take or decline the swap of this code; None when that was done, and its own texts are the answer."""
    s = schema.swaps.c
    with svc.record.read() as conn:
        query = select(s.id).where(s.code == code, s.team.in_(sorted(actor.teams))).order_by(s.id.desc()).limit(1)
        found = load_rows(conn, Swap, "id", list(conn.scalars(query)))
        voice = Voice(svc.public_url, svc.rosters.team(conn, found[0].team).team.zone) if found else None
    if not found or voice is None or not actor.may(Act.SWAP, found[0].team):
        return Say("swap_unknown", {"swap": code})
    swap = found[0]
    try:
        (swaps.take if takes else swaps.decline)(actor, svc, swap.id, finish=finish)
    except ServiceError:
        with svc.record.read() as conn:
            swap = load_rows(conn, Swap, "id", [swap.id])[0]
        return Say(_why(swap, takes=takes), voice.about(swap))
    return None


def _why(swap: Swap, *, takes: bool) -> str:
    """Why nothing came of it, in the words of the situation as it is now."""
    if swap.state in (State.TAKEN, State.DONE):
        return "swap_gone"
    if swap.state is not State.ASKED:
        return "swap_over"
    return "swap_cannot" if takes else "swap_passed"

"""Swaps as people and programs read them, each with what the reader may do about it now; and a person's own shifts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from dispatch.access import Act, Actor, Role, check
from dispatch.flow import matters
from dispatch.flow.boards import visible
from dispatch.flow.names import Names
from dispatch.flow.service import Service
from dispatch.flow.views import Named
from dispatch.store import people, schema
from dispatch.store.people import Known
from dispatch.store.rows import load_rows
from dispatch.swap import OPEN, Piece, State, Swap, passed_on, pieces, why_not

#: How far ahead a person sees their own shifts.
AHEAD = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapView:
    """`asked` empty is the whole pool. `in_roster`: its override stands there; one that is done and is not in the
    roster was edited away by somebody. `can` are the acts the reader may do, by the last word of their address;
    `cannot_take` is why the reader is not among those who could take it."""

    id: str
    code: str
    team: str
    layer: str
    giver: Named
    taker: Named | None
    start: datetime
    end: datetime
    asked: tuple[Named, ...]
    declined: tuple[Named, ...]
    needs_approval: bool
    state: State
    warnings: tuple[str, ...]
    in_roster: bool
    can: tuple[str, ...]
    cannot_take: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MyShift:
    """A stretch of one person's duty, and the open swaps about pieces of it."""

    team: str
    layer: str
    start: datetime
    end: datetime
    #: it goes on beyond `end`
    endless: bool
    begun: bool
    swaps: tuple[SwapView, ...]


def listed(actor: Actor, svc: Service, team: str | None = None, *, everything: bool = False) -> list[SwapView]:
    """Swaps whose time is not over, the next one first: those that are asked for, wait for a coordinator or are done;
    with `everything` also what was declined, refused, withdrawn, undone or lapsed."""
    check(actor, Act.SWAP, team)
    s = schema.swaps.c
    query = select(s.id).where(s.end > svc.clock.now(), *visible(actor, team, s.team))
    if not everything:
        query = query.where(s.state.in_([state.value for state in (*OPEN, State.DONE)]))
    with svc.record.read() as conn:
        if team is not None:
            svc.rosters.team(conn, team)
        found = load_rows(conn, Swap, "id", list(conn.scalars(query)))
        return _views(actor, svc, conn, found)


def to_approve(actor: Actor, svc: Service, team: str | None = None) -> int:
    """How many swaps wait for a coordinator."""
    check(actor, Act.APPROVE_SWAP, team)
    s = schema.swaps.c
    waiting = s.state == State.TAKEN.value
    with svc.record.read() as conn:
        return conn.scalar(select(func.count()).where(waiting, *visible(actor, team, s.team))) or 0


def one(actor: Actor, svc: Service, swap_id: str) -> SwapView:
    """Raises NotFound."""
    with svc.record.read() as conn:
        found = matters.load(conn, Swap, swap_id)
        check(actor, Act.SWAP, found.team)
        return _views(actor, svc, conn, [found])[0]


def shifts_of(actor: Actor, svc: Service, person: str | None) -> list[MyShift]:
    """One person's duty of the next four weeks in the reader's teams, in order; none for None, a sign-in that is
    nobody on a roster."""
    check(actor, Act.SWAP)
    if person is None:
        return []
    now = svc.clock.now()
    own: list[tuple[str, Piece]] = []
    with svc.record.read() as conn:
        posts = schema.posts.c
        mine = select(posts.team).distinct().where(posts.person == person, *visible(actor, None, posts.team))
        for team in conn.scalars(mine.order_by(posts.team)).all():
            roster = svc.rosters.team(conn, team).roster
            own += [(team, piece) for piece in pieces(roster, team, person, now, now + AHEAD)]
    about = [view for view in listed(actor, svc) if view.giver.id == person and view.state in OPEN]
    return sorted((_shift(team, piece, now, about) for team, piece in own), key=lambda each: (each.start, each.layer))


def _shift(team: str, piece: Piece, now: datetime, about: Iterable[SwapView]) -> MyShift:
    place = (team, piece.layer)
    return MyShift(
        team=team,
        layer=piece.layer,
        start=piece.start,
        end=piece.end,
        endless=piece.endless,
        begun=piece.start <= now,
        swaps=tuple(
            view
            for view in about
            if (view.team, view.layer) == place and view.start < piece.end and piece.start < view.end
        ),
    )


def _views(actor: Actor, svc: Service, conn: Connection, found: Sequence[Swap]) -> list[SwapView]:
    now = svc.clock.now()
    ids = [id_ for swap in found for id_ in (swap.giver, swap.taker, *swap.asked, *swap.declined)]
    names = Names(svc, conn, ids)
    pools = {
        team: {known.responder.id: known for known in people.pool(conn, team, None, now)}
        for team in {swap.team for swap in found}
    }
    return [_view(actor, svc, conn, swap, names, pools[swap.team]) for swap in found]


def _view(actor: Actor, svc: Service, conn: Connection, swap: Swap, names: Names, pool: dict[str, Known]) -> SwapView:
    roster = svc.rosters.team(conn, swap.team).roster
    me, now = actor.person, svc.clock.now()
    cannot = None
    wanted = swap.state is State.ASKED and me is not None and me != swap.giver and (not swap.asked or me in swap.asked)
    if wanted and me is not None:
        known = pool.get(me)
        cannot = "is nobody who can be paged here" if known is None else why_not(swap, known.responder, roster)
    leads = bool(actor.roles & {Role.COORDINATOR}) and actor.may(Act.MANAGE_ROSTER, swap.team)
    can = []
    if swap.start > now:
        if wanted and cannot is None:
            can += ["take", *([] if me in swap.declined else ["decline"])]
        if swap.state in OPEN and (me == swap.giver or leads):
            can.append("withdraw")
        if swap.state is State.TAKEN and actor.may(Act.APPROVE_SWAP, swap.team):
            can += ["approve", "refuse"]
        theirs = me is not None and me in (swap.giver, swap.taker)
        undoes = swap.state is State.DONE or (swap.state is State.TAKEN and me == swap.taker)
        if undoes and (theirs or leads) and not passed_on(swap, roster):
            can.append("undo")
    return SwapView(
        id=swap.id,
        code=swap.code,
        team=swap.team,
        layer=swap.layer,
        giver=names.of(swap.giver),
        taker=names.maybe(swap.taker),
        start=swap.start,
        end=swap.end,
        asked=tuple(names.of(id_) for id_ in sorted(swap.asked)),
        declined=tuple(names.of(id_) for id_ in sorted(swap.declined)),
        needs_approval=swap.needs_approval,
        state=swap.state,
        warnings=swap.warnings,
        in_roster=swap.override is not None and swap.override in roster.overrides,
        can=tuple(can),
        cannot_take=cannot,
    )

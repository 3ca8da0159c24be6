"""Private addresses of calendars: a person's own duty, or a team's, for the calendar of a telephone.

Whoever has the address reads it without a sign-in, so it holds nothing personal: no name, no number, no case. Only the
address's hash is kept. It ends with the person, with the sign-in that made it, and when a new one is made; each read is
written down, once an hour at the most.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from dispatch.access import Act, Actor, Role, check
from dispatch.errors import NotFound, Refused
from dispatch.exports import ics
from dispatch.flow.commit import mirror
from dispatch.flow.service import Service
from dispatch.roster import duties
from dispatch.store import ledger, people, schema
from dispatch.store.casefiles import Told
from dispatch.store.ledger import LOOKS, Entry

#: What a feed shows. Beyond that a roster is a plan that changes, and telephones ask again within hours.
BACK = timedelta(days=7)
AHEAD = timedelta(days=90)
NOTED_EVERY = timedelta(hours=1)
_F = schema.feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """`team` null: the person's own duty, in all their teams. `url` is shown once, when the feed is made."""

    id: str
    team: str | None
    created_at: datetime
    read_at: datetime | None
    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Calendar:
    """`tag` changes when the content does."""

    body: bytes = field(repr=False)
    tag: str


def feeds(actor: Actor, svc: Service) -> list[FeedView]:
    """The asker's own feeds that are in force, the newest first; never their addresses."""
    check(actor, Act.SEE_ROSTER)
    query = select(_F).where(_F.c.revoked_at.is_(None), _theirs(actor)).order_by(_F.c.created_at.desc(), _F.c.id)
    with svc.record.read() as conn:
        return [_view(row) for row in conn.execute(query)]


def make(actor: Actor, svc: Service, team: str | None) -> FeedView:
    """A new address of the asker's own duty (None) or of a team's; one they had for the same is worth nothing from now
    on.

    Raises Refused where the sign-in belongs to nobody on the roster, and InvalidInput for an unknown team.
    """
    check(actor, Act.SEE_ROSTER, team)
    if team is None and actor.person is None:
        raise Refused("This sign-in belongs to nobody who has duty.")
    now, token = svc.clock.now(), secrets.token_urlsafe(32)
    row = {
        "id": svc.new_id(),
        "token_hash": _hashed(token),
        "team": team,
        "person": actor.person if team is None else None,
        "created_by": actor.id,
        "created_at": now,
        "revoked_at": None,
        "read_at": None,
    }
    with svc.record.write() as conn:
        if team is not None:
            svc.rosters.team(conn, team)
        same = _F.c.team == team if team is not None else _F.c.team.is_(None)
        conn.execute(update(_F).where(_F.c.revoked_at.is_(None), _theirs(actor), same).values(revoked_at=now))
        conn.execute(_F.insert(), row)
        n = ledger.append(conn, [Entry(now, actor.id, "feed_made", None, team, {"feed": row["id"]})])
    mirror(svc, Told(ledger_no=n))
    url = f"{svc.public_url}/calendar/{token}.ics"
    return FeedView(id=str(row["id"]), team=team, created_at=now, read_at=None, url=url)


def revoke(actor: Actor, svc: Service, feed_id: str) -> None:
    """The address is worth nothing from now on. Raises NotFound for somebody else's."""
    check(actor, Act.SEE_ROSTER)
    now = svc.clock.now()
    with svc.record.write() as conn:
        mine = (_F.c.id == feed_id) & _F.c.revoked_at.is_(None) & _theirs(actor)
        if conn.execute(update(_F).where(mine).values(revoked_at=now)).rowcount != 1:
            raise NotFound("You have no such calendar.")
        n = ledger.append(conn, [Entry(now, actor.id, "feed_ended", None, None, {"feed": feed_id})])
    mirror(svc, Told(ledger_no=n))


def read(svc: Service, token: str) -> Calendar:
    """The calendar at this address. Raises NotFound for an unknown one, one that has ended, and one whose person or
    sign-in has: they cannot be told apart."""
    now = svc.clock.now()
    with svc.record.read() as conn:
        row = conn.execute(select(_F).where(_F.c.token_hash == _hashed(token), _F.c.revoked_at.is_(None))).one_or_none()
        teams = _teams(conn, row) if row is not None else []
        if row is None or not teams:
            raise NotFound("There is no such calendar.")
        # From midnight to midnight, so that the same roster is the same calendar all day.
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        rosters = [svc.rosters.team(conn, team) for team in teams]
    parts = [(here.team, duties(here.roster, here.team.id, day - BACK, day + AHEAD)) for here in rosters]
    body = ics.feed(parts, day, row.person)
    if row.read_at is None or row.read_at <= now - NOTED_EVERY:
        _noted(svc, row, now)
    return Calendar(body, hashlib.sha256(body).hexdigest()[:32])


def _noted(svc: Service, row: Row[Any], now: datetime) -> None:
    with svc.record.write() as conn:
        unchanged = _F.c.read_at == row.read_at if row.read_at is not None else _F.c.read_at.is_(None)
        # Two reads at one moment are one look.
        if conn.execute(update(_F).where(_F.c.id == row.id, unchanged).values(read_at=now)).rowcount:
            ledger.append(
                conn, [Entry(now, row.created_by, "feed_read", None, row.team, {"feed": row.id})], chain=LOOKS
            )


def _teams(conn: Connection, row: Row[Any]) -> Sequence[str]:
    """The teams the feed shows; none when it must show nothing any more."""
    maker = _maker(conn, row.created_by)
    if maker is None:
        return ()
    if row.team is not None:
        return [row.team] if maker.may(Act.SEE_ROSTER, row.team) else ()
    person = people.one(conn, row.person)
    return sorted(person.teams) if person.active and maker.person == row.person else ()


def _maker(conn: Connection, id_: str) -> Actor | None:
    """Who made it, as they may act today; None when they can no longer sign in."""
    u, t = schema.users.c, schema.tokens.c
    user = conn.execute(select(schema.users).where(u.id == id_, u.disabled_at.is_(None))).one_or_none()
    if user is not None:
        return Actor(user.id, frozenset(Role(r) for r in user.roles), frozenset(user.teams), user.person)
    program = conn.execute(select(schema.tokens).where(t.id == id_, t.revoked_at.is_(None))).one_or_none()
    if program is not None:
        return Actor(program.id, frozenset(Role(r) for r in program.roles), frozenset(program.teams))
    return None


def _theirs(actor: Actor) -> Any:
    """Own duty belongs to the person, whichever sign-in made it; a team's belongs to the sign-in."""
    by_them = (_F.c.created_by == actor.id) & _F.c.team.is_not(None)
    return or_(by_them, _F.c.person == actor.person) if actor.person is not None else by_them


def _view(row: Row[Any]) -> FeedView:
    return FeedView(id=row.id, team=row.team, created_at=row.created_at, read_at=row.read_at)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""What the service thinks of people now, put together from roster, record and checks: see `dispatch.marks`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from dispatch.access import Act, Actor, check
from dispatch.flow import shiftchecks
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.marks import Mark, marks
from dispatch.matching import Candidate, candidates
from dispatch.responder import Availability, Standing
from dispatch.roster import OnCall, on_call
from dispatch.shiftcheck import ShiftCheck
from dispatch.store import people


@dataclass(frozen=True, slots=True)
class Seen:
    """One team at one moment: person -> standing, duties, and the newest check of a shift's start."""

    standings: Mapping[str, Standing]
    on: Mapping[str, Sequence[OnCall]]
    checks: Mapping[str, ShiftCheck]


def of(svc: Service, conn: Connection, rows: Sequence[Row[Any]], now: datetime) -> dict[str, tuple[Mark, ...]]:
    """Person -> everything there is to say of them, over all their teams."""
    teams = {team: svc.rosters.team(conn, team) for team in sorted({team for row in rows for team in row.teams})}
    seen = {team: see(conn, here, pool(conn, here, now), now) for team, here in teams.items()}
    return told(rows, seen, now)


def own(actor: Actor, svc: Service) -> tuple[Mark, ...]:
    """What is true of whoever asks; nothing where the sign-in belongs to nobody on the roster."""
    check(actor, Act.SEE_ROSTER)
    with svc.record.read() as conn:
        rows = people.some(conn, [actor.person]) if actor.person is not None else []
        return of(svc, conn, rows, svc.clock.now()).get(rows[0].id, ()) if rows else ()


def told(rows: Sequence[Row[Any]], seen: Mapping[str, Seen], now: datetime) -> dict[str, tuple[Mark, ...]]:
    return {row.id: _of(row, {team: seen[team] for team in row.teams if team in seen}, now) for row in rows}


def see(conn: Connection, here: TeamNow, known: Sequence[people.Known], now: datetime) -> Seen:
    on: dict[str, list[OnCall]] = {}
    for one in on_call(here.roster, here.team.id, now):
        on.setdefault(one.person, []).append(one)
    standings = {one.responder.id: one.standing for one in known}
    return Seen(standings, on, shiftchecks.current(conn, here.team.id, now))


def pool(conn: Connection, here: TeamNow, now: datetime) -> list[people.Known]:
    """Everybody of the team who may be asked, as a match at this moment sees them."""
    proved_only = here.team.settings.verified_only
    return people.pool(conn, here.team.id, here.limits.night_began(now), now, proved_only=proved_only)


def present(conn: Connection, here: TeamNow, now: datetime) -> tuple[Candidate, ...]:
    """The same people, each with what they are on call in now."""
    known = pool(conn, here, now)
    on = on_call(here.roster, here.team.id, now)
    return candidates((k.responder for k in known), on, {k.responder.id: k.standing for k in known}, now)


def standings(conn: Connection, here: TeamNow, now: datetime) -> dict[str, Standing]:
    """Person -> what is true of them, of everybody of the team who may be asked."""
    return {one.responder.id: one.standing for one in pool(conn, here, now)}


def _of(row: Row[Any], teams: Mapping[str, Seen], now: datetime) -> tuple[Mark, ...]:
    """In two teams the stricter one's word about the number is told; the rest is the same in both."""
    standings = [team.standings[row.id] for team in teams.values() if row.id in team.standings]
    standing = min(standings, key=lambda one: one.reachable, default=None) or _plain(row)
    several = len(row.teams) > 1
    on = [
        replace(one, layer=f"{name} {one.layer}") if several else one
        for name, team in teams.items()
        for one in team.on.get(row.id, ())
    ]
    checks = [team.checks[row.id] for team in teams.values() if row.id in team.checks and row.id in team.on]
    newest = max(checks, key=lambda one: one.start, default=None)
    return marks(
        standing,
        on,
        row.capacity,
        now,
        has_number=row.phone is not None,
        check=newest.state if newest is not None else None,
    )


def _plain(row: Row[Any]) -> Standing:
    """Of somebody no case is given to: a coordinator, an operator. Alarms still go to their number."""
    return Standing(
        availability=Availability(row.availability),
        until=row.available_until,
        reachable=row.unreachable is None,
        unreachable_because=row.unreachable,
        proved=row.verified_at is not None,
    )

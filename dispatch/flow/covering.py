"""Watched ahead: gaps that begin within a day ring once, go on ringing until they are seen or mended, and are then
silent for as long as they are the same gaps.

What has been said is kept as notices: a gap seen on Monday does not ring again every minute, and the next gap does. A
gap that goes on is said once a day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from dispatch.access import Act, Actor, check
from dispatch.alarm import Alarm, Kind
from dispatch.alarming import open_alarm
from dispatch.coverage import AHEAD, Gap, alarming, gaps
from dispatch.flow import service_alarms
from dispatch.flow.commit import mirror
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.roster import EVERYONE
from dispatch.store import ledger, people, schema
from dispatch.store.casefiles import Told
from dispatch.store.ledger import Entry
from dispatch.store.rows import load_rows, update_rows
from dispatch.wallclock import wall

_DAY = timedelta(days=1)
#: Reasons an alarm lists; the page has them all.
_LISTED = 8


def watch(actor: Actor, svc: Service) -> int:
    """One round over every team; how many gaps begin within a day, or run."""
    check(actor, Act.RUN)
    return service_alarms.for_every_team(svc, lambda team: _watch(actor, svc, team))


def _watch(actor: Actor, svc: Service, team: str) -> int:
    now = svc.clock.now()
    with svc.record.read() as conn:
        here = svc.rosters.team(conn, team)
        ahead = alarming(_gaps(conn, here, now), now)
        keys = {_key(here, gap): gap for gap in ahead}
        said = _said(conn, team)
    if keys.keys() != said:
        with svc.record.write() as conn:
            told = Told(teams={team})
            entries = _tell(svc, conn, told, here, keys, actor.id, now)
            if entries:
                told.ledger_no = ledger.append(conn, entries)
        mirror(svc, told)
    return len(ahead)


def _gaps(conn: Connection, here: TeamNow, now: datetime) -> tuple[Gap, ...]:
    """Looked at from a day ago, so that a gap that runs already keeps the day on which it began."""
    team = here.team
    known = people.pool(conn, team.id, None, now, proved_only=team.settings.verified_only)
    who = {k.responder.id: k.responder for k in known}
    standings = {k.responder.id: k.standing for k in known}
    return gaps(here.roster, team.id, who, standings, now - _DAY, now + AHEAD, now - _DAY, rules=here.rules)


def _key(here: TeamNow, gap: Gap) -> str:
    day = wall(gap.start, here.team.zone).date()
    reason = hashlib.sha256(gap.reason.encode()).hexdigest()[:12]
    return f"{_prefix(here.team.id)}{gap.kind}:{gap.layer}:{day}:{reason}"


def _prefix(team: str) -> str:
    return f"coverage:{team}:"


def _said(conn: Connection, team: str) -> set[str]:
    n = schema.notices.c
    return set(conn.scalars(select(n.key).where(n.key.startswith(_prefix(team), autoescape=True))))


def _tell(
    svc: Service, conn: Connection, told: Told, here: TeamNow, keys: dict[str, Gap], actor: str, now: datetime
) -> list[Entry]:
    """Open, ring again, shorten or end the team's alarm, as gaps have come and gone."""
    notices, team = schema.notices, here.team.id
    said = _said(conn, team)  # again, under the write lock: another sweeper may have been here
    new, gone = keys.keys() - said, said - keys.keys()
    if gone:
        conn.execute(delete(notices).where(notices.c.key.in_(sorted(gone))))
    if new:
        conn.execute(notices.insert(), [{"key": key, "at": now} for key in sorted(new)])
    ringing, words = _ringing(conn, team), _words(here, list(keys.values()))
    if ringing is None:
        alarm = open_alarm(svc.new_id, now, team, Kind.COVERAGE, words)
        return [service_alarms.open_one(svc, conn, told, alarm, now, actor)] if new else []
    if not keys:
        return service_alarms.end_for(conn, told, team, Kind.COVERAGE, now, actor)
    changed = replace(ringing, because=words)
    if not new:
        update_rows(conn, [changed])
        return []
    return service_alarms.ring_one(svc, conn, told, changed, here.office, now, actor)


def _ringing(conn: Connection, team: str) -> Alarm | None:
    """The team's alarm about gaps ahead; one about a person who went off is another."""
    a = schema.alarms.c
    query = select(a.id).where(a.team == team, a.kind == Kind.COVERAGE.value, a.case_id.is_(None))
    query = query.where(a.subject.is_(None), a.ended_at.is_(None))
    return next(iter(load_rows(conn, Alarm, "id", list(conn.scalars(query)))), None)


def _words(here: TeamNow, found: Sequence[Gap]) -> tuple[str, ...]:
    """What is missing and when, in the team's time. While nobody at all is on call, that is all there is to say."""
    total = [gap for gap in found if gap.kind == "nobody" and gap.layer == EVERYONE]
    shown = [gap for gap in found if gap in total or not any(t.start <= gap.start and gap.end <= t.end for t in total)]
    lines = [f"{gap.reason}, {_at(here, gap.start)} to {_at(here, gap.end)}" for gap in shown[:_LISTED]]
    more = len(shown) - _LISTED
    return tuple(lines + ([f"and {more} more"] if more > 0 else []))


def _at(here: TeamNow, at: datetime) -> str:
    return wall(at, here.team.zone).strftime("%a %H:%M")

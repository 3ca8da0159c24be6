"""Alarms that belong to no case: a number that cannot be paged, a text nobody knows, the service itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from dispatch import logs
from dispatch.alarm import Alarm, Kind
from dispatch.alarming import end, open_alarm, ring
from dispatch.casefile import Office
from dispatch.errors import Unavailable
from dispatch.flow.service import Service
from dispatch.store import casefiles, outbox, schema
from dispatch.store.casefiles import Told, effect_row
from dispatch.store.ledger import Entry
from dispatch.store.rows import insert_rows, load_rows, update_rows

log = logs.get(__name__)


def open_for(
    svc: Service,
    conn: Connection,
    told: Told,
    teams: Sequence[str],
    kind: Kind,
    because: str,
    now: datetime,
    actor: str,
    *,
    subject: str | None = None,
) -> list[Entry]:
    """Open one in each of these teams, unless the same is ringing there already. Its first ring is due now; a ticker
    gives it."""
    entries = []
    for team in teams:
        if _ringing(conn, team, kind, subject):
            continue
        alarm = open_alarm(svc.new_id, now, team, kind, (because,), subject=subject)
        entries.append(open_one(svc, conn, told, alarm, now, actor))
    return entries


def open_one(svc: Service, conn: Connection, told: Told, alarm: Alarm, now: datetime, actor: str) -> Entry:
    """Open this one; its first ring is its clock's."""
    insert_rows(conn, [alarm])
    casefiles.set_clocks(conn, told, [(alarm, alarm.team, None)], svc.new_id)
    data = {"alarm": alarm.id, "kind": alarm.kind.value, "subject": alarm.subject}
    return Entry(now, actor, "alarm_opened", None, alarm.team, data)


def ring_one(
    svc: Service, conn: Connection, told: Told, alarm: Alarm, office: Office, now: datetime, actor: str
) -> list[Entry]:
    """Ring it now; nothing is said of one that waits for the morning. Raises Conflict when it was changed meanwhile."""
    rung, rings = ring(alarm, office, now)
    update_rows(conn, [rung])
    told.teams.add(alarm.team)
    told.timers_disarm += casefiles.stop_clocks(conn, [alarm.id])
    casefiles.set_clocks(conn, told, [(rung, alarm.team, None)], svc.new_id)
    outbox.add(conn, [effect_row(each, alarm.team, None, 0, svc.new_id, now) for each in rings], now)
    if rung.rings == alarm.rings:
        return []
    return [Entry(now, actor, "alarm_rang", None, alarm.team, {"alarm": alarm.id, "ring": rung.rings})]


def end_for(
    conn: Connection, told: Told, team: str, kind: Kind, now: datetime, by: str, *, subject: str | None = None
) -> list[Entry]:
    """The cause is gone: end what rings for it in this team."""
    rings = load_rows(conn, Alarm, "id", _ringing(conn, team, kind, subject))
    return [end_one(conn, told, one, now, by) for one in rings]


def _ringing(conn: Connection, team: str, kind: Kind, subject: str | None) -> list[str]:
    a = schema.alarms.c
    query = select(a.id).where(a.team == team, a.kind == kind.value, a.case_id.is_(None), a.ended_at.is_(None))
    return list(conn.scalars(query.where(a.subject.is_(None) if subject is None else a.subject == subject)))


def end_one(conn: Connection, told: Told, alarm: Alarm, now: datetime, by: str) -> Entry:
    """Raises Conflict when it was changed meanwhile."""
    update_rows(conn, [end(alarm, by, now)])
    told.timers_disarm += casefiles.stop_clocks(conn, [alarm.id])
    return Entry(now, by, "alarm_ended", None, alarm.team, {"alarm": alarm.id, "kind": alarm.kind.value})


def for_every_team(svc: Service, look: Callable[[str], int]) -> int:
    """`look` at each team; the sum of what it found. A team that cannot be looked at (its policy is one that this
    version does not read, say) keeps no other from it; the first such error is raised at the end."""
    with svc.record.read() as conn:
        teams = every_team(conn)
    found, failed = 0, None
    for team in teams:
        try:
            found += look(team)
        except Unavailable:
            raise
        except Exception as error:
            log.exception("team_not_looked_at", team=team)
            failed = failed or error
    if failed is not None:
        raise failed
    return found


def every_team(conn: Connection) -> list[str]:
    return list(conn.scalars(select(schema.teams.c.id).order_by(schema.teams.c.id)))

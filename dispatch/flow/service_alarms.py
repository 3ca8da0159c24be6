"""Alarms that belong to no case: a number that cannot be paged, a text nobody knows, the service itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from dispatch import logs
from dispatch.alarm import Alarm, Kind
from dispatch.alarming import end, open_alarm
from dispatch.errors import Unavailable
from dispatch.flow.service import Service
from dispatch.store import casefiles, schema
from dispatch.store.casefiles import Told
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
        a = schema.alarms
        same = select(a.c.id).where(
            a.c.team == team, a.c.kind == kind.value, a.c.case_id.is_(None), a.c.ended_at.is_(None)
        )
        same = same.where(a.c.subject.is_(None) if subject is None else a.c.subject == subject)
        if conn.execute(same).first() is not None:
            continue
        alarm = open_alarm(svc.new_id, now, team, kind, (because,), subject=subject)
        insert_rows(conn, [alarm])
        casefiles.set_clocks(conn, told, [(alarm, team, None)], svc.new_id)
        data = {"alarm": alarm.id, "kind": kind.value, "subject": subject}
        entries.append(Entry(now, actor, "alarm_opened", None, team, data))
    return entries


def end_for(
    conn: Connection, told: Told, team: str, kind: Kind, now: datetime, by: str, *, subject: str | None = None
) -> list[str]:
    """The cause is gone: end what rings for it in this team; the ids of those alarms."""
    a = schema.alarms
    query = select(a.c.id).where(
        a.c.team == team, a.c.kind == kind.value, a.c.case_id.is_(None), a.c.ended_at.is_(None)
    )
    query = query.where(a.c.subject.is_(None) if subject is None else a.c.subject == subject)
    ended = load_rows(conn, Alarm, "id", list(conn.scalars(query)))
    update_rows(conn, [end(alarm, by, now) for alarm in ended])
    told.timers_disarm += casefiles.stop_clocks(conn, [alarm.id for alarm in ended])
    return [alarm.id for alarm in ended]


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

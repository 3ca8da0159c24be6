"""Step 1: claim effects and write each attempt down. Whatever no longer needs doing is closed here, unsent."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from dispatch import logs
from dispatch.access import Actor
from dispatch.alarm import Alarm
from dispatch.deliver.job import Job
from dispatch.deliver.rendering import Letter, render
from dispatch.flow import reminders
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.page import Delivery, Page
from dispatch.store import datakeys, outbox, people, schema
from dispatch.store.rows import load_rows
from dispatch.store.sealing import DataKey

log = logs.get(__name__)

#: The provider's time limit, and as long again for our own record of the answer.
LEASE = timedelta(seconds=10)


@dataclass(slots=True)
class _Loaded:
    """Everything the claimed effects speak of, read in the claiming transaction."""

    pages: dict[str, Page] = field(default_factory=dict)
    alarms: dict[str, Alarm] = field(default_factory=dict)
    cases: dict[str, Row[Any]] = field(default_factory=dict)
    phones: dict[str, tuple[Any, DataKey]] = field(default_factory=dict)
    inbox: dict[str, tuple[Any, DataKey]] = field(default_factory=dict)
    before: dict[str, list[Row[Any]]] = field(default_factory=dict)
    teams: dict[str, TeamNow] = field(default_factory=dict)


def claim(actor: Actor, svc: Service, limit: int) -> list[Job]:
    """Up to `limit` effects that are now ours to perform, most urgent first. Opening sealed numbers happens after the
    commit."""
    now = svc.clock.now()
    lease = timedelta(seconds=LEASE.total_seconds() * _speed(svc))
    with svc.record.read() as conn:
        due = outbox.next_due(conn)
    if due is None or due > now:
        return []
    letters: list[tuple[Row[Any], Letter, str, str]] = []
    with svc.record.write() as conn:
        rows = outbox.claim(conn, now, actor.id, lease, limit)
        loaded = _load(svc, conn, rows)
        void: list[str] = []
        for row in rows:
            letter = _letter(row, loaded, now)
            if letter is None:
                void.append(row.id)
            else:
                letters.append((row, letter, svc.new_id(), secrets.token_hex(16)))
        if void:
            outbox.close(conn, void, "void", now)
        _write_attempts(conn, letters, now)
    return [_job(svc, *one) for one in letters]


def _speed(svc: Service) -> float:
    """Leases are real time; on a faster clock they are stretched."""
    real = svc.clock.real_seconds(timedelta(seconds=1))
    return 1.0 / real if real > 0 else 1.0


def _load(svc: Service, conn: Connection, rows: list[Row[Any]]) -> _Loaded:
    # A text to a person of no team, or from before there was one, names none.
    found = _Loaded(teams={team: svc.rosters.team(conn, team) for team in {row.team for row in rows} if team})
    page_ids = [r.page_id for r in rows if r.page_id]
    alarm_ids = [r.alarm_id for r in rows if r.alarm_id]
    case_ids = sorted({r.case_id for r in rows if r.case_id})
    persons = sorted({r.person for r in rows if r.person and not r.person.startswith("last_resort:")})
    inbox_ids = [r.payload["inbox"] for r in rows if "inbox" in r.payload]
    again = [r.id for r in rows if r.attempts > 1]
    if page_ids:
        found.pages = {p.id: p for p in load_rows(conn, Page, "id", page_ids)}
    if alarm_ids:
        found.alarms = {a.id: a for a in load_rows(conn, Alarm, "id", alarm_ids)}
    if case_ids:
        c = schema.cases
        found.cases = {r.id: r for r in conn.execute(select(c).where(c.c.id.in_(case_ids)))}
    if persons:
        found.phones = people.phones(conn, persons)
    if inbox_ids:
        i = schema.inbox
        arrivals = conn.execute(select(i).where(i.c.id.in_(inbox_ids))).all()
        keys = datakeys.load(conn, [a.key_id for a in arrivals])
        found.inbox = {a.id: (a.body, keys[a.key_id]) for a in arrivals}
    if again:
        t = schema.attempts
        for row in conn.execute(select(t).where(t.c.outbox_id.in_(again)).order_by(t.c.started_at)):
            found.before.setdefault(row.outbox_id, []).append(row)
    return found


def _letter(row: Row[Any], loaded: _Loaded, now: datetime) -> Letter | None:
    """What to send, or None when there is nothing to send any more: the page was answered, the alarm has ended,
    nobody has a number."""
    attempts = loaded.before.get(row.id, [])
    doubtful = [a for a in attempts if a.state in ("sending", "unknown")]
    page = loaded.pages.get(row.page_id) if row.page_id else None
    alarm = loaded.alarms.get(row.alarm_id) if row.alarm_id else None
    if row.kind == "SendPage" and (page is None or not page.open):
        return None
    if row.kind == "Ring" and (alarm is None or not alarm.open):
        return None
    team = loaded.teams.get(row.team)
    if row.kind == "Tell" and team is not None and not reminders.still_true(team, row.person, row.payload, now):
        return None
    sealed = None
    number = None
    if row.kind == "AnswerNumber":
        sealed = ("inbox", row.payload["inbox"], *loaded.inbox[row.payload["inbox"]])
    elif row.person is not None and row.person.startswith("last_resort:"):
        number = _last_resort(team, row) if team is not None else None
        if number is None:
            return None
    elif row.person in loaded.phones:
        sealed = ("people", row.person, *loaded.phones[row.person])
    else:
        return None
    return Letter(
        kind=row.kind,
        payload=row.payload,
        person=row.person,
        team=team,
        case=loaded.cases.get(row.case_id) if row.case_id else None,
        page=page,
        alarm=alarm,
        sealed=sealed,
        number=number,
        repeat=bool(doubtful) or bool(page and page.round > 0),
        doubt_since=doubtful[-1].started_at if doubtful else None,
    )


def _last_resort(team: TeamNow, row: Row[Any]) -> str | None:
    numbers = team.policy.last_resort
    n = int(row.person.partition(":")[2])
    return numbers[n] if n < len(numbers) else None


def _write_attempts(conn: Connection, letters: list[tuple[Row[Any], Letter, str, str]], now: datetime) -> None:
    if not letters:
        return
    rows = [
        {
            "id": attempt,
            "outbox_id": row.id,
            "page_id": row.page_id,
            "alarm_id": row.alarm_id,
            "person": row.person,
            "channel": "voice" if letter.voice else "text",
            "token": token,
            "state": "sending",
            "repeat": letter.repeat,
            "started_at": now,
        }
        for row, letter, attempt, token in letters
    ]
    conn.execute(schema.attempts.insert(), rows)
    queued = [row.page_id for row, *_ in letters if row.page_id]
    if queued:
        # Outside the version guard on purpose: whatever is decided meanwhile stays right, and the table lets any
        # report follow QUEUED.
        p = schema.pages
        first = (p.c.id.in_(queued)) & (p.c.delivery == Delivery.QUEUED.value)
        conn.execute(update(p).where(first).values(delivery=Delivery.SENDING.value))


def _job(svc: Service, row: Row[Any], letter: Letter, attempt: str, token: str) -> Job:
    try:
        rendered = render(svc, letter)
    except Exception:
        # A number that cannot be opened, words that cannot be filled: it stands for itself alone. Raised here it would
        # take every page that was claimed with it, again and again.
        log.exception("effect_not_rendered", outbox=row.id, kind=row.kind)
        rendered = None
    return Job(
        outbox_id=row.id,
        attempt_id=attempt,
        token=token,
        voice=letter.voice,
        team=row.team,
        case_id=row.case_id,
        page_id=row.page_id,
        person=row.person,
        claims=row.attempts,
        doubt_since=letter.doubt_since,
        rendered=rendered,
    )

"""Credentials that run out: told 90, 30 and 7 days before and once they have, each once and by day; the coordinators
are rung for the last week and for whoever is on the roster without one. A renewal ends it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import Connection, select

from dispatch.access import Act, Actor, check
from dispatch.alarm import Alarm, Kind
from dispatch.effects import Tell
from dispatch.flow import service_alarms
from dispatch.flow.commit import mirror
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.renewal import EXPIRED, Expiry, expiring
from dispatch.responder import Responder
from dispatch.roster import duties
from dispatch.rulepack import key_of
from dispatch.store import ledger, notices, outbox, people, schema
from dispatch.store.casefiles import Told, effect_row
from dispatch.store.ledger import Entry
from dispatch.store.rows import load_rows
from dispatch.wallclock import wall

#: Nobody is woken for something that has days: texts go out between these hours of the team.
DAY = (time(8), time(20))
#: From this stage on the coordinators are rung.
RUNG = 7
#: Somebody without a credential is rung about while a duty of theirs begins within this long.
ON_ROSTER = timedelta(days=7)


def warn(actor: Actor, svc: Service) -> int:
    """One round of the sweeper: whoever must be told is told, once. Returns how many texts that were."""
    check(actor, Act.RUN)
    return service_alarms.for_every_team(svc, lambda team: _warn(actor, svc, team))


def _warn(actor: Actor, svc: Service, team_id: str) -> int:
    now = svc.clock.now()
    with svc.record.read() as conn:
        here = svc.rosters.team(conn, team_id)
        local = wall(now, here.team.zone)
        if not DAY[0] <= local.time() < DAY[1]:
            return 0
        members = [known.responder for known in people.pool(conn, team_id, None, now)]
        found = expiring(members, local.date())
        on_roster = _on_roster(here, now) if any(one.stage == EXPIRED for one in found) else frozenset()
        rings = [one for one in found if one.stage == RUNG or (one.stage == EXPIRED and one.person in on_roster)]
        texts = [text for one in found for text in _texts(one, members)]
        given = notices.given(conn, [*(key for key, _ in texts), *(_key(one, "alarm") for one in rings)])
        over = _over(conn, team_id, {one.person for one in found if one.stage <= RUNG})
    fresh = [(key, tell) for key, tell in texts if key not in given]
    ringing = [one for one in rings if _key(one, "alarm") not in given]
    if not (fresh or ringing or over):
        return 0
    with svc.record.write() as conn:
        told, said = Told(teams={team_id}), 0
        entries: list[Entry] = []
        for key, tell in fresh:
            if notices.first(conn, key, now):
                outbox.add(conn, [effect_row(tell, team_id, None, 0, svc.new_id, now)], now)
                entries.append(Entry(now, actor.id, "expiry_told", None, team_id, {"person": tell.person}))
                said += 1
        for one in ringing:
            if notices.first(conn, _key(one, "alarm"), now):
                because = "expired" if one.stage == EXPIRED else "expires"
                entries += service_alarms.open_for(
                    svc, conn, told, [team_id], Kind.EXPIRING, because, now, actor.id, subject=one.person
                )
        for alarm in load_rows(conn, Alarm, "id", over):
            if alarm.open:
                entries.append(service_alarms.end_one(conn, told, alarm, now, actor.id))
        if entries:
            told.ledger_no = ledger.append(conn, entries)
    mirror(svc, told)
    return said


def _texts(one: Expiry, members: Sequence[Responder]) -> list[tuple[str, Tell]]:
    """What the person is told, and those whom they supervise in that state: without them these cannot be asked."""
    words = "credential_expired" if one.stage == EXPIRED else f"credential_{one.stage}"
    found = [(_key(one, "text"), Tell(one.person, words, {}))]
    supervised = (
        m.id for m in members if any((c.supervisor, c.state) == (one.person, one.state) for c in m.credentials)
    )
    about = {"who": one.person}
    over = "supervisor_expired" if one.stage == EXPIRED else "supervisor_expires"
    return found + [(_key(one, f"of-{trainee}"), Tell(trainee, over, about)) for trainee in sorted(supervised)]


def _key(one: Expiry, what: str) -> str:
    """The title is free text and may be long, so only its hash is in the key."""
    title = hashlib.sha256(key_of(one.title).encode()).hexdigest()[:12]
    return f"expiry:{one.person}:{one.state}:{title}:{one.last_day}:{one.stage}:{what}"


def _on_roster(here: TeamNow, now: datetime) -> frozenset[str]:
    planned = duties(here.roster, here.team.id, now, now + ON_ROSTER)
    return frozenset(duty.person for layer in planned.values() for duty in layer)


def _over(conn: Connection, team: str, still: set[str]) -> list[str]:
    """Alarms whose cause is gone: the renewal was entered."""
    a = schema.alarms.c
    query = select(a.id, a.subject).where(a.team == team, a.kind == Kind.EXPIRING.value, a.ended_at.is_(None))
    return [row.id for row in conn.execute(query) if row.subject not in still]

"""Reminders before a shift, given by the sweeper: each once, and only what the roster still says at that moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from dispatch import reminder
from dispatch.access import Act, Actor, check
from dispatch.effects import Tell
from dispatch.flow import service_alarms
from dispatch.flow.commit import mirror
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.reminder import Reminder
from dispatch.responder import Availability
from dispatch.roster import on_call
from dispatch.spell import beginning
from dispatch.store import ledger, notices, outbox, people
from dispatch.store.casefiles import Told, effect_row
from dispatch.store.ledger import Entry

#: The words of the text, by which a reminder that waited too long is known.
WORDS = "reminder"
#: That one was given is kept for so long after its shift could have begun.
KEPT = timedelta(days=7)


def give(actor: Actor, svc: Service) -> int:
    """One round of the sweeper: every reminder that is due is given. Returns how many were."""
    check(actor, Act.RUN)

    def look(team: str) -> int:
        with svc.record.read() as conn:
            found = _due(svc, conn, team)
        return sum(_give(actor, svc, team, one) for one in found)

    return service_alarms.for_every_team(svc, look)


def still_true(here: TeamNow, person: str, payload: Mapping[str, Any], now: datetime) -> bool:
    """Whether a text that waits to be sent still says what is so: a roster may have been edited while the sender was
    down, and the shift may have begun. Whatever is no reminder always is."""
    if payload.get("words") != WORDS:
        return True
    start = datetime.fromisoformat(payload["about"]["start"])
    return now < start and any(one.person == person for one in on_call(here.roster, here.team.id, start))


def _due(svc: Service, conn: Connection, team: str) -> tuple[Reminder, ...]:
    here, now = svc.rosters.team(conn, team), svc.clock.now()
    lengths = here.team.settings.reminders
    if not lengths:
        return ()
    spells = beginning(here.roster, team, now, now + reminder.ahead(lengths))
    keys = [reminder.key(team, spell, before) for spell in spells for before in lengths]
    given = notices.given(conn, keys)
    return reminder.due(team, spells, lengths, given, here.limits.night, here.team.zone, now)


def _give(actor: Actor, svc: Service, team: str, one: Reminder) -> int:
    now, spell = svc.clock.now(), one.spell
    with svc.record.write() as conn:
        row = people.one(conn, spell.person)
        if row.unreachable is not None:
            return 0  # No text reaches them, which is an alarm of its own; should one again in time, it is given then.
        # All of them are taken, though one text says it: the others would only repeat it.
        taken = [notices.first(conn, key, now) for key in one.keys]
        if not any(taken):
            return 0
        here = svc.rosters.team(conn, team)
        notices.forget(conn, reminder.prefix(team), now - KEPT - reminder.ahead(here.team.settings.reminders))
        about = {"layer": spell.layers[0], "start": _local(here, spell.start), "link": f"{svc.public_url}/shifts"}
        if spell.end is not None:
            about["end"] = _local(here, spell.end)
        if _off_at(row, spell.start):
            about["off"] = "yes"
        effect = Tell(spell.person, WORDS, about)
        outbox.add(conn, [effect_row(effect, team, None, 0, svc.new_id, now)], now)
        data = {"person": spell.person, "start": spell.start}
        told = Told(teams={team}, ledger_no=ledger.append(conn, [Entry(now, actor.id, "reminded", None, team, data)]))
    mirror(svc, told)
    return 1


def _off_at(row: Row[Any], start: datetime) -> bool:
    ends = row.available_until
    return row.availability == Availability.OFF.value and (ends is None or ends > start)


def _local(here: TeamNow, at: datetime) -> str:
    return at.astimezone(here.team.zone).isoformat(timespec="minutes")

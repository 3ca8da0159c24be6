"""Is this installation meant for real people yet, and what has been proved of it?

A mark is something once done or proved, with when and by whom. The pages show a red "not live" bar until the mark LIVE
is set, which `dispatch setup` does when nothing speaks against it any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from dispatch.access import Act, Actor, check
from dispatch.alarm import Alarm, Kind
from dispatch.alarming import open_alarm
from dispatch.errors import Fault, InvalidInput
from dispatch.flow import service_alarms
from dispatch.flow.commit import mirror
from dispatch.flow.service import Service
from dispatch.store import ledger, people, schema
from dispatch.store.casefiles import Told
from dispatch.store.conflict import insert_for
from dispatch.store.ledger import Entry
from dispatch.store.rows import load_rows


class Mark(StrEnum):
    LIVE = "live"
    #: a text reached the installer and the answer came back
    TEXT_ANSWERED = "text_answered"
    #: a call reached the installer and the key that was pressed came back
    CALL_ANSWERED = "call_answered"
    BACKED_UP = "backed_up"


def marks(svc: Service) -> Mapping[Mark, datetime]:
    """When each was last done; what never was is absent."""
    with svc.record.read() as conn:
        rows = conn.execute(select(schema.marks.c.name, schema.marks.c.at)).all()
    return {Mark(row.name): row.at for row in rows}


def is_live(svc: Service) -> bool:
    """False shows the "not live" bar. One small read: cheap enough for every page."""
    with svc.record.read() as conn:
        found = select(schema.marks.c.name).where(schema.marks.c.name == Mark.LIVE.value)
        return conn.execute(found).first() is not None


def set_mark(actor: Actor, svc: Service, mark: Mark) -> None:
    check(actor, Act.MANAGE_USERS)
    now = svc.clock.now()
    with svc.record.write() as conn:
        new = insert_for(conn.dialect.name, schema.marks)
        replaced = {"at": new.excluded.at, "by": new.excluded.by}
        row = {"name": mark.value, "at": now, "by": actor.id}
        conn.execute(new.on_conflict_do_update(index_elements=["name"], set_=replaced), row)
        n = ledger.append(conn, [Entry(now, actor.id, "mark_set", None, None, {"mark": mark.value})])
    mirror(svc, Told(ledger_no=n))


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back of a test ring."""

    text: bool
    call: bool


def ring_installer(actor: Actor, svc: Service, team: str, person: str) -> str:
    """Send one real text and one real call to somebody of the roster; the id of the alarm that rings them.

    It takes the way of every alarm: outbox, worker, provider, webhook. What arrives here arrives at night too. Raises
    InvalidInput for somebody without a telephone, NotFound for nobody.
    """
    check(actor, Act.MANAGE_PEOPLE, team)
    now = svc.clock.now()
    with svc.record.write() as conn:
        if people.one(conn, person).phone is None:
            raise InvalidInput(f"{person} has no telephone number.", [Fault("person", "has no telephone number")])
        alarm = open_alarm(svc.new_id, now, team, Kind.SET_UP, ("set_up",), recipients=(person,))
        told = Told(teams={team})
        told.ledger_no = ledger.append(conn, [service_alarms.open_one(svc, conn, told, alarm, now, actor.id)])
    mirror(svc, told)
    return alarm.id


def answers(svc: Service, alarm_id: str, person: str) -> Answers:
    """Has a text come from their number since it rang, and have they pressed the key?"""
    with svc.record.read() as conn:
        alarm = load_rows(conn, Alarm, "id", [alarm_id])[0]
        i = schema.inbox
        theirs = select(i.c.id).where(i.c.source == "sms", i.c.received_at >= alarm.opened_at)
        theirs = theirs.where(i.c.sender_index == people.one(conn, person).phone_index)
        return Answers(conn.execute(theirs).first() is not None, alarm.acknowledged_by == person)


def end_ring(actor: Actor, svc: Service, alarm_id: str) -> None:
    """The test is over, however it went: it must not ring again, and wider."""
    now = svc.clock.now()
    with svc.record.write() as conn:
        alarm = load_rows(conn, Alarm, "id", [alarm_id])[0]
        check(actor, Act.MANAGE_PEOPLE, alarm.team)
        if not alarm.open:
            return
        told = Told()
        told.ledger_no = ledger.append(conn, [service_alarms.end_one(conn, told, alarm, now, actor.id)])
    mirror(svc, told)

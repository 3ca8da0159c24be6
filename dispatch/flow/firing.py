"""Time passing: deadlines that are due, each one SQL claim and one commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import Connection, select

from dispatch import logs, overdue
from dispatch.access import Act, Actor, check
from dispatch.alarm import Alarm
from dispatch.casefile import Turn
from dispatch.deadline import Meaning
from dispatch.errors import NotFound
from dispatch.flow import debriefs, departures, handoffs, service_alarms, shiftchecks, signatures, swaps
from dispatch.flow.commit import mirror, retrying, store, turn_for
from dispatch.flow.service import Service
from dispatch.store import casefiles, deadlines, ledger, schema
from dispatch.store.casefiles import Told
from dispatch.store.rows import load_rows

log = logs.get(__name__)

#: A claim of a due deadline; a ticker that dies leaves it to the next one after this long.
FIRE_LEASE = timedelta(seconds=10)


def fire_due(actor: Actor, svc: Service, ids: Sequence[str] | None, limit: int) -> int:
    """Fire deadlines that are due: of these ids, or whatever the record holds. Each is one SQL claim and one commit;
    returns how many fired."""
    check(actor, Act.RUN)
    now = svc.clock.now()
    with svc.record.write() as conn:
        claimed = deadlines.claim_due(conn, now, actor.id, FIRE_LEASE, ids, limit)
    fired = 0
    for row in claimed:
        try:
            if row.case_id is None:
                fired += WITHOUT_CASE[Meaning(row.meaning)](actor, svc, row.id, row.owner_id)
            else:
                fired += _fire(actor, svc, row.id, row.case_id, Meaning(row.meaning), row.owner_id)
        except Exception:
            # One clock that cannot be fired must not stop all behind it. Its claim lapses and it is tried again; the
            # sweeper rings when it stays late.
            log.exception("deadline_failed", deadline=row.id, meaning=row.meaning)
    return fired


def _fire(actor: Actor, svc: Service, deadline_id: str, case_id: str, meaning: Meaning, owner_id: str) -> int:
    def decide(turn: Turn) -> int:
        overdue.fire(turn, meaning, owner_id)
        return 1

    try:
        return _with_deadline(actor, svc, deadline_id, case_id, decide)
    except NotFound:
        return 0


def _with_deadline(actor: Actor, svc: Service, deadline_id: str, case_id: str, decide: Callable[[Turn], int]) -> int:
    """Decide only while the deadline that was claimed still stands: a moved one is another row, and has its own
    time."""

    def once() -> int:
        now = svc.clock.now()
        with svc.record.write() as conn:
            file = casefiles.load(conn, svc.record, case_id)
            if not _stands(conn, deadline_id):
                return 0
            turn = turn_for(actor, svc, conn, file, now)
            result = decide(turn)
            told = store(svc, conn, [(file, turn)], now)
        mirror(svc, told)
        return result

    return retrying(once)


def _stands(conn: Connection, deadline_id: str) -> bool:
    due = schema.deadlines
    return conn.execute(select(due.c.id).where(due.c.id == deadline_id)).first() is not None


def _fire_alarm(actor: Actor, svc: Service, deadline_id: str, alarm_id: str) -> int:
    """An alarm that belongs to no case rings again."""
    return retrying(lambda: _ring(actor, svc, deadline_id, alarm_id))


def _ring(actor: Actor, svc: Service, deadline_id: str, alarm_id: str) -> int:
    now = svc.clock.now()
    with svc.record.write() as conn:
        found = load_rows(conn, Alarm, "id", [alarm_id])
        if not found or not found[0].open or not _stands(conn, deadline_id):
            return 0
        told, office = Told(), svc.rosters.team(conn, found[0].team).office
        entries = service_alarms.ring_one(svc, conn, told, found[0], office, now, actor.id)
        if entries:
            told.ledger_no = ledger.append(conn, entries)
    mirror(svc, told)
    return 1


#: What a clock without a case does: (actor, svc, id of the deadline, id of its row) -> how many fired.
WITHOUT_CASE: dict[Meaning, Callable[[Actor, Service, str, str], int]] = {
    Meaning.RING_AGAIN: _fire_alarm,
    Meaning.SHIFT_BEGINS: swaps.begins,
    Meaning.HANDOFF_OVERDUE: handoffs.overdue,
    Meaning.SPELL_ENDS: departures.ends,
    Meaning.SHIFT_CHECK_OVERDUE: shiftchecks.overdue,
    Meaning.DEBRIEF_OVERDUE: debriefs.overdue,
    Meaning.SIGNATURE_OVERDUE: signatures.fire,
}

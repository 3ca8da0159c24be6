"""The auditor: finds what should have moved and did not, repairs it where that is safe, and tells a person either
way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, delete, func, select

from dispatch import logs
from dispatch.access import Act, Actor, check
from dispatch.alarm import SILENCE, Alarm, Kind
from dispatch.case import Case
from dispatch.casefile import Turn
from dispatch.channels.channel import Channel, Refusal
from dispatch.deadline import Deadline, Meaning, Owner
from dispatch.errors import Unavailable
from dispatch.escalation import CLOCKS as RUN_CLOCKS
from dispatch.escalation import Escalation
from dispatch.flow import departures, firing, inbound, matters, service_alarms
from dispatch.flow.commit import commit, mirror, retrying
from dispatch.flow.health import NEEDED, TICKER
from dispatch.flow.service import Service
from dispatch.page import Page
from dispatch.recontact import Assignment, Emergency, Recontact
from dispatch.store import casefiles, contacts, deadlines, idempotency, inbox, ledger, outbox, schema
from dispatch.store.casefiles import Told
from dispatch.store.rows import load_rows
from dispatch.store.tables_contacts import OPEN_CASES
from dispatch.store.tables_infra import OPEN_EFFECTS
from dispatch.store.tables_paging import OPEN_PAGES, OPEN_RUNS

log = logs.get(__name__)

#: An arrival is taken up again when its own webhook has had this long to act on it.
UNREAD = timedelta(seconds=5)
#: A deadline or an effect this long past its time means that nobody is doing the work.
LATE = timedelta(seconds=30)
#: A process that has not said that it lives for this long is dead.
SILENT = timedelta(seconds=30)
#: How far back the provider is asked for texts we may have missed.
LOOK_BACK = timedelta(minutes=10)
#: An alarm of the service that nobody has seen for longer was opened anew, or will be.
LOOK_FOR_SEEN = timedelta(days=7)
KEYS_KEPT = timedelta(days=7)
_BATCH = 100


def sweep(
    actor: Actor, svc: Service, also: Mapping[str, Callable[[], int]] = MappingProxyType({})
) -> Mapping[str, int]:
    """One round, and `also` these parts; what was found, counted. What goes wrong in one part keeps no other from being
    done (a case that cannot be repaired must not silence the alarm that the timers stand still), and is raised at the
    end."""
    check(actor, Act.RUN)
    now = svc.clock.now()
    parts: dict[str, Callable[[], int]] = {
        "unread": lambda: _unread(actor, svc, now),
        "clockless": lambda: _clockless(actor, svc),
        "late": lambda: _late(actor, svc, now),
        "silent": lambda: _silent(actor, svc, now),
        "fired": lambda: _fired(actor, svc, now),
        "purged": lambda: _purge(svc, now),
        "leaving": lambda: departures.watch(actor, svc),
        "teams": lambda: _nudge(svc),
        **also,
    }
    found: dict[str, int] = {}
    failed: Exception | None = None
    for what, part in parts.items():
        try:
            found[what] = part()
        except Unavailable:
            raise
        except Exception as error:
            log.exception("sweep_part_failed", part=what)
            failed = failed or error
    if failed is not None:
        raise failed
    return found


def _unread(actor: Actor, svc: Service, now: datetime) -> int:
    """Arrivals whose second transaction never came."""
    with svc.record.read() as conn:
        ids = list(inbox.unread(conn, now - UNREAD, _BATCH))
    for id_ in ids:
        try:
            inbound.process(actor, svc, id_)
        except Exception:
            # One that always fails must not keep the others unread; it is counted, and tried again after them.
            log.exception("arrival_not_processed", inbox=id_)
            with svc.record.write() as conn:
                inbox.failed(conn, id_)
    return len(ids)


def take_in_missed(actor: Actor, svc: Service, channel: Channel) -> int:
    """Texts the provider has and we do not: their webhook never arrived. A reply must not be lost to a proxy's bad
    minute."""
    found = channel.inbound(svc.clock.now() - LOOK_BACK)
    if isinstance(found, Refusal):
        return 0
    with svc.record.read() as conn:
        i = schema.inbox
        known = set(conn.scalars(select(i.c.sid).where(i.c.source == "sms", i.c.sid.in_([m.sid for m in found]))))
    missed = [m for m in found if m.sid not in known]
    for message in reversed(missed):
        form = {"MessageSid": message.sid, "From": message.from_, "To": message.to, "Body": message.body}
        taken = inbound.take_in(actor, svc, "sms", form, None, {})
        inbound.process(actor, svc, taken.inbox_id)
    return len(missed)


def _clockless(actor: Actor, svc: Service) -> int:
    """Open rows without a deadline: impossible by construction, and so the first thing to look for."""
    with svc.record.read() as conn:
        cases = sorted({case for kind, table, is_open in _OPEN for case in _without_clock(conn, kind, table, is_open)})
        a = schema.alarms.c
        alone = _lost_clock(Owner.ALARM, schema.alarms, a.ended_at.is_(None) & a.case_id.is_(None), a.id)
        alarms = list(conn.scalars(alone.limit(_BATCH)))
    for case_id in cases:
        commit(actor, svc, Act.RUN, case_id, _give_clocks)
    return len(cases) + _alarms(svc, alarms) + matters.repair(svc)


def _open_rows() -> tuple[tuple[Owner, Table, ColumnElement[bool]], ...]:
    a, r, e = schema.alarms.c, schema.recontacts.c, schema.emergencies.c
    return (
        (Owner.CASE, schema.cases, OPEN_CASES),
        (Owner.ESCALATION, schema.escalations, OPEN_RUNS),
        (Owner.PAGE, schema.pages, OPEN_PAGES),
        (Owner.ALARM, schema.alarms, a.ended_at.is_(None) & a.case_id.is_not(None)),
        (Owner.RECONTACT, schema.recontacts, r.done_at.is_(None)),
        (Owner.EMERGENCY, schema.emergencies, e.confirmed_at.is_(None) & e.ended_at.is_(None)),
    )


#: Every row of a case that must have a clock.
_OPEN = _open_rows()


def _without_clock(conn: Connection, kind: Owner, table: Table, is_open: ColumnElement[bool]) -> list[str]:
    case_id = table.c.id if kind is Owner.CASE else table.c.case_id
    return list(conn.scalars(_lost_clock(kind, table, is_open, case_id).limit(_BATCH)))


def _lost_clock(kind: Owner, table: Table, is_open: ColumnElement[bool], wanted: Column[str]) -> Select[str]:
    d = schema.deadlines
    theirs = (d.c.owner_kind == kind.value) & (d.c.owner_id == table.c.id)
    return select(wanted).select_from(table).outerjoin(d, theirs).where(is_open, d.c.id.is_(None))


def _give_clocks(turn: Turn) -> None:
    """What lost its clock is due now, save the case, whose state says when, and the page, whose text has said until
    when."""
    for row in turn.file.rows():
        if isinstance(row, Assignment) or not row.open or row.deadline is not None:
            continue
        match row:
            case Case():
                turn.set_clock()
            case Escalation():
                turn.put(replace(row, deadline=Deadline(RUN_CLOCKS[row.state], turn.now)))
            case Page():
                turn.put(replace(row, deadline=Deadline(Meaning.PAGE_OVERDUE, max(row.by, turn.now))))
            case Alarm():
                turn.put(replace(row, deadline=Deadline(Meaning.RING_AGAIN, turn.now)))
            case Recontact():
                turn.put(replace(row, deadline=Deadline(Meaning.RECONTACT_OVERDUE, turn.now)))
            case Emergency():
                turn.put(replace(row, deadline=Deadline(Meaning.CONFIRMATION_OVERDUE, turn.now)))
        turn.say("clock_repaired", owner=row.id)


def _alarms(svc: Service, ids: Sequence[str]) -> int:
    """Alarms about no case ring again now."""
    if not ids:
        return 0
    told = Told()
    with svc.record.write() as conn:
        lost = [one for one in load_rows(conn, Alarm, "id", ids) if one.open and one.deadline is None]
        due = [replace(one, deadline=Deadline(Meaning.RING_AGAIN, svc.clock.now())) for one in lost]
        casefiles.set_clocks(conn, told, [(one, one.team, None) for one in due], svc.new_id)
    mirror(svc, told)
    return len(lost)


def _late(actor: Actor, svc: Service, now: datetime) -> int:
    """Deadlines, effects and arrivals long past their time: timers or senders have stopped, or somebody's answer cannot
    be acted on, and a person must know."""
    with svc.record.read() as conn:
        d, o = schema.deadlines, schema.outbox
        timers = conn.scalar(select(func.count()).where(d.c.due_at < now - LATE)) or 0
        effects = conn.scalar(select(func.count(o.c.n)).where(OPEN_EFFECTS, o.c.not_before < now - LATE)) or 0
        unread = len(inbox.unread(conn, now - LATE, _BATCH))
    if timers or effects or unread:
        because = "timers_late" if timers else "effects_waiting" if effects else "answers_waiting"
        _service_alarm(actor, svc, because, "late")
    return int(timers + effects + unread)


def _silent(actor: Actor, svc: Service, now: datetime) -> int:
    with svc.record.read() as conn:
        h = schema.hearts
        # The web server beats when somebody asks /readyz, and is silent when nobody does.
        silent = list(conn.scalars(select(h.c.process).where(h.c.beat_at < now - SILENT, h.c.process.in_(NEEDED))))
    for process in silent:
        _service_alarm(actor, svc, "no_heartbeat", f"process:{process}")
    return len(silent)


def _fired(actor: Actor, svc: Service, now: datetime) -> int:
    """What no ticker fires is fired here, the alarm about that too. One that hangs is alive to whoever would start it
    again, and every ladder waits with it."""
    h = schema.hearts.c
    with svc.record.read() as conn:
        due = deadlines.next_due(conn)
        beat_at = conn.scalar(select(h.beat_at).where(h.process == TICKER))
    still = beat_at is not None and beat_at < now - SILENT
    if due is None or due > (now if still else now - LATE):
        return 0
    return firing.fire_due(actor, svc, None, _BATCH)


def _service_alarm(actor: Actor, svc: Service, because: str, subject: str) -> None:
    """Unless somebody has just said that they know: what is still so would ring them anew with the next round."""
    now, a = svc.clock.now(), schema.alarms.c
    about = (a.kind == Kind.SERVICE.value) & (a.subject == subject)
    seen = select(a.team).where(about, a.opened_at > now - LOOK_FOR_SEEN, a.acknowledged_at > now - SILENCE)
    with svc.record.write() as conn:
        told = Told()
        known = set(conn.scalars(seen))
        teams = [team for team in service_alarms.every_team(conn) if team not in known]
        entries = service_alarms.open_for(svc, conn, told, teams, Kind.SERVICE, because, now, actor.id, subject=subject)
        if entries:
            told.ledger_no = ledger.append(conn, entries)
    if entries:
        mirror(svc, told)


def _purge(svc: Service, now: datetime) -> int:
    s = schema.sessions
    with svc.record.read() as conn:
        old = conn.scalar(select(func.count()).where(schema.idempotency.c.created_at < now - KEYS_KEPT)) or 0
        over = conn.scalar(select(func.count()).where(s.c.expires_at < now)) or 0
        rested = conn.scalar(select(func.count()).where(schema.codes.c.free_at <= now)) or 0
    if not (old or over or rested):
        return 0
    with svc.record.write() as conn:
        gone = idempotency.purge(conn, now - KEYS_KEPT) + contacts.free_codes(conn, now)
        return gone + conn.execute(delete(s).where(s.c.expires_at < now)).rowcount


def _nudge(svc: Service) -> int:
    """Teams whose cases wait for somebody who was busy: every round tries them again, whatever change was missed."""
    with svc.record.read() as conn:
        teams = wanting_teams(conn, only_new=False)
    for team in teams:
        svc.queue.nudge(team)
    return len(teams)


def wanting_teams(conn: Connection, *, only_new: bool) -> dict[str, str]:
    """Teams with an escalation that wants somebody, and the oldest such; `only_new` leaves out those whose last look
    found only busy people, or whose ladder is over."""
    e = schema.escalations
    states = ("asking",) if only_new else ("asking", "exhausted")
    query = select(e.c.team, e.c.id).where(OPEN_RUNS, e.c.state.in_(states), e.c.want > 0)
    if only_new:
        query = query.where(e.c.only_busy.is_(False))
    # Grouped here: asked to group, SQLite reads the years of runs that are over.
    oldest: dict[str, str] = {}
    for team, id_ in conn.execute(query):
        oldest[team] = min(id_, oldest.get(team, id_))
    return oldest


def clock_stepped(actor: Actor, svc: Service, step: timedelta) -> None:
    """The wall clock jumped by so much: a person is told, because times on record may be wrong.

    After a jump back, what was due in a minute would be due when the clock has caught up, a day later perhaps. So the
    clocks of cases and alarms, and what was about to be sent, are brought forward by as much: asked too early is
    harmless, left alone is not. What follows from a shift's own hours stays.
    """
    check(actor, Act.RUN)
    if step < timedelta(0):
        retrying(lambda: _bring_forward(svc, -step))
    _service_alarm(actor, svc, "clock_step", "clock")


def _bring_forward(svc: Service, by: timedelta) -> None:
    now = svc.clock.now()
    with svc.record.write() as conn:
        deadlines.bring_forward(conn, now, by, Owner.ALARM.value)
        outbox.bring_forward(conn, now, by)

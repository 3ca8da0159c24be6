"""What comes in from the provider: texts, delivery reports, keys pressed on a telephone.

Two transactions. The first keeps the raw arrival, once however often it is delivered, and is all that the webhook
waits for. The second makes something of it and marks it read in the same commit; the sweeper repeats the second for
whatever stayed unread.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, select, update

from dispatch import asking
from dispatch.access import Act, Actor
from dispatch.alarm import Kind
from dispatch.casefile import Turn
from dispatch.errors import NotFound
from dispatch.flow import service_alarms
from dispatch.flow.blame import LOUD, blame
from dispatch.flow.commit import commit, mirror
from dispatch.flow.replies import reply
from dispatch.flow.service import Service
from dispatch.flow.voice import heard
from dispatch.page import DELIVERY, Delivery, Report
from dispatch.store import datakeys, inbox, ledger, outbox, schema
from dispatch.store.casefiles import Told
from dispatch.store.inbox import Arrival
from dispatch.store.ledger import Entry

Source = Literal["sms", "status", "voice"]

# The provider's words for how far a message or call got. A call that was answered may have met a voicemail: only a
# key proves a person.
_REPORTS: dict[str, Report] = {
    "sent": Report.SENT,
    "delivered": Report.DELIVERED,
    "read": Report.DELIVERED,
    "undelivered": Report.UNDELIVERED,
    "failed": Report.FAILED,
    "ringing": Report.SENT,
    "in-progress": Report.SENT,
    "completed": Report.SENT,
    "busy": Report.UNDELIVERED,
    "no-answer": Report.UNDELIVERED,
    "canceled": Report.UNDELIVERED,
}


@dataclass(frozen=True, slots=True)
class TakenIn:
    """`inbox_id` is the row that holds it; `new` is False for a repeat."""

    inbox_id: str
    new: bool


def take_in(
    actor: Actor, svc: Service, source: Source, form: Mapping[str, str], token: str | None, query: Mapping[str, str]
) -> TakenIn:
    """Keep an arrival before anything is made of it. `query` is the callback address's own, with our attempt and its
    token."""
    id_, key = svc.new_id(), svc.sealer.new_subject_key()
    sid = form.get("MessageSid") or form.get("SmsSid") or form.get("CallSid") or ""
    status = form.get("MessageStatus") or form.get("CallStatus") or "received"
    if source == "sms":
        status = "received"
    elif source == "voice":
        # What came of joining somebody is an arrival of its own: taken for the first one, it would join them again.
        joined = form.get("DialCallStatus")
        status = f"key:{form['Digits'][:8]}" if form.get("Digits") else f"joined:{joined}" if joined else "answered"
    sender = form.get("From")
    arrival = Arrival(
        id=id_,
        source=source,
        sid=sid[:64],
        status=status[:32],
        idempotency_token=token[:128] if token else None,
        received_at=svc.clock.now(),
        body=svc.sealer.seal("inbox", "body", id_, key, {**form, "a": query.get("a", ""), "t": query.get("t", "")}),
        sender_index=svc.sealer.blind_index("phone", sender) if source == "sms" and sender else None,
    )
    with svc.record.write() as conn:
        before = inbox.keep(conn, arrival, key)
    return TakenIn(before or id_, before is None)


def process(actor: Actor, svc: Service, inbox_id: str) -> str | None:
    """Make something of an arrival, once; for a call, what is said next (TwiML), as often as it is asked."""
    with svc.record.read() as conn:
        row = inbox.load(conn, inbox_id)
        if row is None:
            raise NotFound("There is no such arrival.")
        key = datakeys.load(conn, [row.key_id])[row.key_id]
    form = svc.sealer.open_dict("inbox", "body", inbox_id, key, row.body)
    if row.source == "voice":
        return heard(actor, svc, row, form)
    if row.processed_at is not None:
        return None
    if row.source == "status":
        _report(actor, svc, row, form)
    else:
        reply(actor, svc, row, form)
    return None


def _report(actor: Actor, svc: Service, row: Row[Any], form: Mapping[str, Any]) -> None:
    report = _REPORTS.get(row.status)
    code = int(form["ErrorCode"]) if str(form.get("ErrorCode") or "").isdigit() else None
    with svc.record.read() as conn:
        attempt = _attempt(conn, form)
        page = _page_of(conn, attempt)
    case_id = page.case_id if page is not None else None
    if attempt is None or report is None or _says_nothing_new(attempt, page, report):
        _finish(svc, row.id)
        return

    def note(conn: Connection) -> None:
        if not inbox.finish(conn, row.id, svc.clock.now()):
            raise _AlreadyRead
        _note_attempt(svc, conn, attempt, row.sid, report, code)

    try:
        if attempt.page_id is None or case_id is None:
            with svc.record.write() as conn:
                note(conn)
                told = Told()
                entries = blame(actor, svc, conn, told, attempt, report, code)
                if entries:
                    told.ledger_no = ledger.append(conn, entries)
            mirror(svc, told)
            return

        def decide(turn: Turn) -> None:
            loud = LOUD.get(code or 0, Kind.UNDELIVERED)
            asking.reported(turn, turn.file.page(attempt.page_id), report, code, loud=loud)

        def also(conn: Connection, turn: Turn) -> None:
            note(conn)
            blame(actor, svc, conn, Told(), attempt, report, code, turn)

        commit(actor, svc, Act.RUN, case_id, decide, also=also)
    except _AlreadyRead:
        return


class _AlreadyRead(Exception):
    """Another has acted on this arrival already: roll back."""


def _attempt(conn: Connection, form: Mapping[str, Any]) -> Row[Any] | None:
    """The attempt a callback is about, when its random token fits; a callback may come before the provider's own
    answer did."""
    a = schema.attempts
    found = conn.execute(select(a).where(a.c.id == form.get("a", ""))).one_or_none()
    if found is None or not hmac.compare_digest(found.token, str(form.get("t", ""))):
        return None
    return found


def _page_of(conn: Connection, attempt: Row[Any] | None) -> Row[Any, Any] | None:
    if attempt is None or attempt.page_id is None:
        return None
    p = schema.pages
    return conn.execute(select(p.c.case_id, p.c.delivery).where(p.c.id == attempt.page_id)).one_or_none()


def _says_nothing_new(attempt: Row[Any], page: Row[Any, Any] | None, report: Report) -> bool:
    """Most reports only repeat what the provider's own answer said: they need no look at the case."""
    if attempt.state != "sent" or report not in (Report.SENT, Report.DELIVERED):
        return False
    return page is None or DELIVERY[Delivery(page.delivery)][report].value == page.delivery


def _note_attempt(
    svc: Service, conn: Connection, attempt: Row[Any], sid: str, report: Report, code: int | None
) -> None:
    a = schema.attempts
    bad = report in (Report.UNDELIVERED, Report.FAILED)
    values: dict[str, Any] = {"sid": attempt.sid or sid, "state": "refused" if bad else "sent", "failure": code}
    conn.execute(update(a).where(a.c.id == attempt.id).values(**values))
    if attempt.state in ("sending", "unknown"):
        # The provider has it, whatever became of its answer to us: nothing is left to be sent again.
        outbox.close(conn, [attempt.outbox_id], "done", svc.clock.now())


def _finish(svc: Service, inbox_id: str) -> None:
    with svc.record.write() as conn:
        inbox.finish(conn, inbox_id, svc.clock.now())


def bad_signature(actor: Actor, svc: Service, *, account_is_ours: bool) -> None:
    """A webhook that nobody signed. At once when it names our account: then our own settings may be wrong, and
    replies are being lost."""
    now = svc.clock.now()
    with svc.record.write() as conn:
        a = schema.alarms
        recent = select(func.count()).where(
            a.c.kind == Kind.SERVICE.value, a.c.subject == "signature", a.c.opened_at > now - timedelta(minutes=10)
        )
        if conn.scalar(recent) and not account_is_ours:
            return
        told = Told()
        teams = service_alarms.every_team(conn)
        entries = service_alarms.open_for(
            svc, conn, told, teams, Kind.SERVICE, "bad_signature", now, actor.id, subject="signature"
        )
        entries.append(Entry(now, actor.id, "bad_signature", None, None, {"ours": account_is_ours}))
        told.ledger_no = ledger.append(conn, entries)
    mirror(svc, told)

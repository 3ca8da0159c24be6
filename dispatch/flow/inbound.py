"""What comes in from the provider: texts, delivery reports, keys pressed on a telephone.

Two transactions. The first keeps the raw arrival, once however often it is delivered, and is all that the webhook
waits for. The second makes something of it and marks it read in the same commit; the sweeper repeats the second for
whatever stayed unread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, select

from dispatch import logs
from dispatch.access import Act, Actor, check
from dispatch.alarm import Kind
from dispatch.errors import NotFound
from dispatch.flow import reports, service_alarms
from dispatch.flow.commit import mirror
from dispatch.flow.replies import reply
from dispatch.flow.service import Service
from dispatch.flow.voice import heard
from dispatch.store import datakeys, inbox, ledger, schema
from dispatch.store.casefiles import Told
from dispatch.store.inbox import Arrival
from dispatch.store.ledger import Entry

log = logs.get(__name__)

Source = Literal["sms", "status", "voice"]

#: One sender of webhooks that nobody signed rings this often at the most.
BAD_SIGNATURE_QUIET = timedelta(minutes=10)
#: So many senders ring for themselves in that time; all further ones ring as one. A forger makes up a number each time,
#: and would bury a true alarm.
UNSIGNED_SENDERS = 3


@dataclass(frozen=True, slots=True)
class TakenIn:
    """`inbox_id` is the row that holds it; `new` is False for a repeat."""

    inbox_id: str
    new: bool


@dataclass(frozen=True, slots=True)
class Webhook:
    """What the provider sent: `token` is its own mark of the delivery, `query` the callback address's, with our attempt
    and its token."""

    source: Source
    form: Mapping[str, str] = field(repr=False)
    token: str | None
    query: Mapping[str, str]


def take_in(
    actor: Actor, svc: Service, source: Source, form: Mapping[str, str], token: str | None, query: Mapping[str, str]
) -> TakenIn:
    """Keep an arrival before anything is made of it."""
    return take_in_all(actor, svc, [Webhook(source, form, token, query)])[0]


def take_in_all(actor: Actor, svc: Service, webhooks: Sequence[Webhook]) -> list[TakenIn]:
    """`take_in` for several, in one commit."""
    check(actor, Act.RUN)
    arrivals = [_sealed(svc, one)[:2] for one in webhooks]
    before: dict[str, str | None] = {}
    with svc.record.write() as conn:
        # In one order everywhere: two processes that are sent the same ones never wait for each other.
        for arrival, key in sorted(arrivals, key=lambda one: (one[0].source, one[0].sid, one[0].status)):
            before[arrival.id] = inbox.keep(conn, arrival, key)
    return [TakenIn(before[one.id] or one.id, before[one.id] is None) for one, _ in arrivals]


def take_in_reports(actor: Actor, svc: Service, webhooks: Sequence[Webhook]) -> list[str | None]:
    """Delivery reports, kept and acted on in one commit. For each that is kept and still waits to be acted on, its id.

    What goes wrong in acting on them is no reason not to keep them.
    """
    came = [_sealed(svc, one) for one in webhooks]
    try:
        left = reports.act_on_new(actor, svc, came)
    except Exception:
        log.exception("reports_only_kept", several=len(came))
        return [taken.inbox_id for taken in take_in_all(actor, svc, webhooks)]
    return [arrival.id if arrival.id in left else None for arrival, _, _ in came]


def _sealed(svc: Service, one: Webhook) -> reports.Came:
    id_, key, form, query = svc.new_id(), svc.sealer.new_subject_key(), one.form, one.query
    sid = form.get("MessageSid") or form.get("SmsSid") or form.get("CallSid") or ""
    status = form.get("MessageStatus") or form.get("CallStatus") or "received"
    if one.source == "sms":
        status = "received"
    elif one.source == "voice":
        # What came of joining somebody is an arrival of its own: taken for the first one, it would join them again.
        joined = form.get("DialCallStatus")
        status = f"key:{form['Digits'][:8]}" if form.get("Digits") else f"joined:{joined}" if joined else "answered"
    sender = form.get("From")
    body = {**form, "a": query.get("a", ""), "t": query.get("t", "")}
    arrival = Arrival(
        id=id_,
        source=one.source,
        sid=sid[:64],
        status=status[:32],
        idempotency_token=one.token[:128] if one.token else None,
        received_at=svc.clock.now(),
        body=svc.sealer.seal("inbox", "body", id_, key, body),
        sender_index=svc.sealer.blind_index("phone", sender) if one.source == "sms" and sender else None,
    )
    return arrival, key, body


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
        reports.act_on(actor, svc, [inbox_id])
    else:
        reply(actor, svc, row, form)
    return None


def bad_signature(actor: Actor, svc: Service, sender: str, *, account_is_ours: bool) -> None:
    """A webhook that nobody signed. Rings once per sender in ten minutes; at once when it names our account, because
    then our own settings may be wrong, and replies are being lost. While it rings nothing more is written of it.

    `sender` is whatever tells senders apart (a number, an address); only a keyed hash of it is kept.
    """
    now = svc.clock.now()
    with svc.record.read() as conn:
        subject = "signature:ours" if account_is_ours else _unsigned(svc, conn, sender, now)
        a = schema.alarms.c
        rang = select(a.id).where(a.kind == Kind.SERVICE.value, a.subject == subject)
        known = [rang.where(a.ended_at.is_(None))]
        if not account_is_ours:
            known.append(rang.where(a.opened_at > now - BAD_SIGNATURE_QUIET))
        # Nobody had to sign in to come here: they must not take the one writer's turn as often as they like.
        if any(conn.execute(query).first() is not None for query in known):
            return
    with svc.record.write() as conn:
        told = Told()
        teams = service_alarms.every_team(conn)
        entries = service_alarms.open_for(
            svc, conn, told, teams, Kind.SERVICE, "bad_signature", now, actor.id, subject=subject
        )
        entries.append(Entry(now, actor.id, "bad_signature", None, None, {"ours": account_is_ours}))
        told.ledger_no = ledger.append(conn, entries)
    mirror(svc, told)


def _unsigned(svc: Service, conn: Connection, sender: str, now: datetime) -> str:
    """What the alarm about this sender is about."""
    a, own = schema.alarms.c, f"signature:{svc.sealer.blind_index('sender', sender)[:16]}"
    recent = a.subject.startswith("signature:") & (a.opened_at > now - BAD_SIGNATURE_QUIET)
    rang = set(conn.scalars(select(a.subject).where(recent, a.kind == Kind.SERVICE.value).distinct()))
    others = rang - {"signature:ours"}
    return own if own in rang or len(others) < UNSIGNED_SENDERS else "signature:others"

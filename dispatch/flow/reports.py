"""Delivery reports: how far a text or a call got, as the provider tells it. Late, twice, out of order, and in crowds:
every page brings two or three, so whatever has gathered is acted on in one commit.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from dispatch import asking
from dispatch.access import Act, Actor, check
from dispatch.alarm import Kind
from dispatch.casefile import CaseFile, Turn
from dispatch.flow import shiftchecks
from dispatch.flow.blame import LOUD, blame
from dispatch.flow.commit import mirror, retrying, store, turns_for
from dispatch.flow.service import Service
from dispatch.page import DELIVERY, Delivery, Report
from dispatch.store import casefiles, datakeys, inbox, ledger, outbox, people, schema
from dispatch.store.among import among
from dispatch.store.casefiles import Told
from dispatch.store.inbox import Arrival
from dispatch.store.sealing import DataKey

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
_BAD = (Report.UNDELIVERED, Report.FAILED)


@dataclass(frozen=True, slots=True)
class _Reported:
    """One report about an attempt of ours. `case_id` is None when it was not about a page."""

    inbox_id: str
    sid: str
    attempt: Row[Any]
    report: Report
    code: int | None
    case_id: str | None


#: A report that has just come, with the key that sealed it and what it says.
Came = tuple[Arrival, DataKey, Mapping[str, Any]]
#: Done in the transaction that acts on reports: which of them nobody has acted on before, by id.
Ours = Callable[[Connection, datetime], set[str]]


def act_on(actor: Actor, svc: Service, inbox_ids: Sequence[str]) -> None:
    """Act on these arrivals, each once however often it is asked. What a decision about one of them raises is raised,
    and none has been acted on."""
    rows, forms = _unread(svc, inbox_ids)
    found, said_before = _about(svc, rows, forms)
    together, alone = _apart(found)
    ids = [*said_before, *(one.inbox_id for one in together)]
    if ids:
        retrying(lambda: _together(actor, svc, together, lambda conn, now: inbox.finish_all(conn, ids, now)))
    for one in alone:
        _outside_cases(actor, svc, one)


def act_on_new(actor: Actor, svc: Service, came: Sequence[Came]) -> set[str]:
    """Keep reports that have just come and act on them in the same commit; the ids of those that are only kept, and
    wait for `act_on`. What a decision about one of them raises is raised, and none is kept."""
    found, _ = _about(svc, [arrival for arrival, _, _ in came], {arrival.id: form for arrival, _, form in came})
    together, alone = _apart(found)
    left = {one.inbox_id for one in alone}

    def ours(conn: Connection, now: datetime) -> set[str]:
        inbox.keep_all(conn, [(arrival, key) for arrival, key, _ in came if arrival.id in left])
        return inbox.keep_all(conn, [(arrival, key) for arrival, key, _ in came if arrival.id not in left], now)

    retrying(lambda: _together(actor, svc, together, ours))
    return left


def _apart(found: Sequence[_Reported]) -> tuple[list[_Reported], list[_Reported]]:
    """What can share a commit, and what is loud with entries of its own in the ledger."""
    alone = [one for one in found if one.case_id is None and one.report in _BAD]
    return [one for one in found if one not in alone], alone


def _unread(svc: Service, inbox_ids: Sequence[str]) -> tuple[list[Row[Any]], dict[str, Mapping[str, Any]]]:
    """The arrivals among these that nobody has acted on, oldest first, and what each says."""
    with svc.record.read() as conn:
        rows = inbox.load_unread(conn, inbox_ids)
        keys = datakeys.load(conn, [row.key_id for row in rows])
    return rows, {row.id: svc.sealer.open_dict("inbox", "body", row.id, keys[row.key_id], row.body) for row in rows}


def _about(
    svc: Service, rows: Sequence[Row[Any] | Arrival], forms: Mapping[str, Mapping[str, Any]]
) -> tuple[list[_Reported], list[str]]:
    """What is to be acted on, and the ids of those that say nothing we do not know."""
    with svc.record.read() as conn:
        wanted = {"ids": [str(form.get("a", "")) for form in forms.values()]}
        attempts = {a.id: a for a in conn.execute(_ATTEMPTS, wanted)}
        pages = {p.id: p for p in conn.execute(_PAGES, {"ids": [a.page_id for a in attempts.values() if a.page_id]})}
    found, said_before = [], []
    for row in rows:
        form = forms[row.id]
        attempt = attempts.get(form.get("a", ""))
        report = _REPORTS.get(row.status)
        # The random token tells our own callback address from a guessed one. (It may come before the provider's own
        # answer did: the attempt was written down first.)
        ours = attempt is not None and hmac.compare_digest(attempt.token, str(form.get("t", "")))
        page = pages.get(attempt.page_id) if attempt is not None else None
        if attempt is None or not ours or report is None or _says_nothing_new(attempt, page, report):
            said_before.append(row.id)
            continue
        code = int(form["ErrorCode"]) if str(form.get("ErrorCode") or "").isdigit() else None
        found.append(_Reported(row.id, row.sid, attempt, report, code, page.case_id if page is not None else None))
    return found, said_before


_ATTEMPTS = select(schema.attempts).where(among(schema.attempts.c.id, "ids"))
_PAGES = select(schema.pages.c.id, schema.pages.c.case_id, schema.pages.c.delivery).where(
    among(schema.pages.c.id, "ids")
)


def _says_nothing_new(attempt: Row[Any], page: Row[Any, Any, Any] | None, report: Report) -> bool:
    """Most reports only repeat what the provider's own answer said: they need no look at the case."""
    if attempt.state != "sent" or report not in (Report.SENT, Report.DELIVERED):
        return False
    return page is None or DELIVERY[Delivery(page.delivery)][report].value == page.delivery


def _together(actor: Actor, svc: Service, found: Sequence[_Reported], ours: Ours) -> None:
    now = svc.clock.now()
    with svc.record.write() as conn:
        files = casefiles.load_many(conn, svc.record, sorted({one.case_id for one in found if one.case_id}))
        first = ours(conn, now)
        fresh = [one for one in found if one.inbox_id in first]
        for one in fresh:
            _note_attempt(svc, conn, one)
        turns: list[tuple[CaseFile | None, Turn]] = []
        for file, turn in turns_for(actor, svc, conn, files, now):
            check(actor, Act.RUN, file.case.team)
            for one in fresh:
                if one.case_id == file.case.id:
                    if one.report in _BAD and _text_is_under_way(conn, one.attempt):
                        continue
                    loud = LOUD.get(one.code or 0, Kind.UNDELIVERED)
                    asking.reported(turn, turn.file.page(one.attempt.page_id), one.report, one.code, loud=loud)
                    blame(actor, svc, conn, Told(), one.attempt, one.report, one.code, turn)
            turns.append((file, turn))
        told = store(svc, conn, turns, now) if turns else Told()
    mirror(svc, told)


def _text_is_under_way(conn: Connection, attempt: Row[Any]) -> bool:
    """A call that nobody took says nothing of the text that went out beside it: the page has failed when the text has.

    Whoever is on the telephone is busy to us and reads the text a minute later; an alarm for them would be a false one.
    """
    if attempt.channel != "voice" or attempt.page_id is None:
        return False
    a, o = schema.attempts.c, schema.outbox.c
    texts = select(a.state).where(a.page_id == attempt.page_id, a.channel == "text").order_by(a.started_at.desc())
    state = conn.scalars(texts.limit(1)).first()
    if state is not None:
        return bool(state != "refused")
    waiting = select(o.payload).where(o.page_id == attempt.page_id, o.state.in_(("pending", "claimed")))
    return any(not payload.get("voice") for payload in conn.scalars(waiting))


def _outside_cases(actor: Actor, svc: Service, one: _Reported) -> None:
    """A text to a person that failed and was no page: it opens an alarm of its own.

    The report is done with last. Whatever stops us on the way, it is acted on again, and each part of it may be done
    twice: an alarm that rings is not opened anew, and a check that did not arrive stays what it is.
    """
    told = Told()
    with svc.record.write() as conn:
        entries = blame(actor, svc, conn, told, one.attempt, one.report, one.code)
        if entries:
            told.ledger_no = ledger.append(conn, entries)
    mirror(svc, told)
    shiftchecks.not_arrived(actor, svc, [one.attempt.outbox_id])
    with svc.record.write() as conn:
        if inbox.finish_all(conn, [one.inbox_id], svc.clock.now()):
            _note_attempt(svc, conn, one)


def refused(actor: Actor, svc: Service, attempt_id: str, code: int | None) -> None:
    """The provider would not take a text to a person that was no page: what that says of their number is loud too."""
    a, told = schema.attempts, Told()
    with svc.record.write() as conn:
        attempt = conn.execute(select(a).where(a.c.id == attempt_id)).one()
        # What is known of them already has rung: a text to somebody who stopped ours must not ring each time again.
        known = people.some(conn, [attempt.person]) if attempt.person is not None else []
        news = bool(known) and known[0].unreachable is None
        entries = blame(actor, svc, conn, told, attempt, Report.FAILED, code) if news else []
        if entries:
            told.ledger_no = ledger.append(conn, entries)
    mirror(svc, told)
    shiftchecks.not_arrived(actor, svc, [attempt.outbox_id])


def _note_attempt(svc: Service, conn: Connection, one: _Reported) -> None:
    a, attempt = schema.attempts, one.attempt
    state = "refused" if one.report in _BAD else "sent"
    told = {"sid": attempt.sid or one.sid, "state": state, "failure": one.code}
    if told != {name: getattr(attempt, name) for name in told}:
        conn.execute(update(a).where(a.c.id == attempt.id).values(**told))
    if attempt.state in ("sending", "unknown"):
        # The provider has it, whatever became of its answer to us: nothing is left to be sent again.
        outbox.close(conn, [attempt.outbox_id], "done", svc.clock.now())

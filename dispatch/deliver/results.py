"""Step 3: what became of each attempt. A result that comes after its lease is a result all the same, recorded on its
own attempt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from dispatch import asking, logs
from dispatch.access import Actor
from dispatch.alarm import Kind
from dispatch.casefile import CaseFile, Turn
from dispatch.channels.channel import Refusal, Taken
from dispatch.channels.failures import FailureKind
from dispatch.deliver.job import Job, Result
from dispatch.errors import Conflict, Unavailable
from dispatch.flow import reports
from dispatch.flow.blame import OF_KIND, blame
from dispatch.flow.commit import mirror, retrying, store, turns_for
from dispatch.flow.service import Service
from dispatch.page import Report
from dispatch.store import casefiles, outbox, schema
from dispatch.store.casefiles import Told

log = logs.get(__name__)

#: A passing fault is tried again this soon each time; after that the next person is asked. It is mostly the provider's
#: own, and would meet the next person as well: given up after two seconds, a network that was away for ten had used up
#: the whole ladder, and everybody on it was asked again only when the alarm rang the next time.
AGAIN = (timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8))
_DOUBTS = 3


def record(actor: Actor, svc: Service, results: Sequence[Result]) -> None:
    """Record results together: attempts and effects closed, pages moved, failures made loud."""
    if not results:
        return
    try:
        found = retrying(lambda: _record(actor, svc, results))
    except (Conflict, Unavailable):
        raise
    except Exception:
        log.exception("results_not_recorded", results=len(results))
        # One that cannot be recorded must not leave what became of the others unknown.
        for one in results if len(results) > 1 else ():
            record(actor, svc, [one])
        return
    for job, refusal in found:
        reports.refused(actor, svc, job.attempt_id, refusal.code)


def _record(actor: Actor, svc: Service, results: Sequence[Result]) -> list[tuple[Job, Refusal]]:
    """What the provider refused for good outside any case. What was refused within one is in its file."""
    now = svc.clock.now()
    with svc.record.write() as conn:
        # Cases before attempts and effects, as a callback locks them: the other way round the two wait for each other.
        files = casefiles.load_many(conn, svc.record, _paged(results))
        done, failed = [], []
        for result in results:
            state = _attempt(conn, result, now)
            if state == "sent":
                done.append(result.job.outbox_id)
            elif _given_up(conn, actor, result, state, now):
                failed.append(result)
        outbox.close(conn, done, "done", now)
        outbox.close(conn, [r.job.outbox_id for r in failed], "failed", now)
        told = _pages(actor, svc, conn, files, results, {r.job.outbox_id for r in failed}, now)
    mirror(svc, told)
    answers = [(r.job, r.answer) for r in failed if r.job.case_id is None]
    return [(job, a) for job, a in answers if isinstance(a, Refusal) and a.kind is not FailureKind.UNKNOWN]


def _paged(results: Sequence[Result]) -> list[str]:
    """The cases whose pages were sent."""
    return sorted({r.job.case_id for r in results if r.job.page_id and r.job.case_id})


# Only while nothing is known: a callback may have come first, and it says more than the provider's answer to the call.
_ENDED = (
    update(schema.attempts)
    .where(schema.attempts.c.id == bindparam("attempt"), schema.attempts.c.state == "sending")
    .values({name: bindparam(name) for name in ("state", "sid", "failure")} | {"ended_at": bindparam("now")})
)


def _attempt(conn: Connection, result: Result, now: datetime) -> str:
    """Write the attempt's own result. `unknown` leaves the effect claimed: when its lease lapses the provider is
    asked."""
    answer = result.answer
    values: dict[str, Any]
    if isinstance(answer, Taken):
        values = {"state": "sent", "sid": answer.sid, "failure": None}
    elif answer.kind is FailureKind.UNKNOWN:
        values = {"state": "unknown", "sid": None, "failure": answer.code}
    else:
        values = {"state": "refused", "sid": None, "failure": answer.code}
    conn.execute(_ENDED, {**values, "attempt": result.job.attempt_id, "now": now})
    return str(values["state"])


def _given_up(conn: Connection, actor: Actor, result: Result, state: str, now: datetime) -> bool:
    """Nothing more will be tried for this effect. A provider that never answers would otherwise be asked for ever."""
    if state == "unknown":
        return result.job.claims >= _DOUBTS
    return not _tried_again(conn, actor, result, now)


def _tried_again(conn: Connection, actor: Actor, result: Result, now: datetime) -> bool:
    answer = result.answer
    tries = result.job.claims
    if not isinstance(answer, Refusal) or answer.kind is not FailureKind.TEMPORARY or tries > len(AGAIN):
        return False
    return outbox.retry(conn, result.job.outbox_id, actor.id, now + AGAIN[tries - 1])


def _pages(
    actor: Actor,
    svc: Service,
    conn: Connection,
    files: Sequence[CaseFile],
    results: Sequence[Result],
    failed: set[str],
    now: datetime,
) -> Told:
    by_case: dict[str, list[Result]] = {}
    for result in results:
        job = result.job
        if job.page_id and job.case_id and (isinstance(result.answer, Taken) or job.outbox_id in failed):
            by_case.setdefault(job.case_id, []).append(result)
    turns: list[tuple[CaseFile | None, Turn]] = []
    for file, turn in turns_for(actor, svc, conn, [file for file in files if file.case.id in by_case], now):
        for result in by_case[file.case.id]:
            _page(actor, svc, conn, turn, result)
        turns.append((file, turn))
    return store(svc, conn, turns, now) if turns else Told()


def _page(actor: Actor, svc: Service, conn: Connection, turn: Turn, result: Result) -> None:
    job = result.job
    page = next((p for p in turn.file.pages if p.id == job.page_id), None)
    if page is None:
        return
    if isinstance(result.answer, Taken):
        asking.reported(turn, page, Report.SENT)
        return
    kind, code = result.answer.kind, result.answer.code
    asking.reported(turn, page, Report.FAILED, code, loud=OF_KIND.get(kind, Kind.UNDELIVERED))
    a = schema.attempts
    attempt = conn.execute(select(a).where(a.c.id == job.attempt_id)).one()
    blame(actor, svc, conn, Told(), attempt, Report.FAILED, code, turn)

"""Whether the service can do its work: alive, able to record, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, select

from dispatch.channels.failures import KINDS, FailureKind
from dispatch.errors import ServiceError
from dispatch.flow.service import Service
from dispatch.store import schema
from dispatch.store import teams as stored_teams
from dispatch.store.conflict import insert_for

#: A process beats every five seconds; three beats missed is silence.
SILENT = timedelta(seconds=15)
#: Processes without which no page goes out by itself.
TICKER = "ticker"
NEEDED = (TICKER, "worker", "sweeper")
#: A web process beats as `api:HOST:NUMBER`.
WEB = "api"
#: A web process that was killed and never came back is spoken of for so long: by then it was taken away on purpose.
FORGOTTEN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` for programs, `says` for people: what is wrong, and what it costs."""

    code: str
    says: str


@dataclass(frozen=True, slots=True)
class Health:
    """`unable`: contacts cannot be recorded."""

    status: Literal["ok", "degraded", "unable"]
    reasons: tuple[Reason, ...]


def beat(svc: Service, process: str) -> None:
    """`process` says that it is alive. Raises Unavailable when the record cannot be written."""
    row = {"process": process, "beat_at": svc.clock.now(), "state": {}}
    with svc.record.write() as conn:
        new = insert_for(conn.dialect.name, schema.hearts)
        conn.execute(new.on_conflict_do_update(index_elements=["process"], set_={"beat_at": new.excluded.beat_at}), row)


def still(svc: Service, process: str) -> None:
    """`process` stops on purpose; hearts of web processes that nobody misses any more go with it."""
    h = schema.hearts
    old = h.c.process.startswith(f"{WEB}:") & (h.c.beat_at < svc.clock.now() - FORGOTTEN)
    with svc.record.write() as conn:
        conn.execute(delete(h).where((h.c.process == process) | old))


def _coordinators(conn: Connection, team: str) -> tuple[str, ...]:
    standing = stored_teams.standing(conn, team)
    return standing.coordinators if standing is not None else ()


def health(svc: Service) -> Health:
    """Writes to the record to see whether it can. Never raises for what it finds."""
    try:
        beat(svc, WEB)
        reasons = wanting(svc)
    except ServiceError:
        return Health("unable", (Reason("record_down", "The record cannot be written: contacts are not recorded."),))
    return Health("degraded" if reasons else "ok", reasons)


def wanting(svc: Service) -> tuple[Reason, ...]:
    """What is missing, by looking alone. Raises Unavailable when the record cannot be read."""
    with svc.record.read() as conn:
        hearts = {row.process: row.beat_at for row in conn.execute(select(schema.hearts))}
        teams = list(conn.scalars(select(schema.teams.c.id).order_by(schema.teams.c.id)))
        alone = [team for team in teams if not _coordinators(conn, team)]
        refused = _nothing_leaves(conn)
    reasons = _silent(svc, hearts)
    if not svc.queue.up():
        reasons.insert(0, Reason("queue_down", "Redis is not answering: pages go out from the record, a little later."))
    if refused:
        says = "The last texts and calls were not taken by the provider: look at its credentials, account and status."
        reasons.insert(0, Reason("provider_down", says))
    for team in alone:
        reasons.append(Reason("no_coordinator", f"No coordinator of team {team} can be reached by an alarm."))
    if not teams:
        reasons.append(Reason("no_team", "There is no team yet: import a roster."))
    return tuple(reasons)


def _nothing_leaves(conn: Connection) -> bool:
    """The last few texts and calls were refused for our own sake, or never answered. Then no alarm leaves by telephone
    either, and whoever watches this is the only one left to be told. What is wrong with one number says nothing."""
    a, failed = schema.attempts.c, 0
    # Ids begin with their second: the newest rows, without an index of their own.
    for row in conn.execute(select(a.state, a.failure, a.sid).order_by(a.id.desc()).limit(_LOOKED_AT)):
        if row.sid is not None or KINDS.get(row.failure) in _PERSONS:
            return False
        failed += row.state in ("refused", "unknown")
    return failed >= _FAILED


_LOOKED_AT, _FAILED = 20, 3
#: The provider has looked at the number, and so does its work.
_PERSONS = (FailureKind.PERMANENT, FailureKind.OPTED_OUT, FailureKind.FILTERED)


def running(svc: Service) -> list[str]:
    """Processes that beat within the last 15 seconds. Raises Unavailable, or the database's own error, when the record
    cannot be read."""
    since = svc.clock.now() - SILENT
    with svc.record.read() as conn:
        names = conn.scalars(select(schema.hearts.c.process).where(schema.hearts.c.beat_at > since))
        return sorted({name.partition(":")[0] for name in names})


def _silent(svc: Service, hearts: dict[str, datetime]) -> list[Reason]:
    # On a faster clock a beat is as long as on the wall, and covers more of the service's time.
    real = svc.clock.real_seconds(timedelta(seconds=1))
    allowed = SILENT / real if real > 0 else SILENT
    oldest = svc.clock.now() - allowed
    silent = []
    for process in NEEDED:
        beats = [at for name, at in hearts.items() if name.partition(":")[0] == process]
        if not beats or max(beats) < oldest:
            silent.append(Reason(f"{process}_silent", f"No {process} has been heard of for {SILENT.seconds} seconds."))
    # Whoever reads this was answered by another one, and would never notice.
    missed = oldest - FORGOTTEN
    if any(missed < at < oldest for name, at in hearts.items() if name.startswith(f"{WEB}:")):
        says = f"A web process has not been heard of for {SILENT.seconds} seconds: the others answer for it."
        silent.append(Reason("api_silent", says))
    return silent

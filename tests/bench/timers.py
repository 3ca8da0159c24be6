"""How late a deadline fires, while ten thousand others are pending: steps of ladders that nobody answered."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Self

import redis
from sqlalchemy import func, select, update

from dispatch.access import Actor, Role
from dispatch.api.schemas.contact import ContactIn
from dispatch.clock import SystemClock
from dispatch.flow import intake, searching
from dispatch.queue.keys import UPDATES
from dispatch.store import deadlines, schema
from dispatch.store.deadlines import DeadlineRow
from tests.bench.load import CONTACT
from tests.bench.machine import Share, spread
from tests.bench.service import BENCH, Running
from tests.support.waiting import wait_until

A_SECOND = 20
PENDING = 10_000
FAR = timedelta(days=2)
STEP = "step_overdue"


def late(seconds: int) -> dict[str, float]:
    """Milliseconds from a deadline to the moment its firing is heard of on the live channel, which is after its commit.

    Each firing climbs a ladder and pages again, so matching and sending go on meanwhile. `timer_early_ms` is how long
    before its deadline the earliest was decided; 0 when none was.
    """
    # The first second, in which the ticker meets each statement for the first time, is not counted.
    count = (seconds + 1) * A_SECOND
    with Running(people=count) as running:
        _cases_waiting_for_an_answer(running, count)
        running.start()
        share, before = Share(), running.cpu_seconds()
        with _Heard(running) as heard:
            first = SystemClock().now() + timedelta(seconds=2)
            due = _let_fall_due(running, first)
            wait_until(lambda: _fired(running) >= count, seconds + 60.0, what="every deadline to fire")
            fired = _rows(running)
            wait_until(lambda: heard.last() >= max(n for n, *_ in fired), what="the last commit to be heard of")
        share.ours(sum(now - before[name] for name, now in running.cpu_seconds().items()))
        counted = [one for one in fired if due[one[2]] >= first + timedelta(seconds=1)]
        errors = [heard.after(n).timestamp() - due[owner].timestamp() for n, _, owner in counted]
        decided = [(at - due[owner]).total_seconds() for _, at, owner in fired]
        return {
            **spread(errors, "timer"),
            "timer_max": max(errors) * 1000,
            "timer_early_ms": max(0.0, -min(decided) * 1000),
            **{f"timer_{name}": value for name, value in share.percent().items()},
        }


def _cases_waiting_for_an_answer(running: Running, count: int) -> None:
    """So many cases, each with one person asked who does not answer, and nothing that falls due for days."""
    svc, operator = running.svc, Actor("bench", frozenset({Role.OPERATOR}))
    draft = ContactIn.model_validate(CONTACT).draft()
    for n in range(count):
        intake.log_contact(operator, svc, draft, f"key-{n}", "body")
    searching.match_team(BENCH, svc, "default")
    now = svc.clock.now()
    others = [
        DeadlineRow(svc.new_id(), "page", svc.new_id(), "none", now + FAR, "default", None) for _ in range(PENDING)
    ]
    with svc.record.write() as conn:
        conn.execute(update(schema.deadlines).values(due_at=now + FAR))
        conn.execute(update(schema.outbox).values(state="void", closed_at=now))
        deadlines.put(conn, others)


def _let_fall_due(running: Running, first: datetime) -> dict[str, datetime]:
    """Escalation -> when its step is overdue from now on: twenty a second."""
    d = schema.deadlines
    due: dict[str, datetime] = {}
    with running.svc.record.write() as conn:
        rows = conn.execute(select(d.c.id, d.c.owner_id).where(d.c.meaning == STEP).order_by(d.c.id)).all()
        for n, row in enumerate(rows):
            due[row.owner_id] = first + n * timedelta(seconds=1) / A_SECOND
            conn.execute(update(d).where(d.c.id == row.id).values(due_at=due[row.owner_id]))
    running.svc.queue.timers.arm([(row.id, due[row.owner_id]) for row in rows])
    return due


def _fired(running: Running) -> int:
    with running.svc.record.read() as conn:
        return int(conn.scalar(select(func.count()).where(schema.ledger.c.kind == "fired")) or 0)


def _rows(running: Running) -> list[tuple[int, datetime, str]]:
    """(number in the ledger, when it was decided, escalation) of each firing of a step."""
    led = schema.ledger
    with running.svc.record.read() as conn:
        rows = conn.execute(select(led.c.n, led.c.at, led.c.data).where(led.c.kind == "fired")).all()
    return [(row.n, row.at, row.data["owner"]) for row in rows if row.data["meaning"] == STEP]


class _Heard:
    """When each commit was heard of: the ledger's numbers on the live channel, in commit order."""

    def __init__(self, running: Running) -> None:
        self._redis = redis.Redis.from_url(running.settings.queue_url)
        self._channel = self._redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._heard: list[tuple[int, datetime]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self) -> Self:
        self._channel.subscribe(UPDATES.name)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._redis.close()

    def _listen(self) -> None:
        clock = SystemClock()
        while not self._over.is_set():
            message = self._channel.get_message(timeout=0.2)
            if message is not None:
                self._heard.append((int(message["data"]), clock.now()))

    def last(self) -> int:
        return max((n for n, _ in self._heard), default=0)

    def after(self, number: int) -> datetime:
        """When entry `number` was first known to be committed."""
        return min(at for n, at in self._heard if n >= number)

"""What the loops of `workers` are for, over a real service: match, send, fire, sweep, beat, rebuild."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from dispatch.access import system
from dispatch.channels.channel import Channel
from dispatch.clock import monotonic
from dispatch.deliver import Sender
from dispatch.flow import covering, expiries, firing, health, reminders, searching, shiftchecks, sweeping
from dispatch.flow.service import Service
from dispatch.rebuild import Rebuilt, rebuild
from dispatch.store import deadlines, outbox, schema
from dispatch.store.tables_infra import OPEN_EFFECTS

#: The provider is asked for texts we may have missed this often.
MISSED_EVERY = 30.0
#: The coming day's coverage, and what runs out, is looked at this often.
COVERAGE_EVERY = 300.0
#: Whoever has come on duty is asked, and whoever will is reminded, this often: seconds do not matter to either, and
#: working out a large roster costs some.
DUTY_EVERY = 10.0
#: An effect that nobody has taken for so many seconds has been left behind.
LEFT_BEHIND = 2.0
#: A step of the wall clock beyond this is an alarm.
STEP = timedelta(milliseconds=250)


class Worker:
    """One process's service with its sender. Every duty may be done twice, or at the same time in several processes."""

    def __init__(self, svc: Service, channel: Channel, process: str) -> None:
        self.svc = svc
        self._channel = channel
        # The host and process id tell two workers apart in a claim; neither is personal.
        self._actor = system(f"{process}:{socket.gethostname()[:24]}:{os.getpid()}")
        self._sender = Sender(svc, channel, self._actor)
        self._asked_at = monotonic()
        # The first look is a round late: right after a start the roster may still be on its way in.
        self._covered_at = monotonic()
        self._duty_at = 0.0
        self._clock_at = (monotonic(), svc.clock.now())

    def now(self) -> datetime:
        return self.svc.clock.now()

    def real_seconds(self, span: timedelta) -> float:
        return self.svc.clock.real_seconds(span)

    def fire_due(self, deadline_ids: Sequence[str] | None, limit: int) -> int:
        fired = firing.fire_due(self._actor, self.svc, deadline_ids, limit)
        if deadline_ids is not None and fired < len(deadline_ids):
            self._arm_again(deadline_ids)
        return fired

    def _arm_again(self, deadline_ids: Sequence[str]) -> None:
        """A timer that fired too soon, or lost its claim to another, is armed at its true time: moved, never merely
        dropped."""
        d = schema.deadlines
        with self.svc.record.read() as conn:
            still = conn.execute(select(d.c.id, d.c.due_at).where(d.c.id.in_(deadline_ids))).all()
        if still:
            self.svc.queue.timers.arm([(row.id, row.due_at) for row in still])

    def next_due(self) -> datetime | None:
        with self.svc.record.read() as conn:
            return deadlines.next_due(conn)

    def work(self, team: str) -> int:
        """Match, and begin to send while matching goes on, so that the first page is out before the last case is looked
        at."""
        more, begun, going = True, 0, searching.Round()
        while more:
            _, more = searching.match_some(self._actor, self.svc, team, going)
            begun += self._sender.begin()
        return begun

    def drain(self) -> int:
        with self.svc.record.read() as conn:
            due = outbox.next_due(conn)
        # What is younger is being sent: two that send the same only wait for each other.
        left_behind = due is not None and self.real_seconds(self.now() - due) > LEFT_BEHIND
        return self._sender.begin() if left_behind else 0

    def rest(self) -> None:
        """Returns when all that was begun has been sent and recorded."""
        self._sender.rest()

    def teams_with_work(self) -> Mapping[str, frozenset[str]]:
        o = schema.outbox.c
        pending = OPEN_EFFECTS & (o.state == "pending") & (o.not_before <= self.now())
        due = select(o.team, func.min(o.n)).where(pending).group_by(o.team)
        oldest: dict[str, set[str]] = {}
        with self.svc.record.read() as conn:
            for team, escalation in sweeping.wanting_teams(conn, only_new=True).items():
                oldest.setdefault(team, set()).add(f"escalation {escalation}")
            for team, effect in conn.execute(due):
                oldest.setdefault(team, set()).add(f"effect {effect}")
        return {team: frozenset(oldest[team]) for team in sorted(oldest)}

    def sweep(self) -> Mapping[str, int]:
        return sweeping.sweep(self._actor, self.svc, self._now_and_then())

    def _now_and_then(self) -> dict[str, Callable[[], int]]:
        """What is not done in every round, where its time has come."""
        actor, svc = self._actor, self.svc
        parts: dict[str, Callable[[], int]] = {}
        if monotonic() - self._asked_at >= MISSED_EVERY:
            self._asked_at = monotonic()
            parts["missed"] = lambda: sweeping.take_in_missed(actor, svc, self._channel)
        if monotonic() - self._covered_at >= COVERAGE_EVERY:
            self._covered_at = monotonic()
            parts["gaps"] = lambda: covering.watch(actor, svc)
            parts["expiring"] = lambda: expiries.warn(actor, svc)
        if monotonic() - self._duty_at >= DUTY_EVERY:
            self._duty_at = monotonic()
            parts["asked"] = lambda: shiftchecks.ask(actor, svc)
            parts["reminded"] = lambda: reminders.give(actor, svc)
        # It looks at the clock in its turn: a step that was seen in a round that came to nothing would be forgotten.
        parts["clock_steps"] = self._stepped
        return parts

    def _stepped(self) -> int:
        step = self._step()
        if not step:
            return 0
        sweeping.clock_stepped(self._actor, self.svc, step)
        rebuild(self.svc)
        return 1

    def _step(self) -> timedelta:
        """By how much the wall clock was set since the last look; nothing where it only ran."""
        was_mono, was_now = self._clock_at
        self._clock_at = (monotonic(), self.now())
        second = self.real_seconds(timedelta(seconds=1))
        ran = timedelta(seconds=(self._clock_at[0] - was_mono) / second)
        step = self._clock_at[1] - was_now - ran
        return step if abs(step) > STEP / second else timedelta(0)

    def beat(self, process: str) -> None:
        health.beat(self.svc, process)

    def rebuild(self) -> Rebuilt:
        return rebuild(self.svc)

    def close(self) -> None:
        """Returns when all that was begun has been sent and recorded; nothing more is."""
        self._sender.close()

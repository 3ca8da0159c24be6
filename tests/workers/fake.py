"""A small service for the loops: deadlines and teams in memory, every act written down with its moment."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from dispatch.clock import SystemClock
from dispatch.queue import MirrorChanges, Queue
from tests.support.waiting import wait_until


class FakeDuties:
    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.clock = SystemClock()
        self.due: dict[str, datetime] = {}
        self.fired: dict[str, datetime] = {}
        self.asked: list[Sequence[str] | None] = []
        self.teams: set[str] = set()
        #: what of a team's work has waited longest, where it is not always the same
        self.oldest: dict[str, str] = {}
        self.worked: list[str] = []
        self.drained = 0
        self.rebuilt = 0
        self.beats: list[str] = []
        self.broken: set[str] = set()
        self.slow = threading.Event()
        self.slow.set()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self.clock.now()

    def real_seconds(self, span: timedelta) -> float:
        return self.clock.real_seconds(span)

    def open(self, deadline_id: str, seconds: float) -> datetime:
        """A commit that opens a deadline, in the record and in Redis."""
        due_at = self.now() + timedelta(seconds=seconds)
        self.due[deadline_id] = due_at
        self.queue.mirror(MirrorChanges(timers_arm=[(deadline_id, due_at)]))
        return due_at

    def until_fired(self, deadline_id: str) -> datetime:
        """Wait for it; when it fired."""
        wait_until(lambda: deadline_id in self.fired, what=f"{deadline_id} to fire")
        return self.fired[deadline_id]

    def fire_due(self, deadline_ids: Sequence[str] | None, limit: int) -> int:
        self._act("fire_due")
        self.asked.append(deadline_ids)
        with self._lock:
            now = self.now()
            wanted = list(self.due) if deadline_ids is None else [each for each in deadline_ids if each in self.due]
            due = [each for each in wanted if self.due[each] <= now][:limit]
            moved = [(each, self.due[each]) for each in wanted if self.due[each] > now]
            for each in due:
                del self.due[each]
                self.fired[each] = now
        if deadline_ids is not None:
            self.queue.mirror(MirrorChanges(timers_disarm=due, timers_arm=moved))
        return len(due)

    def next_due(self) -> datetime | None:
        with self._lock:
            return min(self.due.values(), default=None)

    def work(self, team: str) -> int:
        self._act("work")
        self.worked.append(team)
        self.slow.wait(30)
        self.teams.discard(team)
        return 1

    def drain(self) -> int:
        self._act("drain")
        self.drained += 1
        return 0

    def teams_with_work(self) -> Mapping[str, frozenset[str]]:
        return {team: frozenset({self.oldest.get(team, team)}) for team in sorted(self.teams)}

    def sweep(self) -> Mapping[str, int]:
        self._act("sweep")
        return {"stuck": 0}

    def beat(self, process: str) -> None:
        self._act("beat")
        self.beats.append(process)

    def rebuild(self) -> None:
        self._act("rebuild")
        begun = self.queue.epoch.begin()
        with self._lock:
            self.queue.timers.replace(list(self.due.items()))
        self.queue.epoch.rebuilt(begun)
        self.rebuilt += 1

    def _act(self, name: str) -> None:
        if name in self.broken:
            raise RuntimeError(name)


def late_ms(due: datetime, fired: datetime) -> float:
    return (fired - due) / timedelta(milliseconds=1)

"""The queue: what to do next, in Redis. It decides nothing, may be lost at any moment, and is filled from the record.

    queue.mirror(changes)     after each commit: everything the commit changed, in one round trip, then the nudges
    queue.waiting             the team's waiting cases in order
    queue.timers              due deadlines, and how tickers sleep
    queue.updates             ledger numbers for event streams
    queue.epoch               whether Redis must be filled again

Changes answer False when Redis is down and never raise; reads, claims and the filling of whole sets raise QueueDown,
and then the answer is in the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from redis.client import Pipeline

from dispatch.priority import Place
from dispatch.queue.client import TIMEOUT, Client, QueueDown
from dispatch.queue.epoch import Epoch
from dispatch.queue.nudges import Nudges, ask_on
from dispatch.queue.timers import Claimed, Due, Timers, arm_on, disarm_on
from dispatch.queue.updates import Updates, publish_on
from dispatch.queue.waiting import Waiting, put_on, remove_on
from dispatch.queue.wake import Stop, Waker

__all__ = ["Claimed", "Due", "MirrorChanges", "Queue", "QueueDown", "Stop", "Waker"]

# Filling and reading back whole sets, by a rebuild: nobody waits for it.
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class MirrorChanges:
    """What one commit changed, as Redis needs to know it. Removals are applied before what is put."""

    waiting_put: Sequence[tuple[str, Place]] = ()
    waiting_remove: Sequence[tuple[str, str]] = ()
    timers_arm: Sequence[tuple[str, datetime]] = ()
    timers_disarm: Sequence[str] = ()
    ledger_no: int | None = None
    nudge_teams: frozenset[str] | set[str] = field(default_factory=frozenset)


class Queue:
    """Shared by all threads of a process; connects at its first call."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT) -> None:
        """`timeout` bounds every call on the request path, in seconds."""
        self._client = Client(url, timeout=timeout)
        self._patient = patient = Client(url, timeout=PATIENCE)
        self._nudges = Nudges(self._client)
        self.waiting = Waiting(self._client, patient)
        self.timers = Timers(self._client, patient)
        self.updates = Updates(self._client)
        self.epoch = Epoch(self._client)

    def up(self) -> bool:
        """Is Redis answering? At most 250 ms, and nothing while the breaker is open."""
        return self._client.up()

    def mirror(self, changes: MirrorChanges) -> bool:
        """Show Redis what a commit changed; False when it is down, and then a rebuild follows by itself."""
        teams = sorted(changes.nudge_teams)

        def fill(pipe: Pipeline) -> None:
            for team, case_id in changes.waiting_remove:
                remove_on(pipe, team, case_id)
            for team, place in changes.waiting_put:
                put_on(pipe, team, place)
            disarm_on(pipe, changes.timers_disarm)
            arm_on(pipe, changes.timers_arm)
            if changes.ledger_no is not None:
                publish_on(pipe, changes.ledger_no)
            ask_on(pipe, teams)

        answers = self._client.change(fill)
        if answers is None:
            return False
        return self._nudges.send(teams, answers[-len(teams) - 1 :]) if teams else True

    def nudge(self, team: str) -> bool:
        """Have a worker look at the team; False at once when Redis is down (the ticker then does the work)."""
        return self._nudges([team])

    def nudge_taken(self, team: str) -> bool:
        """A job begins: from here on a new nudge sends a new job."""
        return self._nudges.taken(team)

    def waker(self, stop: Stop) -> Waker:
        """A ticker's sleep; use it in a `with`, from one thread."""
        return Waker(self._client, stop)

    def close(self) -> None:
        self._client.close()
        self._patient.close()

"""Fires due deadlines: from Redis to the millisecond, and straight from the record when Redis is gone.

Any number may run. Whatever Redis says, once a second the record itself is asked, so a timer that Redis never had is
late by a second, not lost.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from dispatch import logs
from dispatch.clock import monotonic
from dispatch.queue import Queue, QueueDown, Stop
from workers.duties import Duties
from workers.hands import Hands

log = logs.get(__name__)

# At most this many between two looks at the clock: each is a commit of its own.
BATCH = 50
# Seconds of real time. Longer than a batch takes; a ticker that dies delays what it held by no more than this.
LEASE = 5.0
SLEEP = 1.0
SLEEP_ALONE = 0.25


class Ticker:
    def __init__(self, duties: Duties, queue: Queue, stop: Stop) -> None:
        self._duties = duties
        self._queue = queue
        self._stop = stop
        self._hands = Hands(duties, queue)
        self._ask_record = 0.0

    def run(self) -> None:
        """Until `stop`; returns when what had begun is finished."""
        self._hands.start()
        try:
            with self._queue.waker(self._stop) as waker:
                while not self._stop.is_set():
                    waker.wait(self.turn())
        finally:
            self._hands.stop()

    def turn(self) -> float:
        """One look at what is due; how many seconds to sleep after it."""
        try:
            self._hands.ticked()
            try:
                return self._from_queue()
            except QueueDown:
                return self._from_record()
        except Exception:
            # The record cannot be read or written just now. Leases lapse and everything comes due again.
            log.exception("turn_failed")
            return SLEEP_ALONE

    def _from_queue(self) -> float:
        # A lease is real time; the timers count service time, which may run faster.
        lease = timedelta(seconds=LEASE) / (self._duties.real_seconds(timedelta(seconds=1)) or 1)
        claimed = self._queue.timers.claim(self._duties.now(), BATCH, lease)
        if claimed.due:
            self._duties.fire_due([due.deadline_id for due in claimed.due], BATCH)
            self._queue.timers.done(claimed)
        if len(claimed.due) == BATCH:
            return 0
        if monotonic() >= self._ask_record:
            self._ask_record = monotonic() + SLEEP
            self._fire_from_record()
        return self._until(claimed.next_due, SLEEP)

    def _from_record(self) -> float:
        if not self._fire_from_record():
            # Something due may be another ticker's for the length of its claim: no reason to ask without a pause.
            return max(0.02, self._until(self._duties.next_due(), SLEEP_ALONE))
        self._hands.call()
        return 0

    def _fire_from_record(self) -> int:
        """Looks before it claims: a claim is a write, and takes the one writer's turn from a page."""
        due = self._duties.next_due()
        return self._duties.fire_due(None, BATCH) if due is not None and due <= self._duties.now() else 0

    def _until(self, due: datetime | None, most: float) -> float:
        if due is None:
            return most
        return min(most, self._duties.real_seconds(due - self._duties.now()))

"""The ticker's second thread: what may take long and must not hold up a timer.

It fills Redis again after a loss, sends what was left behind, and sees that teams with work are looked at: by a nudge
while workers take them, and with its own hands when Redis is gone or no worker comes.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from dispatch import logs
from dispatch.clock import monotonic
from dispatch.queue import Queue, QueueDown
from workers.duties import Duties
from workers.heart import Heart

log = logs.get(__name__)

PAUSE = 1.0
PAUSE_ALONE = 0.25
# What is still to be done at its third look after a nudge is not being done: no worker is alive, or all are stuck. (A
# team that has new work at each look is a busy one; a second worker on it would only keep the first waiting.)
PATIENT_LOOKS = 3
# Acts at a time: a provider that is slow for one team must not hold up another.
AT_ONCE = 6
# Seconds. The ticker's heart stops when its timers do, though this thread goes on.
STILL = 5.0
# What is done for no team in particular; team ids have no brackets.
DRAIN = "(drain)"
REBUILD = "(rebuild)"


class Hands:
    def __init__(self, duties: Duties, queue: Queue) -> None:
        self._duties = duties
        self._queue = queue
        self._stopping = False
        self._called = threading.Event()
        # Redis may have run on while the record was restored, or have served another one: its own note would still say
        # that it is filled. So every ticker fills it once, whatever it says.
        self._filled = False
        self._busy: set[str] = set()
        self._looks: Counter[str] = Counter()
        self._heart = Heart(duties, "ticker")
        self._last_tick = 0.0
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hands")
        self._thread = threading.Thread(target=self._run, name="hands")

    def start(self) -> None:
        self._thread.start()

    def call(self) -> None:
        """There is something to do now: do not sleep the pause out."""
        self._called.set()

    def ticked(self) -> None:
        """The timers are being looked at; the heart may beat. (It is a commit, and may wait: so not in their loop.)"""
        self._last_tick = monotonic()

    def stop(self) -> None:
        """Returns when what had begun is finished."""
        self._stopping = True
        self._called.set()
        self._thread.join()
        self._pool.shutdown(cancel_futures=True)

    def _run(self) -> None:
        while not self._stopping:
            self._called.clear()
            try:
                pause = self.look()
            except Exception:
                log.exception("look_failed")
                pause = PAUSE
            self._called.wait(pause)

    def look(self) -> float:
        """One round; how many seconds to pause after it."""
        if monotonic() - self._last_tick < STILL:
            self._heart.beat()
        self._begin(DRAIN, self._duties.drain)
        alone = not self._served()
        teams = self._duties.teams_with_work()
        self._looks = Counter({one: self._looks[one] + 1 for oldest in teams.values() for one in oldest})
        for team, oldest in teams.items():
            unserved = any(self._looks[one] >= PATIENT_LOOKS for one in oldest)
            if alone or not self._queue.nudge(team) or unserved:
                self._begin(team, partial(self._duties.work, team))
        return PAUSE_ALONE if alone else PAUSE

    def _served(self) -> bool:
        """Is Redis there, and filled? If only the latter is wanting, begin to fill it."""
        try:
            intact = self._queue.epoch.intact()
        except QueueDown:
            return False
        if not (intact and self._filled):
            self._begin(REBUILD, self._fill)
        return intact

    def _fill(self) -> None:
        self._duties.rebuild()
        self._filled = True

    def _begin(self, what: str, act: Callable[[], object]) -> None:
        """Have `act` done unless the same is still going on."""
        if what in self._busy:
            return
        self._busy.add(what)

        def do() -> None:
            try:
                act()
            except Exception:
                log.exception("hands_failed", what=what)
            finally:
                self._busy.discard(what)

        self._pool.submit(do)

"""Step 2: speak to the provider from a rolling pool of threads, most urgent first, and record results as they
gather.

Nobody waits for the provider: while it takes five seconds over one page, the next contact's is claimed and sent.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from queue import Empty, SimpleQueue

from dispatch import logs
from dispatch.access import Actor
from dispatch.channels.channel import Channel, Refusal, Taken
from dispatch.channels.failures import FailureKind
from dispatch.clock import monotonic
from dispatch.deliver.claiming import claim
from dispatch.deliver.job import Job, Result
from dispatch.deliver.rendering import Rendered
from dispatch.deliver.results import record
from dispatch.flow.service import Service

log = logs.get(__name__)

#: Calls under way at once: at 150 ms each this is more than 200 a second, which is what the provider's client can
#: carry.
AT_ONCE = 48
RING = timedelta(seconds=25)
#: Results are collected this long before they are recorded together: one commit for many instead of one each.
GATHER = 0.05


class Sender:
    """One per process, for any number of threads."""

    def __init__(self, svc: Service, channel: Channel, actor: Actor, *, at_once: int = AT_ONCE) -> None:
        self._svc = svc
        self._channel = channel
        self._actor = actor
        self._at_once = at_once
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="send")
        self._claiming = threading.Lock()
        self._under_way = 0
        self._changed = threading.Condition()
        self._performed: SimpleQueue[Result | None] = SimpleQueue()
        self._recorder: threading.Thread | None = None

    def begin(self) -> int:
        """Begin to perform what is due, as much as there is room for; how many effects. The rest follows as room is
        made."""
        return self._go_on(ended=0)

    def rest(self) -> None:
        """Returns when everything has been performed and recorded."""
        with self._changed:
            self._changed.wait_for(lambda: self._under_way == 0)

    def close(self) -> None:
        """Nothing is begun any more; what is under way is performed and recorded."""
        with self._claiming:
            self._at_once = 0
        self.rest()
        self._pool.shutdown()
        if self._recorder is not None:
            self._performed.put(None)
            self._recorder.join()

    def _go_on(self, ended: int) -> int:
        """So many have ended; what is due takes their room."""
        jobs: list[Job] = []
        with self._claiming:
            try:
                room = self._at_once - self._under_way + ended
                jobs = claim(self._actor, self._svc, room) if room > 0 else []
            finally:
                with self._changed:
                    self._under_way += len(jobs) - ended
                    self._changed.notify_all()
            if jobs and self._recorder is None:
                self._recorder = threading.Thread(target=self._record, name="recorder", daemon=True)
                self._recorder.start()
            for job in jobs:
                self._pool.submit(self._send_one, job)
        return len(jobs)

    def _send_one(self, job: Job) -> None:
        self._performed.put(self._perform(job))

    def _record(self) -> None:
        while (first := self._performed.get()) is not None:
            results = [first, *self._others()]
            try:
                record(self._actor, self._svc, results)
            except Exception:
                # Their claims lapse, and whoever takes them up asks the provider what became of them.
                log.exception("results_not_recorded", results=len(results))
            try:
                self._go_on(ended=len(results))
            except Exception:
                log.exception("sends_not_begun")

    def _others(self) -> list[Result]:
        """Those that come within a moment of the first, while there are others to come."""
        found: list[Result] = []
        ends = monotonic() + GATHER
        while len(found) + 1 < self._under_way and (left := ends - monotonic()) > 0:
            try:
                other = self._performed.get(timeout=left)
            except Empty:
                break
            assert other is not None, "closing waits until everything is recorded"
            found.append(other)
        return found

    def _perform(self, job: Job) -> Result:
        """Never raises: whatever goes wrong here is an answer we do not know, and doubt means asking the provider
        later."""
        if job.rendered is None:
            return Result(job, Refusal(FailureKind.OURS))
        try:
            known = self._known(job, job.rendered)
            return Result(job, known or self._send(job, job.rendered))
        except Exception:
            log.exception("send_failed", attempt=job.attempt_id)
            return Result(job, Refusal(FailureKind.UNKNOWN))

    def _send(self, job: Job, words: Rendered) -> Taken | Refusal:
        base = self._svc.public_url
        mark = f"a={job.attempt_id}&t={job.token}"
        # The fragment asks the provider to repeat a callback that met a timeout or a 5xx, up to five times.
        callback = f"{base}/twilio/status?{mark}#rc=5&rp=all"
        if job.voice:
            return self._channel.call(words.to, f"{base}/twilio/voice?{mark}", callback, RING)
        return self._channel.text(words.to, words.body, callback, words.validity)

    def _known(self, job: Job, words: Rendered) -> Taken | None:
        """In doubt about an earlier attempt, ask the provider whether it has it: sending twice is better than never,
        but worse than once."""
        if job.doubt_since is None:
            return None
        found = self._channel.find(words.to, job.doubt_since - timedelta(seconds=5), voice=job.voice)
        if isinstance(found, Refusal):
            return None
        first = words.body.removeprefix("REPEAT ")
        same = [m for m in found if job.voice or m.body.removeprefix("REPEAT ") == first]
        return Taken(same[0].sid) if same else None

"""Step 2: speak to the provider from a rolling pool of threads, most urgent first, and record results as they
gather."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from dispatch import logs
from dispatch.access import Actor
from dispatch.channels.channel import Channel, Refusal, Taken
from dispatch.channels.failures import FailureKind
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
GATHER = 0.015


class Sender:
    """One per process. `drain` may be called from several threads; claims keep them apart."""

    def __init__(self, svc: Service, channel: Channel, actor: Actor, *, at_once: int = AT_ONCE) -> None:
        self._svc = svc
        self._channel = channel
        self._actor = actor
        self._at_once = at_once
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="send")

    def drain(self, between: Callable[[], object] | None = None) -> int:
        """Perform everything that is due; returns how many effects. `between` runs after each batch that was recorded
        (matching, say)."""
        under_way: dict[Future[Result], Job] = {}
        performed = 0
        dry = False
        while True:
            if not dry and len(under_way) < self._at_once:
                jobs = claim(self._actor, self._svc, self._at_once - len(under_way))
                dry = not jobs
                for job in jobs:
                    under_way[self._pool.submit(self._perform, job)] = job
            if not under_way:
                return performed
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            late, _ = wait(set(under_way) - done, timeout=GATHER)
            results = [future.result() for future in done | late]
            for future in done | late:
                del under_way[future]
            record(self._actor, self._svc, results)
            performed += len(results)
            if between is not None:
                between()
            dry = False

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

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

"""Goes round every few seconds: finds the stuck, repairs, alarms. Its heart beats only after a whole round."""

from __future__ import annotations

from dispatch import logs
from dispatch.queue import Stop
from workers.duties import Duties
from workers.heart import Heart

log = logs.get(__name__)

EVERY = 5.0


def run(duties: Duties, stop: Stop, every: float = EVERY) -> None:
    """Until `stop`; a round that fails is logged, missed by the heart, and tried again."""
    heart = Heart(duties, "sweeper")
    while not stop.is_set():
        try:
            found = {what: count for what, count in duties.sweep().items() if count}
        except Exception:
            log.exception("sweep_failed")
        else:
            heart.beat()
            if found:
                log.info("swept", **found)
        stop.wait(every)

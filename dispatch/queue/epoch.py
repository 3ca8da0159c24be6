"""Is what Redis holds what the record says? A note of which Redis process was last filled answers it.

Redis may come back empty, or a second short of what it was told, or as a replica that lagged: always as another
process. And a change may be lost while Redis runs on; then the loser takes the note away (`Client.change`).
"""

from __future__ import annotations

from redis import Redis

from dispatch.queue.client import Client, text
from dispatch.queue.keys import EPOCH


class Epoch:
    def __init__(self, client: Client) -> None:
        self._client = client

    def intact(self) -> bool:
        """False when Redis must be filled again from the record. Raises QueueDown."""

        def compare(redis: Redis) -> bool:
            noted = redis.get(EPOCH.name)
            return noted is not None and text(noted) == _run_id(redis)

        return self._client.do(compare)

    def begin(self) -> str:
        """Call before reading the record for a rebuild; give what it answers to `rebuilt`. Raises QueueDown."""
        return self._client.do(_run_id)

    def rebuilt(self, run_id: str) -> bool:
        """Redis has been filled. If it was restarted since `begin`, the note does not fit and it is done again."""
        return self._client.change(lambda pipe: pipe.set(EPOCH.name, run_id)) is not None


def _run_id(redis: Redis) -> str:
    return str(redis.info("server")["run_id"])

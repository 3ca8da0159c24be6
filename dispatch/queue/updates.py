"""Live updates: ledger numbers on a channel. A number is only a reason to read the record; losing one loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from redis import RedisError
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.client import Pipeline

from dispatch.queue.client import TIMEOUT, Client
from dispatch.queue.keys import UPDATES


def publish_on(pipe: Pipeline, ledger_no: int) -> None:
    pipe.publish(UPDATES.name, ledger_no)


class Updates:
    def __init__(self, client: Client) -> None:
        self._client = client

    def publish(self, ledger_no: int) -> bool:
        """Tell every listener that the ledger has grown to `ledger_no`; False when Redis is down."""
        return self._client.change(lambda pipe: publish_on(pipe, ledger_no)) is not None

    async def listen(self, poll: float = 1.0) -> AsyncGenerator[int | None, None]:
        """Ledger numbers as they are published, and None after each `poll` seconds of silence.

        None means: look anyway. With Redis gone only None comes, every `poll` seconds, so a reader needs no second way
        of working. One a process is enough; close it with `aclose`.
        """
        while True:
            redis = AsyncRedis.from_url(
                self._client.url,
                socket_timeout=TIMEOUT,
                socket_connect_timeout=TIMEOUT,
                retry=Retry(NoBackoff(), 0),
            )
            try:
                async with redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(UPDATES.name)
                    await channel.get_message(timeout=TIMEOUT)  # the server's "subscribed"
                    # What was published while nobody listened was not heard.
                    yield None
                    while True:
                        message = await channel.get_message(timeout=poll)
                        said = message["data"] if message else b""
                        # Whatever is no number of ours is a reason to look, like silence.
                        yield int(said) if said.isdigit() else None
            except (RedisError, OSError):
                yield None
                await asyncio.sleep(poll)
            finally:
                await redis.aclose()

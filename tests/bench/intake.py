"""How many contacts a second are taken for good, and how long the slowest waited for their 201."""

from __future__ import annotations

from dispatch.clock import monotonic
from tests.bench.load import Client, by_many
from tests.bench.machine import Share, spread
from tests.bench.service import Running
from tests.support.postgres import PostgresServer, binaries

CLIENTS = 8
WARM = 20


def contacts(seconds: float, *, paging: bool, url: str | None = None) -> dict[str, float]:
    """Eight clients, each logging its next contact as soon as the last is answered. With paging the whole service runs
    and asks people for them; without, the API alone."""
    record = "postgres" if url else "sqlite"
    name = f"contacts_{record}_{'paging' if paging else 'alone'}"
    # Room for every case, so that people are asked all the time and not only until all are busy.
    with Running(url=url, capacity=50) as running:
        running.start() if paging else running.start_api()
        client = Client(running)
        for _ in range(WARM):
            client.log()
        client.close()
        share, before, begin = Share(), running.cpu_seconds(), monotonic()
        posted = by_many(running, CLIENTS, lambda _: monotonic() - begin < seconds)
        took = monotonic() - begin
        used = {process: now - before[process] for process, now in running.cpu_seconds().items()}
        share.ours(sum(used.values()))
        figures = {
            f"{name}_per_second": len(posted) / took,
            f"{name}_cpu_ms": 1000 * sum(used.values()) / len(posted),
            **spread([one.seconds for one in posted], f"{name}_201"),
            **{f"{name}_{what}": value for what, value in share.percent().items()},
        }
        if paging:
            figures[f"{name}_pages_per_second"] = len(running.texts()) / took
        return figures


def postgres() -> PostgresServer | None:
    """A server of our own that loses nothing, or None where this machine has no PostgreSQL."""
    found = binaries()
    if found is None:
        return None
    server = PostgresServer(found, durable=True)
    server.start()
    return server

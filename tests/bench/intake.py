"""How many contacts a second are taken for good, and how long the slowest waited for their 201."""

from __future__ import annotations

from collections.abc import Mapping

from dispatch.clock import monotonic
from tests.bench.load import Client, by_many
from tests.bench.machine import Share, family_seconds, spread
from tests.bench.service import Running
from tests.support.postgres import PostgresServer, binaries

CLIENTS = 8
WARM = 20


def contacts(
    seconds: float, *, paging: bool, url: str | None = None, server: PostgresServer | None = None
) -> dict[str, float]:
    """Eight clients, each logging its next contact as soon as the last is answered. With paging the whole service runs
    and asks people for them; without, the web processes alone. CPU time counts the database, too."""
    record = "postgres" if url else "sqlite"
    name = f"contacts_{record}_{'paging' if paging else 'alone'}"
    # Room for every case, so that people are asked all the time and not only until all are busy.
    with Running(url=url, capacity=50) as running:
        running.start() if paging else running.start_api()
        client = Client(running)
        for _ in range(WARM):
            client.log()
        client.close()
        share, before, begin = Share(), _cpu(running, server), monotonic()
        posted = by_many(running, CLIENTS, lambda _: monotonic() - begin < seconds)
        took = monotonic() - begin
        used = {process: now - before[process] for process, now in _cpu(running, server).items()}
        share.ours(sum(used.values()))
        figures = {
            f"{name}_per_second": len(posted) / took,
            f"{name}_cpu_ms": 1000 * sum(used.values()) / len(posted),
            **{f"{name}_cpu_{what}": 1000 * value / len(posted) for what, value in _by_part(used).items()},
            **spread([one.seconds for one in posted], f"{name}_201"),
            **{f"{name}_{what}": value for what, value in share.percent().items()},
        }
        if paging:
            figures[f"{name}_pages_per_second"] = len(running.texts()) / took
        return figures


def _by_part(used: Mapping[str, float]) -> dict[str, float]:
    """Numbered processes of one kind together."""
    parts: dict[str, float] = {}
    for process, seconds in used.items():
        name = process.rstrip("-0123456789")
        parts[name] = parts.get(name, 0.0) + seconds
    return parts


def _cpu(running: Running, server: PostgresServer | None) -> dict[str, float]:
    database = {"postgres": family_seconds(server.pid)} if server is not None and server.pid is not None else {}
    return running.cpu_seconds() | database


def postgres() -> PostgresServer | None:
    """A server of our own that loses nothing, or None where this machine has no PostgreSQL."""
    found = binaries()
    if found is None:
        return None
    server = PostgresServer(found, durable=True)
    server.start()
    return server

"""The processes: each command becomes `python -m workers NAME`, so that a signal reaches the process itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer

Host = Annotated[str | None, typer.Option(help="Address to listen on.", metavar="ADDRESS")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")]
DataDir = Annotated[Path | None, typer.Option(file_okay=False, help="Where record, queue and secret live.")]
Workers = Annotated[int | None, typer.Option(min=1, max=64, metavar="N", help="Worker processes to keep running.")]


def up(host: Host = None, port: Port = None, data_dir: DataDir = None, workers: Workers = None) -> None:
    """Run everything on this machine under one supervisor, and print where it answers.

    An embedded Valkey unless DISPATCH_REDIS_URL is set, SQLite unless DISPATCH_DATABASE_URL is. The record is brought
    up to date first. On the first start a one-time link is printed that creates the administrator.
    """
    given = {"host": host, "port": port, "data_dir": data_dir, "workers": workers}
    become("supervisor", given=given)


def demo(
    arrivals: Annotated[
        Path | None,
        typer.Option(exists=True, metavar="FILE", help="Recorded arrivals, as CSV."),
    ] = None,
    speed: Annotated[
        float | None, typer.Option(min=0.1, max=1000, metavar="X", help="How much faster than life arrivals come.")
    ] = None,
    hours: Annotated[float | None, typer.Option(min=0.01, metavar="H", help="End after so many hours.")] = None,
    port: Port = None,
    data_dir: DataDir = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin with an empty record.")] = False,
) -> None:
    """Run the service with made-up people, phones and arrivals. It opens without a password and pages nobody real."""
    from dispatch.demo import command

    # What was not given is the demo's own to choose.
    usual = command.Options()
    command.run(
        replace(
            usual,
            arrivals=arrivals,
            speed=usual.speed if speed is None else speed,
            hours=hours,
            port=port or usual.port,
            data_dir=data_dir or usual.data_dir,
            fresh=fresh,
        )
    )


def api(host: Host = None, port: Port = None) -> None:
    """Run the web server: HTTP API, pages, webhooks. Any number may run."""
    become("api", given={"host": host, "port": port})


def worker(
    count: Annotated[
        int | None,
        typer.Option(
            min=1, max=64, metavar="N", help="Keep so many running; else DISPATCH_WORKERS.", show_default=False
        ),
    ] = None,
) -> None:
    """Run workers: they match and send when nudged. Any number may run."""
    from dispatch.cli import local

    become("worker", "--count", str(count or local.settings().workers))


def ticker() -> None:
    """Run a ticker: it fires due deadlines and does what was left behind. Any number may run."""
    become("ticker")


def sweeper() -> None:
    """Run the sweeper: it finds the stuck, repairs, alarms."""
    become("sweeper")


def migrate() -> None:
    """Bring the record's schema up to date. Any number may do it at the same time."""
    become("migrate")


def become(name: str, *arguments: str, given: Mapping[str, object] | None = None) -> NoReturn:
    """Replace this process by one of `workers`; what was `given` as options goes along as settings, and wins."""
    chosen = {f"DISPATCH_{key.upper()}": str(value) for key, value in (given or {}).items() if value is not None}
    sys.stdout.flush()
    os.execve(  # noqa: S606  (there is no shell)
        sys.executable, [sys.executable, "-m", "workers", name, *arguments], {**os.environ, **chosen}
    )

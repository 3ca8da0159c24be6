"""`python -m workers NAME`: one process of the service. Each loads only its own part."""

from __future__ import annotations

import argparse
import gc
import shlex
import sys

from dispatch import logs
from dispatch.errors import ServiceError
from dispatch.settings import Settings, load
from workers.stop import Stop


def main(arguments: list[str] | None = None) -> int:
    """Exit 0 after a stop that was asked for, 1 with one line on stderr when it could not start, 2 for usage."""
    parser = argparse.ArgumentParser(prog="python -m workers", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True)
    for name, (run, what) in PROCESSES.items():
        names.add_parser(name, help=what).set_defaults(run=run)
    also = "a further process for the supervisor to keep running, such as 'phones=python -m something'"
    names.choices["supervisor"].add_argument("--also", action="append", default=[], metavar="NAME=COMMAND", help=also)
    names.choices["worker"].add_argument("--count", type=int, default=1, metavar="N", help="this many, supervised")
    names.choices["api"].add_argument("--socket", type=int, metavar="FILE", help="serve on this open file, as NUMBER")
    names.choices["api"].add_argument("--number", type=int, default=1, metavar="NUMBER", help="which of them it is")
    chosen = parser.parse_args(arguments)
    try:
        settings = load()
        logs.configure(settings.log_level, settings.log_format)
        chosen.run(settings, chosen)
    except ServiceError as error:
        sys.stderr.write(f"{error.detail}\n")
        return 1
    return 0


def _supervisor(settings: Settings, chosen: argparse.Namespace) -> None:
    from workers.child import Spec
    from workers.up import up

    split = [text.partition("=") for text in chosen.also]
    up(settings, [Spec(name, shlex.split(command)) for name, _, command in split])


def _migrate(settings: Settings, _: argparse.Namespace) -> None:
    from dispatch.store.migrate import migrate
    from workers.datadir import make

    make(settings.data_dir)
    migrate(settings.record_url)


def _api(settings: Settings, chosen: argparse.Namespace) -> None:
    if chosen.socket is None:
        from workers.webs import apis

        apis(settings)
        return
    from dispatch import web

    app = web.app(settings, chosen.number)
    _keep_what_is_loaded()
    web.serve(app, chosen.socket)


def _worker(settings: Settings, chosen: argparse.Namespace) -> None:
    if chosen.count > 1:
        from workers.up import pool

        pool(chosen.count)
        return
    from dispatch import bootstrap
    from workers.worker import run

    worker = bootstrap.build_worker(settings, "worker")
    _keep_what_is_loaded()
    run(worker, worker.svc.queue, settings.queue_url, Stop())
    worker.close()


def _ticker(settings: Settings, _: argparse.Namespace) -> None:
    from dispatch import bootstrap
    from workers.ticker import Ticker

    worker = bootstrap.build_worker(settings, "ticker")
    _keep_what_is_loaded()
    stop = Stop()
    stop.on_signals()
    Ticker(worker, worker.svc.queue, stop).run()
    worker.close()


def _sweeper(settings: Settings, _: argparse.Namespace) -> None:
    from dispatch import bootstrap
    from workers.sweeper import run

    stop = Stop()
    stop.on_signals()
    run(bootstrap.build_worker(settings, "sweeper"), stop)


def _keep_what_is_loaded() -> None:
    """Modules and their data stay until the end. Left to the collector, each of its full rounds looks at all of them,
    and for up to a fifth of a second no page, timer or report of this process moves."""
    gc.collect()
    gc.freeze()


PROCESSES = {
    "supervisor": (_supervisor, "everything on one machine"),
    "migrate": (_migrate, "bring the record's schema up to date, then end"),
    "api": (_api, "HTTP, pages, webhooks"),
    "worker": (_worker, "matches and sends when nudged"),
    "ticker": (_ticker, "fires deadlines, does what was left behind"),
    "sweeper": (_sweeper, "finds the stuck, repairs, alarms"),
}

if __name__ == "__main__":
    sys.exit(main())

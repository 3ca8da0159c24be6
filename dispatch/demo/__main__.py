"""`python -m dispatch.demo NAME`: the two processes the demo adds to the service's own."""

from __future__ import annotations

import argparse
import sys

from dispatch import logs
from dispatch.demo.world import Plan, World
from dispatch.errors import ServiceError
from dispatch.settings import Settings, load


def main(arguments: list[str] | None = None) -> int:
    """Exit 1 with one line on stderr when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m dispatch.demo", description=__doc__)
    names = parser.add_subparsers(required=True)
    web = names.add_parser("web", help="the service's pages, with the demo's")
    web.set_defaults(run=_web)
    web.add_argument("--socket", type=int, required=True, help="the open file to serve on")
    web.add_argument("--number", type=int, required=True, help="which of the web processes it is")
    world = names.add_parser("world", help="phones, people, arrivals")
    world.set_defaults(run=_world)
    world.add_argument("--port", type=int, required=True, help="where the phones are reached")
    world.add_argument("--speed", type=float, required=True)
    world.add_argument("--seed", type=int, required=True)
    world.add_argument("--hours", type=float)
    world.add_argument("--supervisor", type=int, help="the process that is ended after that many hours")
    world.add_argument("--no-opening", action="store_true")
    chosen = parser.parse_args(arguments)
    try:
        settings = load()
        logs.configure(settings.log_level, settings.log_format)
        chosen.run(settings, chosen)
    except ServiceError as error:
        sys.stderr.write(f"{error.detail}\n")
        return 1
    return 0


def _world(settings: Settings, chosen: argparse.Namespace) -> None:
    plan = Plan(chosen.port, chosen.speed, chosen.seed, chosen.hours, chosen.supervisor, not chosen.no_opening)
    World(settings, plan).run()


def _web(settings: Settings, chosen: argparse.Namespace) -> None:
    from dispatch.demo.web import serve  # noqa: PLC0415 - one process loads only its own part

    serve(settings, chosen.number, chosen.socket)


if __name__ == "__main__":
    sys.exit(main())

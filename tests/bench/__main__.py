"""`python -m tests.bench`: measures, and prints a table. Five runs take some twenty minutes; `--quick` takes three and
is good enough to see a change, not to claim an aim."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.bench import intake, paging, people, report, scoring, timers
from tests.bench.machine import floor
from tests.bench.service import Running
from tests.support.postgres import PostgresServer

Figures = dict[str, float]
#: Services that are measured idle beside one another.
IDLE_AT_ONCE = 3


def main() -> int:
    """Exit 1 when an aim is not met."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, metavar="N", help="medians of so many runs (default 5, with --quick 1)")
    parser.add_argument("--quick", action="store_true", help="fewer samples, one run")
    parser.add_argument("--only", choices=list(parts(quick=True)), action="append", metavar="PART", help=_only())
    chosen = parser.parse_args()
    measured = [name for name in parts(quick=chosen.quick) if not chosen.only or name in chosen.only]
    many = chosen.runs or (1 if chosen.quick else 5)
    idle = _idle(many, 30 if chosen.quick else 200) if "idle" in measured else [{}] * many
    runs = []
    for number in range(many):
        figures: Figures = dict(idle[number])
        for name in measured:
            sys.stderr.write(f"run {number + 1}: {name} ...\n")
            figures |= parts(quick=chosen.quick)[name]()
        runs.append(_derived(figures))
    met = report.table(runs)
    return 0 if met else 1


def parts(*, quick: bool) -> dict[str, Callable[[], Figures]]:
    """What is measured, in this order: the machine itself first. (Idle has been measured before the first run.)"""
    return {
        "machine": _machine,
        "idle": dict,
        "burst": paging.burst,
        "timers": lambda: timers.late(5 if quick else 20),
        "contacts": lambda: _contacts(5.0 if quick else 20.0),
        "scoring": scoring.run,
        "people": people.run,
    }


def _idle(many: int, samples: int) -> list[Figures]:
    """Nearly all of it is waiting, so some runs of it wait together."""
    found: list[Figures] = []
    while len(found) < many:
        sys.stderr.write(f"idle, runs {len(found) + 1} and on ...\n")
        found += paging.idle(samples, min(IDLE_AT_ONCE, many - len(found)))
    return found


def _only() -> str:
    return f"measure this part alone (may be repeated): {', '.join(parts(quick=True))}"


def _machine() -> Figures:
    with Running(people=1) as running:
        return floor(running.dir, running.settings.queue_url)


def _contacts(seconds: float) -> Figures:
    found: Figures = {}
    for with_paging in (False, True):
        found |= intake.contacts(seconds, paging=with_paging)
    with _postgres() as server:
        for with_paging in (False, True):
            if server is not None:
                found |= intake.contacts(seconds, paging=with_paging, url=server.fresh(), server=server)
    return found


@contextmanager
def _postgres() -> Iterator[PostgresServer | None]:
    server = intake.postgres()
    if server is None:
        sys.stderr.write("no PostgreSQL on this machine: its contacts a second are not measured\n")
        yield None
        return
    try:
        yield server
    finally:
        server.stop()


def _derived(figures: Figures) -> Figures:
    webs = [value for name, value in figures.items() if name.startswith("cpu_burst_api-")]
    workers = [value for name, value in figures.items() if name.startswith("cpu_burst_worker-")]
    rest = [figures.get(f"cpu_burst_{name}", 0.0) for name in ("ticker", "sweeper", "valkey", "phones")]
    if workers:
        figures |= {"cpu_burst_webs": sum(webs), "cpu_burst_workers": sum(workers), "cpu_burst_rest": sum(rest)}
    if "scoring_ms" in figures and "idle_201_p50" in figures:
        figures["scoring_share"] = 100 * figures["scoring_ms"] / figures["idle_201_p50"]
    return figures


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.bench`: measures, and prints a table. Five runs take most of an hour; `--quick` takes two minutes
and is good enough to see a change, not to claim an aim."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.bench import intake, paging, people, report, scoring, timers
from tests.bench.machine import floor
from tests.bench.service import Running

Figures = dict[str, float]


def main() -> int:
    """Exit 1 when an aim is not met."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, metavar="N", help="medians of so many runs (default 5, with --quick 1)")
    parser.add_argument("--quick", action="store_true", help="fewer samples, one run")
    parser.add_argument("--only", choices=list(parts(quick=True)), action="append", metavar="PART", help=_only())
    chosen = parser.parse_args()
    measured = [name for name in parts(quick=chosen.quick) if not chosen.only or name in chosen.only]
    runs = []
    for number in range(chosen.runs or (1 if chosen.quick else 5)):
        figures: Figures = {}
        for name in measured:
            sys.stderr.write(f"run {number + 1}: {name} ...\n")
            figures |= parts(quick=chosen.quick)[name]()
        runs.append(_derived(figures))
    met = report.table(runs)
    return 0 if met else 1


def parts(*, quick: bool) -> dict[str, Callable[[], Figures]]:
    """What is measured, in this order: the machine itself first."""
    return {
        "machine": _machine,
        "idle": lambda: paging.idle(30 if quick else 200),
        "burst": paging.burst,
        "timers": lambda: timers.late(5 if quick else 20),
        "contacts": lambda: _contacts(5.0 if quick else 20.0),
        "scoring": scoring.run,
        "people": people.run,
    }


def _only() -> str:
    return f"measure this part alone (may be repeated): {', '.join(parts(quick=True))}"


def _machine() -> Figures:
    with Running(people=1) as running:
        return floor(running.dir, running.settings.queue_url)


def _contacts(seconds: float) -> Figures:
    found: Figures = {}
    for with_paging in (False, True):
        found |= intake.contacts(seconds, paging=with_paging)
    with _postgres() as fresh:
        for with_paging in (False, True):
            if fresh is not None:
                found |= intake.contacts(seconds, paging=with_paging, url=fresh())
    return found


@contextmanager
def _postgres() -> Iterator[Callable[[], str] | None]:
    server = intake.postgres()
    if server is None:
        sys.stderr.write("no PostgreSQL on this machine: its contacts a second are not measured\n")
        yield None
        return
    try:
        yield server.fresh
    finally:
        server.stop()


def _derived(figures: Figures) -> Figures:
    workers = [value for name, value in figures.items() if name.startswith("cpu_burst_worker-")]
    rest = [figures.get(f"cpu_burst_{name}", 0.0) for name in ("ticker", "sweeper", "valkey", "phones")]
    if workers:
        figures |= {"cpu_burst_workers": sum(workers), "cpu_burst_rest": sum(rest)}
    if "scoring_ms" in figures and "idle_201_p50" in figures:
        figures["scoring_share"] = 100 * figures["scoring_ms"] / figures["idle_201_p50"]
    return figures


if __name__ == "__main__":
    sys.exit(main())

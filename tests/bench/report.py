"""The table: each figure's median, its range over the runs, its ratio to what the machine can do, and its aim."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Line:
    """`to` names the figure of the machine it is divided by. `aim` is met when the median is on its `better` side."""

    name: str
    says: str
    unit: str
    to: str = ""
    aim: float | None = None
    better: str = "below"

    def met(self, value: float) -> bool:
        assert self.aim is not None
        return value < self.aim if self.better == "below" else value >= self.aim if self.better == "from" else not value


MACHINE = (
    Line("sync_p50", "one sync to the disk", "ms"),
    Line("redis_p50", "one Redis round trip", "ms"),
    Line("loopback_p50", "one HTTP request over loopback", "ms"),
)
SECTIONS: dict[str, tuple[Line, ...]] = {
    "Contact to the request at the provider, one contact a second": (
        Line("idle_p50", "p50", "ms", "loopback_p50", 30),
        Line("idle_p99", "p99", "ms", "loopback_p50", 100),
        Line("idle_201_p50", "of it, until the 201, p50", "ms", "sync_p50"),
    ),
    "500 contacts at once for 500 people, provider answering in 150 ms, reports on": (
        Line("burst_seconds", "first POST to last request", "s", "", 8),
        Line("burst_per_second", "requests a second", "/s"),
        Line("burst_all_201_seconds", "first POST to last 201", "s"),
        Line("burst_page_p50", "a contact to its request, p50", "ms", "loopback_p50"),
        Line("burst_page_p99", "p99", "ms", "loopback_p50"),
        Line("cpu_burst_webs", "CPU time of all web processes", "s"),
        Line("cpu_burst_workers", "of all workers", "s"),
        Line("cpu_burst_rest", "of ticker, sweeper, Valkey and phones", "s"),
    ),
    "A deadline to the commit of its firing, 20 a second, 10,000 pending": (
        Line("timer_p50", "p50", "ms", "sync_p50"),
        Line("timer_p99", "p99", "ms", "sync_p50", 100),
        Line("timer_max", "max", "ms", "sync_p50"),
        Line("timer_early_ms", "the earliest, before its time", "ms", "", 0, "never"),
    ),
    "Contacts taken for good, 8 clients": tuple(
        line
        for record, shown in (("sqlite", "SQLite"), ("postgres", "PostgreSQL"))
        for how, with_ in (("alone", "nobody asked"), ("paging", "people asked for each"))
        for line in (
            Line(f"contacts_{record}_{how}_per_second", f"{shown}, {with_}", "/s", "", 200, "from"),
            Line(f"contacts_{record}_{how}_201_p99", "p99 of the 201", "ms", "sync_p50"),
            Line(f"contacts_{record}_{how}_cpu_ms", "CPU time a contact, all processes", "ms"),
            *(
                Line(f"contacts_{record}_{how}_cpu_{part}", f"of it, {part}", "ms")
                for part in ("api", "worker", "ticker", "phones", "postgres")
            ),
        )
    ),
    "Protocols": (
        Line("scorings_per_second", "C-SSRS scorings", "/s", "", 20_000, "from"),
        Line("library_ms", "loading the library", "ms", "", 300),
        Line("scoring_share", "share of POST /contacts spent scoring", "%"),
    ),
    "People": (
        Line("match_layer_p99_ms", "match in a layer, 2,000 people, 200 on call, p99", "ms", "", 5),
        Line("match_everyone_p99_ms", "match among everyone, p99", "ms", "", 5),
        Line("instant_of_today_p99_ms", "who is on call now, 1,000 people, 5 years, p99", "ms", "", 2),
        Line("instant_anywhere_in_five_years_p99_ms", "at any moment of the five years, p99", "ms", "", 2),
        Line("coverage_of_a_year_ms", "a year's coverage", "ms", "", 2000),
    ),
}


def table(runs: Sequence[Figures], say: Callable[[str], object] = print) -> bool:
    """Say every figure that was measured; True when all aims among them are met."""
    known = {name: [run[name] for run in runs if name in run] for name in {name for run in runs for name in run}}
    middle = {name: median(values) for name, values in known.items()}
    met = True
    for title, lines in {"This machine": MACHINE, **SECTIONS}.items():
        shown = [line for line in lines if line.name in middle]
        if shown:
            say(f"\n{title}")
        for line in shown:
            met &= line.aim is None or line.met(middle[line.name])
            say(_row(line, known[line.name], middle))
    _rest(middle, "memory_idle_", "Memory of each process when idle, MB (shared pages in equal parts)", say)
    _rest(middle, "memory_burst_", "after the burst, MB", say)
    _others(middle, say)
    return met


def _row(line: Line, values: Sequence[float], middle: Figures) -> str:
    value = middle[line.name]
    between = f"{_short(min(values))} to {_short(max(values))}" if len(values) > 1 else ""
    ratio = f"{value / middle[line.to]:,.0f} x {line.to.partition('_')[0]}" if middle.get(line.to) else ""
    verdict = "" if line.aim is None else f"{_aim(line)}: {'met' if line.met(value) else 'NOT MET'}"
    return f"  {line.says:52}{_short(value):>9} {line.unit:4} {between:20}{ratio:18}{verdict}".rstrip()


def _aim(line: Line) -> str:
    if line.better == "never":
        return "never early"
    return f"{'under' if line.better == 'below' else 'at least'} {line.aim:,g} {line.unit}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _rest(middle: Figures, prefix: str, title: str, say: Callable[[str], object]) -> None:
    found = {name.removeprefix(prefix): value for name, value in middle.items() if name.startswith(prefix)}
    if found:
        say(f"\n{title}")
        say("  " + ", ".join(f"{name} {value:.0f}" for name, value in found.items()))


def _others(middle: Figures, say: Callable[[str], object]) -> None:
    """A figure that was disturbed must say so."""
    stolen = [value for name, value in middle.items() if name.endswith("stolen_percent")]
    others = [value for name, value in middle.items() if name.endswith("others_percent")]
    if stolen:
        say("\nOf this machine's CPU time while measuring")
        say(f"  taken by neighbours of the virtual machine: {min(stolen):.0f} to {max(stolen):.0f} %")
        say(f"  used by the clients and by whatever else runs here: {min(others):.0f} to {max(others):.0f} %")

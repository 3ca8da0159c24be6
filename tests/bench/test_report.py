"""The table says of each aim whether the median of the runs meets it, and divides by what the machine can do."""

from __future__ import annotations

import pytest

from tests.bench import report
from tests.bench.phones import code_in


def said(*runs: dict[str, float]) -> tuple[str, bool]:
    lines: list[str] = []
    met = report.table(runs, lines.append)
    return "\n".join(lines), met


def test_the_median_decides_not_the_best_run() -> None:
    text, met = said({"burst_seconds": 5.0}, {"burst_seconds": 9.0}, {"burst_seconds": 9.5})
    assert "9.00 s    5.00 to 9.50" in text
    assert "under 8 s: NOT MET" in text
    assert not met


@pytest.mark.parametrize(
    ("figures", "met"),
    [
        ({"timer_early_ms": 0.0}, True),
        ({"timer_early_ms": 0.01}, False),
        ({"contacts_sqlite_alone_per_second": 200.0}, True),
        ({"contacts_sqlite_alone_per_second": 199.0}, False),
        ({"idle_p50": 29.9, "idle_p99": 100.0}, False),
    ],
)
def test_an_aim_is_met_or_not(figures: dict[str, float], met: bool) -> None:
    assert said(figures)[1] is met


def test_a_figure_is_shown_as_a_multiple_of_what_the_machine_can_do() -> None:
    assert "40 x loopback" in said({"idle_p50": 20.0, "loopback_p50": 0.5})[0]


def test_a_page_is_told_by_its_case() -> None:
    assert code_in("REPEAT CRISIS PAGE K7Q VERY URGENT Fairfax mobile. Reply 1 K7Q accept") == "K7Q"
    assert code_in("ALARM K7Q nobody has taken the case") == ""

"""Rules of the linter that guard the design, each seen to bite."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMPORTS = "from __future__ import annotations\n\nimport time\nfrom datetime import date, datetime\n\n"


def _findings(code: str, filename: str) -> str:
    command = [str(Path(sys.executable).parent / "ruff"), "check", "--no-cache", "--output-format=concise"]
    result = subprocess.run(
        [*command, "--stdin-filename", str(ROOT / filename), "-"],
        input=IMPORTS + code,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout


@pytest.mark.parametrize(
    "filename", ["dispatch/case.py", "workers/ticker.py", "protocols/engine.py", "tests/test_x.py"]
)
@pytest.mark.parametrize(
    "code",
    [
        "datetime.now()",
        "datetime.utcnow()",
        "datetime.today()",
        "date.today()",
        "time.time()",
        "time.monotonic()",
        "time.sleep(1)",
    ],
)
def test_only_the_clock_reads_the_time_and_nobody_sleeps(filename: str, code: str) -> None:
    assert "TID251" in _findings(f"x = {code}\n", filename)


def test_the_clock_itself_may() -> None:
    assert "TID251" not in _findings("x = time.monotonic()\n", "dispatch/clock.py")


def test_a_time_without_a_zone_is_found() -> None:
    assert "DTZ001" in _findings("x = datetime(2026, 1, 1)\n", "dispatch/case.py")


def test_what_is_unfinished_is_found() -> None:
    assert "FIX002" in _findings("# TO" + "DO: later\n", "dispatch/case.py")

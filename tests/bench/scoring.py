"""The protocols: scorings a second in one process, and loading the whole library."""

from __future__ import annotations

import subprocess
import sys

from dispatch.clock import monotonic
from protocols.engine import score
from protocols.loader import Library
from tests.bench.load import CONTACT

TIMES = 20_000
#: In a process of its own: what was loaded once is quicker the second time.
_LOAD = """
from dispatch.clock import monotonic
from protocols.loader import Library
start = monotonic()
Library.shipped()
print(monotonic() - start)
"""


def run() -> dict[str, float]:
    protocol = Library.shipped().get("cssrs-screener")
    answers = CONTACT["assessments"][0]["answers"]
    start = monotonic()
    for _ in range(TIMES):
        score(protocol, answers)
    took = monotonic() - start
    loaded = subprocess.run([sys.executable, "-c", _LOAD], check=True, capture_output=True, text=True).stdout
    return {
        "scorings_per_second": TIMES / took,
        "scoring_ms": 1000 * took / TIMES,
        "library_ms": float(loaded) * 1000,
    }

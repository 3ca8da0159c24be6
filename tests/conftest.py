"""What every test gets. The fixtures themselves live in tests/support, one idea a file."""

from __future__ import annotations

import os

import hypothesis
import pytest

pytest_plugins = [
    "tests.support.browser",
    "tests.support.loopback",
    "tests.support.noskips",
    "tests.support.postgres",
    "tests.support.valkey",
]

# Deadlines off: on a shared machine a slow example is a busy neighbour, not a fault.
# ci: the same examples every time, so that a red run is red for its own change; `make soak` looks for new ones.
hypothesis.settings.register_profile("ci", derandomize=True, max_examples=60, deadline=None, database=None)
hypothesis.settings.register_profile("dev", max_examples=60, deadline=None)
hypothesis.settings.register_profile("soak", max_examples=5000, deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")

_KINDS = ("story", "browser", "chaos", "postgres", "fuzz")
#: Marker -> the group whose tests run one after another in one process. They own ports, a browser, or both cores.
_ALONE = ("chaos", "browser", "fuzz")
#: Longest first, so that the two processes of a full run end together.
_FIRST = {"chaos": 0, "browser": 1, "fuzz": 2, "story": 3, "postgres": 4}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    names: set[str] = set()
    for item in items:
        if item.nodeid in names:
            # A parallel run knows tests by their names: of two with the same, one would never run, and nobody be told.
            raise pytest.UsageError(f"{item.nodeid}: two tests have this name")
        names.add(item.nodeid)
        if " at 0x" in item.nodeid:
            # Each process of a parallel run would give it another name, and the run would refuse to start.
            raise pytest.UsageError(f"{item.nodeid}: give this parameter an id without an address")
        kinds = [kind for kind in _KINDS if item.get_closest_marker(kind)]
        if not kinds:
            item.add_marker(pytest.mark.unit)
        for kind in kinds:
            # One group only: a test of two would be in neither, and what it shares with its own be made twice.
            if kind in _ALONE and item.get_closest_marker("xdist_group") is None:
                item.add_marker(pytest.mark.xdist_group(kind))
                break
    items.sort(key=lambda item: min((_FIRST[k] for k in _FIRST if item.get_closest_marker(k)), default=9))

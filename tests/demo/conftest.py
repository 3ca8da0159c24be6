"""The stories' service, for what the demo does to a record; and one demo that really runs, for all who look at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch import bootstrap
from tests.demo.running import RunningDemo
from tests.demo.watching import Played, Watcher
from tests.stories.conftest import migrated, telephony, world

__all__ = ["migrated", "telephony", "world"]

RECORD = """\
EVENT_DATE,EVENT_HOUR,EVENT_TYPE
2024-05-31,22,Suicide-related
2024-05-31,22,Person in Crisis
2024-05-31,22,Threaten Suicide
"""


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The opening is over, and the replay of a tiny record goes on. Whoever asks for it is marked for group `demo`, so
    that it is played once. The clock runs at three times its speed, and everybody in the demo with it."""
    record: Path = tmp_path_factory.mktemp("record") / "arrivals.csv"
    record.write_text(RECORD, "utf-8")
    with RunningDemo(clock=3.0, arrivals=record, speed=900.0) as demo:
        svc = bootstrap.build(demo.settings, pool_size=2)
        try:
            yield Played(demo, svc, Watcher(demo, svc.clock).to_the_end())
        finally:
            svc.queue.close()
            svc.record.dispose()

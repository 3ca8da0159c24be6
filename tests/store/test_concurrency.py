"""Many threads and processes on one record: nobody is turned away, nothing is lost, nobody starves."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy import select

from dispatch.clock import monotonic
from dispatch.store import ledger
from dispatch.store.engine import Record
from dispatch.store.tables_infra import ledger as links
from tests.store import writer

THREADS, PROCESSES, EACH = 8, 4, 15


def test_eight_threads_and_four_processes_write_without_a_loss(record: Record) -> None:
    """Each transaction reads a counter first and writes it later: what a deferred BEGIN most often loses."""
    writer.prepare(record)
    url = record.url.render_as_string(hide_password=False)
    run = [sys.executable, "-m", "tests.store.writer", url, str(EACH)]
    children = [subprocess.Popen([*run, f"p{n}"], stderr=subprocess.PIPE, text=True) for n in range(PROCESSES)]
    failures: list[Exception] = []

    def work(n: int) -> None:
        try:
            writer.write(record, f"t{n}", EACH)
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    said = [child.communicate(timeout=120)[1] for child in children]
    assert failures == []
    assert [child.returncode for child in children] == [0] * PROCESSES, said

    writers = [*(f"t{n}" for n in range(THREADS)), *(f"p{n}" for n in range(PROCESSES))]
    total = len(writers) * EACH
    with record.read() as conn:
        assert writer.count(conn) == total
        assert ledger.verify(conn) is None
        assert ledger.last(conn) == total
        by_writer = list(conn.execute(select(links.c.actor, links.c.data).order_by(links.c.n)))
    assert [data["counter"] for _, data in by_writer] == list(range(1, total + 1)), "commit order is number order"
    assert {name: sum(1 for actor, _ in by_writer if actor == name) for name in writers} == dict.fromkeys(writers, EACH)


def test_threads_of_one_process_take_turns_on_sqlite(tmp_path: Path, migrated_file: Path) -> None:
    """Served in order, eight writers get the same number of turns; a plain lock gave some a tenth of the others."""
    record = Record(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'record.db')}")
    writer.prepare(record)
    done = dict.fromkeys((f"t{n}" for n in range(8)), 0)
    end = monotonic() + 0.5
    together = threading.Barrier(8)

    def work(name: str) -> None:
        together.wait(10)
        while monotonic() < end:
            writer.write(record, name, 1)
            done[name] += 1

    threads = [threading.Thread(target=work, args=(name,)) for name in done]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    record.dispose()
    assert max(done.values()) - min(done.values()) <= 2

"""The data directory of one machine: one supervisor at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workers.errors import InUse, NoDataDir

LOCK = "up.lock"


def make(data_dir: Path) -> None:
    """Make the directory where it is missing. Raises NoDataDir."""
    with kept_plain(data_dir):
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def claim(data_dir: Path) -> int:
    """Make the directory and hold it for this process; the descriptor that holds it. Raises InUse, NoDataDir.

    Two supervisors on one directory would be two queues for one record. The lock ends with the process.
    """
    make(data_dir)
    with kept_plain(data_dir):
        held = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.read(held, 20).decode().strip() or "unknown"
        os.close(held)
        raise InUse(f"{data_dir.absolute()} is in use by another `dispatch up` (process {pid})") from None
    with kept_plain(data_dir):
        os.ftruncate(held, 0)
        os.write(held, f"{os.getpid()}\n".encode())
    return held


@contextmanager
def kept_plain(data_dir: Path) -> Iterator[None]:
    """A folder that cannot be had, or has no room, is one sentence for whoever started us, and no trace of our own."""
    try:
        yield
    except OSError as error:
        told = f"{data_dir.absolute()} cannot hold the data ({error.strerror})"
        raise NoDataDir(f"{told}: mend it or choose another DISPATCH_DATA_DIR") from error

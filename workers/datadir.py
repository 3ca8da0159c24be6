"""The data directory of one machine: one supervisor at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from workers.errors import InUse

LOCK = "up.lock"


def claim(data_dir: Path) -> int:
    """Make the directory and hold it for this process; the descriptor that holds it. Raises InUse.

    Two supervisors on one directory would be two queues for one record. The lock ends with the process.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.read(held, 20).decode().strip() or "unknown"
        os.close(held)
        raise InUse(f"{data_dir.absolute()} is in use by another `dispatch up` (process {pid})") from None
    os.ftruncate(held, 0)
    os.write(held, f"{os.getpid()}\n".encode())
    return held

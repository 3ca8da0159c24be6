"""The data directory of one machine: one supervisor at a time, and the secret it was given on its first day."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from workers.errors import InUse

SECRET = "secret.key"  # noqa: S105  (the name of the file)
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


def secret_file(data_dir: Path) -> Path:
    """The file with the secret that seals personal columns; made on the first day, kept for ever. Back it up."""
    path = data_dir.absolute() / SECRET
    # Written whole under another name first: half a secret would seal what nobody can open again.
    if not path.exists():
        half = path.with_suffix(".new")
        file = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(file, f"{secrets.token_urlsafe(48)}\n".encode())
        os.fsync(file)
        os.close(file)
        half.rename(path)
    return path

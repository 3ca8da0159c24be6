"""Where the web processes of a machine count together: files as large as they will ever be, made before anybody counts.

The counting library maps them into memory. In a file with holes the first number on a new page needs a block of the
disk, and on a full disk the kernel ends the process for it, in the middle of a request, and each that takes its place:
nobody was told that contacts cannot be recorded, every page hung.
"""

from __future__ import annotations

import os
from pathlib import Path

from dispatch import logs

log = logs.get(__name__)

#: The library's own name for the folder; without it a process counts in its own memory, and for itself.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
#: Whose files of the folder are ours. Not the process id, as the library would have it: whoever comes after a process
#: that died goes on with its files, or they would pile up.
NUMBER = "PROMETHEUS_PROCESS_NUMBER"
#: Bytes by what the library calls its files. Each route with every status it can answer fits in a fraction; beyond its
#: file the library would grow it, with holes.
ROOM = {"counter": 1 << 20, "histogram": 1 << 20, "gauge_mostrecent": 1 << 16}


def reserve(folder: Path, number: int) -> dict[str, str]:
    """The environment in which web process `number` counts in the folder; empty where that has no room."""
    for kind, size in ROOM.items():
        file = folder / f"{kind}_{number}.db"
        try:
            # Zeroes, not `truncate`: these are blocks of the disk.
            file.write_bytes(bytes(size))
        except OSError as error:
            log.warning("counts_have_no_room", number=number, error=error.strerror)
            file.unlink(missing_ok=True)
            return {}
    return {FOLDER: str(folder.absolute()), NUMBER: str(number)}


def together() -> bool:
    """Does this process count with others?"""
    return FOLDER in os.environ


def number() -> str:
    """Which of them this process is."""
    return os.environ.get(NUMBER) or str(os.getpid())

"""Children that never outlive their parent: an orphaned worker would keep paging beside its successor, unseen.

`tethered` puts this very file before a command line: it asks the kernel for a signal when the parent ends, then becomes
the command. (Asking between fork and exec instead would run Python where another thread may hold its locks.)
Linux only; elsewhere a child of a killed supervisor lives on until its own end, and claims keep it harmless.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def tethered(command: Sequence[str], by: signal.Signals) -> list[str]:
    """`command`, getting `by` when the thread that starts it ends: so start it from a thread that stays."""
    if sys.platform != "linux":
        return list(command)
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(by)), *command]


def _become(parent: int, number: int, command: list[str]) -> None:
    import ctypes  # noqa: PLC0415  (only the child needs it)

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    # The parent may have ended before the line above, and then no signal will ever come.
    if os.getppid() != parent:
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  (a fixed list, no shell)


if __name__ == "__main__":
    _become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])

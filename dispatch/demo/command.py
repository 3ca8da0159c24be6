"""`dispatch demo`: the whole service on a data directory of its own, with phones, people and arrivals that are made up.

It never looks at the settings of a real installation, neither in the environment nor in `.env`: not its database, not
its queue, not its provider.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shlex
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from dispatch.demo import recorded
from dispatch.demo.arrivals import SPEED
from dispatch.demo.kept import ARRIVALS, PROGRESS
from dispatch.demo.people import OUR_NUMBER, SEED
from dispatch.errors import Fault, InvalidInput
from dispatch.settings import PREFIX

DATA_DIR = Path("var/demo")
PORT = 8000
#: Says that a folder is a demo's, and may be emptied.
MARK = "this-is-a-demo"
#: Held by the supervisor that runs on a data directory.
LOCK = "up.lock"


@dataclass(frozen=True, slots=True)
class Options:
    """As given to `dispatch demo`; None where nothing was. `arrivals` is a file or a folder of CSV; without one they
    are drawn. `speed`: so many seconds of arrivals in one second; nothing else moves. `phones_port` 0 takes a free one.
    """

    arrivals: Path | None = None
    speed: float | None = None
    hours: float | None = None
    port: int | None = None
    data_dir: Path | None = None
    fresh: bool = False
    opening: bool = True
    seed: int = SEED
    phones_port: int = 0
    workers: int = 2


def run(options: Options) -> NoReturn:
    """Become the supervisor of the demo. Raises InvalidInput or InvalidFile before anything is started."""
    if options.arrivals is not None:
        sys.stdout.write(f"Reading {options.arrivals} ...\n")
        sys.stdout.flush()
    command, environment = prepare(options)
    folder = environment[f"{PREFIX}DATA_DIR"]
    sys.stdout.write(f"A demo of the whole service, with made-up people. Its data is in {folder}.\n")
    sys.stdout.flush()
    # In the data dir there is no .env of a real installation to be read by mistake.
    os.chdir(folder)
    os.execve(command[0], command, environment)  # noqa: S606 - a fixed list, no shell


def prepare(options: Options) -> tuple[list[str], dict[str, str]]:
    """The supervisor's command line and environment; makes the data directory and reads the arrivals."""
    _check(options)
    folder = _folder(options)
    if options.arrivals is not None:
        # Read anew each time: the file is what was asked for, whatever an earlier demo replayed.
        (folder / PROGRESS).unlink(missing_ok=True)
        recorded.read(options.arrivals, folder / ARRIVALS, options.seed)
    else:
        (folder / ARRIVALS).unlink(missing_ok=True)
    port = options.phones_port or free_port()
    world = ["--port", str(port), "--speed", str(options.speed or SPEED), "--seed", str(options.seed)]
    if options.hours is not None:
        world += ["--hours", str(options.hours), "--supervisor", str(os.getpid())]
    if not options.opening:
        world.append("--no-opening")
    python = sys.executable
    command = [
        *(python, "-m", "workers", "supervisor"),
        # Of the same name as the service's own: the pages of the demo come from the same process.
        *("--also", f"api={shlex.join([python, '-m', 'dispatch.demo', 'web'])}"),
        *("--also", f"world={shlex.join([python, '-m', 'dispatch.demo', 'world', *world])}"),
    ]
    return command, _environment(options, folder, port)


def _environment(options: Options, folder: Path, phones: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
    ours = {
        "DATA_DIR": str(folder),
        "DEMO": "true",
        "HOST": "127.0.0.1",
        "PORT": str(options.port or PORT),
        "WORKERS": str(options.workers),
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_FROM": OUR_NUMBER,
        "TWILIO_API_BASE": f"http://127.0.0.1:{phones}",
        "LOG_FORMAT": "console" if sys.stderr.isatty() else "json",
        "LOG_LEVEL": "warning",
    }
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [root, kept.get("PYTHONPATH")]))
    return kept | {PREFIX + name: value for name, value in ours.items()} | {"PYTHONPATH": path}


def _check(options: Options) -> None:
    wrong: Mapping[str, bool] = {
        "--speed must be above 0": options.speed is not None and options.speed <= 0,
        "--hours must be above 0": options.hours is not None and options.hours <= 0,
    }
    faults = [Fault(sentence.split()[0], sentence) for sentence, found in wrong.items() if found]
    if faults:
        raise InvalidInput("; ".join(fault.problem for fault in faults), faults)
    port = options.port or PORT
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        raise InvalidInput(f"Port {port} is taken: give another with --port.", [Fault("--port", "is taken")]) from None


def _folder(options: Options) -> Path:
    """The demo's own data directory. A folder with somebody's things in it is never used, and never emptied; nor is one
    that a demo is running on: it would lose its record under its feet."""
    folder = (options.data_dir or DATA_DIR).absolute()
    mark = folder / MARK
    if folder.exists() and not mark.exists() and any(folder.iterdir()):
        raise InvalidInput(
            f"{folder} is not a demo's: give an empty folder with --data-dir.", [Fault("--data-dir", "is not a demo's")]
        )
    if _in_use(folder):
        raise InvalidInput(
            f"A demo is running in {folder}: stop it, or give another folder with --data-dir.",
            [Fault("--data-dir", "is in use")],
        )
    if options.fresh and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.touch()
    return folder


def _in_use(folder: Path) -> bool:
    try:
        lock = os.open(folder / LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def free_port() -> int:
    """A port nobody listens on, below those the system gives to outgoing connections: one of these could be taken by
    anybody's connection before we listen on it."""
    for _ in range(200):
        port = secrets.choice(_PORTS)
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise InvalidInput("There is no free port between 20000 and 32000.", [Fault("port", "none is free")])


_PORTS = range(20_000, 32_000)

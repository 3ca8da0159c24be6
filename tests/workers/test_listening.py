"""Where nothing can listen, one plain sentence says so at once, and what to do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.clock import monotonic
from tests.workers.test_main import run
from workers import listening
from workers.errors import CannotListen


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held.getsockname()[1]


@pytest.mark.parametrize("command", [["up"], ["api"]], ids=str)
def test_a_taken_port_ends_the_command_at_once(command: list[str], taken: int, tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DISPATCH_")}
    began = monotonic()
    done = subprocess.run(
        [sys.executable, "-c", "from dispatch.cli import main; main()", *command, "--port", str(taken)],
        env={**clean, "DISPATCH_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"Port {taken} on 127.0.0.1 is taken by another program: "
        "end that one, or choose another port with --port or DISPATCH_PORT.\n"
    )
    assert monotonic() - began < 20
    assert not (tmp_path / "valkey").exists()


def test_one_web_process_by_itself_says_the_same(taken: int, tmp_path: Path) -> None:
    done = run("api", DISPATCH_DATA_DIR=str(tmp_path), DISPATCH_PORT=str(taken), DISPATCH_API_PROCESSES="1")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert str(taken) in done.stderr


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(CannotListen, match=r"192\.0\.2\.1.*DISPATCH_HOST"):
        listening.bind("192.0.2.1", 8000)


def test_connections_wait_while_nobody_takes_them() -> None:
    with listening.bind("127.0.0.1", 0) as sock:
        lines = [socket.create_connection(sock.getsockname(), timeout=5) for _ in range(200)]
        for line in lines:
            line.close()

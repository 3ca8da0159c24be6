"""`up` and the single processes, as real ones."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from dispatch.demo.command import free_port
from tests.cli.conftest import SCRIPT, Shell
from tests.support.waiting import wait_until

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(bare: Shell) -> Iterator[Start]:
    """Starts the console script; whatever still runs at the end of the test is ended."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*arguments: object) -> subprocess.Popen[bytes]:
        with (bare.here / "out").open("wb") as out, (bare.here / "err").open("wb") as err:
            started.append(subprocess.Popen([*SCRIPT, *map(str, arguments)], stdout=out, stderr=err))
        return started[-1]

    yield run
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def printed(folder: Path) -> str:
    return (folder / "out").read_text(encoding="utf-8")


@pytest.mark.chaos
def test_up_prints_where_it_is_and_the_administrators_link_until_there_is_one(bare: Shell, start: Start) -> None:
    port = free_port()
    up = start("up", "--port", port, "--data-dir", bare.here / "data", "--workers", 1)
    wait_until(lambda: "/setup/" in printed(bare.here) or up.poll() is not None, seconds=90)
    where, link = printed(bare.here).splitlines()
    assert where == f"Dispatch is running at http://127.0.0.1:{port}"
    assert requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
    assert requests.get(re.findall(r"http\S+", link)[0], timeout=5).status_code == 200
    bare.env(DATA_DIR=bare.here / "data")
    bare.ok("users", "add", "ada", "--role", "administrator", stdin="correct horse battery\n")
    bare.ok("rebuild")
    up.terminate()
    assert up.wait(30) == 0
    again = start("up", "--port", port, "--data-dir", bare.here / "data", "--workers", 1)
    wait_until(lambda: "running at" in printed(bare.here) or again.poll() is not None, seconds=90)
    again.terminate()
    assert again.wait(30) == 0
    assert "/setup/" not in printed(bare.here)


@pytest.mark.chaos
@pytest.mark.parametrize("name", ["ticker", "sweeper"])
def test_a_command_becomes_the_process_itself(name: str, shell: Shell, start: Start) -> None:
    process = start(name)
    wait_until(lambda: f"workers\0{name}".encode() in Path(f"/proc/{process.pid}/cmdline").read_bytes(), seconds=30)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) in {0, -signal.SIGTERM}


@pytest.mark.parametrize(
    ("arguments", "becomes"),
    [
        (["api", "--port", "8123"], ["api"]),
        (["worker"], ["worker", "--count", "3"]),
        (["worker", "--count", "5"], ["worker", "--count", "5"]),
        (["ticker"], ["ticker"]),
        (["sweeper"], ["sweeper"]),
        (["migrate"], ["migrate"]),
        (["up", "--host", "127.0.0.2"], ["supervisor"]),
    ],
    ids=str,
)
def test_each_command_is_one_process_of_the_service(
    arguments: list[str], becomes: list[str], bare: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare.env(WORKERS=3)
    became: list[tuple[list[str], dict[str, str]]] = []

    def execve(_path: str, command: list[str], environment: dict[str, str]) -> None:
        became.append((command, environment))

    monkeypatch.setattr(os, "execve", execve)
    bare.ok(*arguments)
    command, environment = became[0]
    assert command[1:] == ["-m", "workers", *becomes]
    options = dict(zip(arguments[1::2], arguments[2::2], strict=True))
    options.pop("--count", None)
    for option, value in options.items():
        assert environment[f"DISPATCH_{option.removeprefix('--').upper()}"] == value


def test_demo_hands_its_options_over_and_nothing_of_a_real_installation(
    bare: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare.env(TWILIO_AUTH_TOKEN="a-real-token", DATABASE_URL="postgresql://real/record")
    became: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda _path, command, environment: became.append((command, environment)))
    port = free_port()
    bare.ok("demo", "--speed", 4, "--hours", 2, "--port", port, "--data-dir", bare.here / "demo", "--fresh")
    command, environment = became[0]
    assert command[1:4] == ["-m", "workers", "supervisor"]
    assert "--speed 4.0" in " ".join(command)
    assert "--hours 2.0" in " ".join(command)
    assert environment["DISPATCH_DEMO"] == "true"
    assert environment["DISPATCH_PORT"] == str(port)
    assert environment["DISPATCH_DATA_DIR"] == str(bare.here / "demo")
    assert "a-real-token" not in environment.values()
    assert "DISPATCH_DATABASE_URL" not in environment


def test_a_bar_is_shown_to_whoever_looks_and_to_nobody_else(bare: Shell) -> None:
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    seen = b""

    def shown() -> bool:
        nonlocal seen
        if select.select([ours], [], [], 0)[0]:
            seen += os.read(ours, 4096)
        return b"scoring cssrs-screener" in seen

    process = subprocess.Popen(
        [*SCRIPT, "score", "cssrs-screener"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=theirs
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b'{"q1": "no", "q2": "no", "q6": "no"}\n')
    process.stdin.flush()
    wait_until(shown, seconds=20)
    process.stdin.close()
    assert process.stdout.read().count(b"\n") == 1
    process.stdout.close()
    assert process.wait(20) == 0
    os.close(ours)
    os.close(theirs)

"""`python -m workers NAME` from outside: exit codes, and one plain line when it cannot start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workers import datadir


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DISPATCH_")}
    return subprocess.run(
        [sys.executable, "-m", "workers", *arguments],
        env={**clean, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("arguments", [[], ["baker"], ["ticker", "--often"]])
def test_usage_is_exit_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "usage" in done.stderr


def test_a_wrong_setting_is_one_line_that_names_it(tmp_path: Path) -> None:
    done = run("ticker", DISPATCH_DATA_DIR=str(tmp_path), DISPATCH_PORT="much")
    assert done.returncode == 1
    assert "DISPATCH_PORT" in done.stderr
    assert done.stderr.count("\n") == 1


def test_migrating_makes_the_record_and_again_changes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        done = run("migrate", DISPATCH_DATA_DIR=str(tmp_path / "var"))
        assert (done.returncode, done.stderr) == (0, "")
        assert (tmp_path / "var" / "record.db").is_file()


@pytest.mark.parametrize("name", ["supervisor", "migrate"])
def test_a_folder_that_cannot_be_had_is_one_line_that_names_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    done = run(name, DISPATCH_DATA_DIR=str(tmp_path / "taken"))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"{tmp_path / 'taken'} cannot hold the data" in done.stderr


def test_a_full_disk_is_one_line_too(tmp_path: Path) -> None:
    small = ["prlimit", "--fsize=0", sys.executable, "-m", "workers", "supervisor"]
    done = subprocess.run(
        small,
        env={**os.environ, "DISPATCH_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"{tmp_path} cannot hold the data (File too large)" in done.stderr


def test_a_second_supervisor_on_the_same_directory_is_refused(tmp_path: Path) -> None:
    datadir.claim(tmp_path)
    done = run("supervisor", DISPATCH_DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert f"in use by another `dispatch up` (process {os.getpid()})" in done.stderr

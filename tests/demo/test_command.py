"""`dispatch demo` keeps to a folder of its own and knows nothing of a real installation."""

from __future__ import annotations

import os
import shlex
import socket
from pathlib import Path

import pytest

from dispatch.demo import command
from dispatch.demo.command import Options
from dispatch.errors import InvalidFile, InvalidInput
from dispatch.settings import load
from workers.datadir import claim


def test_settings_of_a_real_installation_do_not_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_DATABASE_URL", "postgresql://real/record")
    monkeypatch.setenv("DISPATCH_TWILIO_AUTH_TOKEN", "a-real-token")
    monkeypatch.setenv("dispatch_redis_url", "redis://real")
    _, environment = command.prepare(Options(data_dir=tmp_path / "d", port=_free()))
    given = {name: value for name, value in environment.items() if name.upper().startswith("DISPATCH_")}
    assert not any("://real" in value or "a-real-token" in value for value in given.values())
    for name in ("DISPATCH_DATABASE_URL", "DISPATCH_TWILIO_AUTH_TOKEN", "dispatch_redis_url"):
        monkeypatch.delenv(name)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = load(env_file=None)
    assert settings.demo
    assert settings.twilio_api_base.startswith("http://127.0.0.1:")
    assert settings.data_dir == tmp_path / "d"


def test_the_world_and_the_pages_run_beside_the_service(tmp_path: Path) -> None:
    line, _ = command.prepare(Options(data_dir=tmp_path / "d", port=_free(), speed=5, hours=2, opening=False))
    also = dict(text.split("=", 1) for at, text in enumerate(line) if line[at - 1] == "--also")
    assert shlex.split(also["api"])[1:] == ["-m", "dispatch.demo", "web"]
    world = shlex.split(also["world"])
    assert world[world.index("--speed") + 1] == "5"
    assert world[world.index("--hours") + 1] == "2"
    assert "--no-opening" in world


def test_somebody_elses_folder_is_neither_used_nor_emptied(tmp_path: Path) -> None:
    kept = tmp_path / "thesis.txt"
    kept.write_text("six years of work", "utf-8")
    with pytest.raises(InvalidInput, match="is not a demo's"):
        command.prepare(Options(data_dir=tmp_path, port=_free(), fresh=True))
    assert kept.exists()


def test_fresh_empties_a_demos_folder_and_otherwise_it_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    command.prepare(Options(data_dir=folder, port=_free()))
    (folder / "record.db").touch()
    command.prepare(Options(data_dir=folder, port=_free()))
    assert (folder / "record.db").exists()
    command.prepare(Options(data_dir=folder, port=_free(), fresh=True))
    assert not (folder / "record.db").exists()


@pytest.mark.parametrize("fresh", [False, True])
def test_a_folder_that_a_demo_runs_on_is_left_alone(tmp_path: Path, fresh: bool) -> None:
    folder = tmp_path / "d"
    command.prepare(Options(data_dir=folder, port=_free()))
    (folder / "record.db").touch()
    progress = folder / "progress.json"
    progress.touch()
    held = claim(folder)
    try:
        with pytest.raises(InvalidInput, match=r"A demo is running in .*/d: stop it"):
            command.prepare(Options(data_dir=folder, port=_free(), fresh=fresh, arrivals=tmp_path))
        assert (folder / "record.db").exists()
        assert progress.exists()
    finally:
        os.close(held)
    command.prepare(Options(data_dir=folder, port=_free(), fresh=fresh))


def test_a_faulty_record_stops_the_start(tmp_path: Path) -> None:
    record = tmp_path / "calls.csv"
    record.write_text("date,type\nsoon,Overdose\n", "utf-8")
    with pytest.raises(InvalidFile, match=r"calls\.csv:2: column date"):
        command.prepare(Options(data_dir=tmp_path / "d", port=_free(), arrivals=record))


@pytest.mark.parametrize("wrong", [Options(speed=0), Options(speed=-1), Options(hours=0)])
def test_figures_that_cannot_be_right(wrong: Options) -> None:
    with pytest.raises(InvalidInput, match="must be above 0"):
        command.prepare(wrong)


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidInput, match=f"Port {port} is taken"):
            command.prepare(Options(data_dir=tmp_path / "d", port=port))


def _free() -> int:
    return command.free_port()

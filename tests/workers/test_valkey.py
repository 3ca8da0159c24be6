"""The embedded Valkey and the data directory."""

from __future__ import annotations

import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dispatch.queue.client import connect
from dispatch.settings import load
from tests.support.waiting import wait_until
from workers import datadir, valkey
from workers.child import Child
from workers.errors import InUse, NoServer


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Short enough for a socket, which a test's own directory may not be."""
    path = Path(tempfile.mkdtemp(prefix="dd-", dir="/tmp"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def server(data_dir: Path) -> Iterator[Child]:
    child = Child(valkey.spec(data_dir))
    child.tend()
    wait_until(lambda: valkey.answers(data_dir))
    yield child
    child.send(signal.SIGKILL)
    assert child.ended(5)


def test_it_answers_on_a_file_only_we_can_open_and_on_no_port(data_dir: Path, server: Child) -> None:
    mode = (data_dir / "valkey.sock").stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600
    assert server.pid is not None
    assert [c for c in psutil.Process(server.pid).net_connections("inet") if c.status == psutil.CONN_LISTEN] == []


def test_it_keeps_what_it_was_told_and_refuses_rather_than_forgets(data_dir: Path, server: Child) -> None:
    client = connect(valkey.url(data_dir), timeout=5)
    wanted = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "save": ""}
    wanted["auto-aof-rewrite-min-size"] = str(16 * 2**20)
    assert {name: client.config_get(name)[name] for name in wanted} == {
        name.encode() if isinstance(next(iter(client.config_get(name))), bytes) else name: value
        for name, value in wanted.items()
    }
    client.close()


def test_it_is_where_the_settings_say(data_dir: Path) -> None:
    assert valkey.url(data_dir) == load(None, data_dir=data_dir).queue_url


def test_it_survives_a_kill_with_what_it_held(data_dir: Path, server: Child) -> None:
    client = connect(valkey.url(data_dir), timeout=5)
    client.set("kept", "1")
    server.send(signal.SIGKILL)
    assert server.ended(5)
    wait_until(lambda: server.tend() == float("inf"))
    wait_until(lambda: valkey.answers(data_dir))
    assert client.get("kept") == b"1"
    client.close()


def test_a_file_it_cannot_read_is_set_aside(data_dir: Path, server: Child) -> None:
    """All that was in there is in the record; what must not be is a service that does not start."""
    client = connect(valkey.url(data_dir), timeout=5)
    client.set("kept", "1")
    server.send(signal.SIGKILL)
    assert server.ended(5)
    (written,) = (data_dir / "valkey" / "appendonlydir").glob("*.incr.aof")
    written.write_bytes(b"not a command\r\n" + written.read_bytes())
    wait_until(lambda: server.tend() == float("inf") and valkey.answers(data_dir))
    assert client.get("kept") is None
    assert (data_dir / "valkey" / "appendonlydir.unreadable" / written.name).exists()
    client.close()


def test_an_orphan_is_ended(data_dir: Path, server: Child) -> None:
    valkey.end_orphan(data_dir)
    assert server.ended(5)
    valkey.end_orphan(data_dir)
    assert not valkey.answers(data_dir)


def test_a_path_too_long_for_a_socket_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(NoServer, match="DISPATCH_DATA_DIR"):
        valkey.command(tmp_path / ("x" * 100))


def test_without_any_server_the_way_out_is_named(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoServer, match="DISPATCH_REDIS_URL"):
        valkey.command(data_dir)
    own = tmp_path / "redis-server"
    own.touch(mode=0o755)
    assert valkey.command(data_dir)[0] == str(own)


def test_one_supervisor_a_directory(data_dir: Path) -> None:
    datadir.claim(data_dir / "new")
    with pytest.raises(InUse, match="in use by another"):
        datadir.claim(data_dir / "new")
    datadir.claim(data_dir / "other")

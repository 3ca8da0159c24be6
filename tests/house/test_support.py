"""The guards around the suite itself: each must be seen to bite."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import psycopg
import pytest
import redis

from tests.support.loopback import ReachedOut
from tests.support.postgres import PostgresServer
from tests.support.valkey import ValkeyServer

pytest_plugins = ["pytester"]


def _dsn(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80)])
def test_another_machine_is_out_of_reach(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as stranger, pytest.raises(ReachedOut):
        stranger.connect(address)


def test_another_name_is_not_even_looked_up() -> None:
    with pytest.raises(ReachedOut):
        socket.getaddrinfo("api.twilio.com", 443)


def test_this_machine_is_in_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


@pytest.mark.postgres
def test_each_database_is_new_and_a_prepared_one_is_filled_once(postgres: PostgresServer) -> None:
    calls: list[str] = []

    def prepare(url: str) -> None:
        calls.append(url)
        with psycopg.connect(_dsn(url)) as connection:
            connection.execute("create table answer (value int)")
            connection.execute("insert into answer values (42)")

    first, second = postgres.fresh(prepare), postgres.fresh(prepare)
    with psycopg.connect(_dsn(first)) as connection:
        connection.execute("delete from answer")
    with psycopg.connect(_dsn(second)) as connection:
        assert connection.execute("select value from answer").fetchall() == [(42,)]
    assert len(calls) == 1
    postgres.drop(first)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(_dsn(first))


def test_valkey_keeps_what_it_was_told_over_a_stop_and_starts_again(own_valkey: ValkeyServer) -> None:
    with redis.Redis.from_url(own_valkey.url) as client:
        client.set("case", "K7Q")
    own_valkey.kill()
    with redis.Redis.from_url(own_valkey.url) as client, pytest.raises(redis.ConnectionError):
        client.ping()
    own_valkey.start()
    with redis.Redis.from_url(own_valkey.url) as client:
        assert client.get("case") == b"K7Q"


def test_the_shared_valkey_is_empty_for_every_test(valkey_url: str) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        assert client.dbsize() == 0


@pytest.mark.parametrize("line", ["pytest.importorskip('nothing_of_that_name')", "@pytest.mark.skip(reason='x')"])
@pytest.mark.parametrize(("option", "outcome"), [("--no-skips", {"errors": 1}), ("-q", {"skipped": 1})])
def test_a_skip_fails_where_nothing_may_be_skipped(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, line: str, option: str, outcome: dict[str, int]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    pytester.makepyfile(f"import pytest\n{line}\ndef test_it():\n    assert True\n")
    result = pytester.runpytest_subprocess("-p", "tests.support.noskips", option)
    assert result.parseoutcomes() == outcome
    assert (result.ret in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)) == ("errors" in outcome)


@pytest.mark.xdist_group("together")
def test_a_parallel_run_knows_which_tests_belong_together(request: pytest.FixtureRequest) -> None:
    """A release of pytest took the group out of a test's name, and nobody was told: what kills processes then ran
    beside what measures them."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert request.node.nodeid.endswith("@together")

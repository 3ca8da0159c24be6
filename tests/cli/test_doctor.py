"""`dispatch doctor`: one line for each thing, red where it must be, and how to mend it."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis

from dispatch import bootstrap
from dispatch.access import system
from dispatch.flow import health, live, people, verifying
from dispatch.settings import load
from tests.cli.address import certificate, https
from tests.cli.conftest import Shell
from tests.phones import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, Phones

TEST = system("test")


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), timedelta(days=90))


@pytest.fixture(scope="module")
def address(certified: Path) -> Iterator[str]:
    with https(certified) as url:
        yield url


@pytest.fixture(scope="module")
def phones(address: str) -> Iterator[Phones]:
    with Phones(public_url=address) as started:
        yield started


@pytest.fixture
def sound(
    staffed: Shell,
    phones: Phones,
    valkey_url: str,
    certified: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """Everything as it should be."""
    for variable in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(variable, str(certified))
    with redis.Redis.from_url(valkey_url) as client:
        client.config_set("appendonly", "yes")
        client.config_set("maxmemory-policy", "noeviction")
    staffed.env(
        PUBLIC_URL=phones.public_url,
        REDIS_URL=valkey_url,
        TWILIO_ACCOUNT_SID=ACCOUNT_SID,
        TWILIO_AUTH_TOKEN=AUTH_TOKEN,
        TWILIO_FROM=OUR_NUMBER,
        TWILIO_API_BASE=phones.url,
    )
    staffed.ok("users", "add", "ada", "--role", "administrator", "--no-password")
    staffed.ok("db", "backup", "copy.db")
    staffed.ok("rebuild")
    svc = bootstrap.build(load(), pool_size=1)
    for mark in (live.Mark.TEXT_ANSWERED, live.Mark.CALL_ANSWERED, live.Mark.LIVE):
        live.set_mark(TEST, svc, mark)
    for process in ("ticker", "worker-1", "sweeper"):
        health.beat(svc, process)
    people.set_policy(TEST, svc, "default", 'team: default\nlast_resort: ["+12025550190"]\n')
    svc.record.dispose()
    return staffed


def findings(shell: Shell) -> dict[str, Any]:
    return {one["what"]: one for one in shell.run("doctor", "--json").json["findings"]}


def red(shell: Shell) -> set[str]:
    return {what for what, one in findings(shell).items() if one["level"] == "red"}


def test_a_sound_service_is_red_nowhere(sound: Shell) -> None:
    assert sound.run("doctor").code == 0
    found = findings(sound)
    for what in (
        *("settings", "public address", "record", "writing", "backups", "redis", "redis persistence", "redis eviction"),
        *("redis content", "administrator", "on call default", "coordinator default", "last resort default"),
        *(
            "processes",
            "proof",
            "sender registration",
            "live",
            "twilio",
            "webhook sms",
            "webhook voice",
            "clock",
            "reachable",
            "certificate",
        ),
    ):
        assert found[what]["level"] in {"ok", "note"}, found[what]


def test_whose_number_is_not_proved_is_named_by_id(sound: Shell) -> None:
    found = findings(sound)["numbers default"]
    assert (found["level"], "ana" in found["says"]) == ("note", True)
    svc = bootstrap.build(load(), pool_size=1)
    on_call = found["says"].rpartition(": ")[2].split(", ")
    for person in on_call:
        verifying.proved(TEST, svc, person, "code")
    svc.record.dispose()
    assert findings(sound)["numbers default"]["level"] == "ok"


def test_each_finding_is_one_line_and_what_is_not_right_says_how_to_mend_it(sound: Shell) -> None:
    sound.env(PUBLIC_URL="http://127.0.0.2:1")
    done = sound.run("doctor")
    assert done.code == 1
    lines = done.out.split("\n\n")[0].splitlines()
    assert all(re.match(r"(ok  |note|RED )  [a-z ]+: ", line) for line in lines)
    assert all(" -> " in line for line in lines if line.startswith("RED"))
    assert any(line.startswith("RED   public address: http://127.0.0.2:1") for line in lines)


def test_settings_are_shown_with_their_origin_and_secrets_are_not(sound: Shell) -> None:
    (sound.here / ".env").write_text("DISPATCH_PORT=8123\n", encoding="utf-8")
    rows = {row["setting"]: row for row in sound.run("doctor", "--json").json["settings"]}
    assert (rows["DISPATCH_PORT"]["value"], rows["DISPATCH_PORT"]["from"]) == ("8123", ".env")
    assert rows["DISPATCH_TWILIO_AUTH_TOKEN"] == {
        "setting": "DISPATCH_TWILIO_AUTH_TOKEN",
        "value": "set",
        "from": "environment",
    }
    assert rows["DISPATCH_SECRET_KEY"]["from"] == f"file {Path('var/secret.key')}"
    assert AUTH_TOKEN not in sound.run("doctor").out


def _older(sql: str) -> Callable[[Shell], None]:
    def change(shell: Shell) -> None:
        with closing(sqlite3.connect(shell.data / "record.db")) as conn, conn:
            conn.execute(sql)

    return change


def _policy(text: str | None) -> Callable[[Shell], None]:
    def change(_shell: Shell) -> None:
        svc = bootstrap.build(load(), pool_size=1)
        people.set_policy(TEST, svc, "default", text)
        svc.record.dispose()

    return change


def _redis(name: str, value: str) -> Callable[[Shell], None]:
    def change(_shell: Shell) -> None:
        with redis.Redis.from_url(os.environ["DISPATCH_REDIS_URL"]) as client:
            client.config_set(name, value)

    return change


@pytest.mark.parametrize(
    ("break_", "what"),
    [
        pytest.param(lambda s: s.env(PUBLIC_URL=""), "public address", id="no public address"),
        pytest.param(lambda s: s.env(PUBLIC_URL="http://127.0.0.2:1"), "public address", id="in the open"),
        pytest.param(lambda s: s.env(PUBLIC_URL="https://localhost"), "public address", id="this machine"),
        pytest.param(lambda s: s.env(PUBLIC_URL=f"https://127.0.0.2:1/{'a' * 40}"), "public address", id="too long"),
        pytest.param(
            lambda s: s.env(CLOCK="2026-01-01T00:00:00Z|2026-01-01T00:00:00Z|1"), "service clock", id="rehearsal clock"
        ),
        pytest.param(lambda s: (s.data / "secret.key").chmod(0o644), "secret files", id="readable secret"),
        pytest.param(lambda s: (s.data / "secret.key").unlink(), "secret key", id="no secret"),
        pytest.param(lambda s: s.env(DATA_DIR=s.here / "elsewhere"), "record", id="no record"),
        pytest.param(_older("UPDATE alembic_version SET version_num = '9999'"), "record", id="another schema"),
        pytest.param(_older("DELETE FROM marks WHERE name = 'backed_up'"), "backups", id="no backup"),
        pytest.param(_older("UPDATE marks SET at = datetime('now', '-27 hours')"), "backups", id="an old backup"),
        pytest.param(lambda s: s.env(REDIS_URL="redis://127.0.0.1:1"), "redis", id="no redis"),
        pytest.param(_redis("appendonly", "no"), "redis persistence", id="a forgetful redis"),
        pytest.param(_redis("maxmemory-policy", "allkeys-lru"), "redis eviction", id="an evicting redis"),
        pytest.param(_older("UPDATE users SET disabled_at = created_at"), "administrator", id="no administrator"),
        pytest.param(
            _older("DELETE FROM posts WHERE role = 'coordinator'"), "coordinator default", id="nobody to ring"
        ),
        pytest.param(_policy(None), "last resort default", id="no last resort"),
        pytest.param(_older("DELETE FROM hearts WHERE process = 'ticker'"), "processes", id="a dead ticker"),
        pytest.param(_older("DELETE FROM marks WHERE name = 'call_answered'"), "proof", id="never rung"),
        pytest.param(lambda s: s.env(TWILIO_AUTH_TOKEN="wrong"), "twilio", id="wrong token"),
        pytest.param(lambda s: s.env(TWILIO_AUTH_TOKEN=""), "twilio", id="no token"),
        pytest.param(lambda s: s.env(TWILIO_API_BASE="http://127.0.0.1:1"), "twilio", id="no twilio"),
        pytest.param(lambda s: s.env(TWILIO_FROM="+12025550177"), "sender", id="somebody else's number"),
        pytest.param(lambda s: s.env(TWILIO_FROM=""), "sender", id="no number"),
        pytest.param(lambda s: s.env(PUBLIC_URL="https://127.0.0.3:1"), "reachable", id="nobody at the address"),
        pytest.param(lambda s: s.env(PUBLIC_URL="https://127.0.0.3:1"), "webhook sms", id="webhooks elsewhere"),
    ],
)
def test_what_is_broken_is_red(break_: Callable[[Shell], object], what: str, sound: Shell) -> None:
    break_(sound)
    done = sound.run("doctor", "--json")
    assert done.code == 1
    assert done.err == ""
    found = {one["what"]: one for one in done.json["findings"]}
    assert found[what]["level"] == "red"
    assert found[what]["mend"]
    assert AUTH_TOKEN not in done.out


def test_nobody_on_call_is_red_and_a_gap_of_one_layer_is_told(sound: Shell) -> None:
    text = sound.ok("roster", "export").out
    (sound.here / "none.yaml").write_text(re.sub(r"(?ms)^shifts:.*", "", text), encoding="utf-8")
    sound.ok("roster", "import", "none.yaml")
    assert red(sound) == {"on call default"}


def test_a_certificate_that_ends_soon_or_that_nobody_trusts_is_red(
    sound: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path, timedelta(days=10))
    with https(file) as url:
        sound.env(PUBLIC_URL=url)
        assert "reachable" in red(sound)
        for variable in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
            monkeypatch.setenv(variable, str(file))
        assert findings(sound)["reachable"]["level"] == "ok"
        assert findings(sound)["certificate"]["says"] == "ends in 9 days"


def test_a_policy_file_is_in_force_for_every_team_without_its_own(sound: Shell) -> None:
    _policy(None)(sound)
    file = sound.here / "policy.yaml"
    file.write_text('team: default\nlast_resort: ["+12025550190", "+12025550191"]\n', encoding="utf-8")
    sound.env(POLICY_FILE=file)
    assert findings(sound)["last resort default"]["says"] == "2 numbers"
    file.write_text("team: default\nreceipt: never\n", encoding="utf-8")
    assert f"{file}:2" in sound.run("doctor").out
    sound.env(POLICY_FILE="missing.yaml")
    assert "DISPATCH_POLICY_FILE cannot be read" in sound.run("roster", "export").err


def test_a_wrong_setting_is_a_finding_too(shell: Shell) -> None:
    shell.env(PORT="much", LOG_FORMAT="xml")
    done = shell.run("doctor")
    assert (done.code, done.err) == (1, "")
    assert [line.split()[2] for line in done.out.splitlines()] == ["DISPATCH_PORT", "DISPATCH_LOG_FORMAT"]

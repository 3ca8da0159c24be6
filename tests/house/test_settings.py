"""Settings: where each value comes from, and how loudly a wrong one fails."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from dispatch import settings
from dispatch.errors import InvalidInput

SID = "AC" + "0" * 32


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in [name for name in os.environ if name.startswith(settings.PREFIX)]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)


def test_with_nothing_given_everything_is_on_this_machine(tmp_path: Path) -> None:
    given = settings.load()
    assert given.record_url == f"sqlite:///{tmp_path / 'var' / 'record.db'}"
    assert given.redis_url is None
    assert given.address == "http://127.0.0.1:8000"
    assert not given.demo
    assert {origin for _, _, origin in given.shown()} == {"default"}


def test_the_command_line_beats_the_environment_which_beats_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(
        "DISPATCH_PORT=1111\nDISPATCH_HOST=0.0.0.0\nDISPATCH_WORKERS=3\nOTHER=x\n", encoding="utf-8"
    )
    monkeypatch.setenv("DISPATCH_PORT", "2222")
    monkeypatch.setenv("DISPATCH_HOST", "127.0.0.2")
    given = settings.load(port=3333, workers=None)
    assert (given.port, given.host, given.workers) == (3333, "127.0.0.2", 3)
    origins = {name: origin for name, _, origin in given.shown()}
    assert origins["DISPATCH_PORT"] == "command line"
    assert origins["DISPATCH_HOST"] == "environment"
    assert origins["DISPATCH_WORKERS"] == ".env"
    assert origins["DISPATCH_DATA_DIR"] == "default"


def test_an_empty_value_is_one_that_was_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    # compose passes `${DISPATCH_REDIS_URL:-}` on as an empty string.
    monkeypatch.setenv("DISPATCH_REDIS_URL", "")
    monkeypatch.setenv("DISPATCH_SECRET_KEY_FILE", "")
    given = settings.load()
    assert given.redis_url is None
    assert given.secret_key is None


@pytest.mark.parametrize("name", settings.SECRETS)
def test_a_secret_is_read_from_its_file_and_never_shown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value = "postgresql://ana:opensesame-opensesame-opensesame@db/x"
    Path("secret").write_text(value + "\n", encoding="utf-8")
    variable = f"DISPATCH_{name.upper()}"
    monkeypatch.setenv(variable + "_FILE", "secret")
    given = settings.load()
    assert getattr(given, name).get_secret_value() == value
    assert (variable, "set", "file secret") in given.shown()
    assert "opensesame" not in f"{given!r} {given} {given.shown()}"


def test_every_number_that_pages_come_from_is_named_once() -> None:
    given = settings.load(twilio_from="+12025550100", twilio_senders="+12025550101 +12025550100")
    assert given.senders == ("+12025550100", "+12025550101")
    assert settings.load().senders == ()


def test_what_every_tool_writes_for_postgresql_means_our_driver() -> None:
    given = settings.load(database_url="postgres://u:p@db/x")
    assert given.record_url == "postgresql+psycopg://u:p@db/x"
    assert settings.load(database_url="sqlite:////srv/r.db").record_url == "sqlite:////srv/r.db"


@pytest.mark.parametrize(
    ("variables", "named", "sentence"),
    [
        ({"DISPATCH_PORT": "70000"}, "DISPATCH_PORT", "less than or equal"),
        ({"DISPATCH_WORKERS": "0"}, "DISPATCH_WORKERS", "greater than or equal"),
        ({"DISPATCH_LOG_LEVEL": "loud"}, "DISPATCH_LOG_LEVEL", "'debug', 'info'"),
        ({"DISPATCH_SECRET_KEY": "opensesame"}, "DISPATCH_SECRET_KEY", "at least 32"),
        ({"DISPATCH_TWILIO_FROM": "202-555-0100"}, "DISPATCH_TWILIO_FROM", "+12025550100"),
        ({"DISPATCH_TWILIO_SENDERS": "+12025550100 202-555-0101"}, "DISPATCH_TWILIO_SENDERS", "+12025550100"),
        ({"DISPATCH_TWILIO_ACCOUNT_SID": "opensesame"}, "DISPATCH_TWILIO_ACCOUNT_SID", "pattern"),
        ({"DISPATCH_PUBLIC_URL": "crisis.example.org"}, "DISPATCH_PUBLIC_URL", "https://"),
        ({"DISPATCH_PUBLIC_URL": "https://crisis.example.org/?to=a"}, "DISPATCH_PUBLIC_URL", "without ?"),
        ({"DISPATCH_TWILIO_API_BASE": "https:///"}, "DISPATCH_TWILIO_API_BASE", "host"),
        ({"DISPATCH_CLOCK": "yesterday"}, "DISPATCH_CLOCK", "BASE|REFERENCE|SPEED"),
        ({"DISPATCH_CLOCK": "2026-01-01T00:00|2026-01-01T00:00|2"}, "DISPATCH_CLOCK", "zone"),
        ({"DISPATCH_CLOCK": "2026-01-01T00:00Z|2026-01-01T00:00Z|0"}, "DISPATCH_CLOCK", "above 0"),
        ({"DISPATCH_TWILO_FROM": "+12025550100"}, "DISPATCH_TWILO_FROM", "did you mean DISPATCH_TWILIO_FROM?"),
        ({"DISPATCH_ORIGINS": "{}"}, "DISPATCH_ORIGINS", "is no setting"),
        ({"DISPATCH_SECRET_KEY_FILE": "missing"}, "DISPATCH_SECRET_KEY_FILE", "cannot be read"),
        ({"DISPATCH_SECRET_KEY_FILE": "empty"}, "DISPATCH_SECRET_KEY_FILE", "is empty"),
        ({"DISPATCH_PORT_FILE": "empty"}, "DISPATCH_PORT_FILE", "is no setting"),
        (
            {"DISPATCH_SECRET_KEY": "opensesame" * 4, "DISPATCH_SECRET_KEY_FILE": "empty"},
            "DISPATCH_SECRET_KEY_FILE",
            "keep one",
        ),
        (
            {"DISPATCH_DEMO": "true", "DISPATCH_TWILIO_AUTH_TOKEN": "opensesame", "DISPATCH_TWILIO_ACCOUNT_SID": SID},
            "settings",
            "would page real phones",
        ),
        (
            {
                "DISPATCH_DEMO": "true",
                "DISPATCH_TWILIO_AUTH_TOKEN": "opensesame",
                "DISPATCH_TWILIO_API_BASE": "https://api.dublin.ie1.twilio.com",
            },
            "settings",
            "would page real phones",
        ),
        ({"DISPATCH_DEMO": "true", "DISPATCH_HOST": "192.0.2.7"}, "settings", "without a password"),
    ],
)
@pytest.mark.parametrize("source", ["environment", ".env"])
def test_what_cannot_be_right_is_named_and_not_shown(
    variables: dict[str, str], named: str, sentence: str, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("empty").touch()
    if source == ".env":
        Path(".env").write_text("".join(f"{k}='{v}'\n" for k, v in variables.items()), encoding="utf-8")
    else:
        for variable, value in variables.items():
            monkeypatch.setenv(variable, value)
    with pytest.raises(InvalidInput) as caught:
        settings.load()
    assert [fault.field for fault in caught.value.faults] == [named]
    assert sentence in caught.value.detail
    assert "opensesame" not in caught.value.detail
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("line", [b"DISPATCH_PORT 8001", b"=8001", b"DISPATCH_PORT='8001", b"\xff\xfe"])
def test_a_line_of_env_that_cannot_be_read_is_no_default(line: bytes) -> None:
    Path(".env").write_bytes(b"# ours\nDISPATCH_HOST=::1\n" + line + b"\n")
    with pytest.raises(InvalidInput, match=r"^\.env (line 3 )?cannot be read"):
        settings.load()


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_PORT", "many")
    monkeypatch.setenv("DISPATCH_LOG_FORMAT", "xml")
    with pytest.raises(InvalidInput) as caught:
        settings.load()
    assert {fault.field for fault in caught.value.faults} == {"DISPATCH_PORT", "DISPATCH_LOG_FORMAT"}


def test_the_secret_is_made_once_for_our_eyes_only_and_found_by_everyone_on_that_data_dir(tmp_path: Path) -> None:
    assert settings.load(data_dir=tmp_path).secret_key is None
    file = settings.make_secret(tmp_path)
    secret = file.read_text(encoding="ascii").strip()
    assert len(secret) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    settings.make_secret(tmp_path)
    found = settings.load(data_dir=tmp_path)
    assert found.secret_key is not None
    assert found.secret_key.get_secret_value() == secret
    assert ("DISPATCH_SECRET_KEY", "set", f"file {file}") in found.shown()


def test_a_secret_that_was_given_wins_over_the_one_in_the_data_dir(tmp_path: Path) -> None:
    settings.make_secret(tmp_path)
    found = settings.load(data_dir=tmp_path, secret_key="opensesame" * 4)
    assert found.secret_key is not None
    assert found.secret_key.get_secret_value() == "opensesame" * 4

"""`dispatch setup`, from an empty folder to a service that may ring real people."""

from __future__ import annotations

import io
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import typer

from dispatch import bootstrap, rosterfile
from dispatch.cli.asking import ask
from dispatch.demo.command import free_port
from dispatch.flow import live
from dispatch.settings import load
from tests.cli.address import certificate, https
from tests.cli.conftest import Done, Shell
from tests.phones import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, Phones

INSTALLER = "+12025550104"
pytestmark = pytest.mark.chaos


@dataclass
class Site:
    shell: Shell
    phones: Phones
    address: str

    def setup(self, *answers: str, picks_up: bool = True) -> Done:
        """Run it with these answers, somebody at the installer's telephone or nobody."""
        thread = threading.Thread(target=self._answer, daemon=True)
        if picks_up:
            thread.start()
        done = self.shell.script("setup", "--wait", 60 if picks_up else 1, stdin="".join(f"{a}\n" for a in answers))
        if picks_up:
            thread.join(10)
            assert not thread.is_alive()
        return done

    def _answer(self) -> None:
        handset = self.phones.phone(INSTALLER)
        handset.expect_sms("test of the service", seconds=90).reply("STATUS")
        handset.expect_call("test of the service", seconds=30).press("1")

    def is_live(self) -> bool:
        svc = bootstrap.build(load(), pool_size=1)
        try:
            return live.is_live(svc)
        finally:
            svc.queue.close()
            svc.record.dispose()


@pytest.fixture
def site(bare: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    file = certificate(tmp_path, timedelta(days=90))
    for variable in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(variable, str(file))
    port = free_port()
    with https(file) as address, Phones(public_url=address) as phones:
        phones.serve(f"http://127.0.0.1:{port}")
        bare.env(TWILIO_API_BASE=phones.url, PORT=port, WORKERS=1)
        yield Site(bare, phones, address)


def answers(site: Site) -> list[str]:
    return [
        *(site.address, ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER),
        *("default", "County crisis line", "America/New_York", "VA", "fairfax, arlington"),
        *("Dee Park", INSTALLER, "", "LMHP", "2027-06-30"),
        *("Ana Ruiz", "+12025550101", "responder", "QMHP", "2027-06-30"),
        *("", "+12025550190"),
        "y",
    ]


def test_from_nothing_to_live(site: Site) -> None:
    shell = site.shell
    first = site.setup(*answers(site))
    assert first.code == 1, first
    assert "The answer to the text came back." in first.out
    assert "The key in the call came back." in first.out
    # What only a person can put right is named, and the bar stays.
    assert "NOT LIVE: 2 things to mend" in first.out
    assert [line.split(":")[0].split()[1] for line in first.out.splitlines() if line.startswith("RED")] == [
        "backups",
        "administrator",
    ]
    assert not site.is_live()

    env = shell.here / ".env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert AUTH_TOKEN not in env.read_text(encoding="utf-8")
    given = load()
    assert given.public_url == site.address
    assert given.twilio_auth_token is not None
    assert given.twilio_auth_token.get_secret_value() == AUTH_TOKEN
    roster = rosterfile.read(shell.ok("roster", "export").out)
    assert {(p.id, p.phone) for p in roster.people} == {("dee", INSTALLER), ("ana", "+12025550101")}
    assert {(s.layer, *s.people) for s in roster.shifts} >= {("primary", "ana"), ("supervisor", "dee")}

    shell.ok("users", "add", "dee", "--role", "administrator", stdin="correct horse battery\n")
    shell.ok("db", "backup", "copy.db")
    second = site.setup("", "", "", "", "", "y", "y")
    assert second.code == 0, second
    assert second.out.endswith("The service is live.\n")
    assert site.is_live()


def test_silence_proves_nothing(site: Site) -> None:
    done = site.setup(*answers(site), picks_up=False)
    assert done.code == 1
    assert "No answer to the text came back." in done.out
    assert "No key in the call came back." in done.out
    assert "RED   proof" in done.out
    assert not site.is_live()


def test_an_answer_that_cannot_be_right_is_named_and_nothing_is_written(site: Site) -> None:
    done = site.shell.script("setup", stdin="crisis.example.org\n")
    assert done.code == 2
    assert "https://" in done.err
    assert not (site.shell.here / ".env").exists()


def test_a_name_of_spaces_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The handle that texts call somebody by is made of it."""
    monkeypatch.setattr("sys.stdin", io.StringIO("   \n"))
    with pytest.raises(typer.BadParameter, match="Your name: an answer is needed"):
        ask("Your name")

"""`dispatch users` and `dispatch tokens`: who may sign in."""

from __future__ import annotations

import pytest

from dispatch import bootstrap
from dispatch.errors import NotSignedIn
from dispatch.flow import sessions
from dispatch.settings import load
from tests.cli.conftest import Shell

PASSWORD = "correct horse battery\n"


def test_a_user_can_sign_in_until_disabled_and_again_after_a_reset(shell: Shell) -> None:
    shell.ok("users", "add", "jo@example.org", "--role", "operator", "--role", "coordinator", stdin=PASSWORD)
    svc = bootstrap.build(load(), pool_size=1)
    assert sessions.sign_in(svc, "jo@example.org", PASSWORD.strip())
    shell.ok("users", "add", "ada@example.org", "--role", "administrator", stdin=PASSWORD)
    shell.ok("users", "disable", "jo@example.org")
    with pytest.raises(NotSignedIn):
        sessions.sign_in(svc, "jo@example.org", PASSWORD.strip())
    shell.ok("users", "reset", "jo@example.org", stdin="another long password\n")
    assert sessions.sign_in(svc, "jo@example.org", "another long password")
    svc.record.dispose()


def test_users_are_listed_with_roles_and_without_secrets(shell: Shell) -> None:
    shell.ok("users", "add", "jo", "--role", "operator", "--no-password")
    rows = shell.ok("users", "list", "--json").json
    assert [(row["login"], row["roles"], row["disabled_at"]) for row in rows] == [("jo", ["operator"], None)]
    assert "argon2" not in shell.ok("users", "list", "--json").out
    assert "operator" in shell.ok("users", "list").out


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (["add", "jo", "--role", "operator"], PASSWORD, "taken"),
        (["add", "al", "--role", "operator"], "short\n", "password"),
        (["add", "al", "--role", "operator", "--team", "north"], PASSWORD, "no such team"),
        (["disable", "nobody"], "", "no such user"),
        (["disable", "jo"], "", "last administrator"),
        (["reset", "nobody"], PASSWORD, "no such user"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(arguments: list[str], stdin: str, says: str, shell: Shell) -> None:
    shell.ok("users", "add", "jo", "--role", "administrator", stdin=PASSWORD)
    done = shell.run("users", *arguments, stdin=stdin)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert says in done.err


def test_a_token_is_printed_once_and_opens_until_revoked(shell: Shell) -> None:
    token = shell.ok("tokens", "create", "chat", "--role", "operator", "--json").json
    assert token.keys() == {"token"}
    svc = bootstrap.build(load(), pool_size=1)
    signed_in = sessions.by_token(svc, token["token"])
    assert signed_in is not None
    assert token["token"] not in shell.ok("tokens", "list", "--json").out
    shell.ok("tokens", "revoke", "chat")
    assert sessions.by_token(svc, token["token"]) is None
    assert [row["revoked_at"] is not None for row in shell.ok("tokens", "list", "--json").json] == [True]
    svc.record.dispose()


def test_without_json_a_token_is_all_that_is_printed(shell: Shell) -> None:
    assert shell.ok("tokens", "create", "chat", "--role", "operator").out.strip().startswith("dsp_")
    assert shell.run("tokens", "create", "chat", "--role", "operator").code == 1
    assert shell.run("tokens", "revoke", "no-such").code == 1

"""What holds for every command: it exists, it explains itself, and it fails in one plain line."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from dispatch.cli.commands import app
from tests.cli.conftest import Shell
from tests.contract.examples import TEXT

#: What a quick command must not load.
HEAVY = ("fastapi", "pydantic", "redis", "rich", "rq", "sqlalchemy", "starlette", "structlog", "twilio", "yaml")


def tree(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command without commands below it, by its words."""
    below = getattr(command, "commands", None)
    if not below:
        yield path, command
        return
    for name, one in below.items():
        yield from tree(one, (*path, name))


COMMANDS = dict(tree(typer.main.get_command(app)))


def documented() -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """Every command of the public contract's table, and the options it names."""
    table = TEXT.split("## Command line")[1].split("\n## ")[0]
    for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE):
        for text in re.findall(r"`([^`]+)`", row):
            if text.startswith("-"):
                continue
            options = set(re.findall(r"--[a-z-]+", text))
            words = re.sub(r"\[.*?\]|--\S+( [A-Z]+)?|\b[A-Z]+\b", "", text).strip()
            noun, _, verbs = words.partition(" ")
            for verb in [v.strip() for v in verbs.split("/")] if verbs else [""]:
                yield (noun, verb) if verb else (noun,), options if "/" not in verbs or verb == "create" else set()


def test_the_contract_is_read_as_it_is_written() -> None:
    found = dict(documented())
    assert found["up",] == {"--host", "--port", "--data-dir", "--workers"}
    assert found["tokens", "create"] == {"--role"}
    assert {("users", "reset"), ("db", "check"), ("protocols", "show"), ("sweeper",), ("doctor",)} <= found.keys()


@pytest.mark.parametrize(("words", "options"), list(documented()), ids=[" ".join(w) for w, _ in documented()])
def test_every_command_of_the_contract_is_there(words: tuple[str, ...], options: set[str]) -> None:
    assert words in COMMANDS
    assert options <= {name for parameter in COMMANDS[words].params for name in parameter.opts}


@pytest.mark.parametrize("words", list(COMMANDS), ids=" ".join)
def test_every_command_is_in_the_contract_and_explains_itself(words: tuple[str, ...], bare: Shell) -> None:
    assert words in dict(documented())
    done = bare.ok(*words, "--help")
    assert f"Usage: dispatch {' '.join(words)}" in done.out
    assert len(done.out.splitlines()) > 5


@pytest.mark.parametrize(
    "words",
    [
        ("protocols", "list"),
        ("protocols", "show"),
        ("protocols", "check"),
        ("policy", "check"),
        ("roster", "import"),
        ("users", "add"),
        ("users", "list"),
        ("tokens", "create"),
        ("tokens", "list"),
        ("db", "check"),
        ("rebuild",),
        ("audit", "verify"),
        ("doctor",),
        ("version",),
    ],
    ids=" ".join,
)
def test_what_prints_a_table_prints_json_too(words: tuple[str, ...]) -> None:
    assert "--json" in {name for parameter in COMMANDS[words].params for name in parameter.opts}


@pytest.mark.parametrize("words", [(), ("protocols",), ("users",)], ids=lambda w: " ".join(w) or "dispatch")
def test_a_noun_alone_prints_its_commands(words: tuple[str, ...], bare: Shell) -> None:
    assert "Commands:" in bare.ok(*words).out


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["frob"], "frob"),
        (["users", "frob"], "frob"),
        (["users", "add"], "LOGIN"),
        (["users", "add", "jo", "--role", "king"], "king"),
        (["tokens", "create", "x"], "--role"),
        (["score"], "PROTOCOL"),
        (["score", "phq-9", "no-such-file"], "no-such-file"),
        (["up", "--port", "70000"], "--port"),
        (["worker", "--count", "0"], "--count"),
        (["roster", "import", "missing.yaml"], "missing.yaml"),
        (["doctor", "--loud"], "--loud"),
    ],
    ids=str,
)
def test_wrong_usage_is_exit_2_and_one_plain_line(arguments: list[str], names: str, shell: Shell) -> None:
    done = shell.run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert names in done.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["users", "list"], "there is no record at"),
        (["tokens", "list"], "there is no record at"),
        (["audit", "verify"], "there is no record at"),
        (["db", "check"], "there is no record at"),
        (["score", "no-such"], "unknown protocol 'no-such'"),
        (["protocols", "show", "no-such"], "unknown protocol 'no-such'"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_exit_1_and_one_plain_line(arguments: list[str], says: str, bare: Shell) -> None:
    done = bare.run(*arguments)
    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1
    assert says in done.err
    assert not bare.data.exists()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PORT", "much"),
        ("REDIS_URL", "http://:opensesame@cache"),
        ("REDIS_URL", "redis://:opensesame@cache:many/0"),
        ("REDIS_URL", "redis://:opensesame@cache/first"),
        ("REDIS_URL", "redis://:opensesame@cache/0?db=first"),
        ("DATABASE_URL", "postgresql://u:opensesame@db:many/record"),
        ("DATABASE_URL", "opensesame"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_without_the_password_in_it(
    setting: str, value: str, shell: Shell
) -> None:
    shell.env(**{setting: value})
    done = shell.run("users", "list")
    assert done.code == 1
    assert f"DISPATCH_{setting}" in done.err
    assert done.err.count("\n") == 1
    assert "opensesame" not in done.err


def test_help_loads_nothing_it_does_not_need() -> None:
    loaded = (
        "import sys; from dispatch.cli import commands; commands.run(['--help']); "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_console_script_is_this_one(bare: Shell) -> None:
    assert bare.script("--help").out == bare.ok("--help").out
    assert bare.script("frob").code == 2


def test_the_version_is_the_installed_one(bare: Shell) -> None:
    number = bare.ok("version", "--json").json["version"]
    assert bare.ok("version").out == f"crisis-dispatch {number}\n"


def test_whoever_has_read_enough_is_no_fault(bare: Shell) -> None:
    score = f"'{sys.executable}' -c 'from dispatch.cli import main; main()' score cssrs-screener"
    piped = f"yes '{{}}' | head -c 400000 | {score} | head -1"
    done = subprocess.run(["bash", "-c", piped], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr

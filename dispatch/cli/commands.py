"""Every command by its noun, and what becomes of what goes wrong: one plain line on stderr.

Exit 0: done. 1: it could not be done, and the last line on stderr says why. 2: it was not asked for in a way it knows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from dispatch.cli.audit import app as audit
from dispatch.cli.db import app as db
from dispatch.cli.doctor import doctor
from dispatch.cli.policy import app as policy
from dispatch.cli.processes import api, demo, migrate, sweeper, ticker, up, worker
from dispatch.cli.protocols import app as protocols
from dispatch.cli.queue import rebuild
from dispatch.cli.roster import app as roster
from dispatch.cli.scoring import score
from dispatch.cli.setup import setup
from dispatch.cli.shell import group, one_line
from dispatch.cli.tokens import app as tokens
from dispatch.cli.users import app as users
from dispatch.cli.version import version
from protocols.errors import InvalidFile, ServiceError

app = group("Logs crisis contacts, scores them, and pages qualified responders until a person has answered.")
for command in (up, demo, setup, api, worker, ticker, sweeper, migrate, score):
    app.command()(command)
app.add_typer(protocols, name="protocols")
app.add_typer(policy, name="policy")
app.add_typer(roster, name="roster")
app.add_typer(users, name="users")
app.add_typer(tokens, name="tokens")
app.add_typer(db, name="db")
app.add_typer(audit, name="audit")
for command in (rebuild, doctor, version):
    app.command()(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script; never returns."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """One command; its exit code. `arguments` None is those of the process."""
    try:
        code = app(None if arguments is None else list(arguments), prog_name="dispatch", standalone_mode=False)
        # Here and not at exit, where a closed pipe could not be told from a fault any more.
        sys.stdout.flush()
    except typer.TyperException as error:
        one_line(error.format_message())
        return error.exit_code
    except typer.Abort:
        one_line("stopped; nothing further was done")
        return 1
    except ServiceError as error:
        for line in lines(error):
            one_line(line)
        return 1
    except BrokenPipeError:
        # Whoever read from us has had enough, as `head` has. What is left to flush at exit would complain once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        one_line(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error))
        return 1
    return code if isinstance(code, int) else 0


def lines(error: ServiceError) -> list[str]:
    """One for each fault of a file; else the error's own sentence."""
    if isinstance(error, InvalidFile) and error.faults:
        return [f"{fault.field}: {fault.problem}" for fault in error.faults]
    return [error.detail]

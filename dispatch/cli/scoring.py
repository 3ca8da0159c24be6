"""`dispatch score`: answers in, results out, a line each, in the same order and in bounded memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from dispatch.cli.shell import Working, working

if TYPE_CHECKING:
    from dispatch.policy import Policy
    from protocols.engine import Score


# Urgency does not depend on when somebody was asked.
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def score(
    protocol: Annotated[str, typer.Argument(metavar="PROTOCOL", help="Its id, as `dispatch protocols list` shows it.")],
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, metavar="[FILE]", help="JSON lines; else stdin.")
    ] = None,
) -> None:
    """Score JSON lines of answers: {"q1": "yes", …} a line in, one result a line out.

    A line that cannot be scored gives a line with `error`, and exit 1 at the end. Nothing is logged or kept.
    """
    from dispatch.cli.library import library, site_policy
    from protocols.stream import score_lines

    chosen = library().get(protocol)
    policy = site_policy()
    bad = False
    with ExitStack() as opened:
        bar = opened.enter_context(working(f"scoring {protocol}"))
        lines: IO[str] = sys.stdin
        if file is not None:
            lines = opened.enter_context(file.open(encoding="utf-8"))
        for result in score_lines(chosen, _counted(lines, bar), lambda one: {"urgency": _urgency(one, policy)}):
            print(result)
            bad = bad or result.startswith('{"error"')
    if bad:
        raise typer.Exit(1)


def _counted(lines: IO[str], bar: Working) -> Iterator[str]:
    for line in lines:
        yield line
        bar.done()


def _urgency(result: Score, policy: Policy) -> str | None:
    """The most urgent of what is established and what a gap leaves open; None where the instrument has none."""
    from dispatch.assessed import Assessed, cautious_urgency, known_urgency
    from dispatch.priority import most_urgent

    one = Assessed(
        protocol=result.protocol,
        version=result.version,
        band=result.band,
        floor=result.floor,
        ceiling=result.ceiling,
        incomplete=result.incomplete,
        at=_ANY_TIME,
    )
    found = [urgency for urgency in (known_urgency(one, policy), cautious_urgency(one, policy)) if urgency is not None]
    return most_urgent(*found).value if found else None

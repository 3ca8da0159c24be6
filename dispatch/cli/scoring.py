"""`dispatch score`: answers in, results out, a line each, in the same order and in bounded memory."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from dispatch.cli.shell import Working, working

if TYPE_CHECKING:
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
    from dispatch.assessed import Assessed, urgency_of
    from dispatch.cli.library import library, site_policy
    from protocols.stream import lines_of, score_lines

    chosen = library().get(protocol)
    policy = site_policy()

    def urgency(scored: Score) -> Mapping[str, object]:
        return {"urgency": urgency_of(Assessed.of(chosen, scored, _ANY_TIME), policy)}

    bad = False
    with ExitStack() as opened:
        bar = opened.enter_context(working(f"scoring {protocol}"))
        lines: BinaryIO = sys.stdin.buffer
        if file is not None:
            lines = opened.enter_context(file.open("rb"))
        for result in score_lines(chosen, _counted(lines_of(lines), bar), urgency):
            print(result)
            bad = bad or result.startswith('{"error"')
    if bad:
        raise typer.Exit(1)


def _counted(lines: Iterable[bytes], bar: Working) -> Iterator[bytes]:
    for line in lines:
        yield line
        bar.done()

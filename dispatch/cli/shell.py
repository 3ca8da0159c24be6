"""What every command shares: groups, tables or JSON on stdout, plain lines on stderr, a bar for what takes long."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

#: Quicker work needs no bar: a flash of one only disturbs.
SHOWN_AFTER = 1.0

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def group(about: str) -> typer.Typer:
    """A command with commands below it; by itself it prints its help."""
    return typer.Typer(
        help=about,
        no_args_is_help=False,
        invoke_without_command=True,
        callback=_help_without_command,
        add_completion=False,
        # Boxes and colours cost a third of a second, and an error must stay one line.
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def one_line(text: str) -> None:
    """One plain line on stderr, whatever was in `text`."""
    sys.stderr.write(" ".join(text.split()) + "\n")


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """The rows' `columns`, lined up under their names; as JSON the whole rows, in a list."""
    if as_json:
        print_json(list(rows))
        return
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(column), *(len(line[n]) for line in cells), 0) for n, column in enumerate(columns)]
    for line in [[column.upper() for column in columns], *cells]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    if value is None or value in ((), []):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


class Working:
    """Something that may take long. `done` counts what is finished; without a total only the time is shown."""

    def __init__(self, what: str, total: int | None) -> None:
        self._what = what
        self._total = total
        self._count = 0
        self._bar: Progress | None = None
        self._lock = threading.Lock()

    def done(self, n: int = 1) -> None:
        self._count += n
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._count)

    def show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        with self._lock:
            bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(show_speed=True),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            bar.add_task(self._what, total=self._total, completed=self._count)
            bar.start()
            self._bar = bar

    def end(self) -> None:
        with self._lock:
            if self._bar is not None:
                self._bar.stop()


@contextmanager
def working(what: str, total: int | None = None) -> Iterator[Working]:
    """A bar on stderr from the first second on, if somebody is looking at it."""
    state = Working(what, total)
    timer = threading.Timer(SHOWN_AFTER, state.show)
    timer.daemon = True
    if sys.stderr.isatty():
        timer.start()
    try:
        yield state
    finally:
        timer.cancel()
        if timer.ident is not None:
            timer.join()
        state.end()

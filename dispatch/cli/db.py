"""`dispatch db`: copying the record, putting a copy back, and whether it is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dispatch.cli.shell import AsJson, group, one_line, print_json, working

app = group("The record: copy it, put a copy back, see whether it is whole.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(dir_okay=False)]) -> None:
    """Copy the record while it is in use, and check the copy.

    Personal fields stay sealed in it: keep DISPATCH_SECRET_KEY too, and keep it somewhere else.
    """
    from dispatch.cli.local import service
    from dispatch.flow import live
    from dispatch.store.backup import backup as copy

    with service() as (actor, svc, given), working("copying the record"):
        copy(given.record_url, file)
        live.set_mark(actor, svc, live.Mark.BACKED_UP)
    print(f"{file}: {file.stat().st_size / 1e6:.1f} MB, checked")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a copy in the place of the whole record. What is not in the copy is lost. Refused while the service runs."""
    from dispatch.cli.local import beating, settings
    from dispatch.store.backup import restore as put_back

    given = settings()
    if still := beating(given):
        # Whatever runs would go on with what it knows, and record it into a history it does not belong to.
        one_line(f"the service is running ({', '.join(still)}): stop it, wait 15 seconds, and restore then")
        raise typer.Exit(1)
    if not yes:
        typer.confirm("The record as it is now will be gone. Go on?", abort=True, err=True)
    given.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with working("restoring the record"):
        put_back(given.record_url, file)
    print("restored; now `dispatch migrate`, `dispatch db check`, start the service, and `dispatch rebuild`")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Is the record whole? Its own integrity, and both hash chains."""
    from dispatch.cli.local import must_exist, settings
    from dispatch.store.backup import check as look

    given = settings()
    must_exist(given)
    with working("checking the record"):
        problems = look(given.record_url)
    if as_json:
        print_json(problems)
    elif not problems:
        print("the record is whole")
    for problem in [] if as_json else problems:
        one_line(problem)
    if problems:
        raise typer.Exit(1)

"""`dispatch protocols`: what is in the library, and whether a site's own files are sound."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from dispatch.cli.shell import AsJson, group, one_line, print_json, table, working

app = group("The published instruments this installation can score.")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List every protocol in force, its version and where it comes from."""
    from dispatch.cli.library import library, site_folder

    folder = site_folder()
    rows = [
        {
            "id": one.id,
            "version": one.version,
            "use": one.definition.use,
            "in_force": one.definition.in_force.isoformat(),
            "from": "site" if folder is not None and Path(one.path).is_relative_to(folder) else "shipped",
            "title": one.title,
            "hash": one.hash,
        }
        for one in library()
    ]
    table(rows, ["id", "version", "use", "in_force", "from", "title"], as_json=as_json)


@app.command()
def show(id_: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Print a protocol's file: source, licence, items, rule, bands, worked examples."""
    from dispatch.cli.library import library

    protocol = library().get(id_)
    if as_json:
        print_json({**asdict(protocol.definition), "hash": protocol.hash})
    else:
        print(f"# {protocol.path}\n# sha256 {protocol.hash}\n{protocol.text}", end="")


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files or folders; else all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check files, run their worked examples, and name file and line of each fault with what to write instead."""
    from dispatch.cli.library import site_folder
    from protocols import check as checker
    from protocols.loader import SHIPPED, files_in

    site = site_folder()
    chosen = paths or [SHIPPED, *([site] if site else [])]
    files = [file for path in chosen for file in (files_in(path) if path.is_dir() else [path])]
    with working("checking protocols"):
        found = checker.check(chosen)
    if as_json:
        print_json([asdict(each) for each in found])
    elif not found:
        print(f"{len(files)} file{'s' * (len(files) != 1)}, no fault")
    for each in [] if as_json else found:
        one_line(str(each))
    if found:
        raise typer.Exit(1)

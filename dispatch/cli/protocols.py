"""`dispatch protocols`: what is in the library, and whether a site's own files are sound."""

from __future__ import annotations

import json
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
def schema() -> None:
    """Print the file format as a JSON Schema, for completion in an editor."""
    from protocols.schema import published

    print(published(), end="")


@app.command()
def fhir(id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Print a protocol as a FHIR R4 Questionnaire, in JSON."""
    from dispatch.cli.library import library
    from protocols.fhir import questionnaire

    print_json(questionnaire(library().get(id_)))


@app.command("import-fhir")
def import_fhir(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A FHIR R4 Questionnaire, in JSON.")],
    id_: Annotated[str, typer.Argument(metavar="ID", help="What the protocol shall be called.")],
) -> None:
    """Print the protocol file made from a FHIR R4 Questionnaire.

    A scoring rule does not come with one and is not guessed: answers are recorded until the site writes its rules.
    """
    from dispatch.cli.library import text_of
    from protocols.errors import Fault, InvalidFile, InvalidInput
    from protocols.fhir import protocol_text

    try:
        resource = json.loads(text_of(file))
    except json.JSONDecodeError as wrong:
        raise InvalidFile("is not JSON", [Fault(f"{file}:{wrong.lineno}", f"is not JSON: {wrong.msg}")]) from None
    try:
        text = protocol_text(resource if isinstance(resource, dict) else {}, id_)
    except InvalidInput as wrong:
        # As faults of a file, so that every field that is wrong has its line.
        faults = [Fault(f"{file}: {fault.field}", fault.problem) for fault in wrong.faults]
        raise InvalidFile(wrong.detail, faults) from None
    print(text, end="")


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

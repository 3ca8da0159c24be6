"""`dispatch roster`: people, shifts and overrides as one file, in and out."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from dispatch.cli.shell import AsJson, group, print_json, working

app = group("Who is on call: people, shifts and overrides as one file.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="roster.yaml, or shifts as .ics.")],
    team: Annotated[str | None, typer.Option(metavar="ID", help="Of an .ics: whose roster.")] = None,
    layer: Annotated[str | None, typer.Option(metavar="LAYER", help="Of an .ics: which layer.")] = None,
    person: Annotated[
        str | None, typer.Option(metavar="ID", help="Of an .ics: whose shifts; else titles are names.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=731, help="Of an .ics: how far ahead.")] = 180,
    as_json: AsJson = False,
) -> None:
    """Make the record say what FILE says. It is checked whole before anything is changed; twice changes nothing.

    An .ics file replaces the single shifts of one layer, from today on.
    """
    if file.suffix.lower() == ".ics":
        if team is None or layer is None:
            raise typer.BadParameter("an .ics file needs --team and --layer")
        _calendar(file, team, layer, person, days)
        return
    if team or layer or person:
        raise typer.BadParameter("--team, --layer and --person are for .ics files")
    from dispatch.cli.library import text_of
    from dispatch.cli.local import service
    from dispatch.flow.people import import_roster

    text = text_of(file)
    with service() as (actor, svc, _), working("importing the roster"):
        found = import_roster(actor, svc, text, str(file))
    if as_json:
        print_json(
            {
                "teams": [team.id for team in found.teams],
                "people": [person.id for person in found.people],
                "rules": list(found.rules),
                "new_teams": sorted(found.new_teams),
                "new_people": sorted(found.new_people),
                "doubts": list(found.doubts),
            }
        )
        return
    for doubt in found.doubts:
        print(f"look again: {doubt}")
    if found.nothing:
        print("nothing to change: the record already says so")
        return
    for noun, changed, new in (("team", found.teams, found.new_teams), ("person", found.people, found.new_people)):
        for one in changed:
            print(f"{'added' if one.id in new else 'changed'} {noun} {one.id}")
    for changed_team in found.rules:
        print(f"changed the shifts of {changed_team}")


def _calendar(file: Path, team: str, layer: str, person: str | None, days: int) -> None:
    from dispatch.cli.library import text_of
    from dispatch.cli.local import service
    from dispatch.flow.rostering import import_calendar

    text = text_of(file)
    with service() as (actor, svc, _), working("importing shifts"):
        count = import_calendar(actor, svc, text, str(file), team, layer, person, timedelta(days=days))
    print(f"{count} shift{'s' * (count != 1)} of {layer} in {team} for the next {days} days")


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(dir_okay=False, help="Where to; else stdout.")] = None,
) -> None:
    """Print the whole roster as the file that would make it again. It holds names and numbers: keep it safe."""
    from dispatch.cli.files import write_private
    from dispatch.cli.local import service
    from dispatch.flow.people import export_roster

    with service() as (actor, svc, _), working("exporting the roster"):
        text = export_roster(actor, svc)
    if file is None:
        sys.stdout.write(text)
    else:
        write_private(file, text)

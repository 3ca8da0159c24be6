"""`dispatch setup`: from nothing to a service that may ring real people, and a plain word on what is still missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dispatch.cli.checks.finding import Finding
    from dispatch.cli.local import Local
    from dispatch.settings import Settings

#: What the settings are written to: the file every command and process reads in this folder.
ENV = Path(".env")


def setup(
    wait: Annotated[int, typer.Option(min=1, metavar="SECONDS", help="How long to wait for your answers.")] = 300,
) -> None:
    """Ask what the service needs, ring you by text and call, and say what is not yet safe for live use.

    It may be run again: what is known is offered as the answer. Until nothing is red and you say so, every page shows
    a red "not live" bar.
    """
    from dispatch.cli import local, ringing
    from dispatch.cli.doctor import examine, say

    given = _settings(local.settings())
    _record(given)
    with local.service() as here, ringing.running(given) as already:
        team, person = _people(here)
        if already:
            typer.confirm("The service runs already. If you changed a setting, restart it now. Go on?", default=True)
        _ring(here, team, person, wait)
        print("\nLooking at everything …")
        found = list(examine(here.settings))
        say([one for one in found if one.level != "ok"])
        _live(here, [one for one in found if one.level == "red"])


def _settings(given: Settings) -> Settings:
    from dispatch.cli import envfile, interview, local
    from dispatch.cli.files import write_private

    answers, token = interview.settings(given)
    given.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if token is not None:
        file = given.data_dir.absolute() / "twilio_auth_token"
        write_private(file, f"{token}\n")
        answers["DISPATCH_TWILIO_AUTH_TOKEN_FILE"] = str(file)
    if answers:
        envfile.keep(ENV, answers)
        print(f"Written to {ENV.absolute()}, which only you can read.")
    return local.settings()


def _record(given: Settings) -> None:
    from dispatch.settings import make_secret
    from dispatch.store.migrate import migrate

    if given.secret_key is None:
        print(f"A secret key was made: {make_secret(given.data_dir)}. Keep a copy, apart from the backups.")
    migrate(given.record_url)


def _people(here: Local) -> tuple[str, str]:
    """The team and who is rung: from the roster there is, or from one that is asked for now."""
    from dispatch.cli import asking, interview
    from dispatch.flow import people
    from dispatch.rosterfile import read

    actor, svc, given = here
    known = read(people.export_roster(actor, svc)) if _has_team(here) else None
    if known is None:
        team = interview.team()
        everyone = interview.people(team)
        people.import_roster(actor, svc, interview.roster(team, everyone), "your answers")
        number = interview.last_resort() if given.policy_file is None else ""
        if number:
            people.set_policy(actor, svc, team["id"], f'team: {team["id"]}\nlast_resort: ["{number}"]\n')
        return team["id"], everyone[0]["id"]
    reachable = [one for one in known.people if one.phone is not None and "coordinator" in one.responder.roles]
    if not reachable:
        raise typer.BadParameter("no coordinator of the roster has a telephone: mend it with `dispatch roster import`")
    ids = [one.id for one in reachable]
    who = asking.ask(f"Who are you ({', '.join(ids)})", asking.some_of(ids), default=ids[0])
    chosen = next(one for one in reachable if one.id == who)
    return chosen.teams[0], chosen.id


def _has_team(here: Local) -> bool:
    from dispatch.flow import desk

    return bool(desk.teams(here.actor, here.svc))


def _ring(here: Local, team: str, person: str, wait: int) -> None:
    from dispatch.cli import asking, ringing
    from dispatch.cli.shell import working
    from dispatch.flow import live

    actor, svc, _ = here
    if not asking.sure("\nA text and a call go to you now. Ready?", default=True):
        return
    print("Reply STATUS to the text, and press 1 in the call.")
    with working("waiting for your answers"):
        found = ringing.ring(here, team, person, wait)
    for came, mark, what in (
        (found.text, live.Mark.TEXT_ANSWERED, "answer to the text"),
        (found.call, live.Mark.CALL_ANSWERED, "key in the call"),
    ):
        if came:
            live.set_mark(actor, svc, mark)
        print(f"The {what} came back." if came else f"No {what} came back.")


def _live(here: Local, red: list[Finding]) -> None:
    from dispatch.cli import asking
    from dispatch.flow import live

    actor, svc, _ = here
    if red:
        print(f"\nNOT LIVE: {len(red)} thing{'s' * (len(red) > 1)} to mend. Every page says so until then.")
        raise typer.Exit(1)
    if live.is_live(svc):
        print("\nThe service is live.")
    elif asking.sure("\nNothing speaks against it. May the service ring real people from now on?"):
        live.set_mark(actor, svc, live.Mark.LIVE)
        print("The service is live.")
    else:
        print("Not live. Run `dispatch setup` again when it may be.")

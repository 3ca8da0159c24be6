"""`dispatch policy check`: is it sound, and what happens when nobody answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dispatch.cli.shell import AsJson, group, print_json

if TYPE_CHECKING:
    from dispatch.policy import Policy

app = group("What a band means in urgency, and whom to page for how long.")


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="Else DISPATCH_POLICY_FILE, else the default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a policy against the library, and print each ladder as a timeline."""
    from dispatch.cli.library import read_policy, site_policy
    from dispatch.ladder import ladder_as_json, timeline
    from dispatch.priority import Urgency
    from dispatch.yamlfile import duration_text

    policy = read_policy(file) if file is not None else site_policy()
    if as_json:
        ladders = {urgency.value: ladder_as_json(policy.ladders[urgency]) for urgency in Urgency}
        print_json({"team": policy.team, "fingerprint": policy.fingerprint, "ladders": ladders})
        return
    print(f"policy of team {policy.team}: sound (fingerprint {policy.fingerprint[:12]})")
    for urgency in Urgency:
        due = duration_text(policy.respond_by[urgency])
        print(f"\n{urgency.value}: {policy.mode[urgency.value]}, first words within {due}")
        for line in timeline(policy.ladders[urgency]):
            print(f"  {line}")
    print(f"\n{_last(policy)}")


def _last(policy: Policy) -> str:
    numbers = len(policy.last_resort)
    if not numbers:
        return "last_resort: nobody is rung when no coordinator answers either"
    return f"last_resort: {numbers} number{'s' * (numbers > 1)} rung when no coordinator answers"

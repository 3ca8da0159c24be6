"""`dispatch tokens`: what other programs sign in with."""

from __future__ import annotations

from typing import Annotated

import typer

from dispatch.cli.shell import AsJson, group, print_json, table
from dispatch.cli.users import Roles, Teams, granted

app = group("What other programs sign in with.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the token is for.")]


@app.command()
def create(name: Name, role: Roles, team: Teams = None, as_json: AsJson = False) -> None:
    """Make a token and print it, this once: only a hash of it is kept."""
    from dispatch.cli.local import service
    from dispatch.flow.admin import create_token

    roles = granted(role)
    with service() as (actor, svc, _):
        _, secret = create_token(actor, svc, name, roles, team or ())
    if as_json:
        print_json({"token": secret})
    else:
        print(secret)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List every token, also those that hold no more; never the token itself."""
    from dispatch.cli.local import service
    from dispatch.flow.admin import list_tokens

    with service() as (actor, svc, _):
        rows = [
            {
                "name": token.name,
                "roles": [role.value for role in token.roles],
                "teams": list(token.teams),
                "created_at": token.created_at.isoformat(timespec="seconds"),
                "revoked_at": token.revoked_at and token.revoked_at.isoformat(timespec="seconds"),
            }
            for token in list_tokens(actor, svc)
        ]
    table(rows, ["name", "roles", "teams", "created_at", "revoked_at"], as_json=as_json)


@app.command()
def revoke(name: Name) -> None:
    """Let a token open nothing any more, from its next call on."""
    from dispatch.cli.local import service
    from dispatch.flow.admin import revoke_token

    with service() as (actor, svc, _):
        revoke_token(actor, svc, name)
    print(f"revoked {name}")

"""`dispatch users`: who may sign in."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from dispatch.cli.shell import AsJson, group, print_json, table

app = group("Who may sign in to the pages.")

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="What they sign in with.")]
Roles = Annotated[list[str], typer.Option("--role", metavar="ROLE", help="May be given several times.")]
Teams = Annotated[list[str] | None, typer.Option("--team", metavar="TEAM", help="Only in these; else in all.")]
NoPassword = Annotated[bool, typer.Option("--no-password", help="Nobody can use it until `users reset`.")]


@app.command()
def add(
    login: Login,
    role: Roles,
    team: Teams = None,
    person: Annotated[str | None, typer.Option(metavar="ID", help="Who they are in the roster.")] = None,
    no_password: NoPassword = False,
    as_json: AsJson = False,
) -> None:
    """Add a user. The password is asked for, or read from stdin when that is no terminal."""
    from dispatch.cli.local import service
    from dispatch.flow.admin import add_user

    roles = granted(role)
    with service() as (actor, svc, _):
        secret = None if no_password else password()
        user = add_user(actor, svc, login, secret, roles, team or (), person)
    if as_json:
        print_json(_shown(user))
    else:
        print(f"added {user.login}: {', '.join(user.roles)}")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List everyone who may or could sign in."""
    from dispatch.cli.local import service
    from dispatch.flow.admin import list_users

    with service() as (actor, svc, _):
        rows = [_shown(user) for user in list_users(actor, svc)]
    table(rows, ["login", "roles", "teams", "person", "created_at", "disabled_at"], as_json=as_json)


@app.command()
def disable(login: Login) -> None:
    """Let somebody sign in no more, and end what they have open."""
    from dispatch.cli.local import service
    from dispatch.flow.admin import disable_user

    with service() as (actor, svc, _):
        disable_user(actor, svc, login)
    print(f"disabled {login}")


@app.command()
def reset(login: Login) -> None:
    """Give somebody a new password, enable them again, and end what they have open."""
    from dispatch.cli.local import service
    from dispatch.flow.admin import reset_user

    with service() as (actor, svc, _):
        reset_user(actor, svc, login, password())
    print(f"new password for {login}")


def granted(names: list[str]) -> list[Any]:
    """The roles of these names; raises typer.BadParameter, which is a fault of usage."""
    from dispatch.flow.admin import GRANTABLE

    known = {role.value: role for role in GRANTABLE}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise typer.BadParameter(f"there is no role {unknown[0]!r}; there are {', '.join(known)}")
    return [known[name] for name in names]


def password() -> str:
    """Asked for twice at a terminal. Never an option: other users of this machine can read those."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _shown(user: Any) -> dict[str, Any]:
    return {
        "id": user.id,
        "login": user.login,
        "roles": [role.value for role in user.roles],
        "teams": list(user.teams),
        "person": user.person,
        "created_at": user.created_at.isoformat(timespec="seconds"),
        "disabled_at": user.disabled_at and user.disabled_at.isoformat(timespec="seconds"),
    }

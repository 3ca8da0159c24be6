"""What `setup` asks: Twilio, the address, the team and its people. The answers become settings and a roster file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from dispatch.cli import asking
from dispatch.cli.asking import ask

if TYPE_CHECKING:
    from dispatch.settings import Settings

_SID = "{}, then 32 digits and letters a to f"


def settings(given: Settings) -> tuple[dict[str, str], str | None]:
    """What is asked for and not settled by the environment: settings by name, and the auth token if a new one was
    given."""
    found: dict[str, str] = {}

    def open_(name: str) -> bool:
        return given.origins.get(name) != "environment"

    if open_("public_url"):
        says = "the https:// address, without a path"
        check = asking.matching(r"https://[^/\s]+/?", says)
        url = ask("Public address people and Twilio reach (https://…)", check, default=given.public_url)
        found["DISPATCH_PUBLIC_URL"] = url.rstrip("/")
    if open_("twilio_account_sid"):
        check = asking.matching(r"AC[0-9a-f]{32}", _SID.format("AC"))
        found["DISPATCH_TWILIO_ACCOUNT_SID"] = ask("Twilio account SID", check, default=given.twilio_account_sid)
    token = None
    if open_("twilio_auth_token") and not given.origins.get("twilio_auth_token", "").startswith("file /run/"):
        known = given.twilio_auth_token is not None
        again = " (empty keeps the one there is)" if known else ""
        check = asking.matching(r"\S{8,}", "that is no token")
        token = ask(f"Twilio auth token{again}", check, default="" if known else None, hidden=True) or None
    if open_("twilio_from"):
        found["DISPATCH_TWILIO_FROM"] = ask(
            "Twilio number that texts and calls come from", asking.phone, default=given.twilio_from
        )
    return found, token


def team() -> dict[str, Any]:
    print("\nYour team. Everything can be changed later: dispatch roster export, edit, dispatch roster import.")
    return {
        "id": ask("Short name of the team", asking.identifier, default="default"),
        "name": ask("Its name"),
        "timezone": ask("Time zone", asking.zone, default="America/New_York"),
        "state": ask("State, such as VA", asking.matching(r"[A-Z]{2}", "two capital letters")),
        "areas": asking.parts(ask("Areas you go to, parted by commas (may be empty)", default="")),
    }


def people(team: dict[str, Any]) -> list[dict[str, Any]]:
    """At least the installer, who comes first and coordinates."""
    print("\nYou first: alarms ring you when nobody answers, and you are rung in a moment to see that it works.")
    found = [_person(team, [], "Your name", "coordinator, supervisor")]
    while True:
        print("\nThe next person, or an empty name to end.")
        name = ask("Name", default="")
        if not name:
            return found
        found.append(_person(team, [one["id"] for one in found], name, "responder"))


def roster(team: dict[str, Any], people: list[dict[str, Any]]) -> str:
    """A roster file in which everybody is always on call: the first responder first, the others behind."""
    shifts = []
    responders = [one["id"] for one in people if "responder" in one["roles"]]
    for layer, ids in (
        ("primary", responders[:1]),
        ("backup", responders[1:]),
        ("supervisor", [one["id"] for one in people if "supervisor" in one["roles"]]),
    ):
        shifts += [{"team": team["id"], "layer": layer, "person": id_, "always": True} for id_ in ids]
    return yaml.safe_dump({"teams": [team], "people": people, "shifts": shifts}, sort_keys=False, allow_unicode=True)


def last_resort() -> str:
    print("\nWhen no coordinator answers either, one more number is rung: a control room, a duty phone.")
    return ask("Number of last resort (may be empty)", asking.phone, default="")


def _person(team: dict[str, Any], taken: list[str], name: str, roles: str) -> dict[str, Any]:
    from dispatch.responder import ROLES

    if not taken:
        name = ask(name)
    id_ = _id(name, taken)
    person: dict[str, Any] = {
        "id": id_,
        "name": name,
        "phone": ask("Mobile number", asking.phone),
        "roles": asking.parts(ask(f"Roles ({', '.join(ROLES)})", asking.some_of(ROLES), default=roles)),
        "teams": [team["id"]],
    }
    title = ask("Credential, such as QMHP or LMHP (empty: none, and no page)", default="")
    if title:
        expires = ask("It expires on", asking.day)
        person["credentials"] = [{"state": team["state"], "title": title, "status": "active", "expires": expires}]
    return person


def _id(name: str, taken: list[str]) -> str:
    """A handle of the name: texts to colleagues show it."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.split(maxsplit=1)[0].casefold()).strip("-") or "person"
    plain = plain if plain[0].isalpha() else f"p{plain}"
    return next(id_ for n in range(1, 1000) if (id_ := plain if n == 1 else f"{plain}{n}") not in taken)

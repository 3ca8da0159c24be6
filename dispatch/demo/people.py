"""Made-up people: who works here in the demo, and their roster. Seeded: a test and a visitor meet the same ones.

Telephone numbers are from 555-0100 to 555-0199, which no telephone company gives to anybody (North American Numbering
Plan).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources

import yaml

SEED = 7
TEAM = "default"
TIMEZONE = "America/New_York"
AREAS = ("fairfax", "arlington", "alexandria", "loudoun", "prince-william")
OUR_NUMBER = "+12025550100"

_GIVEN = (
    ("Ana", "Ava", "Amira"),
    ("Ben", "Bela", "Bao"),
    ("Dee", "Dara", "Dina"),
    ("Carmen", "Cleo", "Chidi"),
    ("Elio", "Esra", "Emma"),
    ("Fadi", "Freya", "Femi"),
    ("Gia", "Goran", "Grace"),
    ("Hugo", "Hana", "Hira"),
    ("Ines", "Idris", "Ivy"),
    ("Jonas", "Jin", "Jamal"),
)
_FAMILY = ("Ruiz", "Okoro", "Park", "Lind", "Haddad", "Novak", "Silva", "Moreau", "Tanaka", "Byrne", "Osei", "Kaya")


@dataclass(frozen=True, slots=True)
class Post:
    """One place on the roster. `opening`: on duty from the first minute; the others come on when it is over."""

    layers: tuple[str, ...]
    roles: tuple[str, ...]
    title: str
    languages: tuple[str, ...] = ("en",)
    populations: tuple[str, ...] = ("adult", "older_adult")
    opening: bool = False


#: The layer whose people take turns, an hour each: so that whoever stays a while sees a duty change hands. The others
#: are on always, and the opening needs nobody of this one: it goes the same way at any hour.
TURNS = "second"

#: The first three are the phones on the front page.
POSTS = (
    Post(("primary", "backup"), ("responder",), "LCSW", ("en", "es"), ("child", "adolescent", "adult"), opening=True),
    Post(("primary", "backup"), ("responder",), "LPC", opening=True),
    Post(("supervisor",), ("supervisor", "coordinator"), "LMHP", ("en",), (), opening=True),
    Post(("primary",), ("responder",), "LMHP", ("en", "es"), ("adolescent", "adult")),
    Post(("primary",), ("responder",), "Certified Pre-Screener"),
    Post(("backup",), ("responder",), "QMHP"),
    Post(("backup",), ("responder",), "QMHP", ("en", "ar"), ("adult", "adolescent")),
    Post(("backup",), ("responder",), "QMHP-C", ("en",), ("child", "adolescent", "adult")),
    Post(("second",), ("responder",), "LMFT", ("en", "ko"), ()),
    Post(("second",), ("responder",), "QMHP", ("en", "fr")),
)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody made up who works here. `id` is what texts and the ledger call them."""

    id: str
    name: str
    number: str
    post: Post


def members(seed: int = SEED) -> tuple[Member, ...]:
    """Everyone on the roster, the three of the front page first."""
    drawn = random.Random(seed)
    families = drawn.sample(_FAMILY, len(POSTS))
    found = []
    for n, (given, family, post) in enumerate(zip(_GIVEN, families, POSTS, strict=True)):
        first = drawn.choice(given)
        found.append(Member(first.lower(), f"{first} {family}", f"+12025550{101 + n}", post))
    return tuple(found)


def roster(people: Sequence[Member]) -> str:
    """The roster file that `flow.people.import_roster` reads."""
    team = {"id": TEAM, "name": "DEMO county crisis line", "timezone": TIMEZONE, "state": "VA", "areas": list(AREAS)}
    # A turn of an hour has no room for the usual half an hour's notice.
    checks = {"shift_check": "2m", "handoff": "5m"}
    turns = [member.id for member in people if TURNS in member.post.layers]
    rotation = {"people": turns, "every": "1h", "handoff": "00:00", "start": date(2026, 1, 5)}
    return yaml.safe_dump(
        {
            "teams": [team | checks],
            "people": [_person(member) for member in people],
            "shifts": [
                {"team": TEAM, "layer": layer, "person": member.id, "always": True}
                for member in people
                for layer in member.post.layers
                if layer != TURNS
            ]
            + [{"team": TEAM, "layer": TURNS, "rotation": rotation}],
        },
        sort_keys=False,
    )


def _person(member: Member) -> dict[str, object]:
    post = member.post
    return {
        "id": member.id,
        "name": member.name,
        "phone": member.number,
        "roles": list(post.roles),
        "teams": [TEAM],
        "languages": list(post.languages),
        "populations": list(post.populations),
        "credentials": [{"state": "VA", "title": post.title, "status": "active", "expires": "2031-12-31"}],
    }


def policy() -> str:
    """The demo's policy file: the shipped default with ladder waits of 15 and 20 seconds."""
    return resources.files("dispatch.demo").joinpath("policy.yaml").read_text("utf-8")

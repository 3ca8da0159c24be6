"""A team whose shifts begin and end, for stories about what happens at their edges."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from dispatch.flow import people
from tests.stories import team
from tests.stories.world import SYSTEM, World

_PLACE = "areas: [fairfax, arlington]"


class On(NamedTuple):
    """One shift; a local time without a zone is the team's."""

    person: str
    start: datetime
    end: datetime
    layer: str = "primary"


def on_duty(world: World, *shifts: On, always: tuple[str, ...] = (), **chosen: str) -> None:
    """A roster with these shifts, these people on without end, and these settings of the team."""
    settings = "".join(f", {key}: {value}" for key, value in chosen.items())
    text = team.roster(*(always or ("nobody",))).replace(_PLACE, _PLACE + settings)
    lines = "".join(
        f"  - {{team: default, layer: {one.layer}, person: {one.person},"
        f" from: '{one.start:%Y-%m-%dT%H:%MZ}', to: '{one.end:%Y-%m-%dT%H:%MZ}'}}\n"
        for one in shifts
    )
    people.import_roster(SYSTEM, world.svc, text.replace("  []\n", "") + lines)
    world.settle()

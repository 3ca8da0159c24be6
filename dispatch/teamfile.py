"""The settings of a team, as roster.yaml spells them beside its name:

    shift_check: 10m                     # no answer to the text at the start of a shift by then alarms the coordinator
    reminders: [24h, 1h]                 # before a shift
    swaps: approved                      # a coordinator must agree; `free` without
    handoff: 45m                         # before the end of a shift: told to hand on open cases; 30m without
    numbers: verified                    # only numbers proved by a code are paged; `any` without
    needs: {layers: [primary, backup], languages: [en, es], populations: [adult, child]}      # at every hour
    # … and in it `people: 1` where one person on call is enough

The same words go into the record: `settings_entry` writes what `settings_from` reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import yaml

from dispatch.responder import LANGUAGE, POPULATIONS
from dispatch.teamsettings import NOTHING_CHOSEN, Demand, TeamSettings
from dispatch.yamlfile import Node, duration_text, load

SETTINGS = ("shift_check", "reminders", "swaps", "handoff", "numbers", "needs")
#: A check nobody could answer in time would only teach people to ignore it.
SHORTEST_CHECK = timedelta(minutes=1)


def read_settings(parts: Mapping[str, Node]) -> TeamSettings:
    """From the keys of a team's entry; faults are noted at their lines."""
    return TeamSettings(
        shift_check=parts["shift_check"].duration(SHORTEST_CHECK) if "shift_check" in parts else None,
        reminders=tuple(one.duration(SHORTEST_CHECK) for one in parts["reminders"].items())
        if "reminders" in parts
        else (),
        approve_swaps="swaps" in parts and parts["swaps"].choice(("free", "approved")) == "approved",
        verified_only="numbers" in parts and parts["numbers"].choice(("any", "verified")) == "verified",
        handoff=parts["handoff"].duration(SHORTEST_CHECK) if "handoff" in parts else NOTHING_CHOSEN.handoff,
        demand=_demand(parts["needs"]) if "needs" in parts else Demand(),
    )


def settings_entry(settings: TeamSettings) -> dict[str, object]:
    """The keys that say something, as the file has them."""
    entry: dict[str, object] = {}
    if settings.shift_check is not None:
        entry["shift_check"] = duration_text(settings.shift_check)
    if settings.reminders:
        entry["reminders"] = [duration_text(before) for before in settings.reminders]
    if settings.approve_swaps:
        entry["swaps"] = "approved"
    if settings.handoff != NOTHING_CHOSEN.handoff:
        entry["handoff"] = duration_text(settings.handoff)
    if settings.verified_only:
        entry["numbers"] = "verified"
    needs = {
        "layers": list(settings.demand.layers) if settings.demand.layers is not None else None,
        "languages": list(settings.demand.languages) or None,
        "populations": list(settings.demand.populations) or None,
        "people": settings.demand.people if settings.demand.people != Demand().people else None,
    }
    if any(value is not None for value in needs.values()):
        entry["needs"] = {key: value for key, value in needs.items() if value is not None}
    return entry


def settings_from(entry: Mapping[str, Any]) -> TeamSettings:
    """What `settings_entry` made. Raises InvalidFile for anything else."""
    if not entry:
        return TeamSettings()
    root = load(yaml.safe_dump(dict(entry)), "stored settings of a team")
    found = read_settings(root.mapping(SETTINGS))
    root.done()
    return found


def _demand(node: Node) -> Demand:
    parts = node.mapping(("layers", "languages", "populations", "people"))
    populations = parts["populations"].items() if "populations" in parts else []
    return Demand(
        layers=tuple(parts["layers"].texts()) if "layers" in parts else None,
        languages=tuple(_language(one) for one in parts["languages"].items()) if "languages" in parts else (),
        populations=tuple(one.choice(POPULATIONS) for one in populations),
        people=parts["people"].whole(1, 2) if "people" in parts else Demand().people,
    )


def _language(node: Node) -> str:
    """A word that is no tag would be a gap at every hour that nobody could fill."""
    tag = node.text()
    if tag and not LANGUAGE.fullmatch(tag):
        node.fault("must be such as en or es-MX")
    return tag

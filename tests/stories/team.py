"""The made-up team of the stories: two people in the first layer, two behind them, one more on call, and two who are
told when nobody answers."""

from __future__ import annotations

#: person -> telephone number
NUMBERS = {
    "ana": "+12025550101",
    "ben": "+12025550102",
    "cam": "+12025550103",
    "dan": "+12025550104",
    "eve": "+12025550105",
    "dee": "+12025550106",
    "kim": "+12025550107",
}
LAST_RESORT = "+12025550190"
STRANGER = "+12025550177"

_LMHP = "[{state: VA, title: LMHP, status: active, expires: 2027-06-30}]"
_LAYERS = {
    "ana": "primary",
    "ben": "primary",
    "cam": "backup",
    "dan": "backup",
    "eve": "second",
    "dee": "supervisor",
}
_ROLES = {"dee": "supervisor", "kim": "coordinator"}


def roster(*on: str, capacity: int = 1) -> str:
    """The roster file with these people on call, all of them when none is named. Dee and Kim are always there to be
    told."""
    people = "\n".join(
        f"  - {{id: {who}, name: Made-up {who}, phone: '{number}', roles: [{_ROLES.get(who, 'responder')}],"
        f" teams: [default], populations: [adult], capacity: {capacity}, credentials: {_LMHP}}}"
        for who, number in NUMBERS.items()
    )
    shifts = "\n".join(
        f"  - {{team: default, layer: {layer}, person: {who}, always: true}}"
        for who, layer in _LAYERS.items()
        if who in (on or _LAYERS)
    )
    return f"""\
teams:
  - {{id: default, name: County crisis line, timezone: America/New_York, state: VA, areas: [fairfax, arlington]}}
people:
{people}
shifts:
{shifts or "  []"}
"""

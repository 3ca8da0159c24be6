"""Which people may make up a team together. The state's rule pack decides; policy may ask for more people, never fewer.

A person who may respond alone in the mode is a whole team if one is enough. Otherwise a visit needs one of the pack's
teams, each slot filled by a distinct person; in a state whose pack names no teams, and on the phone, at least one
member must be somebody who may respond alone. A trainee is therefore never sole, and two trainees are no team.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from dispatch.priority import Mode
from dispatch.rulepack import VISITS, Kind, RulePack, TeamRule, TitleRule


@dataclass(frozen=True, slots=True)
class Mix:
    """`complete`: these people are a team. `possible`: they are, or could become one by adding people up to `size`."""

    complete: bool
    possible: bool
    size: int
    reason: str


def mix(members: Sequence[TitleRule], mode: Mode, people: int, pack: RulePack | None) -> Mix:
    """Judge the members (accepted, or considered together) of a case that needs at least `people`."""
    teams = pack.teams if pack is not None and mode in VISITS else ()
    size = max([people, *(len(team.slots) for team in teams)])
    enough = len(members) >= people
    if enough and any(mode in member.alone for member in members):
        return Mix(complete=True, possible=True, size=max(people, len(members)), reason="may respond")
    if teams:
        if enough and any(_fills(team, members) for team in teams):
            return Mix(complete=True, possible=True, size=size, reason="an allowed team")
        possible = len(members) < size and (_may_lead(members, mode) or any(_fits(team, members) for team in teams))
    else:
        possible = len(members) < people
    if possible:
        return Mix(complete=False, possible=True, size=size, reason=f"{len(members)} of {size}")
    return Mix(complete=False, possible=False, size=size, reason=_why(members, mode))


def leads(rule: TitleRule) -> bool:
    """May be asked first. The others are asked once somebody who leads has been, or they would set out alone."""
    return rule.kind not in (Kind.TRAINEE, Kind.PEER)


def _may_lead(members: Sequence[TitleRule], mode: Mode) -> bool:
    return any(mode in member.alone for member in members)


def _fits(team: TeamRule, members: Sequence[TitleRule]) -> bool:
    """Each member has a slot of their own."""
    return any(
        all(member.kind in slot for member, slot in zip(members, slots, strict=False))
        for slots in permutations(team.slots, min(len(members), len(team.slots)))
        if len(slots) == len(members)
    )


def _fills(team: TeamRule, members: Sequence[TitleRule]) -> bool:
    """Each slot has a member of its own; more people than slots do no harm."""
    return len(members) >= len(team.slots) and any(
        all(member.kind in slot for member, slot in zip(some, team.slots, strict=True))
        for some in permutations(members, len(team.slots))
    )


def _why(members: Sequence[TitleRule], mode: Mode) -> str:
    titles = " and ".join(member.title for member in members) or "nobody"
    rule = next((m.source.cite for m in members if mode not in m.alone), "")
    return f"{titles} may not respond without another ({rule})" if len(members) < 2 else f"{titles} are no team"

"""Who can be asked right now, and where that will be missing, a team at a time, for the board and a plan's pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.access import Actor
from dispatch.console import words
from dispatch.coverage import AHEAD, Gap
from dispatch.flow import desk, duty
from dispatch.flow.duty import LayerOn
from dispatch.flow.service import Service
from dispatch.roster import EVERYONE, Team


@dataclass(frozen=True, slots=True)
class Hole:
    """A gap as a person reads it: one line, however many layers it is the same in. `gap` is the first of them."""

    gap: Gap
    layers: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Cover:
    """`holes` are real gaps, the worst first; `unproved` are the names of people on call whose number nobody has shown
    to be theirs: they are paged all the same."""

    team: Team
    layers: tuple[LayerOn, ...]
    holes: tuple[Hole, ...]
    unproved: tuple[str, ...]


def of(actor: Actor, svc: Service, teams: Iterable[Team]) -> list[Cover]:
    """Now, and the next 72 hours."""
    now = svc.clock.now()
    found = []
    for team in teams:
        gaps = duty.coverage(actor, svc, team.id, now, now + AHEAD)
        layers = duty.on_call(actor, svc, team.id).layers
        names = {one.id: one.name for one in desk.crew(actor, svc, team.id)} if gaps else {}
        names |= {one.person: one.name for layer in layers for one in layer.on}
        found.append(Cover(team, layers, holes(gaps, names), unproved(gaps, names)))
    return found


def unproved(gaps: Iterable[Gap], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted({names.get(str(gap.person), str(gap.person)) for gap in gaps if not gap.missing}))


def holes(gaps: Sequence[Gap], names: Mapping[str, str]) -> tuple[Hole, ...]:
    """Nobody at all, then nobody in a layer, then everything else, each in order of time."""
    same: dict[tuple[str, datetime, datetime, str], list[Gap]] = {}
    for gap in gaps:
        if gap.missing:
            same.setdefault((gap.kind, gap.start, gap.end, _says(gap, names)), []).append(gap)
    found = [Hole(own[0], tuple(gap.layer for gap in own), says) for (*_, says), own in same.items()]
    return tuple(sorted(found, key=lambda hole: (_weight(hole.gap), hole.gap.start, hole.gap.end)))


def _weight(gap: Gap) -> int:
    if gap.kind != "nobody":
        return 2
    return 0 if gap.layer == EVERYONE else 1


def _says(gap: Gap, names: Mapping[str, str]) -> str:
    """The reason with its people by name, as a sentence."""
    who = names.get(gap.person or "")
    text = re.sub(rf"\b{re.escape(str(gap.person))}\b", lambda _: who, gap.reason, count=1) if who else gap.reason
    if gap.off:
        off = words.listed([names.get(one, one) for one in gap.off])
        text = f"{text}: {off} {'are' if len(gap.off) > 1 else 'is'} on the roster and said OFF"
    return text[:1].upper() + text[1:].replace("_", " ")

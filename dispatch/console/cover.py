"""Who can be asked right now, and where that will be missing, a team at a time, for the board and the on-call page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.access import Actor
from dispatch.coverage import AHEAD, Gap
from dispatch.flow import duty
from dispatch.flow.duty import LayerOn
from dispatch.flow.service import Service
from dispatch.roster import Team


@dataclass(frozen=True, slots=True)
class Cover:
    team: Team
    layers: tuple[LayerOn, ...]
    gaps: tuple[Gap, ...]


def of(actor: Actor, svc: Service, teams: Iterable[Team]) -> list[Cover]:
    """Now, and the next 72 hours."""
    now = svc.clock.now()
    return [
        Cover(
            team,
            duty.on_call(actor, svc, team.id).layers,
            duty.coverage(actor, svc, team.id, now, now + AHEAD),
        )
        for team in teams
    ]

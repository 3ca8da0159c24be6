"""What a state's rules say about titles: who may respond alone, who needs a supervisor, which teams are allowed.

Rules are dated data with a citation and a confidence (`dispatch/rules/us/*.yaml`, read by `rulepackfile`). A state
without a pack gets `strict_rule`; the reasons then say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from dispatch.credential import Credential
from dispatch.priority import Mode


class Kind(StrEnum):
    """What a title amounts to in a team. Only the pack of its state says so."""

    LICENSED = "licensed"
    QUALIFIED = "qualified"
    ASSOCIATE = "associate"
    PEER = "peer"
    TRAINEE = "trainee"


class Supervision(StrEnum):
    NONE = "none"
    #: the supervisor named on the credential must be on call and reachable
    NAMED = "named"
    #: somebody of a licensed kind must be on call and reachable
    LICENSED = "licensed"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands. `verified` is False when its text was not read; it is then applied in its strict sense."""

    cite: str
    verified: bool = True


@dataclass(frozen=True, slots=True)
class TitleRule:
    title: str
    kind: Kind
    #: in which modes one person of this title may respond without a second
    alone: frozenset[Mode]
    supervision: Supervision
    source: Source


@dataclass(frozen=True, slots=True)
class TeamRule:
    """One allowed team for a visit. Each slot is filled by a distinct person of one of its kinds."""

    slots: tuple[frozenset[Kind], ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Renewal:
    """Training a title owes: `hours` every `years`, of which `topics` at least so many of each. None is not known."""

    title: str
    years: float
    hours: float
    topics: Mapping[str, float]
    source: Source


@dataclass(frozen=True, slots=True)
class RulePack:
    state: str
    #: the first day these rules hold
    effective: date
    titles: Mapping[str, TitleRule]
    teams: tuple[TeamRule, ...] = ()
    renewals: Mapping[str, Renewal] = field(default_factory=dict)

    def rule(self, credential: Credential) -> TitleRule:
        """The rule of a title. One the pack does not name may come as a second, never alone."""
        found = self.titles.get(credential.title.strip().casefold())
        if found is not None:
            return found
        source = Source(f"{credential.title} is not in the {self.state} rule pack, so never alone", verified=False)
        kind = Kind.TRAINEE if credential.trainee else Kind.ASSOCIATE
        supervision = Supervision.NAMED if credential.trainee else Supervision.LICENSED
        return TitleRule(credential.title, kind, frozenset(), supervision, source)


@dataclass(frozen=True, slots=True)
class RulePacks:
    """Every pack, any number for a state; the latest that is in force counts."""

    packs: tuple[RulePack, ...] = ()

    def of(self, state: str, today: date) -> RulePack | None:
        in_force = [pack for pack in self.packs if pack.state == state and pack.effective <= today]
        return max(in_force, key=lambda pack: pack.effective, default=None)


def strict_rule(credential: Credential) -> TitleRule:
    """For a state without a pack: an active credential of the state may respond, a trainee never alone and only while
    the supervisor named on the credential is on call."""
    source = Source(f"no rule pack for {credential.state}", verified=False)
    if credential.trainee:
        return TitleRule(credential.title, Kind.TRAINEE, frozenset(), Supervision.NAMED, source)
    return TitleRule(credential.title, Kind.QUALIFIED, frozenset(Mode), Supervision.NONE, source)

"""What a state's rules say about titles: who may respond alone, who needs a supervisor, which teams are allowed.

Rules are dated data with a citation and a confidence (`dispatch/rules/us/*.yaml`, read by `rulepackfile`). A rule of
which we are not sure is applied in its strict sense, see `TitleRule.applied`; so is a title its state's pack does not
name, and a state without a pack has `strict_rule`. The reasons of a match then say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from dispatch.credential import Credential, why_not_waived, why_void
from dispatch.priority import Mode

#: modes in which somebody travels
VISITS = frozenset({Mode.MOBILE, Mode.CO_RESPONSE})


class Kind(StrEnum):
    """What a title amounts to in a team, the most first. Only the pack of its state says so."""

    LICENSED = "licensed"
    QUALIFIED = "qualified"
    ASSOCIATE = "associate"
    PEER = "peer"
    TRAINEE = "trainee"


class Supervision(StrEnum):
    NONE = "none"
    #: the supervisor named on the credential must be on call and reachable, with a credential that counts
    NAMED = "named"
    #: somebody else of a licensed kind must be
    LICENSED = "licensed"
    #: somebody else of a licensed or qualified kind must be
    QUALIFIED = "qualified"


#: who supervises where nobody is named
SENIOR = {Supervision.LICENSED: (Kind.LICENSED,), Supervision.QUALIFIED: (Kind.LICENSED, Kind.QUALIFIED)}
_KINDS = list(Kind)


class Confidence(StrEnum):
    """How sure we are that a rule says what we wrote down."""

    #: read in the rule itself
    HIGH = "high"
    #: read in part, or in a copy, or its present version was not seen
    MEDIUM = "medium"
    #: general knowledge only
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands, how sure we are of it, and what we are not sure of."""

    cite: str
    confidence: Confidence
    unsure: str | None = None

    @property
    def verified(self) -> bool:
        return self.confidence is Confidence.HIGH


@dataclass(frozen=True, slots=True)
class TitleRule:
    title: str
    kind: Kind
    #: in which modes one person of this title may respond without a second
    alone: frozenset[Mode]
    supervision: Supervision
    source: Source

    @property
    def applied(self) -> TitleRule:
        """The rule in the sense in which it is applied.

        Below high confidence nobody but the licensed visits alone; at low confidence they also need a licensed
        supervisor within reach, where the rule named none.
        """
        if self.source.verified or self.kind is Kind.LICENSED:
            return self
        supervision = self.supervision
        if self.source.confidence is Confidence.LOW and supervision is Supervision.NONE:
            supervision = Supervision.LICENSED
        return replace(self, alone=self.alone - VISITS, supervision=supervision)


@dataclass(frozen=True, slots=True)
class TeamRule:
    """One allowed team for a visit. Each slot is filled by a distinct person of one of its kinds."""

    slots: tuple[frozenset[Kind], ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Renewal:
    """Training a title owes: `hours` every `years`, of which at least so many of each of `topics`. Hours None: the rule
    asks for training whose length is not counted in hours."""

    title: str
    years: int
    hours: float | None
    topics: Mapping[str, float]
    source: Source
    #: False where the first renewal after issue owes nothing
    first_renewal: bool = True


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something else the rules ask of a responding team, for people to read; nothing is decided by it."""

    text: str
    source: Source


@dataclass(frozen=True)
class RulePack:
    state: str
    #: the first day these rules hold
    effective: date
    #: by the title in small letters
    titles: Mapping[str, TitleRule]
    teams: tuple[TeamRule, ...] = ()
    #: by the title in small letters
    renewals: Mapping[str, Renewal] = field(default_factory=dict)
    requirements: tuple[Requirement, ...] = ()

    @cached_property
    def _applied(self) -> dict[str, TitleRule]:
        return {title: rule.applied for title, rule in self.titles.items()}

    def rule(self, credential: Credential) -> TitleRule:
        """The rule of a title, as it is applied. One the pack does not name may come as a second, never alone."""
        found = self._applied.get(key_of(credential.title))
        if found is not None:
            return found
        source = Source(f"{credential.title} is not in the {self.state} rule pack, so never alone", Confidence.LOW)
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


def _most(rule: TitleRule) -> tuple[int, int, str]:
    """Sorts the title that allows most first."""
    return -len(rule.alone), _KINDS.index(rule.kind), rule.title


def key_of(title: str) -> str:
    return title.strip().casefold()


def best_title(
    credentials: Iterable[Credential], state: str, team: str, today: date, pack: RulePack | None
) -> TitleRule | str:
    """The most that a person's credentials allow for cases of `team` in `state`, or why they allow nothing."""
    void, good = [], []
    for credential in credentials:
        why = why_void(credential, state, team, today)
        if why is not None:
            void.append(why)
        else:
            good.append(pack.rule(credential) if pack is not None else strict_rule(credential))
    if good:
        return min(good, key=_most)
    return "; ".join(void) or "has no credential"


def waived_title(
    credentials: Iterable[Credential], state: str, team: str, today: date, packs: RulePacks | None
) -> TitleRule | str:
    """What a person is by a waiver: what their credentials would make them if none had lapsed, or why no waiver
    covers them (`credential.why_not_waived`).

    A waived trainee is a trainee, and a waiver makes nobody more than their title says. One of another state is
    read by that state's pack, and counts only where there is none of this state.
    """
    held = [one for one in credentials if not one.only_for or team in one.only_for]
    why = why_not_waived(tuple(credentials), team)
    if why is not None:
        return why
    here = [one for one in held if one.state == state] or held
    found = []
    for one in here:
        pack = packs.of(one.state, today) if packs is not None else None
        found.append(pack.rule(one) if pack is not None else strict_rule(one))
    return min(found, key=_most)


def strict_rule(credential: Credential) -> TitleRule:
    """For a state without a pack: an active credential of the state may respond, a trainee never alone and only while
    the supervisor named on the credential is on call."""
    source = Source(f"no rule pack for {credential.state}", Confidence.LOW)
    if credential.trainee:
        return TitleRule(credential.title, Kind.TRAINEE, frozenset(), Supervision.NAMED, source)
    return TitleRule(credential.title, Kind.QUALIFIED, frozenset(Mode), Supervision.NONE, source)

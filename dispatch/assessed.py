"""An assessment as urgency sees it, and which of several results of one protocol counts.

A higher result counts at once. A later, lower one of the same protocol is only *proposed* until a second person, or
the QMHP who spoke with the person, has confirmed it. Every result is kept; these functions choose, they never drop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.policy import Policy
from dispatch.priority import Urgency, most_urgent
from protocols.engine import Score
from protocols.model import Protocol

#: Bands that report nothing. They read like this, never as "no risk": screens miss people.
REPORTS_NOTHING = {"none": "no suicidal thoughts reported", "negative": "no suicidal thoughts reported"}


class AnsweredBy(StrEnum):
    SELF = "self"
    OBSERVER = "observer"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """One scored answer set; `dispatch.flow` makes it of a `protocols` score."""

    protocol: str
    version: str
    #: None when the published rule gives none yet
    band: str | None
    #: the bands if every gap were read as least and as most worrying
    floor: str | None = None
    ceiling: str | None = None
    incomplete: bool = False
    flags: Mapping[str, object] = field(default_factory=dict)
    because: tuple[str, ...] = ()
    answered_by: AnsweredBy = AnsweredBy.SELF
    at: datetime
    #: the instrument's own published time for this band; zero is "at once"
    respond_within: timedelta | None = None
    #: somebody who may has confirmed this result although it is lower than an earlier one
    confirmed: bool = False

    @classmethod
    def of(cls, protocol: Protocol, score: Score, at: datetime, by: AnsweredBy = AnsweredBy.SELF) -> Assessed:
        """What `protocol` made of the answers given at this moment, by whom."""
        return cls(
            protocol=score.protocol,
            version=score.version,
            band=score.band,
            floor=score.floor,
            ceiling=score.ceiling,
            incomplete=score.incomplete,
            flags=score.flags,
            because=score.because,
            answered_by=by,
            at=at,
            respond_within=protocol.band(score.band).respond_within if score.band is not None else None,
        )

    @property
    def open(self) -> bool:
        """A gap could still raise the band."""
        return self.incomplete and (self.floor is None or self.floor != self.ceiling)


def known_urgency(assessed: Assessed, policy: Policy) -> Urgency | None:
    """What has been established, leaving gaps aside: never lower than the published rule allows. None is nothing."""
    table = policy.urgency.get(assessed.protocol, {})
    found = [table[band] for band in (assessed.band, assessed.floor) if band is not None and band in table]
    return most_urgent(*found) if found else None


def cautious_urgency(assessed: Assessed, policy: Policy) -> Urgency | None:
    """What to assume for what is open. None when nothing is.

    A protocol or band the policy does not map is assumed to be as urgent as no assessment at all.
    """
    if assessed.protocol in policy.context:
        return None
    table = policy.urgency.get(assessed.protocol)
    if table is None or (assessed.band is not None and assessed.band not in table):
        return policy.cautious.no_assessment
    return table["incomplete"] if assessed.open or assessed.band is None else None


def urgency_of(assessed: Assessed, policy: Policy) -> Urgency | None:
    """The most urgent of what is established and what is assumed for the gaps: a result's own urgency, by itself.

    None for an instrument that only gives context.
    """
    found = [one for one in (known_urgency(assessed, policy), cautious_urgency(assessed, policy)) if one is not None]
    return most_urgent(*found) if found else None


@dataclass(frozen=True, slots=True)
class Standing:
    """`counts` decide the urgency, protocols in the order they were first asked. `proposed` are lower, and wait."""

    counts: tuple[Assessed, ...]
    proposed: tuple[Assessed, ...]


def standing(history: Sequence[Assessed], policy: Policy) -> Standing:
    """Which results count, out of everything ever scored for a case.

    A lower result counts at once where it can only raise: an unfinished one beside a complete one that it does not
    confirm. Finishing an unfinished form is not lowering it, as only what was established stands against the later.
    """
    chains: dict[str, _Chain] = {}
    for result in sorted(history, key=lambda one: one.at):
        chains.setdefault(result.protocol, _Chain()).take(result, policy)
    return Standing(
        tuple(one for chain in chains.values() for one in chain.counts),
        tuple(one for chain in chains.values() for one in chain.proposed),
    )


class _Chain:
    """The results of one protocol, in the order they came."""

    def __init__(self) -> None:
        self.counts: list[Assessed] = []
        self.proposed: list[Assessed] = []

    def take(self, result: Assessed, policy: Policy) -> None:
        if result.confirmed or not self._lowers(result, policy):
            # Whatever was proposed before was an answer to a result that no longer counts.
            self.counts, self.proposed = [result], []
        elif _rank(cautious_urgency(result, policy)) < min(_rank(urgency_of(one, policy)) for one in self.counts):
            self.counts.append(result)
        else:
            self.proposed.append(result)

    def _lowers(self, result: Assessed, policy: Policy) -> bool:
        established = min((_rank(known_urgency(one, policy)) for one in self.counts), default=_NOTHING)
        flags = {flag for one in self.counts for flag in raised_flags(one, policy)}
        return _rank(known_urgency(result, policy)) > established or bool(flags - raised_flags(result, policy))


_NOTHING = len(Urgency)


def _rank(urgency: Urgency | None) -> int:
    return _NOTHING if urgency is None else urgency.rank


def raised_flags(assessed: Assessed, policy: Policy) -> set[str]:
    """The flags of a protocol that are not left to context, where they are true or a gap leaves them unknown."""
    given = assessed.flags
    return {name for name in policy.raise_by.get(assessed.protocol, {}) if given.get(name, "unknown") not in _CALM}


#: How a flag says no. Anything else, and its absence, is not no.
_CALM = (False, "no")

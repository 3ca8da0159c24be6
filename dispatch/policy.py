"""A team's policy: what a band, a fact or a worry means in urgency, and which clocks run.

Plain data; `policyfile` reads and checks it. Every mapping by urgency that a clock needs is complete here, so that no
case can meet an urgency for which nothing was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from dispatch.ladder import Ladder, Step
from dispatch.priority import Mode, Urgency

__all__ = ["Cautious", "CheckIn", "Codes", "Ladder", "Limits", "Policy", "Raise", "Step"]


@dataclass(frozen=True, slots=True)
class Cautious:
    """The urgency that stands in for what nobody knows yet. Unknown is never "no"."""

    #: nothing was assessed, or by a protocol the policy does not map
    no_assessment: Urgency
    #: a screen may say none or low, but nobody has said how worried they are
    worry_unknown: Urgency
    #: a hard-stop fact was not asked
    hard_stop_unknown: Urgency


@dataclass(frozen=True, slots=True)
class Raise:
    """A flag of a context instrument that is not left to context: at least `urgency`, and `ask` the protocol named."""

    urgency: Urgency
    ask: str


@dataclass(frozen=True, slots=True)
class CheckIn:
    #: from acceptance to the first words with the person; complete for all urgencies
    contact: Mapping[Urgency, timedelta]
    #: from setting out to arrival
    arrival: timedelta
    #: between safety check-ins while somebody is with the person
    on_scene: timedelta
    #: from the end of the work to a disposition
    disposition: timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """When a responder has had enough. These rank; they never exclude the last eligible person at urgent or above."""

    rest_after: timedelta
    pages_per_night: int
    #: local; runs past midnight when the first is the later one
    night: tuple[time, time]


@dataclass(frozen=True, slots=True)
class Codes:
    """How our urgency or mode is written in another service's codes, with the source of the comparison."""

    by: Literal["urgency", "mode"]
    values: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class Policy:
    team: str
    #: protocol -> band, or "incomplete" -> urgency
    urgency: Mapping[str, Mapping[str, Urgency]]
    #: protocols without an urgency of their own
    context: frozenset[str]
    #: protocol -> flag -> what it raises
    raise_by: Mapping[str, Mapping[str, Raise]]
    worry: Mapping[str, Urgency]
    #: safety fact -> urgency when it is yes; hard stops are immediate whatever stands here
    facts: Mapping[str, Urgency]
    cautious: Cautious
    respond_by: Mapping[Urgency, timedelta]
    #: protocols whose published hours are used as they are, even where `respond_by` is earlier
    own_hours: frozenset[str]
    #: protocol -> codes that ask for no page while nothing else is above routine
    no_page: Mapping[str, frozenset[str]]
    #: urgency, or "incomplete" for what is only assumed -> mode
    mode: Mapping[str, Mode]
    mode_by: Mapping[str, Mapping[str, Mode]]
    #: safety fact, or "protocol.band", that is true -> mode; holds mobile pages until the scene is cleared
    scene: Mapping[str, Mode]
    #: "FACT_unknown", or "protocol.band": one more person when the answer is mobile
    two_person: tuple[str, ...]
    ladders: Mapping[Urgency, Ladder]
    match: Mapping[Urgency, timedelta]
    #: filters of matching that may be left out, in this order, when nobody passes them; never a credential
    relax: tuple[str, ...]
    page_hours: Mapping[Urgency, tuple[time, time]]
    receipt: timedelta
    recontact: Mapping[str, Mapping[Urgency, timedelta]]
    check_in: CheckIn
    limits: Limits
    follow_up: Mapping[Urgency, timedelta]
    codes: Mapping[str, Codes]
    #: E.164 numbers rung when even the coordinators do not answer
    last_resort: tuple[str, ...]
    #: SHA-256 over everything but `last_resort`: numbers are few enough to be guessed from a hash
    fingerprint: str

    def recontact_within(self, line: str, urgency: Urgency) -> timedelta | None:
        """How soon an operator tries the person again, or None. A line that is not listed is like a lost one."""
        return self.recontact.get(line, self.recontact["lost"]).get(urgency)

    def arrive_by(self, mode: Mode, respond_by: datetime) -> datetime | None:
        """When somebody is to be with the person: as long after the first words as a way may take. None where nobody
        travels."""
        return respond_by + self.check_in.arrival if mode in (Mode.MOBILE, Mode.CO_RESPONSE) else None

    def codes_of(self, urgency: Urgency, mode: Mode) -> dict[str, str]:
        """The case's level in each other service's codes."""
        return {name: table.values[urgency if table.by == "urgency" else mode] for name, table in self.codes.items()}

"""From scores, safety facts and the operator's worry to urgency, mode and clocks, with every reason.

Each rule of RULES gives grounds, and a ground can only raise: the case takes the most urgent urgency, the strongest
mode and the earliest time of all grounds. So no answer, however reassuring, lowers what another one found; and no gap
does, since whatever is unknown gives a ground of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.assessed import REPORTS_NOTHING, Assessed, cautious_urgency, known_urgency, raised_flags, urgency_of
from dispatch.contactvalues import CallType, Tri, Worry
from dispatch.facts import Facts, Safety
from dispatch.policy import Policy
from dispatch.priority import Mode, Urgency, most_urgent, strongest
from dispatch.prompts import prompts_for


@dataclass(frozen=True, slots=True)
class BecauseOf:
    """One assessment that counted, most urgent first in `Triage.because`."""

    protocol: str
    version: str
    band: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Triage:
    urgency: Urgency
    mode: Mode
    #: the first conversation between a QMHP and the person, counted from the moment the contact was answered
    respond_by: datetime
    #: something was left open, or nothing was assessed
    incomplete: bool
    #: emergency services are called for these; the case stays open until they have confirmed contact
    hard_stops: tuple[str, ...]
    people_needed: int
    two_person_because: tuple[str, ...]
    because: tuple[BecauseOf, ...]
    reasons: tuple[str, ...]
    #: what to ask or do next, in the operator's words
    prompts: tuple[str, ...]
    #: no mobile page until a named person has recorded that the scene is cleared
    scene_hold: bool
    #: false where a code asks for no page (UK and Victorian E, F, G) and nothing is above routine
    pages: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason for an urgency. `within` counts from the answer; None brings no time of its own."""

    urgency: Urgency
    mode: Mode
    within: timedelta | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Given:
    facts: Facts
    assessments: Sequence[Assessed]
    policy: Policy

    def ground(
        self, urgency: Urgency, reason: str, mode: Mode | None = None, within: timedelta | None = None
    ) -> Ground:
        """A ground with the policy's mode and time, unless it brings its own; the earlier time counts."""
        promised = self.policy.respond_by[urgency]
        if within == timedelta(0):
            # Published as "at once", which is no number of minutes: the policy's most urgent time stands for it.
            within = self.policy.respond_by[Urgency.IMMEDIATE]
        time = promised if within is None else min(promised, within)
        return Ground(urgency, mode or self.policy.mode[urgency], time, reason)

    def assumed(self, urgency: Urgency, reason: str) -> Ground:
        return self.ground(urgency, reason, self.policy.mode["incomplete"])


def triage(
    facts: Facts, assessments: Sequence[Assessed], policy: Policy, answered_at: datetime, now: datetime
) -> Triage:
    """Decide. `assessments` are those that count (`assessed.standing`); those of `policy.context` only stand beside.

    `answered_at` and `now` are aware; `respond_by` may lie before `now` when a contact is entered late, and says so.
    """
    given = _Given(facts, assessments, policy)
    grounds = sorted((ground for rule in RULES for ground in rule(given)), key=lambda one: one.urgency.rank)
    urgency = most_urgent(*(ground.urgency for ground in grounds))
    mode = strongest(*(ground.mode for ground in grounds))
    times = (ground.within for ground in grounds if ground.within is not None)
    respond_by = answered_at + min(times, default=policy.respond_by[urgency])
    alone = doubts(facts, assessments, policy) if mode is Mode.MOBILE else ()
    late = ("the time to respond had passed before this was logged",) if respond_by <= now else ()
    return Triage(
        urgency=urgency,
        mode=mode,
        respond_by=respond_by,
        incomplete=any(one.incomplete for one in _of_the_person(given)) or _nobody_assessed(given),
        hard_stops=facts.safety.hard_stops(Tri.YES),
        people_needed=2 if alone else 1,
        two_person_because=alone,
        because=_because(given),
        reasons=(*dict.fromkeys(ground.reason for ground in grounds), *late),
        prompts=prompts_for(facts, assessments, policy, mode),
        scene_hold=bool(scene_unsafe(facts.safety, assessments, policy)),
        pages=urgency is not Urgency.ROUTINE or not _asks_for_no_page(given),
    )


def _hard_stops(given: _Given) -> Iterator[Ground]:
    for fact in given.facts.safety.hard_stops(Tri.YES):
        yield given.ground(Urgency.IMMEDIATE, f"{fact} = yes", Mode.EMERGENCY)
    if given.facts.call_type is CallType.EMERGENCY:
        yield given.ground(Urgency.IMMEDIATE, "call_type = emergency", Mode.EMERGENCY)


def _danger_at_the_scene(given: _Given) -> Iterator[Ground]:
    for fact, urgency in given.policy.facts.items():
        if given.facts.safety.of(fact) is Tri.YES:
            yield given.ground(urgency, f"{fact} = yes")
    for condition in scene_unsafe(given.facts.safety, given.assessments, given.policy):
        mode = given.policy.scene[condition]
        yield Ground(Urgency.ROUTINE, mode, None, f"{condition}: the scene is not known to be safe")


def _assessed(given: _Given) -> Iterator[Ground]:
    for one in given.assessments:
        known, assumed = known_urgency(one, given.policy), cautious_urgency(one, given.policy)
        if known is not None:
            yield _by_band(given, one, known)
        if assumed is not None:
            left = "unfinished" if one.incomplete else "the policy has no urgency for it"
            yield given.assumed(assumed, f"{one.protocol}: {left}, so {assumed} until it is known")


def _by_band(given: _Given, one: Assessed, urgency: Urgency) -> Ground:
    band = one.band or one.floor or ""
    reads = REPORTS_NOTHING.get(band, band) if not one.incomplete else f"at least {band}"
    why = f" ({', '.join(one.because)})" if one.because else ""
    mode = given.policy.mode_by.get(one.protocol, {}).get(band)
    ground = given.ground(urgency, f"{one.protocol}: {reads}{why}", mode, one.respond_within)
    if one.protocol in given.policy.own_hours and one.respond_within:
        return Ground(urgency, ground.mode, one.respond_within, ground.reason)
    return ground


def _flagged(given: _Given) -> Iterator[Ground]:
    for one in given.assessments:
        for flag in sorted(raised_flags(one, given.policy)):
            yield given.assumed(given.policy.raise_by[one.protocol][flag].urgency, f"{one.protocol}: {flag}")


def _worried(given: _Given) -> Iterator[Ground]:
    worry = given.facts.worry
    if worry is Worry.UNKNOWN:
        return
    ground = given.ground(given.policy.worry[worry], f"worry = {worry}")
    # No worry is no reason for a time of its own: it would cut short an instrument's published four weeks.
    yield replace(ground, within=None) if worry is Worry.NONE else ground


def _not_known(given: _Given) -> Iterator[Ground]:
    """What nobody asked yet. A call type that asks for no response is not raised by it: there was nobody to ask."""
    cautious = given.policy.cautious
    if _nobody_assessed(given):
        yield given.assumed(cautious.no_assessment, f"nothing assessed yet, so {cautious.no_assessment}")
    if not given.facts.asks_response:
        return
    if given.facts.worry is Worry.UNKNOWN:
        yield given.assumed(cautious.worry_unknown, "worry = unknown")
    for fact in given.facts.safety.hard_stops(Tri.UNKNOWN):
        yield given.assumed(cautious.hard_stop_unknown, f"{fact} = unknown")


def _nothing_more(given: _Given) -> Iterator[Ground]:
    yield Ground(Urgency.ROUTINE, Mode.PHONE, None, f"call_type = {given.facts.call_type}")


RULES: tuple[Callable[[_Given], Iterator[Ground]], ...] = (
    _hard_stops,
    _danger_at_the_scene,
    _assessed,
    _flagged,
    _worried,
    _not_known,
    _nothing_more,
)


def _of_the_person(given: _Given) -> list[Assessed]:
    """The assessments that have an urgency of their own."""
    return [one for one in given.assessments if one.protocol not in given.policy.context]


def _nobody_assessed(given: _Given) -> bool:
    return given.facts.asks_response and not _of_the_person(given)


def scene_unsafe(safety: Safety, assessments: Sequence[Assessed], policy: Policy) -> tuple[str, ...]:
    """The conditions of `policy.scene` that hold by these."""
    bands = {f"{one.protocol}.{band}" for one in assessments for band in (one.band, one.floor)}
    return tuple(
        condition
        for condition in policy.scene
        if (condition in bands if "." in condition else safety.of(condition) is Tri.YES)
    )


def doubts(facts: Facts, assessments: Sequence[Assessed], policy: Policy) -> tuple[str, ...]:
    """Why nobody travels alone, where somebody is to travel: the conditions of `policy.two_person` that hold, or that
    an unfinished assessment leaves open."""
    unknown = {
        "weapon_unknown": facts.safety.of("weapon") is Tri.UNKNOWN,
        "violence_unknown": facts.safety.of("violence") is Tri.UNKNOWN,
        # Not knowing where the person is and knowing that nobody does come to the same for those who travel.
        "location_unknown": facts.location_known is not Tri.YES,
    }
    bands = {f"{one.protocol}.{one.band or one.floor}" for one in assessments}
    open_ones = {one.protocol for one in assessments if one.open}
    return tuple(
        condition
        for condition in policy.two_person
        if unknown.get(condition, condition in bands or condition.partition(".")[0] in open_ones)
    )


def _asks_for_no_page(given: _Given) -> bool:
    codes = given.policy.no_page
    return any(one.band in codes.get(one.protocol, ()) for one in given.assessments)


def _because(given: _Given) -> tuple[BecauseOf, ...]:
    def rank(one: Assessed) -> int:
        urgency = urgency_of(one, given.policy)
        return len(Urgency) if urgency is None else urgency.rank

    return tuple(
        BecauseOf(one.protocol, one.version, one.band, one.because) for one in sorted(given.assessments, key=rank)
    )

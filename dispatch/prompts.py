"""What an operator is asked to ask or do next, because something is unknown or must not be forgotten."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from dispatch.assessed import Assessed, raised_flags
from dispatch.contactvalues import Tri, Worry
from dispatch.facts import Facts
from dispatch.policy import Policy
from dispatch.priority import Mode

#: How a hard stop is asked about, and named when it is there. To each of them yes is the danger, as on the form: a
#: question that turns it round is answered wrongly at three in the morning.
_QUESTIONS = {
    "attempt_in_progress": "Is an attempt under way right now?",
    "overdose_taken": "Has the person taken an overdose?",
    "medical_emergency": "Is the person unresponsive, not breathing, or badly hurt?",
    "weapon_in_hand": "Does anyone have a weapon in their hand?",
    "violence_now": "Is anyone being violent right now?",
}


def prompts_for(facts: Facts, assessments: Sequence[Assessed], policy: Policy, mode: Mode) -> tuple[str, ...]:
    """In the order to go through them, each once."""
    found = [*_emergency(facts, mode), *_minor(facts)]
    if facts.asks_response:
        found += [*_to_ask(facts), *_to_assess(assessments, policy)]
    if facts.visit is Tri.NO and mode in {Mode.MOBILE, Mode.CO_RESPONSE}:
        found.append("The person does not agree to a visit: try the least invasive help first.")
    return tuple(dict.fromkeys(found))


def _emergency(facts: Facts, mode: Mode) -> Iterator[str]:
    if facts.safety.hard_stops(Tri.YES) or mode is Mode.EMERGENCY:
        yield "Call 911 now and stay on the line; record the hand-off, and keep the case until they confirm contact."


def _minor(facts: Facts) -> Iterator[str]:
    if facts.minor is Tri.YES:
        yield "A minor: find out who may consent, and whether involving a parent or guardian is safe."
        yield "A minor: does what you have heard have to be reported? Follow your state's duty, and record it."
        if not facts.age_known:
            yield "How old is the person?"


def _to_ask(facts: Facts) -> Iterator[str]:
    for fact in facts.safety.hard_stops(Tri.UNKNOWN):
        yield _QUESTIONS[fact]
    if facts.worry is Worry.UNKNOWN:
        yield "How worried are you: none, some or high?"


def _to_assess(assessments: Sequence[Assessed], policy: Policy) -> Iterator[str]:
    done = {one.protocol for one in assessments if not one.incomplete}
    if all(one.protocol in policy.context for one in assessments):
        yield "Nothing has been assessed yet: ask a suicide screen."
    for one in assessments:
        if one.open:
            highest = f"; it could still come to {one.ceiling}" if one.ceiling else ""
            yield f"Finish {one.protocol}{highest}."
        for flag in sorted(raised_flags(one, policy)):
            ask = policy.raise_by[one.protocol][flag].ask
            if ask not in done:
                yield f"Ask {ask}: {one.protocol} {flag}."


def foreign_area(area: str | None, areas: Collection[str]) -> tuple[str, ...]:
    """For an operator: an area the team has not named is on no page, since it could be anything."""
    if area is None or area in areas:
        return ()
    return (f"The team has no area {area}: pages name none. It has {', '.join(sorted(areas)) or 'no areas'}.",)

"""Short ways to make what triage takes; every value that is not named is harmless and known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from dispatch.assessed import Assessed
from dispatch.contactvalues import CallType, Tri, Worry
from dispatch.facts import SAFETY_FACTS, Facts, Safety
from dispatch.policy import Policy
from dispatch.policyfile import default
from dispatch.triage import Triage, triage

ANSWERED = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
NOW = ANSWERED + timedelta(minutes=4)

CALM = dict.fromkeys(SAFETY_FACTS, Tri.NO)


def safety(**said: str) -> Safety:
    """All facts no, but for those named."""
    return Safety(**{**CALM, **{fact: Tri(answer) for fact, answer in said.items()}})


def facts(**parts: Any) -> Facts:
    calm: dict[str, Any] = {
        "call_type": CallType.PERSON_IN_CRISIS,
        "safety": safety(),
        "worry": Worry.NONE,
        "location_known": Tri.YES,
        "visit": Tri.YES,
        "minor": Tri.NO,
        "age_known": True,
    }
    return Facts(**{**calm, **parts})


def scored(protocol: str, band: str | None, **parts: Any) -> Assessed:
    given: dict[str, Any] = {"version": "1", "floor": band, "ceiling": band, "at": ANSWERED}
    return Assessed(protocol=protocol, band=band, **{**given, **parts})


def unfinished(protocol: str, floor: str, ceiling: str, **parts: Any) -> Assessed:
    return scored(protocol, None, floor=floor, ceiling=ceiling, incomplete=True, **parts)


NEGATIVE = scored("cssrs-screener", "none")


def decide(*assessments: Assessed, policy: Policy | None = None, **parts: Any) -> Triage:
    return triage(facts(**parts), assessments, policy or default(), ANSWERED, NOW)

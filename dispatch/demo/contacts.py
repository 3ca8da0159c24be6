"""A made-up contact for each arrival, as an operator would log it: marked DEMO wherever a person could read it.

Answers are drawn so that each kind of contact comes out at a fitting urgency; they follow the instruments' own skip
logic, because the service refuses any other.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from dispatch.demo.kinds import KINDS
from dispatch.demo.people import AREAS, TEAM

Body = dict[str, Any]

NARRATIVE = "DEMO. Drawn by a program; nobody said this and nobody is in need."
_GIVEN = ("Alex", "Sam", "Robin", "Jordan", "Casey", "Quinn", "Riley", "Noor", "Kim", "Sascha", "Toni", "Lou")
_FAMILY = ("Maple", "River", "Stone", "Meadow", "Harbor", "Winter", "Lake", "Orchard", "Field", "Brook")
_CALM = ("weapon", "violence", "attempt_in_progress", "overdose_taken", "medical_emergency")


def body(kind: str, drawn: random.Random, words: str = "") -> Body:
    """What is posted to /api/v1/contacts for one arrival. `words` is the recorded type, if there was one."""
    return _MAKE[kind](drawn, words)


def _common(drawn: random.Random, words: str) -> Body:
    number = f"+12025550{drawn.randint(150, 189)}"
    return {
        "channel": drawn.choices(["voice", "sms", "chat", "transfer_911"], [70, 12, 8, 10])[0],
        "call_type": "person_in_crisis",
        "team": TEAM,
        "caller": {"relation": "self", "line": drawn.choices(["held", "ended", "lost"], [70, 22, 8])[0]},
        "person": {
            "name": f"DEMO {drawn.choice(_GIVEN)} {drawn.choice(_FAMILY)}",
            "age_band": drawn.choices(["18-24", "25-40", "41-54", "55+"], [25, 35, 22, 18])[0],
            "languages": ["en"],
            "phone": {"number": number, "call": "yes", "voicemail": "unknown", "text": "unknown", "shared": "no"},
        },
        "location": {
            "text": f"DEMO, {drawn.randint(1, 99)} Nowhere Street",
            "area": drawn.choice(AREAS),
            "known": "yes",
            "place": drawn.choices(["residence", "community", "school", "hospital"], [70, 20, 4, 6])[0],
        },
        "safety": {**dict.fromkeys(_CALM, "no"), "minor": "no"},
        "worry": drawn.choices(["none", "some"], [60, 40])[0],
        "needs": {"population": "adult", "languages": ["es"] if drawn.random() < 0.08 else []},
        "consent": {"visit": "yes", "follow_up": drawn.choice(["yes", "unknown"]), "share": "unknown"},
        "narrative": _narrative(words),
    }


_SCREENS: dict[str, Body] = {
    "none": {"q1": "no", "q2": "no", "q6": "no"},
    "low": {"q1": "yes", "q2": "yes", "q3": "no", "q4": "no", "q5": "no", "q6": "no"},
    "moderate": {"q1": "yes", "q2": "yes", "q3": "yes", "q4": "no", "q5": "no", "q6": "no"},
    "high": {"q1": "yes", "q2": "yes", "q3": "yes", "q4": "yes", "q5": "no", "q6": "no"},
}


def screen(band: str) -> Body:
    """An answer set of the C-SSRS screener that comes out in this band."""
    return {"protocol": "cssrs-screener", "answered_by": "self", "answers": _SCREENS[band]}


def _screened(drawn: random.Random, weights: tuple[int, int, int, int]) -> Body:
    """In the band none, low, moderate or high, as often as `weights` say."""
    return screen(drawn.choices(list(_SCREENS), weights)[0])


def _distress(drawn: random.Random, words: str) -> Body:
    return {**_common(drawn, words), "assessments": [_screened(drawn, (35, 40, 20, 5))]}


def _suicidal_thoughts(drawn: random.Random, words: str) -> Body:
    return {**_common(drawn, words), "assessments": [_screened(drawn, (0, 30, 45, 25))]}


def _hard_stop(fact: str) -> Callable[[random.Random, str], Body]:
    def make(drawn: random.Random, words: str) -> Body:
        common = _common(drawn, words)
        return {**common, "caller": {**common["caller"], "line": "held"}, "safety": {**common["safety"], fact: "yes"}}

    return make


def _weapon(drawn: random.Random, words: str) -> Body:
    common = _distress(drawn, words)
    return {**common, "safety": {**common["safety"], "weapon": "yes"}}


def _someone_else(drawn: random.Random, words: str) -> Body:
    common = _common(drawn, words)
    caller = {
        "relation": drawn.choice(["parent", "partner", "friend", "neighbour"]),
        "line": "held",
        "with_person": drawn.choice(["yes", "no"]),
    }
    # Nobody has asked the person yet, so there is no screen: the service queues that at its cautious level.
    return {**common, "call_type": "someone_about_them", "caller": caller, "assessments": []}


def _resolved(drawn: random.Random, words: str) -> Body:
    return {
        **_common(drawn, words),
        "worry": "none",
        "assessments": [_screened(drawn, (100, 0, 0, 0))],
        "disposition": "resolved_on_call",
        "outcome": "distress_down",
        "resources_offered": ["DEMO warm line"],
        "follow_up": "declined",
    }


def _no_response(drawn: random.Random, words: str) -> Body:
    endings = [("silent", "no_one_spoke"), ("hang_up", "no_one_spoke"), ("information", "information_given")]
    kind, ending = drawn.choice(endings)
    return {
        "channel": "voice",
        "call_type": kind,
        "team": TEAM,
        "safety": dict.fromkeys(_CALM, "no"),
        "worry": "none",
        "narrative": _narrative(words),
        "disposition": ending,
    }


def _narrative(words: str) -> str:
    return f"{NARRATIVE} Recorded as: {words}." if words else NARRATIVE


_MAKE: dict[str, Callable[[random.Random, str], Body]] = {
    "distress": _distress,
    "suicidal_thoughts": _suicidal_thoughts,
    "attempt": _hard_stop("attempt_in_progress"),
    "overdose": _hard_stop("overdose_taken"),
    "weapon": _weapon,
    "someone_else": _someone_else,
    "resolved": _resolved,
    "no_response": _no_response,
}
assert tuple(_MAKE) == KINDS

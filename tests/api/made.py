"""Made-up teams, people and contacts for tests of the API."""

from __future__ import annotations

import copy
from typing import Any

ROSTER = """
teams:
  - {id: default, name: County crisis line, timezone: America/New_York, state: VA, areas: [fairfax, arlington]}
  - {id: north, name: North line, timezone: America/New_York, state: VA, areas: [loudoun]}
people:
  - id: ana
    name: Ana Ruiz
    phone: "+12025550101"
    roles: [responder]
    teams: [default]
    languages: [en, es]
    populations: [adult, adolescent, child]
    credentials: [{state: VA, title: LMHP, number: "0701-1", status: active, issued: 2024-07-01, expires: 2027-06-30}]
  - {id: ben, name: Ben Okoro, phone: "+12025550102", roles: [responder], teams: [default], populations: [adult],
     credentials: [{state: VA, title: QMHP, status: active, expires: 2027-06-30}]}
  - {id: dee, name: Dee Park, phone: "+12025550104", roles: [supervisor, coordinator], teams: [default, north],
     credentials: [{state: VA, title: LMHP, status: active, expires: 2027-06-30}]}
shifts:
  - {team: default, layer: primary, person: ana, always: true}
  - {team: default, layer: backup, person: ben, always: true}
  - {team: default, layer: supervisor, person: dee, always: true}
"""

NO = dict.fromkeys(("weapon", "violence", "attempt_in_progress", "overdose_taken", "medical_emergency", "minor"), "no")
CALM = {"q1": "yes", "q2": "yes", "q3": "no", "q4": "no", "q5": "no", "q6": "no"}
GRAVE = {"q1": "yes", "q2": "yes", "q3": "yes", "q4": "yes", "q5": "no", "q6": "no"}

_CONTACT: dict[str, Any] = {
    "channel": "voice",
    "call_type": "person_in_crisis",
    "team": "default",
    "caller": {"relation": "self", "phone": None, "line": "held"},
    "person": {
        "name": "Made Up",
        "age_band": "25-40",
        "languages": ["en"],
        "phone": {"number": "+12025550143", "call": "yes", "voicemail": "unknown", "text": "no", "shared": "unknown"},
    },
    "location": {"text": "12 Nowhere Lane", "area": "fairfax", "known": "yes"},
    "safety": NO,
    "worry": "some",
    "needs": {"languages": [], "population": "adult", "responder_gender": None},
    "consent": {"visit": "yes", "follow_up": "unknown", "share": "unknown"},
    "narrative": "cannot sleep, and does not want to be alone",
    "assessments": [{"protocol": "cssrs-screener", "answered_by": "self", "answers": CALM}],
}


def contact(answers: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """A contact as the interface shows one; `changes` replace whole top-level fields."""
    body = copy.deepcopy(_CONTACT)
    if answers is not None:
        body["assessments"][0]["answers"] = answers
    return body | changes

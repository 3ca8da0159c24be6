"""A clock belongs to a row: each open row has exactly one deadline, with a meaning.

Silence never closes anything. What a deadline does when it fires is in the table of the row that owns it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Owner(StrEnum):
    """Kinds of row that own a deadline."""

    CASE = "case"
    ESCALATION = "escalation"
    PAGE = "page"
    ALARM = "alarm"
    RECONTACT = "recontact"
    EMERGENCY = "emergency"
    #: rows of a team that belong to no case: see `matter`
    SWAP = "swap"
    HANDOFF = "handoff"
    DEPARTURE = "departure"
    SIGNATURE = "signature"
    SHIFT_CHECK = "shift_check"
    DEBRIEF = "debrief"


class Meaning(StrEnum):
    #: case
    ASSESSMENT_OVERDUE = "assessment_overdue"
    MATCH_OVERDUE = "match_overdue"
    ESCALATION_OVERDUE = "escalation_overdue"
    ALARM_OVERDUE = "alarm_overdue"
    CONTACT_OVERDUE = "contact_overdue"
    ARRIVAL_OVERDUE = "arrival_overdue"
    #: the safety check-in is asked for; its answer has a deadline of its own
    CHECK_IN_DUE = "check_in_due"
    CHECK_IN_OVERDUE = "check_in_overdue"
    RETRY_OVERDUE = "retry_overdue"
    DISPOSITION_OVERDUE = "disposition_overdue"
    #: escalation
    HOLD_ENDS = "hold_ends"
    STEP_OVERDUE = "step_overdue"
    ROUND_OVERDUE = "round_overdue"
    #: page
    RECEIPT_OVERDUE = "receipt_overdue"
    PAGE_OVERDUE = "page_overdue"
    #: alarm, recontact, 911 hand-off
    RING_AGAIN = "ring_again"
    RECONTACT_OVERDUE = "recontact_overdue"
    CONFIRMATION_OVERDUE = "confirmation_overdue"
    #: swap, hand-off
    SHIFT_BEGINS = "shift_begins"
    HANDOFF_OVERDUE = "handoff_overdue"
    #: departure: somebody who holds open cases goes off duty
    SPELL_ENDS = "spell_ends"
    #: signature of a trainee's assessment
    SIGNATURE_OVERDUE = "signature_overdue"
    #: check at the start of a shift
    SHIFT_CHECK_OVERDUE = "shift_check_overdue"
    #: debrief: an offer lapses, or one that was asked for is owed
    DEBRIEF_OVERDUE = "debrief_overdue"


@dataclass(frozen=True, slots=True)
class Deadline:
    """When silence becomes a fact, and which fact."""

    meaning: Meaning
    due_at: datetime

"""How a contact or a case ended, and which endings are allowed while the person is still on the line.

The words are those of published outcome lists: crisis text and telephone lines, the CIRCLE teams' primary
dispositions, and Massachusetts' mobile crisis reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from dispatch.contactvalues import Tri
from dispatch.errors import Fault
from dispatch.facts import Facts
from dispatch.priority import Urgency


class Disposition(StrEnum):
    #: the operator helped the person on the call, and nobody needs to be paged
    RESOLVED_ON_CALL = "resolved_on_call"
    INFORMATION_GIVEN = "information_given"
    #: silent, or hung up before speaking
    NO_ONE_SPOKE = "no_one_spoke"
    #: an abusive or prank call that was ended once it was clear that nobody asked for help
    CALL_ENDED = "call_ended"
    TEST = "test"
    DE_ESCALATED = "de_escalated"
    ENGAGED_ASSISTED = "engaged_assisted"
    ENGAGED_UNABLE = "engaged_unable"
    DECLINED_HELP = "declined_help"
    GONE_ON_ARRIVAL = "gone_on_arrival"
    NOT_REACHED = "not_reached"
    CRISIS_STABILISATION = "crisis_stabilisation"
    DETOX = "detox"
    DAY_TREATMENT = "day_treatment"
    OUTPATIENT = "outpatient"
    VOLUNTARY_ER = "voluntary_er"
    MEDICAL_HOSPITAL = "medical_hospital"
    INVOLUNTARY_HOLD = "involuntary_hold"
    EMERGENCY_SERVICES = "emergency_services"
    #: the person died before or during the response
    DIED = "died"
    RETURNED_TO_911 = "returned_to_911"
    CANCELLED_BY_911 = "cancelled_by_911"
    OUT_OF_AREA = "out_of_area"
    OUT_OF_SCOPE = "out_of_scope"
    #: the same person and need as another case, which goes on
    DUPLICATE = "duplicate"


#: Endings of a contact that asked for no response.
_NO_RESPONSE = frozenset(
    {Disposition.INFORMATION_GIVEN, Disposition.NO_ONE_SPOKE, Disposition.CALL_ENDED, Disposition.TEST}
)


class Outcome(StrEnum):
    """How the person was at the end of the call."""

    DISTRESS_DOWN = "distress_down"
    INFORMATION = "information"
    PLAN_MADE = "plan_made"
    NOT_REDUCED = "not_reduced"
    DISCONNECTED = "disconnected"
    REFUSED = "refused"


class FollowUpChoice(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NOT_OFFERED = "not_offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the operator ended the contact. For `resolved_on_call` everything is said; () is that nothing was offered."""

    disposition: Disposition
    outcome: Outcome | None = None
    resources_offered: tuple[str, ...] | None = None
    follow_up: FollowUpChoice | None = None
    #: the supervisor who confirmed, from their own sign-in; only flow may fill this in
    confirmed_by: str | None = None


def needs_case(facts: Facts, urgency: Urgency, ending: Ending | None) -> bool:
    """Whether somebody has to be found for this contact; if not, it is logged with its disposition alone.

    An ending must have passed `objections` first.
    """
    if ending is not None and ending.disposition is Disposition.RESOLVED_ON_CALL:
        return False
    return facts.asks_response or urgency is not Urgency.ROUTINE


def objections(facts: Facts, urgency: Urgency, ending: Ending | None) -> tuple[Fault, ...]:
    """Why a contact may not end like this on the call; empty when it may. Flow refuses with these."""
    return tuple(_objections(facts, urgency, ending))


def objections_joining(ending: Ending | None) -> tuple[Fault, ...]:
    """Why a contact about a case that is open may not end like this: whoever logs it would take the case for ended."""
    if ending is None or ending.disposition in _NO_RESPONSE:
        return ()
    return (Fault("disposition", f"{ending.disposition} ends no open case: leave it out, and close the case"),)


def _objections(facts: Facts, urgency: Urgency, ending: Ending | None) -> Iterator[Fault]:
    if ending is None:
        if not needs_case(facts, urgency, None):
            yield Fault("disposition", f"a contact of the type {facts.call_type} makes no case; say how it ended")
    elif ending.disposition is Disposition.RESOLVED_ON_CALL:
        yield from _resolved(facts, urgency, ending)
    elif ending.disposition not in _NO_RESPONSE:
        yield Fault("disposition", "is how a case ends; a contact may end as resolved_on_call")
    elif needs_case(facts, urgency, ending):
        why = f"it is {urgency}" if not facts.asks_response else f"{facts.call_type} asks for a response"
        yield Fault("disposition", f"cannot end it here: {why}")


def _resolved(facts: Facts, urgency: Urgency, ending: Ending) -> Iterator[Fault]:
    for name in ("outcome", "resources_offered", "follow_up"):
        if getattr(ending, name) is None:
            yield Fault(name, "must be said for a contact that was resolved on the call")
    if ending.confirmed_by is not None:
        return
    if urgency.at_least(Urgency.URGENT):
        yield Fault("disposition", f"resolved_on_call is not enough at {urgency}; a supervisor must confirm it")
    for answer in (Tri.YES, Tri.UNKNOWN):
        for fact in facts.safety.hard_stops(answer):
            yield Fault("disposition", f"{fact} is {answer}; a supervisor must confirm resolved_on_call")

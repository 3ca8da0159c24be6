"""What people read on screens for the codes that the record keeps: plain words, in one place, so that no pages differ.

Urgency is always a word *and* a shape (one to five bars): colour alone tells nothing to one man in twelve.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from enum import StrEnum

from dispatch.access import Role
from dispatch.alarm import Kind
from dispatch.case import Line, State
from dispatch.contactvalues import AgeBand, CallType, Channel, PlaceType, Relation, Tri, Worry
from dispatch.deadline import Meaning
from dispatch.disposition import Disposition, FollowUpChoice, Outcome
from dispatch.marks import What
from dispatch.page import Answer, Delivery
from dispatch.priority import Mode, Urgency

SAFETY_QUESTIONS: tuple[tuple[str, str, bool], ...] = (
    # (fact, question, hard stop); the order in which they are asked: what kills first, first
    ("attempt_in_progress", "Is an attempt under way right now?", True),
    ("overdose_taken", "Has the person taken an overdose?", True),
    ("medical_emergency", "Unresponsive, not breathing, or badly hurt?", True),
    ("weapon_in_hand", "Is a weapon in somebody's hand?", True),
    ("violence_now", "Is anyone being violent right now?", True),
    ("weapon", "Is there a weapon at the place?", False),
    ("violence", "Has there been violence there, or towards others?", False),
    ("minor", "Is the person under 18?", False),
)

_WORDS: dict[type[StrEnum], dict[str, str]] = {
    Urgency: {"911": "911"},
    Mode: {"phone": "by phone", "mobile": "mobile visit", "co_response": "co-response", "911": "911"},
    State: {
        "logged": "being assessed",
        "waiting": "waiting",
        "paging": "being paged",
        "unanswered": "nobody has answered",
        "accepted": "taken",
        "en_route": "on the way",
        "on_scene": "on scene",
        "engaged": "spoken with",
        "not_reached": "not reached",
        "cleared": "done, not closed",
        "closed": "closed",
    },
    What: {
        "off_duty": "not on call",
        "on": "said ON",
        "off": "said OFF",
        "opted_out": "texts stopped",
        "bad_number": "number cannot be paged",
        "unverified": "number not proved",
        "no_number": "no number",
        "not_proved": "number not proved",
        "excused": "excused once",
        "holds": "has a case",
        "page": "has a page",
        "asked": "shift check, no answer yet",
        "shift_check": "shift check not answered",
    },
    Kind: {
        "unanswered": "Nobody has taken this case",
        "safety": "Safety alarm from a responder",
        "contact_overdue": "Taken, but nobody has spoken with the person",
        "arrival_overdue": "Responder has not arrived",
        "retry_overdue": "Not reached: choose what comes next",
        "disposition_overdue": "Done, but not closed",
        "recontact_overdue": "Caller has not been called back",
        "emergency_unconfirmed": "911 called, contact not confirmed",
        "stood_down": "Stand-down not answered",
        "undelivered": "A page did not arrive",
        "handoff": "Off duty soon, and open cases were not taken over",
        "shift_check": "No answer to the check at the start of a shift",
        "waiver": "Works by a waiver of the credential",
        "unsigned": "A trainee's assessment is not signed",
        "expiring": "A credential runs out within days",
        "debrief": "A debrief was asked for and not held",
        "opted_out": "A responder stopped our texts",
        "bad_number": "A responder's number cannot be paged",
        "unknown_text": "Text from an unknown number",
        "not_understood": "A text nobody could act on",
        "coverage": "Gap in on-call cover",
        "service": "The service itself needs a look",
        "set_up": "Test of the set-up",
    },
    Meaning: {
        "assessment_overdue": "queued without a finished assessment",
        "match_overdue": "alarm if nobody could be paged",
        "escalation_overdue": "alarm if nobody takes it",
        "alarm_overdue": "alarm rings again",
        "contact_overdue": "alarm if nobody has spoken with the person",
        "arrival_overdue": "alarm if not arrived",
        "check_in_due": "safety check-in is sent",
        "check_in_overdue": "safety alarm without an answer",
        "retry_overdue": "alarm if not tried again",
        "disposition_overdue": "alarm if not closed",
        "hold_ends": "page hours begin",
        "step_overdue": "next step of the ladder",
        "round_overdue": "everyone is asked again",
    },
    Delivery: {
        "queued": "not sent yet",
        "sending": "being sent",
        "sent": "sent, no receipt yet",
        "delivered": "delivered",
        "undelivered": "did not arrive",
        "failed": "could not be sent",
    },
    Answer: {
        "open": "no answer yet",
        "accepted": "accepted",
        "declined": "declined",
        "expired": "time ran out",
        "superseded": "somebody else has it",
        "withdrawn": "taken back",
    },
    CallType: {
        "person_in_crisis": "Person in crisis",
        "someone_about_them": "Somebody calling about a person",
        "follow_up": "Follow-up",
        "professional": "Professional",
        "emergency": "Emergency",
        "silent": "Silent",
        "hang_up": "Hung up",
        "abusive": "Abusive",
        "prank": "Prank",
        "test": "Test",
        "information": "Information only",
    },
    Channel: {
        "voice": "Phone call",
        "sms": "Text",
        "chat": "Chat",
        "transfer_911": "Transferred by 911",
        "walk_in": "Walk-in",
        "other_line": "Another crisis line",
    },
    Relation: {
        "self": "The person",
        "position_of_responsibility": "Teacher, employer or similar",
        "unknown": "Not known",
    },
    Line: {
        "held": "Still on the line",
        "ended": "Ended the call",
        "lost": "Line was lost",
        "never_spoke": "Never spoke",
    },
    Tri: {"yes": "Yes", "no": "No", "unknown": "Not known"},
    Worry: {"none": "None", "some": "Some", "high": "High", "unknown": "Not said"},
    AgeBand: {"0-12": "12 or younger", "55+": "55 or older", "unknown": "Not known", "declined": "Would not say"},
    Disposition: {
        "resolved_on_call": "Resolved on the call, nobody paged",
        "no_one_spoke": "No one spoke",
        "call_ended": "Call ended, no help asked for",
        "de_escalated": "Calmed, stays where they are",
        "engaged_assisted": "Helped; accepted a service",
        "engaged_unable": "Engaged, could not take part",
        "voluntary_er": "Emergency room, by choice",
        "medical_hospital": "Hospital, medical",
        "crisis_stabilisation": "Crisis stabilization unit",
        "died": "The person died",
        "returned_to_911": "Returned to 911",
        "cancelled_by_911": "Cancelled by 911",
        "out_of_area": "Outside our area",
        "out_of_scope": "Not ours to handle",
    },
    Outcome: {
        "distress_down": "Less distressed",
        "plan_made": "Safety plan made",
        "not_reduced": "Not less distressed",
    },
    FollowUpChoice: {},
    PlaceType: {"residence": "Home", "jail": "Jail"},
    Role: {},
}  # fmt: skip

#: What somebody reads on their first day, wherever a team is needed.
NO_TEAM = "There is no team yet. Whoever runs this service imports a roster: dispatch roster import FILE."

_UNKNOWN = " = unknown"


def reasons(found: Iterable[str]) -> list[str]:
    """Reasons as a person reads them; all that is merely not known yet in one line, at the end."""
    everything = list(found)
    known = [one.replace("_", " ") for one in everything if not one.endswith(_UNKNOWN)]
    unknown = [one.removesuffix(_UNKNOWN).replace("_", " ") for one in everything if one.endswith(_UNKNOWN)]
    return [*known, f"not known yet: {', '.join(unknown)}"] if unknown else known


#: Why an alarm rings, where its title does not say that already.
_BECAUSE = {
    "ladder_exhausted": "nobody answered at any step",
    "nobody_in_time": "the time for finding somebody is over",
    "ladder_overdue": "the next step is late",
    "still_unanswered": "still nobody, after another round",
    "line_not_held": "the caller is not on the line any more",
    "check_in_missed": "a safety check-in was not answered",
    # The title says it.
    **dict.fromkeys(("no_contact_made", "not_arrived", "not_reached", "disposition_owed", "stood_down", "text"), ""),
    **dict.fromkeys(("contact_not_confirmed", "waived", "set_up"), ""),
}


def because(found: Iterable[str]) -> str:
    """Why an alarm rings, as a sentence without its full stop. A carrier's code stays a number to look up."""
    said = []
    for one in found:
        what, _, code = one.partition(":")
        if code.isdigit():
            said += [_WORDS[Delivery].get(what, ""), f"carrier's code {code}" if int(code) else ""]
        else:
            said.append(_BECAUSE.get(one, one.replace("_", " ")))
    text = ", ".join(dict.fromkeys(filter(None, said)))
    return text[:1].upper() + text[1:]


#: What a gap's kind is called where there is room for a word only.
GAPS = {"single": "only one", "unreachable": "cannot be reached", "unproved": "not proved"}


def gap(kind: str) -> str:
    return GAPS.get(kind, kind)


def listed(names: Sequence[str]) -> str:
    """`Ana, Ben and Dee`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


BARS = {urgency: 5 - urgency.rank for urgency in Urgency}


def word(value: StrEnum | str | None) -> str:
    """What a person reads for a code; the code itself with spaces where nothing better was written."""
    if value is None:
        return "not known"
    known = _WORDS.get(type(value), {}) if isinstance(value, StrEnum) else {}
    return known.get(str(value), str(value).replace("_", " "))


def choice(value: StrEnum) -> str:
    """The same, to begin a choice in a list."""
    text = word(value)
    return text[:1].upper() + text[1:]


def span(time: timedelta) -> str:
    """How long, in the two largest units: `3 min 05 s`, `2 h 10 min`, `4 d 3 h`."""
    seconds = max(0, int(abs(time.total_seconds())))
    if seconds < 60:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02d} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"

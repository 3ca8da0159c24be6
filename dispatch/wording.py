"""Every text the service sends. Spoken lines are in `spoken`.

A page is one GSM-7 segment and holds only a case code, urgency, a coarse area, the mode, the staff-safety bit, how to
answer, until when, and a link that demands a sign-in. Lock screens, carriers and family members read text messages:
nothing that tells who the person is, where they live or what is wrong can be rendered into one (`slots` sees to it).

Source: the public contract, "Text messages"; minimum necessary, 45 CFR 164.502(b).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from dispatch import codes, gsm7, slots
from dispatch.alarm import Kind
from dispatch.errors import Fault, InvalidInput
from dispatch.priority import Mode, Urgency

#: A public address up to this long always leaves room for the link.
LONGEST_PUBLIC_URL = 48


class Safety(StrEnum):
    """What a responder must know before they set out, and no more than that."""

    TWO_PERSON = "2-person"
    CALL_FIRST = "call first"


@dataclass(frozen=True, slots=True)
class PageWords:
    """All that a page can say. `by` is team-local `HH:MM`; `area` is an area id of the team, dropped when it is not.

    `repeat`: an earlier copy may have arrived; it is the same page, not another one.
    """

    code: str
    urgency: Urgency
    mode: Mode
    area: str | None
    safety: frozenset[Safety]
    by: str
    link: str
    repeat: bool = False

    def __post_init__(self) -> None:
        checks = {"code": codes.valid(self.code), "by": slots.time(self.by), "link": slots.link(self.link)}
        faults = [Fault(field, "is not of the kind a page may hold") for field, right in checks.items() if not right]
        if faults:
            raise InvalidInput("these words cannot be put in a page", faults)


def page(words: PageWords) -> str:
    """The page as text: at most 160 septets. The area is shortened first, the code and the link never."""
    return next(text for text in _shorter_and_shorter(words) if gsm7.fits(text))


def _shorter_and_shorter(words: PageWords) -> Iterator[str]:
    code = words.code
    again = "REPEAT " if words.repeat else ""
    safety = ", ".join(bit.value for bit in Safety if bit in words.safety)
    area = slots.area(words.area) or ""

    def facts(shown: str = "") -> str:
        return " ".join(filter(None, [slots.URGENCY[words.urgency], shown, slots.MODE[words.mode], safety]))

    answers = f"Reply 1 {code} accept, 2 {code} decline, by {words.by}."
    for shown in [area, *(area[:length].rstrip() + "." for length in range(len(area) - 1, 2, -1)), ""]:
        yield f"{again}CRISIS PAGE {code} {facts(shown)}. {answers} {words.link}"
    yield f"{again}CRISIS PAGE {code} {facts()}. 1 {code} accept, 2 {code} decline, by {words.by} {words.link}"
    yield f"{again}PAGE {code} {facts()}. 1 {code} yes, 2 {code} no, by {words.by} {words.link}"
    # Only past LONGEST_PUBLIC_URL, which set-up refuses: the page can still be answered without its link.
    yield f"{again}CRISIS PAGE {code} {facts()}. {answers}"


#: Every other text by name; `Tell.words` is one of these names, `Tell.about` fills the slots.
TEXTS: dict[str, str] = {
    # answers to an accept or a decline
    "accepted": "You have {code}. Reply 3 {code} on the way, 6 {code} reached, CALL {code} to be connected.{tail}",
    "accepted_with": "You have {code}, with {who}. Reply 3 {code} on the way, 6 {code} reached.{tail}",
    "assigned": "{code} was given to you. Reply 3 {code} on the way, 6 {code} reached, BACKUP {code} for help.{tail}",
    "first_of_two": "You have {code}, first of {needed}. The others are being asked; you will be told who comes.{tail}",
    "joined": "{code}: the team is complete, with {who}.",
    "taken": "{code} is with {who}. Nothing more to do. Thank you.",
    "declined": "{code} declined. The next person is being asked.",
    "decline_owned": "You already have {code}. To give it back, call your coordinator or send BACKUP {code}.",
    "withdrawn": "{code} needs nobody any more. Nothing to do.",
    "closed": "{code} is closed. Nothing to do. Thank you.",
    "cleared": "{code} is done. Nothing to do. Thank you.",
    # while a case is held
    "noted": "Noted.",
    "status_noted": "{code}: {stage}, recorded.",
    "check_in": "{code} check-in. Reply OK.",
    "backup_coming": "{code}: backup is being asked. You will be told who comes.",
    "calling": "{code}: your phone will ring now. Answer it to be connected.",
    "released": "{code} is given back. Others are being asked.",
    "left": "{code}: no longer with you: {who}. Somebody else is being asked.",
    "scene_cleared": "{code}: the scene is cleared, you may go.{tail}",
    "regraded": "{code} is now {urgency}.{tail}",
    "contact_reminder": "{code}: nobody has spoken with the person yet. Reply 6 {code} reached, 7 {code} not reached.",
    "arrival_reminder": "{code}: are you there? Reply 4 {code} on scene, BACKUP {code} for help.",
    "retry_reminder": "{code}: not reached yet. Reply 3 {code} to try again, 6 {code} reached, BACKUP {code} for help.",
    "disposition_reminder": "{code} is done but has no disposition yet. Please close it.{tail}",
    # the telephone itself
    "shift_check": "Shift check: you are on call ({layer}). Reply OK by {at}, or your coordinator is told.",
    "shift_check_ok": "Thank you, we can reach you.",
    "reminder": "Reminder: you are on call {duty}, {layer}.{off}{tail}",
    "number_code": "Crisis dispatch: {digits} proves that this number is yours. Enter it on the page, or text it back.",
    "number_proved": "This number is proved. Thank you.",
    "number_code_wrong": "That is not the code we sent. Look again, or ask for a new one.",
    # availability and looks
    "on": "You are on call{until}. Send OFF to go off.",
    "off": "You are off call. Send ON to come back.",
    "off_holds": "You still have {codes}. Send 5 with the code when done. To go off anyway, send OFF NOW.",
    "off_last": "You are the last one on call. Ask your coordinator for cover. To go off anyway, send OFF NOW.",
    "who": "On call with you: {people}.",
    # credentials that run out
    "credential_90": "A credential of yours runs out within 90 days. Renew it, and tell your coordinator the new date.",
    "credential_30": "A credential of yours runs out within 30 days. Renew it, and tell your coordinator the new date.",
    "credential_7": "A credential of yours runs out within 7 days. Without a renewal you will not be paged after it.",
    "credential_expired": "A credential of yours has run out: you are not paged where it is needed. Call us.",
    "supervisor_expires": "A credential of {who}, who supervises you, runs out soon. Ask who supervises you after it.",
    "supervisor_expired": "A credential of {who}, who supervises you, has run out. You are not paged meanwhile.",
    # a trainee's assessment
    "signature_wanted": "{code}: an assessment by {who} waits for your signature. See the page Signatures.",
    "signature_returned": "{code}: your assessment came back from {who}. Read why on the case, and assess again.",
    # after a hard call
    "debrief_offered": "{code} was a hard one. Would you like to talk about it? Send DEBRIEF, or NO DEBRIEF.",
    "debrief_noted": "Noted: your coordinator will arrange a talk about {code}. In need now, call or text 988.",
    "debrief_none": "You had no case in the last days. To talk with somebody, call your coordinator.",
    "debrief_declined": "Noted: no debrief. Send DEBRIEF if you think otherwise later.",
    "debrief_wanted": "{who} would like a debrief. Arrange it within a day, then mark it as held.",
    "debrief_off": "{who} wants no debrief any more.",
    # swaps of a shift
    "swap_asked": "{giver} asks: take {layer}, {when}? Reply TAKE {swap} or PASS {swap}.{tail}",
    "swap_asked_for": "{layer}, {when}: others are being asked to take it. It is yours until somebody does.",
    "swap_waiting": "You take {layer}, {when}, once a coordinator agrees. Until then {giver} has it.",
    "swap_waits": "{who} takes {layer}, {when}, once a coordinator agrees. Until then it is yours.",
    "swap_to_approve": "{who} takes {layer}, {when}, from {giver}, if you agree. See the page Shifts.{tail}",
    "swap_yours": "{layer}, {when}, is yours now instead of {giver}.",
    "swap_away": "{who} has {layer}, {when}, instead of you.",
    "swap_done": "{who} has {layer}, {when}, instead of {giver}.",
    "swap_gone": "The shift {when} is with {who}. Nothing to do. Thank you.",
    "swap_over": "The shift {when} is not asked for any more. Nothing to do. Thank you.",
    "swap_declined": "Nobody you asked takes {layer}, {when}. It stays yours.",
    "swap_refused": "A coordinator did not agree: {layer}, {when}, stays with {giver}.",
    "swap_undone": "Undone: {layer}, {when}, is with {giver} again.",
    "swap_passed": "Noted: not you for {when}.",
    "swap_cannot": "You cannot take {when}. The page Shifts says why.{tail}",
    "swap_unknown": "No shift {swap} is asked for. Check the code.",
    "swap_lapsed": "The shift that {who} asked others to take has begun and stays with {who}.",
    # open cases at the end of a shift
    "handoff_due": "Your duty ends at {at} and you have {codes}. Hand them on before you go.{tail}",
    "handoff_offered": "{who} offers you {codes}. They are yours only once you say yes, by {at}.{tail}",
    "handoff_yours": "{codes}: yours now, from {who}. Send STATUS to see your cases.",
    "handoff_taken": "{who} has {codes} now, instead of you.",
    "handoff_kept": "{codes}: still yours, {who} has not taken over. Your coordinator is told.",
    "handoff_stays": "Your duty is over and {codes} stay with you. Hand them on; your coordinator is told.{tail}",
    "handoff_over": "{who} keeps {codes} after all. Nothing to do.",
    "handed_over": "{code}: {who} is with you now instead of {giver}.",
    "status": "Your cases: {cases}.",
    "which_code": "Which one? Send {options}.",
    "not_understood": "Not understood. Send {can}.",
    "opted_in": "Texts to you are on again. Send ON to be paged.",
    # people we do not know
    "stranger": "No one reads texts at this number. In a crisis call or text 988 (US). In danger call 911.",
}  # fmt: skip

_ALARMS: dict[Kind, str] = {
    Kind.UNANSWERED: "nobody has taken {case}. Page or assign someone now.",
    Kind.SAFETY: "safety alarm, {who}, {case}. Call them now, then act.",
    Kind.CONTACT_OVERDUE: "{case}: accepted, but nobody has spoken with the person yet.",
    Kind.ARRIVAL_OVERDUE: "{case}: {who} has not arrived.",
    Kind.RETRY_OVERDUE: "{case}: not reached. Choose: retry, welfare check or co-response.",
    Kind.DISPOSITION_OVERDUE: "{case} is done but has no disposition.",
    Kind.RECONTACT_OVERDUE: "{case}: the caller has not been called back.",
    Kind.EMERGENCY_UNCONFIRMED: "{case}: 911 was called, nobody has confirmed they arrived.",
    Kind.STOOD_DOWN: "{case} STAND DOWN. Do not go on. Reply 5 with the code.",
    Kind.UNDELIVERED: "{case}: the page to {who} did not arrive.",
    Kind.OPTED_OUT: "{who} has stopped our texts and is off the roster.",
    Kind.BAD_NUMBER: "the number of {who} cannot be paged.",
    Kind.UNKNOWN_TEXT: "a text came from a number we do not know.",
    Kind.NOT_UNDERSTOOD: "{who} sent a text nobody could act on.",
    Kind.COVERAGE: "on-call cover has a gap.",
    Kind.HANDOFF: "{who} goes off duty and open cases were not taken over.",
    Kind.SHIFT_CHECK: "{who} did not answer the check at the start of their shift.",
    Kind.WAIVER: "{who} works on {case} by a waiver of the credential.",
    Kind.UNSIGNED: "an assessment by {who} was not signed in time.",
    Kind.EXPIRING: "a credential of {who} runs out within days.",
    Kind.DEBRIEF: "{who} asked for a debrief and has not had one.",
    Kind.SERVICE: "the dispatch service itself needs a look.",
    Kind.SET_UP: "this is only a test of the service. Reply STATUS to the text, press 1 in the call.",
}


def text(words: str, about: slots.About) -> str:
    """The text named `words`. Raises InvalidInput for an unknown name or a slot with nothing to fill it."""
    if words not in TEXTS:
        raise InvalidInput(f"there is no text named {words!r}", [Fault("words", "is not a text of ours")])
    return _filled(TEXTS[words], about)


def alarm(kind: Kind, about: slots.About) -> str:
    """What a coordinator is told when an alarm rings: `code` and `who` as far as there are any, and the link."""
    return _filled(f"ALARM: {sentence(kind, about)}{{tail}}", about)


def sentence(kind: Kind, about: slots.About) -> str:
    """The alarm's own words, as texts and voice share them."""
    code = about.get("code", "")
    return _ALARMS[kind].format(
        case=code if codes.valid(code) else "a case",
        who=slots.who(about) if "who" in about else "a responder",
    )


def _filled(template: str, about: slots.About) -> str:
    whole = slots.filled(template, about)
    # A second segment for the sake of a link may arrive alone, or first.
    return whole if gsm7.fits(whole) else slots.filled(template.replace("{tail}", ""), about)

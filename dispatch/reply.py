"""What a text from a responder means, in the situation they are in. Nothing is ever guessed.

The words themselves are in `grammar.WORDS`. The rules, in the order they are tried:

1. A cry for help (`HELP`, `SOS`, `911`, `EMERGENCY`, the private duress word) from somebody out on a case is a
   safety alarm, whatever else is open.
2. A word of the carrier belongs to the carrier.
3. A named code decides. Without one, a word counts only while it can mean one thing; else we ask back.
4. `OK` answers a safety check-in while one is outstanding, and the check at the start of a shift only when none is.
   Nobody who holds a case is asked for the second (see `shiftcheck`), so an `OK` is never meant for the other one.
5. While a safety check-in is outstanding, a bare no, or anything we could not place, is a safety alarm: somebody
   who cannot type what they want may still be able to type something.

Source: the public contract, "Text messages".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from dispatch.grammar import (
    OPT_IN,
    OPT_OUT,
    CarrierWord,
    Digits,
    NotUnderstood,
    Parsed,
    Reading,
    SwapAnswer,
    Verb,
    normal,
    parse,
    reserved,
)

__all__ = [
    "Accept", "AskWhich", "Backup", "CallBridge", "CarrierWord", "CheckInOk", "Debrief", "Decline", "Digits",
    "HeldCase", "LateAccept", "LatePage", "Meaning", "NotUnderstood", "NothingAsked", "NumberCode", "Off",
    "OffAskBack", "On", "OpenPage", "OptIn", "OptOut", "Parsed", "Reading", "ReplyContext", "SafetyAlarm",
    "ShiftCheckOk", "Stage", "Status", "StatusList", "SwapAnswer", "Unknown", "Verb", "Who", "normal", "parse",
    "reserved", "understand",
]  # fmt: skip


class Stage(StrEnum):
    """Where a responder is with a case they hold."""

    ACCEPTED = "accepted"
    TRAVELLING = "travelling"
    ON_SCENE = "on_scene"
    ENGAGED = "engaged"
    NOT_REACHED = "not_reached"
    CLEARED = "cleared"

    @property
    def out(self) -> bool:
        """In the field, or perhaps there: then a cry for help rings.

        Engaged by telephone counts, and so does somebody who has only accepted: people set out before they say so.
        """
        return self is not Stage.CLEARED


@dataclass(frozen=True, slots=True)
class OpenPage:
    code: str
    page_id: str


@dataclass(frozen=True, slots=True)
class LatePage:
    """A page that is no longer open. `fresh`: closed minutes ago, and without an answer from this person, so that a
    bare answer may still be meant for it. Older ones are found by their code only."""

    code: str
    page_id: str
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class HeldCase:
    code: str
    case_id: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """The sender's situation. Every list has the newest first. `check_ins`: held cases with a check-in outstanding.
    `shift_checks`: ids of the checks at the start of a shift that wait for an answer, or had one minutes ago."""

    open_pages: Sequence[OpenPage] = ()
    late_pages: Sequence[LatePage] = ()
    held: Sequence[HeldCase] = ()
    check_ins: Sequence[HeldCase] = ()
    shift_checks: Sequence[str] = ()
    #: a code was sent to this number and has not been entered yet
    verifying: bool = False
    duress: bool = False
    opted_out: bool = False
    last_on_call: bool = False


@dataclass(frozen=True, slots=True)
class Accept:
    page_id: str


@dataclass(frozen=True, slots=True)
class LateAccept:
    """An accept of a page that is no longer open. It may still count; if not, say who has the case."""

    page_id: str


@dataclass(frozen=True, slots=True)
class Decline:
    """The page may be closed already; then there is nothing to do but to say so."""

    page_id: str


@dataclass(frozen=True, slots=True)
class Status:
    """`verb` is one of EN_ROUTE, ARRIVED, REACHED, NOT_REACHED, CLEAR."""

    case_id: str
    verb: Verb


@dataclass(frozen=True, slots=True)
class CheckInOk:
    case_id: str


@dataclass(frozen=True, slots=True)
class ShiftCheckOk:
    """All of them: it is one telephone, whatever the team."""

    check_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backup:
    case_id: str


@dataclass(frozen=True, slots=True)
class CallBridge:
    case_id: str


@dataclass(frozen=True, slots=True)
class SafetyAlarm:
    """Answer with the neutral text only: somebody else may be reading the screen."""

    case_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class On:
    """`hours` is how long; None is until they say OFF."""

    hours: float | None


@dataclass(frozen=True, slots=True)
class Off:
    pass


@dataclass(frozen=True, slots=True)
class OffAskBack:
    """`codes`: the cases they hold; empty when they are the last on call."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberCode:
    """Six digits, while a code that proves the number is waited for. They may be the wrong ones."""

    digits: str


@dataclass(frozen=True, slots=True)
class Who:
    pass


@dataclass(frozen=True, slots=True)
class StatusList:
    pass


@dataclass(frozen=True, slots=True)
class Debrief:
    """They want to talk about a hard call; or, not `wanted`, they do not."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class NothingAsked:
    """`OK` while nothing waits for one: asked back with what can be sent. People send it to whatever they read, so it
    is not worth a coordinator's alarm; and it may have been meant as a yes to a page, which it must never be."""


@dataclass(frozen=True, slots=True)
class AskWhich:
    verb: Verb
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OptOut:
    pass


@dataclass(frozen=True, slots=True)
class OptIn:
    """Texts are on again. `then` is what the same word says about a page, if it says anything."""

    then: Accept | LateAccept | AskWhich | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Answer with what can be sent, keep it on the case, show it to the coordinator."""


Meaning = (
    Accept | LateAccept | Decline | Status | CheckInOk | ShiftCheckOk | Backup | CallBridge | SafetyAlarm | On | Off
    | OffAskBack | NumberCode | Who | StatusList | Debrief | SwapAnswer | NothingAsked | AskWhich | OptOut | OptIn
    | Unknown
)  # fmt: skip


def understand(reading: Reading, context: ReplyContext) -> Meaning:
    """The one meaning of `reading` for a person in `context`; see the rules at the top."""
    out = tuple(case.case_id for case in context.held if case.stage.out)
    if out and (context.duress or _cries(reading)):
        return SafetyAlarm(out)
    meaning = _meaning(reading, context)
    if context.check_ins and (isinstance(meaning, Unknown) or _bare_no(reading)):
        return SafetyAlarm(tuple(case.case_id for case in context.check_ins))
    return meaning


def _cries(reading: Reading) -> bool:
    match reading:
        case Parsed(verb=verb):
            return verb is Verb.HELP
        case NotUnderstood(cry=cry):
            return cry
        case CarrierWord() | Digits() | SwapAnswer():
            return False


def _bare_no(reading: Reading) -> bool:
    return isinstance(reading, Parsed) and reading.verb is Verb.DECLINE and reading.code is None


_SIMPLE: dict[Verb, Meaning] = {
    Verb.OFF_NOW: Off(),
    Verb.WHO: Who(),
    Verb.STATUS: StatusList(),
    Verb.DEBRIEF: Debrief(wanted=True),
    Verb.NO_DEBRIEF: Debrief(wanted=False),
}

# What a word does to the one case it is about.
_OF_A_CASE: dict[Verb, Callable[[str], Meaning]] = {
    **{
        verb: partial(Status, verb=verb)
        for verb in (Verb.EN_ROUTE, Verb.ARRIVED, Verb.REACHED, Verb.NOT_REACHED, Verb.CLEAR)
    },
    Verb.BACKUP: Backup,
    Verb.CALL: CallBridge,
    Verb.OK: CheckInOk,
}


def _meaning(reading: Reading, context: ReplyContext) -> Meaning:
    if isinstance(reading, CarrierWord):
        return OptOut() if reading.word in OPT_OUT else OptIn(then=None) if reading.word in OPT_IN else Unknown()
    if isinstance(reading, Digits) and context.verifying:
        return NumberCode(reading.digits)
    if isinstance(reading, NotUnderstood | Digits):
        return Unknown()
    if isinstance(reading, SwapAnswer):
        return reading
    verb = reading.verb
    if verb is Verb.ACCEPT:
        return _accept(reading, context)
    if verb is Verb.DECLINE:
        page = _page(reading, context)
        return page if isinstance(page, AskWhich | Unknown) else Decline(page.page_id)
    if verb is Verb.OK and reading.code is None and context.shift_checks and not context.check_ins:
        return ShiftCheckOk(tuple(context.shift_checks))
    if verb is Verb.OK and not context.check_ins:
        return NothingAsked()
    if verb in _OF_A_CASE:
        case = _held(reading, context.check_ins if verb is Verb.OK else context.held)
        return _OF_A_CASE[verb](case.case_id) if isinstance(case, HeldCase) else case
    if verb is Verb.ON:
        return On(reading.hours)
    if verb is Verb.OFF:
        asked_back = context.held or context.last_on_call
        return OffAskBack(tuple(case.code for case in context.held)) if asked_back else Off()
    return _SIMPLE.get(verb, Unknown())


def _accept(reading: Parsed, context: ReplyContext) -> Meaning:
    page = _page(reading, context)
    then = (
        Accept(page.page_id) if isinstance(page, OpenPage)
        else LateAccept(page.page_id) if isinstance(page, LatePage)
        else page
    )  # fmt: skip
    # The carrier lifts its block on the bare word YES alone; after any other word our texts would still be refused.
    if context.opted_out and (reading.word, reading.code) == ("YES", None):
        return OptIn(then=None if isinstance(then, Unknown) else then)
    return then


def _page(reading: Parsed, context: ReplyContext) -> OpenPage | LatePage | AskWhich | Unknown:
    """The page that a yes or a no is about."""
    pages: list[OpenPage | LatePage] = [*context.open_pages, *context.late_pages]
    if reading.code is not None:
        named = [page for page in pages if page.code == reading.code]
        open_codes = _codes(context.open_pages)
        return named[0] if named else AskWhich(reading.verb, open_codes) if open_codes else Unknown()
    meant = [page for page in pages if isinstance(page, OpenPage) or page.fresh]
    could_be = _codes(meant)
    if not could_be:
        return _said_twice(reading, context)
    if len(could_be) == 1 and all(case.code == could_be[0] for case in context.held):
        return meant[0]
    return AskWhich(reading.verb, could_be)


def _said_twice(reading: Parsed, context: ReplyContext) -> LatePage | Unknown:
    """A second bare yes for the one case they hold: they saw no answer to the first, so they get it again."""
    if reading.verb is Verb.ACCEPT and len(context.held) == 1:
        for page in context.late_pages:
            if page.code == context.held[0].code:
                return page
    return Unknown()


def _held(reading: Parsed, cases: Sequence[HeldCase]) -> HeldCase | AskWhich | Unknown:
    """The case, among `cases`, that a word is about."""
    if reading.code is not None:
        for case in cases:
            if case.code == reading.code:
                return case
    elif len(cases) == 1:
        return cases[0]
    return AskWhich(reading.verb, _codes(cases)) if cases else Unknown()


def _codes(items: Sequence[OpenPage | LatePage | HeldCase]) -> tuple[str, ...]:
    """Each code once, in the order given."""
    return tuple(dict.fromkeys(item.code for item in items))

"""What a text from a responder means, in the situation they are in. Nothing is ever guessed.

The words themselves are in `grammar.WORDS`. The rules, in the order they are tried:

1. A cry for help (`HELP`, `SOS`, `911`, `EMERGENCY`, the private duress word) from somebody out on a case is a
   safety alarm, whatever else is open.
2. A word of the carrier belongs to the carrier.
3. A named code decides. Without one, a word counts only while it can mean one thing; else we ask back.
4. `OK` answers a safety check-in while one is outstanding, and the check at the start of a shift only when none is.
   Nobody who holds a case is asked for the second (see `shiftcheck`), so an `OK` is never meant for the other one.
5. While a safety check-in is outstanding, a no, bare or with the code of that case, or anything we could not place, is
   a safety alarm: somebody who cannot type what they want may still be able to type something.

Source: the public contract, "Text messages".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from dispatch.replymeanings import (
    Accept,
    AskWhich,
    Backup,
    CallBridge,
    CheckInOk,
    Debrief,
    Decline,
    HeldCase,
    LateAccept,
    LatePage,
    Meaning,
    NothingAsked,
    NumberCode,
    Off,
    OffAskBack,
    On,
    OpenPage,
    OptIn,
    OptOut,
    ReplyContext,
    SafetyAlarm,
    ShiftCheckOk,
    Stage,
    Status,
    StatusList,
    Unknown,
    Who,
)

__all__ = [
    "Accept", "AskWhich", "Backup", "CallBridge", "CarrierWord", "CheckInOk", "Debrief", "Decline", "Digits",
    "HeldCase", "LateAccept", "LatePage", "Meaning", "NotUnderstood", "NothingAsked", "NumberCode", "Off",
    "OffAskBack", "On", "OpenPage", "OptIn", "OptOut", "Parsed", "Reading", "ReplyContext", "SafetyAlarm",
    "ShiftCheckOk", "Stage", "Status", "StatusList", "SwapAnswer", "Unknown", "Verb", "Who", "normal", "parse",
    "reserved", "understand",
]  # fmt: skip


def understand(reading: Reading, context: ReplyContext) -> Meaning:
    """The one meaning of `reading` for a person in `context`; see the rules at the top."""
    out = tuple(case.case_id for case in context.held if case.out)
    if out and (context.duress or _cries(reading)):
        return SafetyAlarm(out)
    meaning = _meaning(reading, context)
    if context.check_ins and (isinstance(meaning, Unknown) or _no_to_a_check_in(reading, context)):
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


def _no_to_a_check_in(reading: Reading, context: ReplyContext) -> bool:
    """A bare no, or one with the code that our question began with."""
    if not isinstance(reading, Parsed) or reading.verb is not Verb.DECLINE:
        return False
    return reading.code is None or reading.code in _codes(context.check_ins)


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
        # What is done and only lacks its disposition keeps nobody on: sending 5 once more would change nothing.
        at_work = tuple(case.code for case in context.held if case.stage is not Stage.CLEARED)
        return OffAskBack(at_work) if at_work or context.last_on_call else Off()
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

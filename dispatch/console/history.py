"""A case's history in sentences a person can follow: what the ledger holds as codes, one line an entry.

Entries of the machinery that change nothing for a reader (a clock fired, a page is on its way) are left out here; the
ledger keeps them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dispatch.alarm import Kind
from dispatch.case import State
from dispatch.console.words import word
from dispatch.disposition import Disposition
from dispatch.flow.views import Happened
from dispatch.page import Delivery
from dispatch.priority import Urgency

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: datetime
    by: str
    says: str
    text: str | None


def lines(happened: Iterable[Happened]) -> list[HistoryLine]:
    """Oldest first, as given."""
    told = ((one, _says(one)) for one in happened)
    return [HistoryLine(one.at, one.by.name, says, one.text) for one, says in told if says]


def is_news(kind: str, data: Data) -> bool:
    """Whether somebody who has the case open wants to see it again for this entry. Never for an alarm: whoever cried
    for help may have it on a screen that somebody else reads too."""
    return kind == "note" or (not kind.startswith("alarm") and bool(_sentence(kind, data)))


def _says(one: Happened) -> str:
    """The sentence; "" for what nobody wants to read."""
    if one.kind.startswith("note_"):
        return "Note" if one.kind == "note_note" else f"Note ({_plain(one.kind.removeprefix('note_'))})"
    return _sentence(one.kind, one.data)


def _sentence(kind: str, data: Data) -> str:
    says = _SENTENCES.get(kind)
    return says(data) if says else _plain(kind).capitalize()


_EVENTS = {
    "assessed": "Assessed",
    "accepted": "{who} accepted",
    "assigned": "Given to {who}",
    "declined": "{who} declined",
    "released": "{who} gave it back",
    "backup": "Backup asked for",
    "en_route": "{who} is on the way",
    "arrived": "{who} is on scene",
    "engaged": "{who} spoke with the person",
    "not_reached": "{who} could not reach the person",
    "checked_in": "{who} checked in, safe",
    "cleared": "The work is done",
    "stood_down": "Everybody was stood down",
    "closed": "Closed: {disposition}",
    "reopened": "Taken up again",
    "assessment_overdue": "Nobody finished the assessment: queued at its cautious level",
    "match_overdue": "Nobody could be asked in time",
    "escalation_overdue": "Nobody took it in time",
    "ladder_exhausted": "Nobody on the whole ladder took it",
    "contact_overdue": "Nobody has spoken with the person in time",
    "arrival_overdue": "Nobody has arrived in time",
    "check_in_due": "Safety check-in asked for",
    "check_in_overdue": "No answer to the safety check-in",
    "retry_overdue": "Not tried again in time",
    "disposition_overdue": "Not closed in time",
}
#: Where it leads is not in the event's own words.
_SAYS_LITTLE = frozenset({"assessed", "released", "backup", "reopened", "assessment_overdue", "stood_down"})
#: The page entries beside these say it better.
_SAID_ELSEWHERE = frozenset({"paged", "page_delivered", "page_failed", "alarm_overdue"})


def _case(data: Data) -> str:
    event = str(data.get("event"))
    if event in _SAID_ELSEWHERE:
        return ""
    who, disposition = _who(data), known(Disposition, data.get("disposition") or "no disposition")
    says = _EVENTS.get(event, _plain(event).capitalize()).format(who=who, disposition=disposition)
    if data.get("counted") is False:
        return f"{says}, too late: somebody else had it, or it was over"
    state = data.get("state")
    return f"{says}. Now: {known(State, state)}" if event in _SAYS_LITTLE and state != data.get("was") else says


def _page(data: Data) -> str:
    if data.get("delivery") in ("sending", "sent"):
        return ""
    code = f", error {data['code']}" if data.get("code") else ""
    return f"Page to {_who(data)}: {known(Delivery, data.get('delivery'))}{code}"


def _matched(data: Data) -> str:
    passed = data.get("skipped")
    if data.get("picks") or not isinstance(passed, Mapping) or not passed:
        return ""
    return "Nobody could be asked: " + ", ".join(
        f"{n} {'on call elsewhere' if filter_ == 'on_call' else _plain(filter_)}"
        for filter_, n in sorted(passed.items())
    )


def _started(data: Data) -> str:
    reason = "Backup is looked for" if data.get("reason") == "backup" else "People are looked for"
    held = "; held until page hours" if data.get("held") else ""
    return f"{reason}, {data.get('needed')} needed{held}"


def _nothing(_: Data) -> str:
    return ""


def _urgency(words: str, field: str) -> Callable[[Data], str]:
    return lambda data: f"{words} {known(Urgency, data.get('was'))} to {known(Urgency, data.get(field))}"


_SIGNATURE = {
    "asked": "A signature is asked for on what {who} assessed",
    "signed": "What {who} assessed was signed",
    "returned": "What {who} assessed was sent back",
    "overdue": "What {who} assessed was not signed in time",
}
_SENTENCES: dict[str, Callable[[Data], str]] = {
    "case": _case,
    "contact_logged": lambda data: f"Contact logged: {_plain(data.get('call_type'))}",
    "case_opened": lambda data: f"Case opened, {known(Urgency, data.get('urgency'))}, {_plain(data.get('mode'))}",
    "assessed": lambda data: (
        f"Assessed again: {data.get('protocol')}, {_plain(data.get('band') or 'no band yet')}"
        + ("" if data.get("counts") else "; lower than before, so it waits for a second person")
    ),
    "assessment_confirmed": lambda _: "The lower assessment was confirmed",
    "reassessed": _urgency("Urgency after assessing, from", "urgency"),
    "lowered": _urgency("Urgency lowered from", "urgency"),
    "regraded": _urgency("Urgency changed from", "to"),
    "regrade_proposed": _urgency("Lower urgency proposed, from", "to"),
    "escalation_started": _started,
    "hold_ended": lambda _: "The hold is over: people are asked now",
    "step_passed": lambda data: f"Next step of the ladder: {_plain(data.get('why'))}",
    "ladder_refrozen": lambda data: f"The ladder starts again, {known(Urgency, data.get('urgency'))}",
    "ladder_exhausted": _nothing,
    "round_began": lambda data: f"Everybody is asked again, round {data.get('round')}",
    "matched": _matched,
    "page_wanted": lambda data: f"{_who(data)} is paged ({_plain(data.get('layer'))})",
    "page": _page,
    "page_silent": lambda data: f"No answer from {_who(data)} in time",
    "next_person": lambda data: f"The next person is asked too: {_plain(data.get('why'))}",
    "passed_over": lambda data: f"{_who(data)} was excused after a hard call, and somebody else was asked",
    "resting": lambda data: f"{_who(data)} rests after long work",
    "only_busy": lambda _: "Only people who are busy or resting could be asked",
    "fired": _nothing,
    "clock_repaired": _nothing,
    "alarm_opened": lambda data: f"Alarm: {known(Kind, data.get('kind'))}",
    "alarm_rang": lambda data: f"Alarm rang again, {data['ring']} times so far" if data.get("ring", 1) > 1 else "",
    "alarm_acknowledged": lambda data: f"Saw the alarm: {known(Kind, data.get('kind'))}",
    "alarm_ended": lambda data: f"Alarm over: {known(Kind, data.get('kind'))}",
    "first_contact": lambda data: (
        "First conversation between a QMHP and the person" + (", late" if data.get("late") else ", in time")
    ),
    "recontact": lambda data: "Called back: " + ("reached" if data.get("reached") else "not reached"),
    "emergency": lambda data: "911 reached the person" if data.get("confirmed") else "Handed off to 911",
    "waived": lambda data: f"The credential of {_who(data)} was waived for this case",
    "waiver_ended": lambda data: f"The waiver for {_who(data)} was ended",
    "signature": lambda data: _SIGNATURE.get(str(data.get("event")), "Signature of {who}").format(who=_who(data)),
    "handed_over": lambda data: f"{_who(data)} took it over from {_plain(data.get('giver'))}",
    "scene_cleared": lambda _: "The scene is clear for a visit",
    "bridge": lambda data: f"{_who(data)} asked to be connected by telephone",
    "note": _nothing,
}


def _who(data: Data) -> str:
    return str(data.get("person_name") or data.get("person") or "Somebody")


def known(kind: type[StrEnum], value: object) -> str:
    """What a person reads for a code of that kind; one that is none of them any more in plain letters."""
    text = str(value)
    return word(kind(text)) if text in set(kind) else _plain(text)


def _plain(value: object) -> str:
    return str(value).replace("_", " ")

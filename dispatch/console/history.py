"""A case's history in sentences a person can follow: what the ledger holds as codes, one line an entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.case import State
from dispatch.console.words import word
from dispatch.flow.views import Happened

#: Entries of the machinery that say nothing a reader of the case wants to know.
_SILENT = frozenset({"skipped", "nobody_left"})

_KINDS = {
    "contact_logged": "Contact logged",
    "first_contact": "First conversation between a QMHP and the person",
    "emergency": "911 hand-off",
    "recontact": "Tried to call back",
    "scene_cleared": "Scene cleared for a visit",
    "regraded": "Urgency changed",
    "regrade_proposed": "Lower urgency proposed",
    "alarm_opened": "Alarm",
    "alarm_rang": "Alarm rang",
    "alarm_ended": "Alarm ended",
    "alarm_acknowledged": "Alarm seen",
    "assessed": "Assessed again",
    "note": "Note written",
}

_EVENTS = {
    "paged": "Somebody is paged",
    "accepted": "Accepted",
    "assigned": "Assigned",
    "declined": "Declined",
    "released": "Given back",
    "backup": "Backup asked for",
    "en_route": "On the way",
    "arrived": "On scene",
    "engaged": "Spoke with the person",
    "not_reached": "Could not reach the person",
    "checked_in": "Checked in",
    "cleared": "Done",
    "stood_down": "Stood down",
    "closed": "Closed",
    "reopened": "Reopened",
    "page_delivered": "A page arrived",
    "page_failed": "A page did not arrive",
}

#: Facts of an entry that are ids, or said already.
_UNSAID = {"event", "was", "state", "person", "person_name", "page", "alarm", "escalation", "ring", "people", "counted"}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: datetime
    by: str
    says: str
    text: str | None


def lines(happened: Iterable[Happened]) -> list[HistoryLine]:
    """Oldest first, as given."""
    return [HistoryLine(one.at, one.by.name, _says(one), one.text) for one in happened if one.kind not in _SILENT]


def _says(one: Happened) -> str:
    data = one.data
    if one.kind == "case":
        event = str(data.get("event", ""))
        words = _EVENTS.get(event, event.replace("_", " ").capitalize())
        moved = data.get("state") != data.get("was")
        now = f", now {word(_state(data))}" if moved and data.get("state") else ""
        words += now
    elif one.kind.startswith("note_"):
        words = f"Wrote ({one.kind.removeprefix('note_').replace('_', ' ')})"
    else:
        words = _KINDS.get(one.kind, one.kind.replace("_", " ").capitalize())
    who = data.get("person_name")
    details = [f"{name.replace('_', ' ')} {_plain(value)}" for name, value in data.items() if name not in _UNSAID]
    shown = [part for part in (str(who) if who else "", *details) if part]
    return f"{words}: {', '.join(shown)}" if shown else words


def _state(data: Mapping[str, Any]) -> Any:
    text = str(data["state"])
    return State(text) if text in set(State) else text


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return str(value).replace("_", " ")

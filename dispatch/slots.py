"""What may be filled into a text, and nothing else: the types that keep personal data out of messages.

Every slot of a text is one of these. A value that is not plainly of its kind is never copied through: it becomes the
neutral words beside it, because a text that must go out must not fail, and must not carry what it was not meant to.
A responder is named by the site's handle (their id in the roster), never by name or number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from dispatch import codes, gsm7, swapcodes
from dispatch.case import State
from dispatch.errors import Fault, InvalidInput
from dispatch.grammar import Verb
from dispatch.priority import Mode, Urgency

About = Mapping[str, str]

URGENCY = {
    Urgency.IMMEDIATE: "IMMEDIATE",
    Urgency.VERY_URGENT: "VERY URGENT",
    Urgency.URGENT: "URGENT",
    Urgency.SOON: "SOON",
    Urgency.ROUTINE: "ROUTINE",
}
# `immediate` is a phone response beside the 911 hand-off: nobody is sent to the scene by a page.
MODE = {
    Mode.PHONE: "phone",
    Mode.MOBILE: "mobile",
    Mode.CO_RESPONSE: "co-response",
    Mode.EMERGENCY: "phone with 911",
}
STAGE = {
    State.ACCEPTED: "accepted",
    State.EN_ROUTE: "on the way",
    State.ON_SCENE: "on scene",
    State.ENGAGED: "reached",
    State.NOT_REACHED: "not reached",
    State.CLEARED: "done, needs a disposition",
}

_HANDLE = re.compile(r"(?=.*[a-z])[a-z0-9][a-z0-9._-]{0,23}")
_AREA = re.compile(r"(?=.{1,32}$)[a-z]+(?:[_-][a-z]+)*(?:[_-]?[0-9]{1,2})?")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_LINK = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._-]+)*/p/[a-z0-9]{10}")
#: The pages of our own that a text may lead to; each asks for a sign-in.
_PLACE = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._-]+)*/(?:shifts|handoffs)")
_MANY = 4


def area(slug: str | None) -> str | None:
    """An area id of the team (`fairfax`, `north-county`, `ward-4`) as words; None for anything that is not one."""
    if slug is None or not _AREA.fullmatch(slug):
        return None
    return " ".join(word.capitalize() for word in re.split(r"[_-]", slug))


def handle(person: str) -> str:
    return person if _HANDLE.fullmatch(person) else "another responder"


def time(text: str) -> str | None:
    """`HH:MM`, team-local; None for anything else."""
    return text if _TIME.fullmatch(text) else None


def link(text: str) -> str | None:
    """A page's link: the public address, `/p/` and ten characters; None for anything else."""
    return text if _LINK.fullmatch(text) else None


def place(text: str) -> str | None:
    """The address of one of our own pages about duty; None for anything else."""
    return text if _PLACE.fullmatch(text) else None


def filled(template: str, about: About) -> str:
    """`template` with its `{slots}` filled, in GSM-7. Raises InvalidInput when `about` lacks what a slot needs."""
    return gsm7.plain(re.sub(r"\{(\w+)\}", lambda slot: _fill(slot[1], about), template))


def _fill(slot: str, about: About) -> str:
    try:
        return _SLOTS[slot](about)
    except KeyError as missing:
        name = str(missing.args[0])
        raise InvalidInput(f"no {name} for this text", [Fault(name, "is needed for this text")]) from None


def _code(about: About) -> str:
    return about["code"] if codes.valid(about["code"]) else "?"


def _code_list(text: str) -> list[str]:
    return [code for code in re.split(r"[ ,]+", text) if codes.valid(code)]


def who(about: About) -> str:
    handles = [handle(person) for person in about["who"].split(" and ")]
    return " and ".join(dict.fromkeys(handles[:_MANY])) + (" and others" if len(handles) > _MANY else "")


def _tail(about: About) -> str:
    """The link behind a space, or nothing: a text without its link is still worth sending."""
    given = about.get("link", "")
    found = link(given) or place(given)
    return f" {found}" if found else ""


def _when(about: About) -> str:
    """`Tue 13 Jan 08:00-20:00` from two local times in ISO 8601; the second day is named when it is another."""
    try:
        start, end = datetime.fromisoformat(about["start"]), datetime.fromisoformat(about["end"])
    except ValueError:
        return "a shift"
    if start.date() == end.date():
        return f"{_day(start)} {start:%H:%M}-{end:%H:%M}"
    return f"{_day(start)} {start:%H:%M} to {_day(end)} {end:%H:%M}"


def _duty(about: About) -> str:
    """As `_when`; without an end only from when, for a duty whose end nobody can see yet."""
    if "end" in about:
        return _when(about)
    try:
        start = datetime.fromisoformat(about["start"])
    except ValueError:
        return "soon"
    return f"from {_day(start)} {start:%H:%M}"


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b}"


def _at(about: About) -> str:
    return time(about["at"]) or "then"


def _swap(about: About) -> str:
    return about["swap"] if swapcodes.valid(about["swap"]) else "?"


def _layer(about: About) -> str:
    return about["layer"] if _HANDLE.fullmatch(about["layer"]) else "a shift"


def _until(about: About) -> str:
    found = time(about.get("until", ""))
    return f" until {found}" if found else ""


def _codes(about: About) -> str:
    return " and ".join(_code_list(about["codes"])[:_MANY]) or "a case"


def _stage(about: About) -> str:
    known = {state.value: words for state, words in STAGE.items()}
    return known.get(about["stage"], "changed")


def _options(about: About) -> str:
    verb = Verb(about["verb"]) if about["verb"] in list(Verb) else Verb.ACCEPT
    return " or ".join(f"{verb.value} {code}" for code in _code_list(about["codes"])[:_MANY])


def _can(about: About) -> str:
    """What this person can send right now."""
    open_codes, held = _code_list(about.get("open", "")), _code_list(about.get("held", ""))
    parts = [f"1 {code} accept, 2 {code} decline" for code in open_codes[:2]]
    if held:
        parts.append(f"with {' or '.join(held[:2])}: 3 on the way, 4 on scene, 6 reached, 7 not reached, 5 done, CALL")
    return "; ".join(parts) or "ON, OFF, WHO or STATUS"


def _cases(about: About) -> str:
    """From `K7Q:on_scene M4R:accepted`."""
    pairs = [pair.partition(":") for pair in about["cases"].split()]
    known = {state.value: words for state, words in STAGE.items()}
    return _listed([f"{code} {known.get(stage, 'open')}" for code, _, stage in pairs if codes.valid(code)])


def _people(about: About) -> str:
    """From `ben:backup dee:supervisor`."""
    pairs = [pair.partition(":") for pair in about["people"].split()]
    return _listed([f"{handle(who)} ({handle(layer) if layer else 'on call'})" for who, _, layer in pairs])


def _listed(items: list[str]) -> str:
    more = f" and {len(items) - _MANY} more" if len(items) > _MANY else ""
    return ", ".join(items[:_MANY]) + more or "none"


def _urgency(about: About) -> str:
    return URGENCY[Urgency(about["urgency"])] if about["urgency"] in list(Urgency) else "CHANGED"


def _digits(about: About) -> str:
    """The code that proves a number; it says nothing to whoever reads it over a shoulder."""
    return about["digits"] if re.fullmatch(r"[0-9]{6}", about["digits"]) else "?"


def _off(about: About) -> str:
    """Somebody reminded of a shift has said OFF, and would sleep through it in good faith."""
    return " You have said OFF: send ON by then." if about.get("off") == "yes" else ""


def _needed(about: About) -> str:
    return about["needed"] if about["needed"] in ("2", "3", "4") else "2"


_SLOTS: dict[str, Callable[[About], str]] = {
    "at": _at,
    "can": _can,
    "cases": _cases,
    "code": _code,
    "digits": _digits,
    "duty": _duty,
    "codes": _codes,
    "giver": lambda about: handle(about["giver"]),
    "layer": _layer,
    "needed": _needed,
    "off": _off,
    "options": _options,
    "people": _people,
    "stage": _stage,
    "swap": _swap,
    "tail": _tail,
    "until": _until,
    "urgency": _urgency,
    "when": _when,
    "who": who,
}

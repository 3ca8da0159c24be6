"""What a text on a responder's phone asks of them, read as a person would read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from dispatch import codes


class Asks(StrEnum):
    PAGE = "page"
    #: the case is theirs
    MINE = "mine"
    CHECK_IN = "check_in"
    #: they have just come on duty
    SHIFT_CHECK = "shift_check"
    #: their duty ends and they have open cases
    HAND_ON = "hand_on"
    #: they have forgotten to say how far they are
    REMINDER = "reminder"
    STAND_DOWN = "stand_down"
    WHICH = "which"
    ALARM = "alarm"
    #: somebody else has the case, or nobody is needed any more
    OVER = "over"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Read:
    """`options`: for WHICH, what may be sent, such as `1 K7Q`. `mobile`: the page asks for a visit."""

    asks: Asks
    code: str | None = None
    mobile: bool = False
    options: tuple[str, ...] = ()


_CODE = rf"(?P<code>{codes.PATTERN})"
_RULES: tuple[tuple[Asks, re.Pattern[str]], ...] = (
    (Asks.PAGE, re.compile(rf"^(?:REPEAT )?(?:CRISIS )?PAGE {_CODE}\b")),
    (Asks.STAND_DOWN, re.compile(rf"^ALARM: {_CODE} STAND DOWN")),
    (Asks.ALARM, re.compile(r"^ALARM: ")),
    (Asks.MINE, re.compile(rf"^You have {_CODE}\b")),
    (Asks.MINE, re.compile(rf"^{_CODE} was given to you")),
    (Asks.CHECK_IN, re.compile(rf"^{_CODE} check-in")),
    (Asks.SHIFT_CHECK, re.compile(r"^Shift check: ")),
    (Asks.HAND_ON, re.compile(r"^Your duty ends at ")),
    (Asks.OVER, re.compile(rf"^{_CODE} (?:is with|is closed|is done\.|needs nobody)")),
    (Asks.REMINDER, re.compile(rf"^{_CODE}: (?:nobody has spoken|are you there|not reached yet)")),
)
_WHICH = re.compile(r"^Which one\? Send (?P<options>.+?)\.?$")


def read(body: str) -> Read:
    for asks, pattern in _RULES:
        if found := pattern.search(body):
            code = found.groupdict().get("code") or _first_code(body)
            return Read(asks, code, mobile=" mobile" in body or " co-response" in body)
    if found := _WHICH.search(body):
        return Read(Asks.WHICH, options=tuple(found["options"].split(" or ")))
    return Read(Asks.NOTHING)


def _first_code(body: str) -> str | None:
    found = re.search(rf"\b{codes.PATTERN}\b", body)
    return found[0] if found else None

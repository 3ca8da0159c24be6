"""How the demo's phones behave: as people's phones do, and as the buttons beside a phone say."""

from __future__ import annotations

from dispatch.demo.phones.lines import SWITCHED_OFF, Line, Voice

#: A made-up person picks up themselves, and so may a visitor.
USUAL = Line(voice=Voice.RINGS)
#: The carrier keeps the text for later and never says that it arrived.
NO_COVERAGE = Line("sent", voice=Voice.NO_ANSWER)

BUTTONS: dict[str, Line] = {"on": USUAL, "off": SWITCHED_OFF, "no_coverage": NO_COVERAGE}


def button_of(line: Line) -> str:
    return next((name for name, one in BUTTONS.items() if one == line), "on")

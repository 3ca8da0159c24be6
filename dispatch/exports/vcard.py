"""The contact card of the numbers that texts and calls of ours come from, so that a phone lets them through.

vCard 3.0, because every phone reads that one. `icalendar` folds and escapes: content lines of cards and of calendars
are the same (RFC 2426, section 2.6; RFC 5545, section 3.1).
"""

from __future__ import annotations

from collections.abc import Iterable

import icalendar


class _Card(icalendar.Component):
    name = "VCARD"


def card(name: str, numbers: Iterable[str], note: str) -> bytes:
    """One contact with all the numbers, in this order; each in international form."""
    made = _Card()
    made.add("VERSION", icalendar.vText("3.0"))
    made.add("PRODID", icalendar.vText("-//crisis-dispatch//our numbers//EN"))
    made.add("FN", icalendar.vText(name))
    # The parts of a name; phones that sort by it leave out a contact without one.
    made.add("N", icalendar.vN((name, "", "", "", "")))
    for number in numbers:
        made.add("TEL", icalendar.vText(number), parameters={"TYPE": "CELL"})
    made.add("NOTE", icalendar.vText(note))
    return bytes(made.to_ical(sorted=False))

"""What contacts are about, in the demo's few kinds, and how the words of a recorded type are sorted into them."""

from __future__ import annotations

import re

KINDS = (
    "distress",
    "suicidal_thoughts",
    "attempt",
    "overdose",
    "weapon",
    "someone_else",
    "resolved",
    "no_response",
)

#: The first that is found in a recorded type decides. Anything else is a person in distress: no call of a crisis
#: record may count as less for its name.
_WORDS: tuple[tuple[str, str], ...] = (
    (r"overdose|\bod\b|poison", "overdose"),
    (r"threat\w*\W+suicid|suicid\w*\W+(?:threat|ideation|thoughts|related)|jumper", "suicidal_thoughts"),
    (r"attempt\w*\W+suicid|suicid\w*\W+attempt|suicide in progress", "attempt"),
    (r"suicid", "suicidal_thoughts"),
    (r"weapon|gun|knife|armed", "weapon"),
    (r"welfare|well.?being|check on|elopee|missing|escort", "someone_else"),
    (r"hang.?up|abandon|silent|prank|wrong number|information|\btest\b", "no_response"),
)
_SORTED = tuple((re.compile(words, re.IGNORECASE), kind) for words, kind in _WORDS)


def kind_of(words: str) -> str:
    return next((kind for pattern, kind in _SORTED if pattern.search(words)), "distress")

"""The words a responder can text. The table is `WORDS`; nothing outside it is ever guessed.

`parse` reads a message without knowing who sent it; what it means in the sender's situation is `reply.understand`.
Upper or lower case, spaces, and punctuation at the end are free; nothing else is.

Source: the public contract, "Text messages".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from dispatch import codes, swapcodes


class Verb(StrEnum):
    """The value is the word we teach: the one our own texts tell people to send."""

    ACCEPT = "1"
    DECLINE = "2"
    EN_ROUTE = "3"
    ARRIVED = "4"
    CLEAR = "5"
    REACHED = "6"
    NOT_REACHED = "7"
    OK = "OK"
    BACKUP = "BACKUP"
    CALL = "CALL"
    HELP = "HELP"
    ON = "ON"
    OFF = "OFF"
    OFF_NOW = "OFF NOW"
    WHO = "WHO"
    STATUS = "STATUS"
    DEBRIEF = "DEBRIEF"
    NO_DEBRIEF = "NO DEBRIEF"


# A space inside a word is free: `EN ROUTE` is `ENROUTE`.
WORDS: dict[str, Verb] = {
    **dict.fromkeys(("1", "Y", "YES", "YUP", "ACCEPT", "A"), Verb.ACCEPT),
    **dict.fromkeys(("2", "N", "NO", "NOPE", "DECLINE", "D"), Verb.DECLINE),
    **dict.fromkeys(("3", "EN ROUTE"), Verb.EN_ROUTE),
    **dict.fromkeys(("4", "ARRIVED"), Verb.ARRIVED),
    **dict.fromkeys(("5", "CLEAR"), Verb.CLEAR),
    **dict.fromkeys(("6", "REACHED"), Verb.REACHED),
    **dict.fromkeys(("7", "NOT REACHED"), Verb.NOT_REACHED),
    "OK": Verb.OK,
    "BACKUP": Verb.BACKUP,
    "CALL": Verb.CALL,
    **dict.fromkeys(("HELP", "SOS", "911", "EMERGENCY"), Verb.HELP),
    "ON": Verb.ON,
    "OFF": Verb.OFF,
    "OFF NOW": Verb.OFF_NOW,
    "WHO": Verb.WHO,
    "STATUS": Verb.STATUS,
    "DEBRIEF": Verb.DEBRIEF,
    "NO DEBRIEF": Verb.NO_DEBRIEF,
}

WITHOUT_CODE = frozenset({Verb.ON, Verb.OFF, Verb.OFF_NOW, Verb.WHO, Verb.STATUS, Verb.DEBRIEF, Verb.NO_DEBRIEF})

# The carrier acts on these before we see them, so none may ever be a verb of ours. `INFO` only gets its own answer.
OPT_OUT = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
OPT_IN = frozenset({"START", "UNSTOP"})
CARRIER_WORDS = OPT_OUT | OPT_IN | {"INFO"}

MAX_HOURS = 24.0


@dataclass(frozen=True, slots=True)
class Parsed:
    """A message of the grammar. `word` is what was sent for the verb, `hours` only ever comes with ON."""

    verb: Verb
    word: str
    code: str | None = None
    hours: float | None = None


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """No message of the grammar. `cry`: its first word is one of the words for help."""

    cry: bool = False


@dataclass(frozen=True, slots=True)
class CarrierWord:
    word: str


@dataclass(frozen=True, slots=True)
class Digits:
    """Six digits and nothing else: a code that proves a number, if one is waited for. No case code is all digits."""

    digits: str


@dataclass(frozen=True, slots=True)
class SwapAnswer:
    """`TAKE K4M7`, or `PASS K4M7` when not `takes`. Both words mean something only with the code of a swap, which is
    never that of a case: whoever answers a page with `TAKE` or `PASS` is asked back, and nobody gets a shift by it."""

    takes: bool
    code: str


Reading = Parsed | NotUnderstood | CarrierWord | Digits | SwapAnswer

_GAP = r"[\s,.:;/-]*"
_EDGES = " \t\r\n.,!?;:'\"()[]*-_/‘’“”…"
_SQUEEZED = {word.replace(" ", ""): verb for word, verb in WORDS.items()}
_NAMES = "|".join(word.replace(" ", " ?") for word in WORDS)
_WITH_CODE = re.compile(rf"({_NAMES})(?:{_GAP}({codes.PATTERN}))?")
# People read six digits aloud, and type them, in two threes. What begins with 911 is a cry for help and never a code.
_DIGITS = re.compile(r"(?!911)[0-9]{3}[ -]?[0-9]{3}")
_SWAP = re.compile(rf"(TAKE|PASS){_GAP}({swapcodes.PATTERN})")
# No full stop or dash here: `ON .5` is no five hours, and `ON -1` is none at all.
_ON_HOURS = re.compile(r"ON[\s:]*([0-9]{1,2}(?:[.,][0-9])?)\s*(?:H|HR|HRS|HOUR|HOURS)?")


def normal(text: str) -> str:
    """The form in which texts are compared: upper case, single spaces, nothing at the ends but letters and digits.

    A private duress word is hashed in this form too, so that it matches however it is typed in fear.
    """
    return " ".join(unicodedata.normalize("NFKC", text).upper().split()).strip(_EDGES)


def reserved(text: str) -> bool:
    """True when `text` already means something, or could be a code: it cannot be somebody's duress word."""
    return not isinstance(parse(text), NotUnderstood) or codes.valid(normal(text)) or not normal(text)


def parse(text: str) -> Reading:
    """Read the whole message; a word of the grammar inside a longer sentence is not that word."""
    words = normal(text)
    if words in CARRIER_WORDS:
        return CarrierWord(words)
    if _DIGITS.fullmatch(words):
        return Digits(re.sub(r"\D", "", words))
    if swap := _SWAP.fullmatch(words):
        return SwapAnswer(swap[1] == "TAKE", swap[2])
    if hours := _ON_HOURS.fullmatch(words):
        length = float(hours[1].replace(",", "."))
        return Parsed(Verb.ON, "ON", hours=length) if 0 < length <= MAX_HOURS else NotUnderstood()
    if found := _WITH_CODE.fullmatch(words):
        verb, code = _SQUEEZED[found[1].replace(" ", "")], found[2]
        if code is None or verb not in WITHOUT_CODE:
            return Parsed(verb, found[1], code)
    first = re.split(r"\W", words, maxsplit=1)[0]
    return NotUnderstood(cry=WORDS.get(first) is Verb.HELP)

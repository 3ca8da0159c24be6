"""How one number behaves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Callbacks(StrEnum):
    IN_ORDER = "in order"
    #: the last one first
    REVERSED = "reversed"
    TWICE = "twice"
    #: all of them before the API has answered
    EARLY = "early"
    NEVER = "never"


class Voice(StrEnum):
    #: picks up at once, then waits to be told which key to press
    ANSWERS = "answers"
    #: rings until `pick_up`, or until the caller gives up
    RINGS = "rings"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Line:
    """`refuse` is the HTTP status and error code the API answers texts with; `outcome` and `error_code` are what a
    taken text comes to. `lose_answer`: taken, but the connection breaks before the answer. `delay` in seconds."""

    outcome: str = "delivered"
    error_code: int | None = None
    refuse: tuple[int, int] | None = None
    lose_answer: bool = False
    delay: float = 0.0
    callbacks: Callbacks = Callbacks.IN_ORDER
    voice: Voice = Voice.ANSWERS


NORMAL = Line()
SWITCHED_OFF = Line("undelivered", 30003, voice=Voice.NO_ANSWER)
OUT_OF_SERVICE = Line("undelivered", 30005, voice=Voice.FAILED)
LANDLINE = Line("undelivered", 30006)
FILTERED = Line("undelivered", 30007)
CARRIER_FAULT = Line("undelivered", 30008)
EXPIRED = Line("failed", 30036)
OPTED_OUT = Line(refuse=(400, 21610))
NOT_A_NUMBER = Line(refuse=(400, 21211), voice=Voice.FAILED)
NOT_A_MOBILE = Line(refuse=(400, 21614))
OVERLOADED = Line(refuse=(429, 20429))
BROKEN = Line(refuse=(500, 20500))
LOST_ANSWER = Line(lose_answer=True)
NO_CALLBACKS = Line(callbacks=Callbacks.NEVER)
EARLY_CALLBACKS = Line(callbacks=Callbacks.EARLY)
REPEATED_CALLBACKS = Line(callbacks=Callbacks.TWICE)
REVERSED_CALLBACKS = Line(callbacks=Callbacks.REVERSED)

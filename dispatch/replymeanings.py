"""What a text can mean, and the situation its sender is in: the two sides of `reply.understand`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dispatch.grammar import SwapAnswer, Verb


class Stage(StrEnum):
    """Where a responder is with a case they hold."""

    ACCEPTED = "accepted"
    TRAVELLING = "travelling"
    ON_SCENE = "on_scene"
    ENGAGED = "engaged"
    NOT_REACHED = "not_reached"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class OpenPage:
    code: str
    page_id: str


@dataclass(frozen=True, slots=True)
class LatePage:
    """A page that is no longer open. `fresh`: closed minutes ago, and without an answer from this person, so that a
    bare answer may still be meant for it. Older ones are found by their code only."""

    code: str
    page_id: str
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class HeldCase:
    """`lately`: cleared within the hour, by whomever."""

    code: str
    case_id: str
    stage: Stage
    lately: bool = False

    @property
    def out(self) -> bool:
        """In the field, or perhaps there: then a cry for help rings.

        Engaged by telephone counts, and so does somebody who has only accepted: people set out before they say so. Of
        two who went together one says that it is done, and the other may still be at the door.
        """
        return self.stage is not Stage.CLEARED or self.lately


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """The sender's situation. Every list has the newest first. `check_ins`: held cases with a check-in outstanding.
    `shift_checks`: ids of the checks at the start of a shift that wait for an answer, or had one minutes ago."""

    open_pages: Sequence[OpenPage] = ()
    late_pages: Sequence[LatePage] = ()
    held: Sequence[HeldCase] = ()
    check_ins: Sequence[HeldCase] = ()
    shift_checks: Sequence[str] = ()
    #: a code was sent to this number and has not been entered yet
    verifying: bool = False
    duress: bool = False
    opted_out: bool = False
    last_on_call: bool = False


@dataclass(frozen=True, slots=True)
class Accept:
    page_id: str


@dataclass(frozen=True, slots=True)
class LateAccept:
    """An accept of a page that is no longer open. It may still count; if not, say who has the case."""

    page_id: str


@dataclass(frozen=True, slots=True)
class Decline:
    """The page may be closed already; then there is nothing to do but to say so."""

    page_id: str


@dataclass(frozen=True, slots=True)
class Status:
    """`verb` is one of EN_ROUTE, ARRIVED, REACHED, NOT_REACHED, CLEAR."""

    case_id: str
    verb: Verb


@dataclass(frozen=True, slots=True)
class CheckInOk:
    case_id: str


@dataclass(frozen=True, slots=True)
class ShiftCheckOk:
    """All of them: it is one telephone, whatever the team."""

    check_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backup:
    case_id: str


@dataclass(frozen=True, slots=True)
class CallBridge:
    case_id: str


@dataclass(frozen=True, slots=True)
class SafetyAlarm:
    """Answer with the neutral text only: somebody else may be reading the screen."""

    case_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class On:
    """`hours` is how long; None is until they say OFF."""

    hours: float | None


@dataclass(frozen=True, slots=True)
class Off:
    pass


@dataclass(frozen=True, slots=True)
class OffAskBack:
    """`codes`: the cases they hold and are not done with; empty when they are the last on call."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberCode:
    """Six digits, while a code that proves the number is waited for. They may be the wrong ones."""

    digits: str


@dataclass(frozen=True, slots=True)
class Who:
    pass


@dataclass(frozen=True, slots=True)
class StatusList:
    pass


@dataclass(frozen=True, slots=True)
class Debrief:
    """They want to talk about a hard call; or, not `wanted`, they do not."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class NothingAsked:
    """`OK` while nothing waits for one: asked back with what can be sent. People send it to whatever they read, so it
    is not worth a coordinator's alarm; and it may have been meant as a yes to a page, which it must never be."""


@dataclass(frozen=True, slots=True)
class AskWhich:
    verb: Verb
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OptOut:
    pass


@dataclass(frozen=True, slots=True)
class OptIn:
    """Texts are on again. `then` is what the same word says about a page, if it says anything."""

    then: Accept | LateAccept | AskWhich | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Answer with what can be sent, keep it on the case, show it to the coordinator."""


Meaning = (
    Accept | LateAccept | Decline | Status | CheckInOk | ShiftCheckOk | Backup | CallBridge | SafetyAlarm | On | Off
    | OffAskBack | NumberCode | Who | StatusList | Debrief | SwapAnswer | NothingAsked | AskWhich | OptOut | OptIn
    | Unknown
)  # fmt: skip

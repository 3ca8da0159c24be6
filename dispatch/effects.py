"""What must be done in the world, in the imperative. Each becomes an outbox row in the transaction that decided it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class SendPage:
    """Send one page by text, or by voice."""

    page_id: str
    person: str
    voice: bool = False


@dataclass(frozen=True, slots=True)
class Tell:
    """Text somebody who works here. `words` names a text of `wording`; `about` holds codes, handles and times only. It
    leaves at once, or not before `after`."""

    person: str
    words: str
    about: dict[str, str] = field(default_factory=dict)
    after: datetime | None = None


@dataclass(frozen=True, slots=True)
class AnswerNumber:
    """Answer a text from a number we know only from the inbound row that carried it."""

    inbox_id: str
    words: str
    about: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring an alarm for one person, or for the n-th last-resort number (`last_resort:0`)."""

    alarm_id: str
    person: str
    by: Literal["text", "voice"]


@dataclass(frozen=True, slots=True)
class Bridge:
    """Ring a responder and connect them to the person, from the hotline's number; neither sees the other's."""

    person: str


Effect = SendPage | Tell | AnswerNumber | Ring | Bridge

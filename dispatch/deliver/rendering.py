"""Words and numbers for one effect. Everything a text can say comes from `wording`, which cannot render anything
personal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from dispatch import wording
from dispatch.alarm import Alarm
from dispatch.flow import verifying
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.flow.words import alarm_about, page_words
from dispatch.page import Page
from dispatch.store.sealing import DataKey

#: How long a text is worth delivering when nothing says until when.
WORTH = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Letter:
    """An effect with everything it speaks of. `sealed` is (table, row id, sealed value, key) of the number; `team` is
    None for a text to somebody of no team."""

    kind: str
    payload: Mapping[str, Any]
    person: str | None
    team: TeamNow | None
    case: Row[Any] | None
    page: Page | None
    alarm: Alarm | None
    repeat: bool
    doubt_since: datetime | None
    sealed: tuple[str, str, Any, DataKey] | None = field(repr=False)
    number: str | None = field(repr=False)

    @property
    def voice(self) -> bool:
        return self.payload.get("voice") is True or self.payload.get("by") == "voice"


@dataclass(frozen=True, slots=True)
class Rendered:
    validity: timedelta
    to: str = field(repr=False)
    body: str = field(repr=False)


def render(svc: Service, letter: Letter) -> Rendered:
    """The number, the words, and how long they are worth delivering. A call's words are said when it is answered: see
    `flow.voice`."""
    now = svc.clock.now()
    page = _in_time(letter, now)
    validity = page.by - now if page else letter.alarm.every if letter.alarm else WORTH
    body = "" if letter.voice else _body(svc, letter, page)
    return Rendered(max(validity, timedelta(seconds=15)), _number(svc, letter), body)


def _number(svc: Service, letter: Letter) -> str:
    if letter.number is not None:
        return letter.number
    if letter.sealed is None:
        raise ValueError("an effect without a number was claimed")
    table, row_id, sealed, key = letter.sealed
    if table == "inbox":
        return str(svc.sealer.open_dict("inbox", "body", row_id, key, sealed)["From"])
    return svc.sealer.open_text("people", "phone", row_id, key, sealed)


def _in_time(letter: Letter, now: datetime) -> Page | None:
    """The page with an answer still asked for. After an hour in which nothing could be sent, nobody answers a text that
    says their time was over before it came."""
    if letter.page is None or letter.team is None:
        return None
    return replace(letter.page, by=max(letter.page.by, now + letter.team.policy.receipt))


def _body(svc: Service, letter: Letter, page: Page | None) -> str:
    if page is not None and letter.case is not None and letter.team is not None:
        return wording.page(page_words(svc.public_url, letter.team.team, letter.case, page, repeat=letter.repeat))
    if letter.alarm is not None:
        return wording.alarm(letter.alarm.kind, alarm_about(letter.case, letter.alarm))
    words, about = letter.payload["words"], letter.payload["about"]
    if words == verifying.WORDS and letter.person is not None:
        about = verifying.about(svc, letter.person, about)
    return wording.text(words, about)

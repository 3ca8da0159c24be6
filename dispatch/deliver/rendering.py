"""Words and numbers for one effect. Everything a text can say comes from `wording`, which cannot render anything personal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from dispatch import spoken, wording
from dispatch.alarm import Alarm
from dispatch.flow.rosters import TeamNow
from dispatch.flow.service import Service
from dispatch.page import Page
from dispatch.priority import Mode, Urgency
from dispatch.store.sealing import DataKey
from dispatch.wallclock import wall, zone
from dispatch.wording import PageWords, Safety

#: How long a text is worth delivering when nothing says until when.
WORTH = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Letter:
    """An effect with everything it speaks of. `sealed` is (table, row id, sealed value, key) of the number."""

    kind: str
    payload: Mapping[str, Any]
    person: str | None
    team: TeamNow
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
    """The number, the words, and how long they are worth delivering. A call's words are read when it is answered: see `heard`."""
    now = svc.clock.now()
    validity = letter.page.by - now if letter.page else letter.alarm.every if letter.alarm else WORTH
    body = "" if letter.voice else _body(svc, letter)
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


def _body(svc: Service, letter: Letter) -> str:
    if letter.page is not None and letter.case is not None:
        return wording.page(page_words(svc.public_url, letter.team, letter.case, letter.page, letter.repeat))
    if letter.alarm is not None:
        return wording.alarm(letter.alarm.kind, alarm_about(svc.public_url, letter.case, letter.alarm))
    return wording.text(letter.payload["words"], letter.payload["about"])


def page_words(public_url: str, team: TeamNow, case: Row[Any], page: Page, repeat: bool) -> PageWords:
    by = wall(page.by, zone(team.team.timezone))
    held = case.scene_hold and case.mode in (Mode.MOBILE.value, Mode.CO_RESPONSE.value)
    safety = {Safety(word) for word in case.safety} | ({Safety.CALL_FIRST} if held else set())
    return PageWords(
        code=case.code,
        urgency=Urgency(case.urgency),
        mode=Mode.PHONE if held else Mode(case.mode),
        area=case.area,
        safety=frozenset(safety),
        by=by.strftime("%H:%M"),
        link=f"{public_url}/p/{page.link}",
        repeat=repeat,
    )


def alarm_about(public_url: str, case: Row[Any] | None, alarm: Alarm) -> dict[str, str]:
    about: dict[str, str] = {}
    if case is not None:
        about["code"] = case.code
    if alarm.subject is not None:
        about["who"] = alarm.subject
    return about


def heard(svc: Service, letter: Letter) -> str:
    """What a person hears who answers a call of ours."""
    if letter.page is not None and letter.case is not None:
        return spoken.page(page_words(svc.public_url, letter.team, letter.case, letter.page, letter.repeat))
    if letter.alarm is not None:
        return spoken.alarm(letter.alarm.kind, alarm_about(svc.public_url, letter.case, letter.alarm))
    return spoken.line("closed")

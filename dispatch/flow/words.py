"""From rows to the words of `wording` and `spoken`: what a page or an alarm may say about a case."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from dispatch.alarm import Alarm
from dispatch.page import Page
from dispatch.priority import Mode, Urgency
from dispatch.roster import Team
from dispatch.wallclock import wall
from dispatch.wording import PageWords, Safety


def page_words(public_url: str, team: Team, case: Row[Any], page: Page, *, repeat: bool) -> PageWords:
    """A held scene is answered by telephone until a named person has cleared it, whatever the mode.

    An area the team has not named may be anybody's name or street in the form of one: it is left out.
    """
    held = case.scene_hold and case.mode in (Mode.MOBILE.value, Mode.CO_RESPONSE.value)
    safety = {Safety(word) for word in case.safety} | ({Safety.CALL_FIRST} if held else set())
    return PageWords(
        code=case.code,
        urgency=Urgency(case.urgency),
        mode=Mode.PHONE if held else Mode(case.mode),
        area=case.area if case.area in team.areas else None,
        safety=frozenset(safety),
        by=wall(page.by, team.zone).strftime("%H:%M"),
        link=f"{public_url}/p/{page.link}",
        repeat=repeat,
    )


def alarm_about(case: Row[Any] | None, alarm: Alarm) -> dict[str, str]:
    about: dict[str, str] = {}
    if case is not None:
        about["code"] = case.code
    if alarm.subject is not None:
        about["who"] = alarm.subject
    return about

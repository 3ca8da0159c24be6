"""Habits read the service's own texts. A change of wording that they would no longer understand fails here."""

from __future__ import annotations

import pytest

from dispatch import wording
from dispatch.alarm import Kind
from dispatch.demo.texts import Asks, read
from dispatch.priority import Mode, Urgency
from dispatch.wording import PageWords, Safety

LINK = "http://127.0.0.1:8000/p/abcdefghij"


@pytest.mark.parametrize("repeat", [False, True])
@pytest.mark.parametrize("mode", list(Mode))
def test_every_page_is_read(mode: Mode, repeat: bool) -> None:
    words = PageWords("K7Q", Urgency.VERY_URGENT, mode, "fairfax", frozenset(Safety), "02:14", LINK, repeat)
    found = read(wording.page(words))
    assert (found.asks, found.code) == (Asks.PAGE, "K7Q")
    assert found.mobile == (mode in (Mode.MOBILE, Mode.CO_RESPONSE))


@pytest.mark.parametrize(
    ("words", "about", "asks"),
    [
        ("accepted", {"code": "K7Q", "link": LINK}, Asks.MINE),
        ("accepted_with", {"code": "K7Q", "who": "ben", "link": LINK}, Asks.MINE),
        ("first_of_two", {"code": "K7Q", "needed": "2", "link": LINK}, Asks.MINE),
        ("assigned", {"code": "K7Q", "link": LINK}, Asks.MINE),
        ("check_in", {"code": "K7Q"}, Asks.CHECK_IN),
        ("contact_reminder", {"code": "K7Q"}, Asks.REMINDER),
        ("arrival_reminder", {"code": "K7Q"}, Asks.REMINDER),
        ("retry_reminder", {"code": "K7Q"}, Asks.REMINDER),
        ("taken", {"code": "K7Q", "who": "ben"}, Asks.OVER),
        ("cleared", {"code": "K7Q"}, Asks.OVER),
        ("regraded", {"code": "K7Q", "urgency": "urgent", "link": LINK}, Asks.NOTHING),
        ("withdrawn", {"code": "K7Q"}, Asks.OVER),
        ("closed", {"code": "K7Q"}, Asks.OVER),
        ("declined", {"code": "K7Q"}, Asks.NOTHING),
        ("noted", {}, Asks.NOTHING),
    ],
)
def test_texts_about_a_case(words: str, about: dict[str, str], asks: Asks) -> None:
    found = read(wording.text(words, about))
    assert found.asks is asks
    assert found.code == ("K7Q" if asks is not Asks.NOTHING else None)


def test_the_start_and_the_end_of_a_duty_are_read() -> None:
    check = wording.text("shift_check", {"layer": "second", "at": "02:02"})
    assert read(check).asks is Asks.SHIFT_CHECK
    ends = read(wording.text("handoff_due", {"at": "02:00", "codes": "K7Q", "link": LINK}))
    assert (ends.asks, ends.code) == (Asks.HAND_ON, "K7Q")


def test_alarms_are_told_apart_from_pages() -> None:
    assert read(wording.alarm(Kind.UNANSWERED, {"code": "K7Q", "link": LINK})).asks is Asks.ALARM
    assert read(wording.alarm(Kind.SERVICE, {})).asks is Asks.ALARM
    # It rings whoever is on the way, in the words of an alarm, until they have answered.
    stand_down = read(wording.alarm(Kind.STOOD_DOWN, {"code": "K7Q", "link": LINK}))
    assert (stand_down.asks, stand_down.code) == (Asks.STAND_DOWN, "K7Q")


def test_a_question_back_offers_what_may_be_sent() -> None:
    found = read(wording.text("which_code", {"verb": "1", "codes": "K7Q B2C"}))
    assert (found.asks, found.options) == (Asks.WHICH, ("1 K7Q", "1 B2C"))

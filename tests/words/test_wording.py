"""What leaves the building: one segment, plain letters, and nothing that tells about a person."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dispatch
from dispatch import codes, gsm7, spoken
from dispatch.alarm import Kind
from dispatch.errors import InvalidInput
from dispatch.priority import Mode, Urgency
from dispatch.wording import LONGEST_PUBLIC_URL, TEXTS, PageWords, Safety, alarm, page, text

LINK = "https://crisis.example.org/p/h3k9x0w2ma"
WORDS = PageWords("K7Q", Urgency.VERY_URGENT, Mode.MOBILE, "fairfax", frozenset({Safety.TWO_PERSON}), "02:14", LINK)
EVERYTHING = {
    "code": "K7Q",
    "who": "ana and ben",
    "link": LINK,
    "needed": "2",
    "stage": "en_route",
    "codes": "K7Q M4R",
    "verb": "1",
    "open": "K7Q",
    "held": "M4R",
    "urgency": "urgent",
    "until": "08:00",
    "people": "ben:backup dee:supervisor",
    "cases": "K7Q:en_route M4R:cleared",
    "digits": "123456",
    "off": "yes",
    "swap": "K4M7",
    "layer": "primary",
    "giver": "dee",
    "start": "2026-01-13T20:00-05:00",
    "end": "2026-01-14T08:00-05:00",
    "at": "08:00",
}
PERSONAL = ["Jane Doe", "+12025550143", "(202) 555-0143", "12 Oak Street", "jane@example.org", "<b>&"]


def test_the_page_of_the_contract() -> None:
    assert page(WORDS) == (
        "CRISIS PAGE K7Q VERY URGENT Fairfax mobile 2-person. Reply 1 K7Q accept, 2 K7Q decline, by 02:14. " + LINK
    )


def test_a_repeat_says_so() -> None:
    assert page(replace(WORDS, repeat=True)).startswith("REPEAT CRISIS PAGE K7Q ")


def test_the_area_gives_way_before_anything_else() -> None:
    crowded = replace(
        WORDS, area="north-county-hills", safety=frozenset(Safety), repeat=True, link=LINK.replace("crisis", "cris")
    )
    said = page(crowded)
    assert gsm7.fits(said)
    assert re.search(r" URGENT North[A-Za-z ]*\. mobile 2-person, call first\. Reply 1 K7Q accept", said)
    assert said.endswith(crowded.link)


public_urls = st.integers(8, LONGEST_PUBLIC_URL - 8).map(lambda length: "https://" + "a" * length)
pages = st.builds(
    PageWords,
    code=st.sampled_from(codes.codes()),
    urgency=st.sampled_from(Urgency),
    mode=st.sampled_from(Mode),
    area=st.none() | st.text(max_size=60) | st.sampled_from(["fairfax", "north-county", "ward-4", *PERSONAL]),
    safety=st.frozensets(st.sampled_from(Safety)),
    by=st.times().map(lambda at: f"{at:%H:%M}"),
    link=public_urls.map(lambda url: f"{url}/p/h3k9x0w2ma"),
    repeat=st.booleans(),
)


@given(pages)
def test_any_page_is_one_segment_with_its_code_its_answers_and_its_link(words: PageWords) -> None:
    said = page(words)
    assert gsm7.fits(said)
    assert said.count(words.code) == 3
    assert said.endswith(words.link)
    assert f"by {words.by}" in said


@given(pages, st.sampled_from(PERSONAL))
def test_nothing_personal_gets_in_by_way_of_the_area(words: PageWords, personal: str) -> None:
    assert page(replace(words, area=personal)) == page(replace(words, area=None))


def test_a_page_past_any_reasonable_address_can_still_be_answered() -> None:
    said = page(replace(WORDS, link="https://" + "a" * 120 + "/p/h3k9x0w2ma"))
    assert said == "CRISIS PAGE K7Q VERY URGENT mobile 2-person. Reply 1 K7Q accept, 2 K7Q decline, by 02:14."


@pytest.mark.parametrize("field", ["code", "by", "link"])
@pytest.mark.parametrize("value", [*PERSONAL, "", "AB", "25:00", "https://x.org/case?name=jane"])
def test_what_is_not_of_its_kind_cannot_be_put_in_a_page(field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        replace(WORDS, **{field: value})  # type: ignore[arg-type]
    assert [fault.field for fault in refused.value.faults] == [field]
    assert value not in str(refused.value) or not value


@pytest.mark.parametrize("words", TEXTS)
def test_every_text_is_plain_and_one_segment(words: str) -> None:
    assert gsm7.fits(text(words, EVERYTHING))
    assert "{" not in text(words, EVERYTHING)


@settings(max_examples=300)
@given(st.sampled_from(sorted(TEXTS)), st.data())
def test_nothing_personal_gets_into_any_text(words: str, data: st.DataObject) -> None:
    about = {slot: data.draw(st.sampled_from(PERSONAL) | st.text(), label=slot) for slot in EVERYTHING}
    said = text(words, about)
    assert gsm7.is_plain(said)
    bare = re.sub(r"988|911", "", said)
    assert not re.search(r"[0-9]{3}|@|Oak|Jane", bare)


@pytest.mark.parametrize("kind", Kind)
def test_every_alarm_has_words_for_eye_and_ear(kind: Kind) -> None:
    for about in (
        {},
        {"code": "K7Q", "who": "ana", "link": LINK},
        dict.fromkeys(("code", "who", "link"), "+12025550143"),
    ):
        assert gsm7.fits(alarm(kind, about))
        assert "5550143" not in alarm(kind, about) + spoken.alarm(kind, about)
    heard = spoken.alarm(kind, {"code": "K7Q", "who": "ana"})
    assert heard.count("Press 1 to acknowledge.") == 2
    assert "K7Q" not in heard


@pytest.mark.parametrize(
    ("words", "about", "said"),
    [
        ("noted", {}, "Noted."),
        ("taken", {"code": "K7Q", "who": "ben"}, "K7Q is with ben. Nothing more to do. Thank you."),
        ("taken", {"code": "K7Q", "who": "Ben Okoro"}, "K7Q is with another responder. Nothing more to do. Thank you."),
        ("which_code", {"verb": "2", "codes": "K7Q M4R"}, "Which one? Send 2 K7Q or 2 M4R."),
        ("not_understood", {"open": "K7Q"}, "Not understood. Send 1 K7Q accept, 2 K7Q decline."),
        ("not_understood", {}, "Not understood. Send ON, OFF, WHO or STATUS."),
        ("status", {"cases": ""}, "Your cases: none."),
        ("status", {"cases": "K7Q:en_route"}, "Your cases: K7Q on the way."),
        (
            "who",
            {"people": "a1 b2 c3 d4 e5 f6"},
            "On call with you: a1 (on call), b2 (on call), c3 (on call), d4 (on call) and 2 more.",
        ),
        ("check_in", {"code": "K7Q"}, "K7Q check-in. Reply OK."),
        ("on", {}, "You are on call. Send OFF to go off."),
    ],
)
def test_texts_worth_reading_twice(words: str, about: dict[str, str], said: str) -> None:
    assert text(words, about) == said


def test_a_stranger_is_told_where_help_is() -> None:
    assert "988" in text("stranger", {})


def test_a_text_that_does_not_exist_or_lacks_something_is_named() -> None:
    with pytest.raises(InvalidInput, match="no text named"):
        text("hello", {})
    with pytest.raises(InvalidInput) as refused:
        text("taken", {"code": "K7Q"})
    assert [fault.field for fault in refused.value.faults] == ["who"]


def test_every_text_a_decision_names_exists() -> None:
    """`turn.tell(person, "taken", …)`: a name with no text would only be found out when a responder should hear it."""
    named: set[str] = set()
    for file in Path(dispatch.__path__[0]).glob("*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", None) == "tell" and len(call.args) == 2:
                constants = [n.value for n in ast.walk(call.args[1]) if isinstance(n, ast.Constant)]
                named.update(value for value in constants if isinstance(value, str))
    assert {"taken", "check_in"} <= named
    assert named <= set(TEXTS)


def test_a_long_link_gives_way_in_other_texts() -> None:
    said = text("assigned", {"code": "K7Q", "link": "https://" + "a" * 60 + "/p/h3k9x0w2ma"})
    assert said.endswith("for help.")


def test_a_page_by_voice_spells_the_code_and_says_it_twice() -> None:
    heard = spoken.page(WORDS)
    assert heard.count("Case K 7 Q. Very urgent. Fairfax, mobile. Two persons. Press 1 to accept, 2 to decline.") == 2
    assert "http" not in heard


@pytest.mark.parametrize("words", spoken.LINES)
def test_every_spoken_line_can_be_said(words: str) -> None:
    heard = spoken.line(words, "K7Q")
    assert "{" not in heard
    assert "K7Q" not in heard
    assert "5550143" not in spoken.line(words, "+12025550143")

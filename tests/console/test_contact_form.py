"""The operator's form: three fields are enough, every instrument is a form, and nothing entered is ever lost."""

from __future__ import annotations

import re

import pytest

from dispatch.console.contact_form import forgiving, read
from protocols.forms import form
from protocols.loader import Library
from tests.api.conftest import Api
from tests.console.conftest import Screen, case_of, fill

LIBRARY = Library.shipped()
Fields = dict[str, str | list[str]]
NEEDED = {"channel": ["voice"], "call_type": ["person_in_crisis"], "team": ["default"]}


def test_three_fields_are_enough_and_the_answer_says_what_happens_next(operator: Screen) -> None:
    operator.open("/contacts/new")
    done = operator.post("/contacts/new", fill(operator))
    assert done.status == 201
    code = re.search(r'class="hugecode">(\w{3})<', done.html)
    assert code
    assert f"Open case {code[1]}" in done.text
    assert "The next qualified responder is being asked now" in done.text
    assert "How worried are you: none, some or high?" in done.text


def test_a_form_sent_twice_makes_one_case(operator: Screen) -> None:
    operator.open("/contacts/new")
    fields = fill(operator)
    first = case_of(operator.post("/contacts/new", fields))
    again = operator.post("/contacts/new", fields)
    assert "nothing was made twice" in again.text
    assert case_of(again) == first


def test_a_form_sent_before_with_other_answers_says_so_and_keeps_them(operator: Screen) -> None:
    operator.open("/contacts/new")
    fields = fill(operator)
    operator.post("/contacts/new", fields)
    again = operator.post("/contacts/new", fields | {"narrative": "one more thing"})
    assert again.status == 422
    assert "was sent before, with other answers" in again.text
    assert "one more thing" in again.html
    assert again.hidden()["key"] != fields["key"]


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("person.age", "abc", "must be a whole number"),
        ("person.phone.number", "555", "must be a telephone number"),
        ("person.phone.number", "+1 202 555 0143", "must be a telephone number"),
        ("safety.weapon", "perhaps", "choose one of the list"),
        ("needs.languages", "Spanish, please", "must be a language code"),
        ("assessments.0.answers.q1", "perhaps", "not an answer here"),
        ("ending.disposition", "closed", "choose one of the list"),
    ],
)
def test_what_cannot_be_right_is_named_and_nothing_else_is_lost(
    operator: Screen, field: str, text: str, says: str
) -> None:
    operator.open("/contacts/new")
    kept: Fields = {
        "narrative": "the nights are worst",
        "location.text": "12 Nowhere Lane",
        "concerns": ["anxiety", "trauma"],
    }
    shown = operator.post("/contacts/new", fill(operator) | kept | {field: text})
    assert shown.status == 422
    assert any(says in problem for problem in shown.problems()), shown.problems()
    assert "Nothing was saved yet, and nothing you entered is lost." in shown.text
    assert "the nights are worst" in shown.html
    assert 'value="12 Nowhere Lane"' in shown.html
    assert re.search(r'value="trauma" checked', shown.html)
    # The summary at the top leads to the field.
    assert f'href="#f-{field.replace(".", "-")}"' in shown.html


def test_after_a_mistake_the_same_form_can_be_sent_right(operator: Screen) -> None:
    operator.open("/contacts/new")
    fields = fill(operator, person__age="abc")
    operator.post("/contacts/new", fields)
    assert operator.post("/contacts/new", fields | {"person.age": "34", **operator.hidden()}).status == 201


def test_an_answer_that_the_skip_logic_forbids_is_shown_beside_it(operator: Screen) -> None:
    operator.open("/contacts/new")
    answers: Fields = {"assessments.0.answers.q2": "no", "assessments.0.answers.q3": "yes"}
    shown = operator.post("/contacts/new", fill(operator) | answers)
    assert shown.problems() == ["is not asked when q2 = no"]


def test_a_call_that_asks_for_nothing_is_logged_with_how_it_ended(operator: Screen) -> None:
    operator.open("/contacts/new")
    fields = fill(operator) | {"call_type": "prank"}
    assert "a contact of the type prank makes no case" in operator.post("/contacts/new", fields).text
    done = operator.post("/contacts/new", fields | {"ending.disposition": "call_ended"})
    assert (done.status, "No case was made" in done.text) == (201, True)


def test_a_hard_stop_shows_the_911_step_first(operator: Screen) -> None:
    operator.open("/contacts/new")
    done = operator.post("/contacts/new", fill(operator, safety__overdose_taken="yes"))
    assert "CALL 911 NOW Because: overdose taken." in done.text
    assert "record the hand-off" in done.text


def test_every_instrument_is_a_form_with_every_answer_one_key_away(operator: Screen) -> None:
    for protocol in LIBRARY:
        there = "assessments.0.protocol=x&assessments.4.protocol=x"
        shown = operator.open(f"/contacts/new/protocol?add={protocol.id}&{there}")
        assert shown.status == 200
        asked = form(protocol)
        for question in asked.questions:
            name = re.escape(f"assessments.5.answers.{question.id}")
            found = re.findall(rf'type="radio" name="{name}" value="([^"]+)" data-key="(.)"', shown.html)
            assert found == [(str(o.value), o.key) for o in (*question.options, *asked.gaps)]


def test_the_live_band_says_why_and_what_it_could_still_come_to(operator: Screen) -> None:
    operator.open("/contacts/new")
    answers: Fields = {"assessments.0.answers.q1": "yes", "assessments.0.answers.q2": "refused"}
    shown = operator.post("/contacts/new/score", fill(operator) | answers)
    assert "very urgent by phone" in shown.text
    assert "low by this screen · unfinished Could still come to: high by this screen." in shown.text
    assert "not known yet: worry, attempt in progress" in shown.text


def test_the_live_band_passes_over_what_is_half_typed(operator: Screen) -> None:
    operator.open("/contacts/new")
    shown = operator.post("/contacts/new/score", fill(operator, person__age="3 or", safety__weapon_in_hand="yes"))
    assert (shown.status, "immediate 911" in shown.text) == (200, True)


def test_scoring_while_typing_stores_nothing(operator: Screen, api: Api) -> None:
    operator.open("/contacts/new")
    operator.post("/contacts/new/score", fill(operator))
    assert "Nobody is waiting." in operator.open("/board").text


def test_an_earlier_caller_is_found_by_post_and_the_look_is_written_down(operator: Screen, api: Api) -> None:
    api.log()
    before = len(api.looks())
    operator.open("/contacts/new")
    shown = operator.post("/contacts/new/earlier", fill(operator, person__phone__number="+12025550143"))
    assert "1 earlier contact. This look was written down." in shown.text
    assert "Add this contact to" in shown.text
    assert len(api.looks()) > before


def test_a_second_contact_joins_the_open_case(operator: Screen, api: Api) -> None:
    case = api.log().json()["case"]["id"]
    operator.open(f"/contacts/new?case={case}")
    assert case_of(operator.post("/contacts/new", fill(operator, narrative="called again"))) == case
    assert "Contact 2 of 2" in operator.open(f"/cases/{case}").text


def test_an_empty_form_is_no_assessment_and_empty_fields_say_nothing() -> None:
    entered = read({**NEEDED, "assessments.0.protocol": ["phq-9"], "safety.weapon": [""]}, LIBRARY)
    assert (entered.given, entered.faults, entered.body.get("safety")) == ((), (), None)


def test_digits_come_back_as_the_numbers_the_instrument_takes() -> None:
    fields = {**NEEDED, "assessments.0.protocol": ["phq-9"], "assessments.0.answers.q1": ["3"]}
    assert read(fields, LIBRARY).given[0].answers == {"q1": 3}


def test_a_number_s_permissions_without_the_number_are_left_out() -> None:
    entered = read({**NEEDED, "person.phone.call": ["yes"], "person.phone.number": [""]}, LIBRARY)
    assert entered.contact is not None
    assert entered.contact.person.phone is None


def test_a_supervisor_s_confirmation_is_not_taken_from_a_form() -> None:
    ending = {"ending.disposition": ["resolved_on_call"], "ending.confirmed_by": ["dee"]}
    entered = read({**NEEDED, **ending, "ending.outcome": ["plan_made"], "ending.follow_up": ["accepted"]}, LIBRARY)
    assert entered.contact is not None
    assert entered.contact.ending is not None
    assert (entered.contact.ending.confirmed_by, entered.contact.ending.resources_offered) == (None, ())


def test_a_field_that_cannot_be_read_yet_does_not_hide_the_others() -> None:
    entered = forgiving({**NEEDED, "person.age": ["3x"], "safety.weapon": ["yes"]}, LIBRARY)
    assert entered.contact is not None
    assert entered.contact.safety.weapon == "yes"

"""From what was logged to urgency, mode and clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dispatch.contactvalues import CallType, Tri, Worry
from dispatch.facts import HARD_STOPS, Safety
from dispatch.policyfile import default
from dispatch.priority import Mode, Urgency
from dispatch.triage import BecauseOf, triage
from tests.triage.made import ANSWERED, NEGATIVE, decide, facts, safety, scored, unfinished


def test_the_contact_of_the_public_example() -> None:
    low = scored("cssrs-screener", "low", because=("q2 = yes",), version="2024.1")
    found = decide(low, worry=Worry.SOME)
    assert (found.urgency, found.mode, found.incomplete) == (Urgency.SOON, Mode.PHONE, False)
    assert found.respond_by == ANSWERED + timedelta(hours=24)
    assert found.because == (BecauseOf("cssrs-screener", "2024.1", "low", ("q2 = yes",)),)
    assert found.prompts == ()


@pytest.mark.parametrize(
    ("protocol", "band", "urgency", "mode"),
    [
        ("cssrs-screener", "high", Urgency.VERY_URGENT, Mode.MOBILE),
        ("cssrs-screener", "moderate", Urgency.URGENT, Mode.MOBILE),
        ("cssrs-screener", "none", Urgency.ROUTINE, Mode.PHONE),
        ("asq", "not_positive_refused", Urgency.SOON, Mode.PHONE),
        ("lifeline-imminent-risk", "emergency_rescue", Urgency.IMMEDIATE, Mode.EMERGENCY),
        ("lifeline-imminent-risk", "imminent", Urgency.IMMEDIATE, Mode.PHONE),
        ("lifeline-imminent-risk", "not_imminent_by_rule", Urgency.SOON, Mode.PHONE),
        ("marcus-alert", "1", Urgency.SOON, Mode.PHONE),
        ("marcus-alert", "2", Urgency.URGENT, Mode.MOBILE),
        ("marcus-alert", "3", Urgency.VERY_URGENT, Mode.CO_RESPONSE),
        ("marcus-alert", "4", Urgency.IMMEDIATE, Mode.EMERGENCY),
    ],
)
def test_a_band_means_what_the_policy_says(protocol: str, band: str, urgency: Urgency, mode: Mode) -> None:
    found = decide(scored(protocol, band))
    assert (found.urgency, found.mode) == (urgency, mode)


def test_the_most_urgent_of_several_wins_and_the_others_stay_visible() -> None:
    found = decide(NEGATIVE, scored("marcus-alert", "3"), scored("phq-9", "mild"), worry=Worry.SOME)
    assert (found.urgency, found.mode) == (Urgency.VERY_URGENT, Mode.CO_RESPONSE)
    assert [one.protocol for one in found.because] == ["marcus-alert", "cssrs-screener", "phq-9"]
    assert found.reasons[0] == "marcus-alert: 3"
    assert "cssrs-screener: no suicidal thoughts reported" in found.reasons


@pytest.mark.parametrize("fact", HARD_STOPS)
def test_a_hard_stop_comes_before_any_score(fact: str) -> None:
    found = decide(NEGATIVE, safety=safety(**{fact: "yes"}))
    assert (found.urgency, found.mode, found.hard_stops) == (Urgency.IMMEDIATE, Mode.EMERGENCY, (fact,))
    assert found.respond_by == ANSWERED + timedelta(minutes=15)
    assert found.prompts[0].startswith("Call 911 now")


def test_the_hard_stops_are_these_five_and_each_comes_before_any_answer_to_a_form() -> None:
    # "unresponsive" is part of the medical emergency: unresponsive, not breathing, or badly hurt.
    stops = {"attempt_in_progress", "weapon_in_hand", "overdose_taken", "medical_emergency", "violence_now"}
    assert set(HARD_STOPS) == stops
    alone = decide(safety=Safety(overdose_taken=Tri.YES), worry=Worry.UNKNOWN)
    assert (alone.urgency, alone.mode) == (Urgency.IMMEDIATE, Mode.EMERGENCY)


def test_an_emergency_call_is_immediate_before_anything_was_asked() -> None:
    found = decide(call_type=CallType.EMERGENCY, safety=Safety(), worry=Worry.UNKNOWN)
    assert (found.urgency, found.mode) == (Urgency.IMMEDIATE, Mode.EMERGENCY)


def test_a_weapon_at_the_scene_holds_mobile_pages_until_it_is_cleared() -> None:
    found = decide(NEGATIVE, safety=safety(weapon="yes"))
    assert (found.urgency, found.mode, found.scene_hold) == (Urgency.VERY_URGENT, Mode.CO_RESPONSE, True)
    assert found.hard_stops == ()
    assert not decide(NEGATIVE).scene_hold


@pytest.mark.parametrize(
    ("unsure", "because"),
    [
        ({"safety": safety(weapon="unknown")}, ("weapon_unknown",)),
        ({"safety": safety(violence="unknown")}, ("violence_unknown",)),
        ({"location_known": Tri.UNKNOWN}, ("location_unknown",)),
        ({"location_known": Tri.NO}, ("location_unknown",)),
        ({}, ()),
    ],
)
def test_two_people_go_where_something_about_the_place_is_unknown(
    unsure: dict[str, Any], because: tuple[str, ...]
) -> None:
    mobile = decide(scored("cssrs-screener", "high"), **unsure)
    assert (mobile.two_person_because, mobile.people_needed) == (because, 2 if because else 1)
    by_phone = decide(scored("cssrs-screener", "low"), **unsure)
    assert (by_phone.two_person_because, by_phone.people_needed) == ((), 1)


def test_scene_safety_decides_who_goes_and_never_how_urgent_it_is() -> None:
    high = scored("cssrs-screener", "high")
    assert decide(high, scored("scene-safety", "two_person")).two_person_because == ("scene-safety.two_person",)
    assert decide(high, unfinished("scene-safety", "clear", "law_enforcement")).people_needed == 2
    police = decide(high, scored("scene-safety", "law_enforcement"))
    assert (police.mode, police.scene_hold, police.urgency) == (Mode.CO_RESPONSE, True, Urgency.VERY_URGENT)
    assert decide(high, scored("scene-safety", "clear")).people_needed == 1


def test_an_unfinished_assessment_is_queued_at_its_cautious_level() -> None:
    found = decide(unfinished("cssrs-screener", "low", "high"))
    assert (found.urgency, found.mode, found.incomplete) == (Urgency.VERY_URGENT, Mode.PHONE, True)
    assert "Finish cssrs-screener; it could still come to high." in found.prompts
    assert "cssrs-screener: at least low" in found.reasons


def test_what_an_unfinished_assessment_has_established_keeps_its_own_mode() -> None:
    found = decide(scored("cssrs-screener", "high", incomplete=True))
    assert (found.urgency, found.mode, found.incomplete) == (Urgency.VERY_URGENT, Mode.MOBILE, True)


def test_a_gap_that_cannot_change_the_band_any_more_assumes_nothing() -> None:
    found = decide(scored("cssrs-screener", "low", incomplete=True))
    assert (found.urgency, found.incomplete) == (Urgency.SOON, True)


def test_no_assessment_at_all_is_the_cautious_level_and_says_so() -> None:
    found = decide()
    assert (found.urgency, found.mode, found.incomplete) == (Urgency.VERY_URGENT, Mode.PHONE, True)
    assert "nothing assessed yet, so very_urgent" in found.reasons
    assert "Nothing has been assessed yet: ask a suicide screen." in found.prompts


def test_context_instruments_assess_nobody() -> None:
    found = decide(scored("phq-9", "severe"), scored("gad-7", "severe"), scored("audit-c", "positive"))
    assert found.urgency is Urgency.VERY_URGENT
    assert "nothing assessed yet, so very_urgent" in found.reasons


def test_an_unmapped_protocol_or_band_is_never_taken_for_harmless() -> None:
    assert decide(scored("of-this-site", "green")).urgency is Urgency.VERY_URGENT
    assert decide(scored("cssrs-screener", "green")).urgency is Urgency.VERY_URGENT


@pytest.mark.parametrize("flag", [True, "yes", "unknown", None])
def test_phq9_item_9_raises_to_a_suicide_screen(flag: object) -> None:
    phq9 = scored("phq-9", "minimal", flags={"item9_flag": flag})
    alone = decide(phq9)
    assert alone.urgency is Urgency.VERY_URGENT
    assert "Ask cssrs-screener: phq-9 item9_flag." in alone.prompts
    beside = decide(phq9, NEGATIVE)
    assert (beside.urgency, beside.prompts) == (Urgency.SOON, ())


def test_a_flag_nobody_reported_is_not_false() -> None:
    assert decide(scored("phq-9", "minimal"), NEGATIVE).urgency is Urgency.SOON


def test_phq9_without_item_9_raises_nothing() -> None:
    calm = scored("phq-9", "severe", flags={"item9_flag": False, "dx_algorithm": "major"})
    assert decide(calm, NEGATIVE).urgency is Urgency.ROUTINE


@pytest.mark.parametrize(
    ("worry", "urgency"),
    [
        (Worry.NONE, Urgency.ROUTINE),
        (Worry.UNKNOWN, Urgency.SOON),
        (Worry.SOME, Urgency.SOON),
        (Worry.HIGH, Urgency.URGENT),
    ],
)
def test_no_case_is_routine_before_the_operator_has_said_how_worried_they_are(worry: Worry, urgency: Urgency) -> None:
    assert decide(NEGATIVE, worry=worry).urgency is urgency
    # `low` is soon by the shipped policy; a site that calls it routine still has to answer the worry.
    table = {**default().urgency["cssrs-screener"], "low": Urgency.ROUTINE}
    calm = replace(default(), urgency={**default().urgency, "cssrs-screener": table})
    assert decide(scored("cssrs-screener", "low"), worry=worry, policy=calm).urgency is urgency


@pytest.mark.parametrize("fact", HARD_STOPS)
def test_a_hard_stop_nobody_asked_about_is_not_no(fact: str) -> None:
    found = decide(NEGATIVE, safety=safety(**{fact: "unknown", "weapon": "yes", "violence": "yes"}))
    assert f"{fact} = unknown" in found.reasons
    assert len(found.prompts) == 1
    assert found.prompts[0].endswith("?")


def test_respond_by_is_the_earlier_of_policy_and_publisher() -> None:
    slower = scored("ctrs", "medium", respond_within=timedelta(hours=12))
    quicker = scored("asq", "negative", respond_within=timedelta(hours=2))
    assert decide(slower).respond_by == ANSWERED + timedelta(hours=4)
    assert decide(slower, quicker).respond_by == ANSWERED + timedelta(hours=2)


def test_published_at_once_is_the_policys_most_urgent_time_and_not_overdue_at_birth() -> None:
    assert decide(scored("ctrs", "extreme", respond_within=timedelta(0))).respond_by == ANSWERED + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("code", "hours", "urgency", "pages"),
    [
        ("B", 2, Urgency.VERY_URGENT, True),
        ("C", 8, Urgency.URGENT, True),
        ("D", 72, Urgency.SOON, True),
        ("E", 672, Urgency.ROUTINE, False),
    ],
)
def test_victorian_codes_keep_their_own_hours(code: str, hours: int, urgency: Urgency, pages: bool) -> None:
    found = decide(scored("vic-mhts", code, respond_within=timedelta(hours=hours)))
    assert (found.respond_by, found.urgency) == (ANSWERED + timedelta(hours=hours), urgency)
    assert found.pages is pages


@pytest.mark.parametrize("code", ["E", "F", "G"])
def test_codes_that_ask_for_no_page_give_way_to_anything_above_routine(code: str) -> None:
    assert not decide(scored("uk-mhts", code)).pages
    assert not decide(scored("uk-mhts", code), NEGATIVE).pages
    assert decide(scored("uk-mhts", code), worry=Worry.SOME).pages
    assert decide(scored("uk-mhts", code), scored("cssrs-screener", "low")).pages


def test_a_routine_case_without_such_a_code_is_paged_like_any_other() -> None:
    found = decide(NEGATIVE, scored("uk-mhts", "D", respond_within=timedelta(hours=72)))
    assert found.pages
    assert (decide(NEGATIVE).urgency, decide(NEGATIVE).pages) == (Urgency.ROUTINE, True)


@pytest.mark.parametrize(
    ("worry", "hours"), [(Worry.NONE, 672), (Worry.UNKNOWN, 24), (Worry.SOME, 24), (Worry.HIGH, 4)]
)
def test_a_worry_cuts_short_the_weeks_that_a_code_allows_and_no_worry_does_not(worry: Worry, hours: int) -> None:
    weeks = scored("vic-mhts", "E", respond_within=timedelta(hours=672))
    assert decide(weeks, worry=worry).respond_by == ANSWERED + timedelta(hours=hours)


def test_time_counts_from_the_answer_and_a_late_entry_says_so() -> None:
    late = triage(facts(), [scored("cssrs-screener", "high")], default(), ANSWERED, ANSWERED + timedelta(hours=2))
    assert late.respond_by == ANSWERED + timedelta(hours=1)
    said = "the time to respond had passed before this was logged"
    assert said in late.reasons
    hour = timedelta(hours=1)
    for after, is_late in ((hour - timedelta(seconds=1), False), (hour, True)):
        found = triage(facts(), [scored("cssrs-screener", "high")], default(), ANSWERED, ANSWERED + after)
        assert (said in found.reasons) == is_late


def test_only_those_who_travel_have_a_time_to_arrive() -> None:
    visit, call = decide(scored("cssrs-screener", "high")), decide(NEGATIVE)
    assert default().arrive_by(visit.mode, visit.respond_by) == ANSWERED + timedelta(hours=2)
    assert default().arrive_by(call.mode, call.respond_by) is None


@pytest.mark.parametrize("call_type", ["silent", "hang_up", "abusive", "prank", "test", "information"])
def test_calls_that_ask_for_no_response_are_not_raised_by_what_nobody_could_ask(call_type: str) -> None:
    quiet = decide(call_type=CallType(call_type), safety=Safety(), worry=Worry.UNKNOWN, location_known=Tri.UNKNOWN)
    assert (quiet.urgency, quiet.incomplete, quiet.prompts) == (Urgency.ROUTINE, False, ())
    assert decide(call_type=CallType(call_type), worry=Worry.HIGH).urgency is Urgency.URGENT
    assert decide(call_type=CallType(call_type), safety=safety(overdose_taken="yes")).urgency is Urgency.IMMEDIATE


def test_a_minor_prompts_for_consent_and_reporting_duty() -> None:
    found = decide(NEGATIVE, minor=Tri.YES, age_known=False)
    assert "consent" in found.prompts[0]
    assert "reported" in found.prompts[1]
    assert found.prompts[2] == "How old is the person?"


def test_a_refused_visit_is_said_and_changes_nothing_by_itself() -> None:
    found = decide(scored("cssrs-screener", "high"), visit=Tri.NO)
    assert found.mode is Mode.MOBILE
    assert found.prompts == ("The person does not agree to a visit: try the least invasive help first.",)


def test_a_site_may_shift_its_levels() -> None:
    policy = replace(default(), worry={"none": Urgency.SOON, "some": Urgency.URGENT, "high": Urgency.VERY_URGENT})
    assert decide(NEGATIVE, policy=policy).urgency is Urgency.SOON

"""Policy files: the shipped one, a site's own over it, and every way to write one that would fail somebody."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from dispatch.errors import InvalidFile
from dispatch.policyfile import KEYS, default, parse
from dispatch.priority import Mode, Urgency

BANDS = {
    "cssrs-screener": ("none", "low", "moderate", "high"),
    "marcus-alert": ("1", "2", "3", "4"),
    "phq-9": ("minimal", "severe"),
}

# The example of the public interface, word for word.
EXAMPLE = """
team: default
urgency:                                     # protocol band -> urgency
  cssrs-screener: {high: very_urgent, moderate: urgent, low: soon, none: routine, incomplete: very_urgent}
respond_by: {immediate: 15m, very_urgent: 1h, urgent: 4h, soon: 24h, routine: 72h}
mode: {immediate: "911", very_urgent: mobile, urgent: mobile, soon: phone, routine: phone, incomplete: phone}
mode_by: {marcus-alert: {"1": phone, "2": mobile, "3": co_response, "4": "911"}}
scene: {weapon: co_response, violence: co_response}
two_person: [weapon_unknown, violence_unknown, location_unknown]
ladders:
  very_urgent:
    - {page: primary, count: 1, wait: 2m}    # the next best person of that layer
    - {page: backup, count: 2, wait: 2m}     # two at once, first accept wins
    - {page: everyone, wait: 3m}             # everyone on call in any layer
    - {call: supervisor, wait: 2m}           # voice, key press
    - {alarm: coordinators, every: 2m}
match: {immediate: 30s, very_urgent: 2m, urgent: 10m, soon: 1h, routine: 8h}
page_hours: {soon: "08:00-21:00", routine: "08:00-21:00"}
receipt: 45s
recontact: {held: none, ended: {very_urgent: 10m, urgent: 30m}, lost: {very_urgent: 10m, urgent: 30m}}
check_in: {contact: {immediate: 5m, very_urgent: 10m, urgent: 30m}, arrival: 60m, on_scene: 30m, disposition: 12h}
limits: {rest_after: 8h, pages_per_night: 6, night: "22:00-07:00"}
follow_up: {immediate: 24h, very_urgent: 24h, urgent: 72h, soon: 72h}
last_resort: ["+12025550190"]
"""


def refused(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidFile) as caught:
        parse(text, "policy.yaml", default(), BANDS)
    return [(fault.field, fault.problem) for fault in caught.value.faults]


def test_the_public_example_reads_as_it_is_written() -> None:
    policy = parse(EXAMPLE, "policy.yaml", default(), BANDS)
    assert policy.urgency == {
        "cssrs-screener": {
            "high": Urgency.VERY_URGENT,
            "moderate": Urgency.URGENT,
            "low": Urgency.SOON,
            "none": Urgency.ROUTINE,
            "incomplete": Urgency.VERY_URGENT,
        }
    }
    assert policy.mode["immediate"] is Mode.EMERGENCY
    assert policy.page_hours[Urgency.SOON] == (time(8), time(21))
    assert policy.receipt == timedelta(seconds=45)
    assert policy.limits.night == (time(22), time(7))
    assert policy.last_resort == ("+12025550190",)
    # Whole keys and whole ladders: what it leaves out is the shipped default's.
    assert policy.ladders[Urgency.SOON] == default().ladders[Urgency.SOON]
    assert policy.worry == default().worry


def test_the_default_is_complete_for_every_urgency() -> None:
    policy = default()
    for table in (policy.ladders, policy.respond_by, policy.match, policy.check_in.contact):
        assert set(table) == set(Urgency)
    assert set(policy.mode) == {*Urgency, "incomplete"}


@pytest.mark.parametrize("left_out", KEYS)
def test_without_a_base_every_key_is_needed(left_out: str) -> None:
    lines = [f"{key}: 1" for key in KEYS if key != left_out]
    with pytest.raises(InvalidFile, match=f"'{left_out}' is missing"):
        parse("\n".join(lines), "policy.yaml", None, BANDS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lader: {}", "did you mean 'ladders'"),
        ("urgency: {cssrs-screner: {incomplete: urgent}}", "did you mean 'cssrs-screener'"),
        ("urgency: {marcus-alert: {'1': soon, '2': urgent, '3': urgent, incomplete: urgent}}", "'4' is missing"),
        ("urgency: {phq-9: {minimal: routine, severe: soon}}", "say how urgent an unfinished one is"),
        ("urgency: {phq-9: {minimal: routine, severe: dire, incomplete: soon}}", "must be immediate, very_urgent"),
        ("urgency: {phq-9: {minimal: routine, severe: urgent, incomplete: soon}}", "a gap never lowers risk"),
        ("urgency: {phq-9: {minimal: routine, severe: urgent, incomplete: urgent}}", "a protocol is one or the other"),
        ("context: [phq-19]", "unknown protocol 'phq-19'"),
        ("worry: {none: soon, some: routine, high: urgent}", "'some' must be at least as urgent as 'none'"),
        ("worry: {none: urgent, some: urgent, high: urgent}", "unknown is never 'no'"),
        ("facts: {attempt_in_progress: soon}", "unknown key"),
        ("respond_by: {immediate: 15m, very_urgent: 1h, urgent: 4h, soon: 24h}", "says nothing for routine"),
        ("respond_by: {immediate: 2h, very_urgent: 1h, urgent: 4h, soon: 24h, routine: 72h}", "given more time"),
        ("respond_by: {immediate: 2m, very_urgent: 1h, urgent: 4h, soon: 24h, routine: 72h}", "later than respond_by"),
        ("ladders: {immediate: [{page: primary, wait: 16m}, {alarm: coordinators, every: 1m}]}", "after 16m, later"),
        ("ladders: {imediate: [{alarm: coordinators, every: 1m}]}", "did you mean 'immediate'"),
        ("mode: {immediate: '911'}", "'incomplete' is missing"),
        ("mode_by: {marcus-alert: {'5': phone}}", "has no band '5'"),
        ("scene: {wepon: co_response}", "'wepon' is not known"),
        ("scene: {marcus-alert.5: co_response}", "has no band '5'"),
        ("two_person: [weapon]", "'weapon' is not known"),
        ("two_person: [scene.two]", "unknown protocol 'scene'"),
        ("page_hours: {urgent: '08:00-21:00'}", "never held back"),
        ("page_hours: {soon: '08:00-08:00'}", "same time"),
        ("page_hours: {soon: '8-21'}", "time of day"),
        ("receipt: 5s", "at least 15s"),
        ("match: {immediate: 14s, very_urgent: 2m, urgent: 10m, soon: 1h, routine: 8h}", "at least 15s"),
        ("respond_by: {immediate: 1s, very_urgent: 1h, urgent: 4h, soon: 24h, routine: 72h}", "at least 15s"),
        ("recontact: {held: none, ended: {urgent: 5s}, lost: none}", "at least 15s"),
        ("check_in: {contact: {urgent: 30m}, arrival: 60m, on_scene: 3s, disposition: 12h}", "at least 15s"),
        ("recontact: {held: none, ended: none}", "'lost' is missing"),
        ("recontact: {held: {immediate: 20m, urgent: 10m}, ended: none, lost: none}", "given more time"),
        ("limits: {rest_after: 8h, pages_per_night: 0, night: '22:00-07:00'}", "whole number from 1"),
        ("last_resort: ['202 555 0190']", "telephone number"),
        ("relax: [credential]", "must be skill or population"),
        ("codes: {marcus-alert: {by: mode, values: {phone: '1'}, source: x}}", "'911' is missing"),
        ("raise_by: {phq-9: {item9_flag: {urgency: soon, ask: nothing}}}", "unknown protocol 'nothing'"),
        ("no_page: {marcus-alert: ['9']}", "has no band '9'"),
        ("check_in: {contact: {immediate: 5m}, arrival: 60m, on_scene: 30m}", "'disposition' is missing"),
    ],
)
def test_a_policy_that_could_fail_somebody_is_refused_with_its_line(text: str, says: str) -> None:
    found = refused(f"# a site's own\n{text}\n")
    assert {where for where, _ in found} <= {"policy.yaml:1", "policy.yaml:2"}
    assert any(says in problem for _, problem in found), found


def test_all_faults_are_told_in_one_go_each_with_its_line() -> None:
    text = "receipt: 1s\nmatch: {}\nladders:\n  soon:\n    - {page: primary, wait: 1h}\n"
    assert [where for where, _ in refused(text)] == ["policy.yaml:1", "policy.yaml:2", "policy.yaml:5"]


def test_a_more_urgent_level_that_is_left_out_has_the_next_ones_time() -> None:
    policy = parse("recontact: {held: none, ended: {urgent: 30m}, lost: {urgent: 20m}}", "p.yaml", default(), BANDS)
    assert policy.recontact_within("ended", Urgency.IMMEDIATE) == timedelta(minutes=30)
    assert policy.recontact_within("ended", Urgency.SOON) is None
    assert policy.recontact_within("held", Urgency.IMMEDIATE) is None
    assert policy.recontact_within("never_spoke", Urgency.URGENT) == timedelta(minutes=20)


def test_the_first_words_are_never_due_later_than_promised() -> None:
    text = "respond_by: {immediate: 10m, very_urgent: 20m, urgent: 30m, soon: 2h, routine: 72h}"
    with_base = parse(text, "p.yaml", default(), BANDS)
    assert with_base.check_in.contact[Urgency.SOON] == timedelta(hours=2)
    assert with_base.check_in.contact[Urgency.IMMEDIATE] == timedelta(minutes=5)


def test_levels_in_other_services_codes() -> None:
    assert default().codes_of(Urgency.VERY_URGENT, Mode.CO_RESPONSE) == {
        "marcus-alert": "3",
        "uk-mhts": "B",
        "nhs-crisis": "4",
    }
    assert all(table.source for table in default().codes.values())


def test_the_fingerprint_changes_with_the_content_and_not_with_a_telephone_number() -> None:
    own = parse("receipt: 60s", "p.yaml", default(), BANDS)
    assert own.fingerprint != default().fingerprint
    assert parse("receipt: 45s", "p.yaml", default(), BANDS).fingerprint == default().fingerprint
    numbers = parse('last_resort: ["+12025550190"]', "p.yaml", default(), BANDS)
    assert numbers.fingerprint == default().fingerprint

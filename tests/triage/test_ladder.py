"""Ladders: read as a timeline, frozen as JSON, and never ending in silence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.errors import InvalidFile
from dispatch.ladder import Ladder, Step, ladder_as_json, ladder_from_json, timeline
from dispatch.ladderfile import read_ladder
from dispatch.policyfile import default
from dispatch.priority import Urgency
from dispatch.yamlfile import load


def read(text: str) -> Ladder:
    root = load(text, "policy.yaml")
    ladder = read_ladder(root)
    root.done()
    return ladder


def refused(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidFile) as caught:
        read(text)
    return [(fault.field, fault.problem) for fault in caught.value.faults]


ALARM = "- {alarm: coordinators, every: 2m}\n"


def test_the_default_very_urgent_ladder_as_a_timeline() -> None:
    assert timeline(default().ladders[Urgency.VERY_URGENT]) == [
        "+   0s  page by text: 1 of primary; wait 2m",
        "+   2m  page by text: 2 of backup; wait 2m",
        "+   4m  page by text: everyone; wait 3m",
        "+   7m  call: 1 of supervisor; wait 2m",
        "+   9m  alarm coordinators by voice and text, every 2m until a person acts",
    ]


def test_immediate_asks_supervisor_and_primary_together_by_voice_too() -> None:
    first = default().ladders[Urgency.IMMEDIATE][0]
    assert (first.act, first.targets, first.count, first.voice) == ("page", ("supervisor", "primary"), 1, True)
    assert first.people == 2


@pytest.mark.parametrize("urgency", list(Urgency))
def test_every_default_ladder_ends_in_an_alarm_that_never_ends(urgency: Urgency) -> None:
    ladder = default().ladders[urgency]
    assert ladder[-1].act == "alarm"
    assert ladder[-1].every is not None
    assert all(step.act != "alarm" and step.wait is not None for step in ladder[:-1])


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("[]\n", 1, "needs steps"),
        ("- {page: primary, wait: 2m}\n", 1, "last step must be an alarm"),
        (ALARM + "- {page: primary, wait: 2m}\n" + ALARM, 2, "never reached"),
        ("- {page: primary, wait: 14s}\n" + ALARM, 1, "at least 15s"),
        ("- {page: primary}\n" + ALARM, 1, "'wait' is missing"),
        ("- {page: primary, every: 2m, wait: 2m}\n" + ALARM, 1, "page takes 'wait'"),
        ("- {page: primary, call: primary, wait: 2m}\n" + ALARM, 1, "exactly one"),
        ("- {wait: 2m}\n" + ALARM, 1, "exactly one"),
        ("- {page: everyone, count: 2, wait: 2m}\n" + ALARM, 1, "everybody is asked"),
        ("- {page: [everyone, primary], wait: 2m}\n" + ALARM, 1, "write it alone"),
        ("- {page: [primary, primary], wait: 2m}\n" + ALARM, 1, "same target twice"),
        ("- {page: [], wait: 2m}\n" + ALARM, 1, "name at least one"),
        ("- {page: Primary Team, wait: 2m}\n" + ALARM, 1, "layer id"),
        ("- {page: coordinators, wait: 2m}\n" + ALARM, 1, "never asked to take a case"),
        ("- {page: primary, count: 0, wait: 2m}\n" + ALARM, 1, "whole number from 1 to 20"),
        ("- {call: supervisor, wait: 2m, voice: false}\n" + ALARM, 1, "always by voice"),
        ("- {page: primary, wait: 2m}\n- {alarm: coordinators, every: 2h}\n", 2, "at least every 1h"),
        ("- {page: primary, wait: 2m}\n- {alarm: coordinators, every: 2m, wait: 2m}\n", 2, "alarm takes 'every'"),
        ("- {pge: primary, wait: 2m}\n" + ALARM, 1, "did you mean 'page'"),
    ],
)
def test_a_ladder_that_could_fail_somebody_is_refused_with_its_line(text: str, where: int, says: str) -> None:
    found = refused(text)
    assert found[0][0] == f"policy.yaml:{where}"
    assert any(says in problem for _, problem in found), found


spans = st.integers(15, 100_000).map(lambda seconds: timedelta(seconds=seconds))
steps = st.builds(
    Step,
    act=st.sampled_from(["page", "call", "alarm"]),
    targets=st.lists(st.sampled_from(["primary", "backup", "supervisor"]), min_size=1, max_size=3).map(tuple),
    count=st.none() | st.integers(1, 20),
    wait=st.none() | spans,
    every=st.none() | spans,
    voice=st.booleans(),
)


@given(st.lists(steps).map(tuple))
def test_a_frozen_ladder_thaws_as_it_was(ladder: Ladder) -> None:
    assert ladder_from_json(ladder_as_json(ladder)) == ladder

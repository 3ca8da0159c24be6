"""Figures folded from the ledger, and scoring: with the names of their formulas, and the same as the history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.access import Actor, Role, system
from dispatch.case import Event
from dispatch.flow import paging, searching, work
from dispatch.measures import FORMULAS, Measure, fold
from dispatch.priority import Urgency
from tests.api.conftest import Api
from tests.api.made import CALM, GRAVE, contact

START = datetime(2026, 1, 5, tzinfo=UTC)
END = START + timedelta(days=1)


@dataclass
class Line:
    at: datetime
    kind: str
    case_id: str | None = "c"
    data: dict[str, Any] = field(default_factory=dict)


def line(seconds: float, kind: str, case: str | None = "c", **data: Any) -> Line:
    return Line(START + timedelta(seconds=seconds), kind, case, data)


def of(found: tuple[Measure, ...], name: str, urgency: Urgency | None = None) -> Measure:
    return next(m for m in found if (m.name, m.urgency) == (name, urgency))


STORY = [
    line(0, "contact_logged"),
    line(0, "case_opened", urgency="urgent"),
    line(1, "page_wanted"),
    line(2, "page", delivery="sending"),
    line(3, "page", delivery="sent"),
    line(4, "page", delivery="delivered"),
    line(60, "case", event="declined", state="paging"),
    line(61, "page_wanted"),
    line(90, "page_silent"),
    line(100, "case", event="accepted", state="accepted"),
    line(600, "first_contact", late=False),
]


def test_one_case_from_end_to_end() -> None:
    found = fold(STORY, START, END)
    for urgency in (None, Urgency.URGENT):
        assert of(found, "cases_opened", urgency).n == 1
        assert of(found, "time_to_page", urgency).p50 == 3
        assert of(found, "time_to_accept", urgency).p90 == 100
        assert of(found, "time_to_first_contact", urgency).p50 == 600
        assert of(found, "respond_by_kept", urgency).share == 1
        assert of(found, "pages_declined", urgency).share == 0.5
        assert of(found, "pages_silent", urgency).share == 0.5
        assert of(found, "unanswered", urgency).share == 0
    assert of(found, "time_to_page", Urgency.SOON) == Measure(
        "time_to_page", FORMULAS["time_to_page"], Urgency.SOON, 0, 0
    )


def test_what_has_not_come_yet_is_open_and_in_no_percentile() -> None:
    found = fold(STORY[:3], START, END)
    page = of(found, "time_to_page")
    assert (page.n, page.open, page.p50, page.p90) == (0, 1, None, None)
    assert of(found, "respond_by_kept").open == 1


def test_cases_outside_the_window_are_left_out_and_those_inside_are_followed_beyond_it() -> None:
    early = [
        line(-5, "contact_logged", "e"),
        line(-5, "case_opened", "e", urgency="soon"),
        line(9, "first_contact", "e"),
    ]
    late = line(86_400 + 50, "first_contact", late=True)
    found = fold([*early, *STORY[:2], late, line(86_400 + 60, "contact_logged", "l")], START, END)
    assert (of(found, "contacts_logged").n, of(found, "cases_opened").n) == (1, 1)
    assert of(found, "time_to_first_contact").p50 == 86_450
    assert of(found, "respond_by_kept").share == 0


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=40))
def test_a_percentile_was_really_measured(waits: list[int]) -> None:
    lines = [line(0, "case_opened", str(n), urgency="soon") for n in range(len(waits))]
    lines += sorted((line(w, "first_contact", str(n), late=False) for n, w in enumerate(waits)), key=lambda e: e.at)
    found = of(fold(lines, START, END), "time_to_first_contact")
    assert found.p50 in waits
    assert found.p90 in waits
    assert found.p50 is not None
    assert found.p90 is not None
    assert sum(w <= found.p50 for w in waits) >= len(waits) / 2
    assert sum(w <= found.p90 for w in waits) >= len(waits) * 0.9
    assert found.p50 <= found.p90


def test_figures_and_history_agree_over_the_api(api: Api) -> None:
    case = api.log(contact(GRAVE)).json()["case"]
    searching.match_team(system("test"), api.svc, "default")
    api.clock.forward(minutes=2)
    ana = Actor("ana", frozenset({Role.RESPONDER}), person="ana")
    paging.accept(ana, api.svc, case["id"], "ana", None)
    api.clock.forward(minutes=3)
    work.status(ana, api.svc, case["id"], Event.ENGAGED, "ana")
    body = api.as_(Role.SUPERVISOR).get("/api/v1/measures").json()
    assert (set(body), body["to"]) == ({"from", "to", "team", "measures"}, "2026-01-05T12:05:00Z")
    found = {(m["name"], m["urgency"]): m for m in body["measures"]}
    assert found["time_to_accept", None]["p50"] == 120
    assert found["time_to_first_contact", "very_urgent"]["p90"] == 300
    assert {m["formula"] for m in body["measures"]} == set(FORMULAS.values())
    north = api.as_(Role.SUPERVISOR).get("/api/v1/measures?team=north").json()["measures"]
    assert {m["n"] for m in north} == {0}
    backwards = api.as_(Role.AUDITOR).get("/api/v1/measures?from=2026-01-05T00:00:00Z&to=2026-01-04T00:00:00Z")
    assert backwards.json()["errors"][0]["field"] == "to"


def test_a_score_has_the_shape_of_the_interface_and_stores_nothing(api: Api) -> None:
    score = api.as_(Role.AUDITOR).post("/api/v1/protocols/cssrs-screener/score", json={"answers": GRAVE})
    assert score.status_code == 200
    words = "protocol version hash band score floor ceiling incomplete because missing flags urgency"
    assert set(score.json()) == set(words.split())
    assert (score.json()["band"], score.json()["urgency"]) == ("high", "very_urgent")
    assert api.as_(Role.OPERATOR).get("/api/v1/cases").json()["items"] == []


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (CALM | {"q9": "yes"}, "answers.q9"),
        (CALM | {"q2": "maybe"}, "answers.q2"),
        (CALM | {"q2": True}, "answers.q2"),
        (CALM | {"q2": 1.0}, "answers.q2"),
        (CALM | {"q2": ["yes"]}, "answers.q2"),
    ],
)
def test_an_answer_the_instrument_does_not_allow_is_named(api: Api, answers: dict[str, Any], field: str) -> None:
    score = api.as_(Role.OPERATOR).post("/api/v1/protocols/cssrs-screener/score", json={"answers": answers})
    assert score.status_code == 422
    assert any(e["field"].startswith(field) for e in score.json()["errors"]), score.text


def test_the_library_lists_what_can_be_asked(api: Api) -> None:
    auditor = api.as_(Role.AUDITOR)
    listed = {p["id"]: p for p in auditor.get("/api/v1/protocols").json()["items"]}
    assert {"cssrs-screener", "phq-9", "lifeline-imminent-risk", "marcus-alert"} <= set(listed)
    one = auditor.get("/api/v1/protocols/cssrs-screener").json()
    assert one["protocol"] == listed["cssrs-screener"]
    assert [q["id"] for q in one["form"]["questions"]] == one["protocol"]["items"]
    context = auditor.post("/api/v1/protocols/gad-7/score", json={"answers": {}}).json()
    assert context["urgency"] is None

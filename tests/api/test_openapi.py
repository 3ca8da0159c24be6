"""The committed description is the real one, and cannot break a caller unseen."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tools import openapi

Spec = dict[str, Any]


@pytest.fixture(scope="module")
def now() -> Spec:
    return openapi.current()


def test_the_committed_description_is_fresh(now: Spec) -> None:
    assert openapi.FILE.read_text(encoding="utf-8") == openapi.written(now), "run python -m tools.openapi"


def test_nothing_a_caller_relies_on_is_gone(now: Spec) -> None:
    assert openapi.breaking(openapi.committed(), now) == []


def test_every_call_of_the_interface_is_there(now: Spec) -> None:
    calls = """
        POST /contacts, POST /contacts/search, GET /cases, GET /cases/{case_id}, GET /cases/{case_id}/timeline,
        POST /cases/{case_id}/assessments, POST /cases/{case_id}/regrade, POST /cases/{case_id}/emergency,
        POST /cases/{case_id}/assign, POST /cases/{case_id}/release, POST /cases/{case_id}/escalate,
        POST /cases/{case_id}/status, POST /cases/{case_id}/recontact, POST /cases/{case_id}/note,
        POST /cases/{case_id}/stand-down, POST /cases/{case_id}/close, POST /cases/{case_id}/reopen,
        GET /queue, GET /alarms, POST /alarms/{alarm_id}/acknowledge, GET /responders, POST /responders,
        GET /responders/{person}, PATCH /responders/{person}, POST /responders/{person}/availability, GET /oncall,
        GET /shifts, POST /overrides, DELETE /overrides/{override_id}, GET /coverage, GET /protocols,
        GET /protocols/{protocol_id}, POST /protocols/{protocol_id}/score, GET /measures, GET /events
    """
    there = {(method.upper(), path) for path, item in now["paths"].items() for method in item}
    wanted = {tuple(call.split()) for call in calls.split(",")}
    assert {(method, f"/api/v1{path}") for method, path in wanted} <= there
    outside = [("POST", "/twilio/sms"), ("POST", "/twilio/status"), ("POST", "/twilio/voice")]
    assert {*outside, ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")} <= there


def test_descriptions_speak_of_json_and_not_of_python(now: Spec) -> None:
    found = re.findall(r'"description": "([^"]*\b(?:None|True|False|tuple|timedelta)\b[^"]*)"', json.dumps(now))
    assert found == []


def test_every_error_is_a_problem(now: Spec) -> None:
    for path, item in now["paths"].items():
        for method, operation in item.items():
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")) and (path, status) != ("/readyz", "503"):
                    assert list(answer["content"]) == ["application/problem+json"], f"{method} {path} {status}"


Change = Callable[[Spec], object]
CONTACT = "/api/v1/contacts"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda s: s["paths"].pop("/api/v1/queue"), "GET /api/v1/queue is gone"),
        (lambda s: s["paths"][CONTACT]["post"]["responses"].pop("201"), "POST /api/v1/contacts: 201 no longer comes"),
        (lambda s: s["components"]["schemas"]["CaseBrief"]["properties"].pop("code"), ".code is gone"),
        (lambda s: s["components"]["schemas"]["CaseBrief"]["required"].remove("code"), ".code may be missing now"),
        (lambda s: s["components"]["schemas"]["CaseBrief"]["properties"]["code"].update(type="integer"), "integer now"),
        (lambda s: s["components"]["schemas"]["ContactIn"]["required"].append("worry"), ".worry is required now"),
        (lambda s: s["components"]["schemas"]["ContactIn"]["properties"].pop("narrative"), "narrative is no longer"),
        (lambda s: s["components"]["schemas"]["Worry"]["enum"].remove("high"), "'high' is no longer taken"),
        (
            lambda s: s["paths"]["/api/v1/queue"]["get"]["parameters"].append(
                {"in": "query", "name": "new", "required": True, "schema": {"type": "string"}}
            ),
            "the query parameter new is required now",
        ),
        (lambda s: s["paths"]["/api/v1/queue"]["get"]["parameters"].pop(0), "parameter limit is gone"),
    ],
)
def test_a_break_is_found(now: Spec, change: Change, says: str) -> None:
    other = copy.deepcopy(now)
    change(other)
    assert any(says in found for found in openapi.breaking(now, other)), openapi.breaking(now, other)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda s: s["paths"].update({"/api/v1/new": {}}), id="path"),
        pytest.param(lambda s: s["components"]["schemas"]["CaseBrief"]["properties"].update(n={}), id="field"),
        pytest.param(lambda s: s["components"]["schemas"]["Worry"]["enum"].append("grave"), id="value"),
        pytest.param(lambda s: s["components"]["schemas"]["ContactIn"]["properties"].update(n={}), id="input"),
    ],
)
def test_an_addition_is_no_break(now: Spec, change: Change) -> None:
    other = copy.deepcopy(now)
    change(other)
    assert openapi.breaking(now, other) == []

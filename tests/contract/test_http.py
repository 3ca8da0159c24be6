"""The HTTP part of the public contract: its example, and every call it names."""

from __future__ import annotations

import json
import re
from typing import Any

from dispatch.access import Role
from tests.api.conftest import Api
from tests.contract.examples import block, table


def _example() -> tuple[dict[str, Any], str]:
    text = block("POST /api/v1/contacts")
    body, answer = text.removeprefix("POST /api/v1/contacts\n").split("\n\n201 ")
    return json.loads(body), answer


def _keys(text: str) -> set[str]:
    """The names of an example answer, whose values are partly left out."""
    return set(re.findall(r'"(\w+)":', text))


def test_the_example_contact_is_logged_and_answered_as_the_document_shows(api: Api) -> None:
    body, shown = _example()
    answer = api.log(body)
    assert answer.status_code == 201, answer.text
    case = answer.json()["case"]
    assert _keys(shown) <= _keys(answer.text)
    shown_case = ("waiting", "default", "soon", "phone")
    assert (case["state"], case["team"], case["urgency"], case["response_mode"]) == shown_case
    assert case["incomplete"] is False
    because = case["because"][0]
    assert (because["protocol"], because["band"], because["reasons"]) == ("cssrs-screener", "low", ["q2 = yes"])


def test_only_three_fields_are_required_and_what_was_not_asked_is_not_no(api: Api) -> None:
    answer = api.log({"channel": "voice", "call_type": "person_in_crisis", "team": "default"})
    assert answer.status_code == 201, answer.text
    case = answer.json()["case"]
    assert case["incomplete"] is True
    assert case["urgency"] in {"immediate", "very_urgent"}


def test_the_same_key_and_body_is_the_same_case_and_another_body_is_a_conflict(api: Api) -> None:
    body, _ = _example()
    first, again = api.log(body, "one-key"), api.log(body, "one-key")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["case"]["id"] == again.json()["case"]["id"]
    other = api.log({**body, "worry": "high"}, "one-key")
    assert other.status_code == 409
    assert other.headers["content-type"].startswith("application/problem+json")


def test_every_call_of_the_table_is_served(api: Api) -> None:
    """The calls named in the document are in the OpenAPI description, with their method."""
    spec = api.as_(Role.COORDINATOR).get("/openapi.json").json()["paths"]
    served = {(method.upper(), re.sub(r"\{\w+\}", "{}", path)) for path, item in spec.items() for method in item}
    missing = [call for call in _calls() if call not in served]
    assert missing == []


def _calls() -> set[tuple[str, str]]:
    rows = table("HTTP API, `/api/v1`, JSON, `Authorization: Bearer TOKEN`")
    found: set[tuple[str, str]] = set()
    for cell, *_ in rows:
        methods, last = ["GET"], ""
        for code in re.findall(r"`([^`]+)`", cell):
            part = code.split(' {"')[0].strip()
            if part == "/api/v1":
                continue
            match = re.fullmatch(r"((?:GET|POST|PATCH|DELETE)(?:/(?:GET|POST|PATCH|DELETE))*)?\s*(/\S*)?", part)
            if match is None:
                continue
            if match[1]:
                methods = match[1].split("/")
            path = (match[2] or last).split("?")[0]
            if path.startswith("/") and not match[1] and last.startswith("/cases/") and path.count("/") <= 2:
                path = "/cases/{id}" + path if not path.startswith("/cases") else path
            last = path
            outside = path.startswith(("/twilio", "/calendar", "/healthz", "/readyz", "/metrics"))
            full = path if outside else f"/api/v1{path}"
            found |= {(m, re.sub(r"\{\w+\}", "{}", full)) for m in methods}
    return found

"""Whatever is wrong with a request is said as problem+json, by field, without the value, and with nothing done."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from dispatch.access import Role
from dispatch.http.headers import CSP
from tests.api.conftest import Api
from tests.api.made import contact

CONTACTS = "/api/v1/contacts"
KEY = {"Idempotency-Key": "k", "Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b'{"channel": ', 400, "malformed-json"),
        (b"\xff\xfe\x00", 400, "malformed-json"),
        (b'{"worry": NaN}', 400, "malformed-json"),
        (b'{"person": {"age": ' + b"9" * 5000 + b"}}", 400, "malformed-json"),
        (b"", 422, "invalid-input"),
        (b"null", 422, "invalid-input"),
        (b"[]", 422, "invalid-input"),
        (b'"text"', 422, "invalid-input"),
        (b"[" * 100_000, 400, "malformed-json"),
        (b'{"channel": "\\ud800"}', 422, "invalid-input"),
        (b"x" * (256 * 1024 + 1), 413, "content-too-large"),
    ],
)
def test_a_body_that_is_none(api: Api, body: bytes, status: int, kind: str) -> None:
    answer = api.as_(Role.OPERATOR).post(CONTACTS, content=body, headers=KEY)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    problem = answer.json()
    assert {"type", "title", "status", "detail", "errors"} == set(problem)
    assert problem["type"] == kind
    assert [error["field"] for error in problem["errors"]] == ["body"] or kind == "invalid-input"
    assert api.as_(Role.OPERATOR).get("/api/v1/cases").json()["items"] == []


def test_a_body_without_a_length_is_cut_off_while_it_is_read(api: Api) -> None:
    read = 0

    def endless() -> Any:
        nonlocal read
        for _ in range(1024):
            read += 16 * 1024
            yield b"x" * 16 * 1024

    answer = api.as_(Role.OPERATOR).post(CONTACTS, content=endless(), headers=KEY)
    assert answer.status_code == 413


def test_the_largest_body_that_is_allowed_is_read(api: Api) -> None:
    answer = api.as_(Role.OPERATOR).post(CONTACTS, content=b" " * (255 * 1024) + b"{}", headers=KEY)
    assert answer.status_code == 422


def test_a_form_is_no_json(api: Api) -> None:
    answer = api.as_(Role.OPERATOR).post(CONTACTS, data={"channel": "voice"}, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["type"]) == (422, "invalid-input")

    assert answer.json()["errors"] == [{"field": "Content-Type", "problem": "must be application/json"}]


def test_two_answers_to_one_question_are_refused_and_neither_is_taken(api: Api) -> None:
    answers = '{"q1": "no", "q1": "yes"}'
    body = '{"channel": "voice", "call_type": "person_in_crisis", "team": "default", "team": "other", '
    body += f'"assessments": [{{"protocol": "cssrs-screener", "answers": {answers}}}]}}'
    answer = api.as_(Role.OPERATOR).post(CONTACTS, content=body, headers=KEY)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "team", "problem": "is given twice"},
        {"field": "assessments.0.answers.q1", "problem": "is given twice"},
    ]
    assert api.as_(Role.OPERATOR).get("/api/v1/cases").json()["items"] == []


@pytest.mark.parametrize(
    ("query", "field", "problem"),
    [
        ("tema=default", "tema", "is no parameter here"),
        ("limit=1&limit=2", "limit", "is given twice"),
        ("limit=0", "limit", "must be greater than or equal to 1"),
        ("state=gone", "state", None),
    ],
)
def test_a_parameter_that_is_none_is_named(api: Api, query: str, field: str, problem: str | None) -> None:
    answer = api.as_(Role.OPERATOR).get(f"/api/v1/cases?{query}")
    assert answer.status_code == 422, answer.text
    errors = answer.json()["errors"]
    assert {error["field"] for error in errors} == {field}
    assert problem is None or errors[0]["problem"] == problem


def test_our_own_mistake_shows_nothing(api: Api) -> None:
    """A column is gone: no caller learns of it, and no log line quotes a value."""
    with api.svc.record.write() as conn:
        conn.exec_driver_sql("DROP TABLE recontacts")
    case = api.log(contact()).json()
    answer = api.as_(Role.OPERATOR).get("/api/v1/cases/" + case.get("case", {"id": "nothing"})["id"])
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json() == {
        "type": "internal", "title": "Something went wrong", "status": 500, "detail": None, "errors": [],
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/api/v1/queue", "/healthz", "/nowhere", "/sign-in"])
def test_every_answer_tells_browsers_what_they_may_not(api: Api, path: str) -> None:
    headers = api.browser().get(path).headers
    assert headers["content-security-policy"] == CSP
    assert "unsafe" not in CSP
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert headers["cache-control"] == "no-store"


def test_a_value_that_may_be_of_two_types_is_one_fault_by_the_name_of_its_field(api: Api) -> None:
    body = contact(assessments=[{"protocol": "phq-9", "answers": {"q1": [1]}}])
    answer = api.as_(Role.OPERATOR).post(CONTACTS, json=body, headers=KEY)
    assert answer.json()["errors"] == [
        {"field": "assessments.0.answers.q1", "problem": "must be a valid string or a valid integer"}
    ]
    (fault,) = api.as_(Role.OPERATOR).get("/api/v1/cases", params={"state": "lost"}).json()["errors"]
    assert (fault["field"], fault["problem"][-21:]) == ("state", "or 'closed' or 'open'")


def test_a_character_no_text_has_is_refused_however_deep_it_is_and_a_backslash_is_none(api: Api) -> None:
    deep = b"[" * 700 + b'"\\u0000"' + b"]" * 700
    answer = api.as_(Role.OPERATOR).post(CONTACTS, content=b'{"narrative": ' + deep + b"}", headers=KEY)
    assert [e["problem"] for e in answer.json()["errors"]] == ["must not hold the character NUL"]
    written = contact(narrative="they typed \\u0000")
    assert api.as_(Role.OPERATOR).post(CONTACTS, json=written, headers=KEY).status_code == 201


@pytest.mark.parametrize("path", ["/api/v1/session", "/sign-in"])
def test_whoever_goes_in_the_middle_of_a_body_is_no_fault_of_ours(
    api: Api, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"9")]
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def unheard(_: Any) -> None: ...

    anyio.run(api.app, {**scope, "headers": headers, "http_version": "1.1"}, gone, unheard)
    assert [record.message for record in caplog.records] == []

"""Logs: no person gets through, whoever is careless."""

from __future__ import annotations

import io
import json
import logging
import re
import string
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import logs
from tests.support.logged import logged


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    with logged() as written:
        yield written


def _line(stream: io.StringIO) -> dict[str, object]:
    line: dict[str, object] = json.loads(stream.getvalue().splitlines()[-1])
    return line


def test_a_line_says_what_happened_with_ids_and_numbers(stream: io.StringIO) -> None:
    logs.get("dispatch.deliver").info("page_sent", page="0190b7a4-7cc2-7b2e-8a55-6f0e12345678", attempt=2)
    line = _line(stream)
    assert line.pop("timestamp")
    assert line == {
        "event": "page_sent",
        "logger": "dispatch.deliver",
        "level": "info",
        "page": "0190b7a4-7cc2-7b2e-8a55-6f0e12345678",
        "attempt": 2,
    }


def test_a_personal_key_is_left_out_and_named(stream: io.StringIO) -> None:
    logs.get("dispatch.flow").info("contact_logged", name="Ana Ruiz", narrative="made up", case="K7Q")
    line = _line(stream)
    assert line["refused"] == ["name", "narrative"]
    assert line["case"] == "K7Q"
    assert "Ana" not in stream.getvalue()
    assert "made up" not in stream.getvalue()


def test_a_personal_key_inside_a_value_is_left_out(stream: io.StringIO) -> None:
    logs.get("dispatch.flow").info("seen", what={"phone": "x1", "inner": [{"body": "x2", "id": 3}]})
    assert _line(stream)["what"] == {"inner": [{"id": 3}]}


@pytest.mark.parametrize(
    "number",
    [
        "+12025550143",
        "+1 202 555 0143",
        "+44 20 7946 0958",
        "(202) 555-0143",
        "202-555-0143",
        "202.555.0143",
        "2025550143",
        "12025550143",
        "1-202-555-0143",
        "%2B12025550143",
    ],
)
def test_a_number_is_masked_wherever_it_stands(number: str, stream: io.StringIO) -> None:
    log = logs.get("dispatch.x")
    log.info("sent to %s", number, error=f"To={number}&x", rows=[(number,)], exact=number)
    logging.getLogger("urllib3").warning("GET /Messages?To=%s", number)
    # A time of day may have any four digits in it.
    written = re.sub(r'"timestamp": "[^"]*"', "", stream.getvalue())
    assert number not in written
    assert "0143" not in written
    assert "0958" not in written
    assert written.count(logs.MASK) == 5


@pytest.mark.parametrize(
    "value",
    [
        "0190b7a4-7cc2-7b2e-8a55-446655440000",
        "SM" + "0123456789" * 3 + "ab",
        "2026-11-22T02:14:05.123456Z",
        "2026-11-22",
        "127.0.0.1:8000",
        "1700000000000-0",
        "v1.2.3",
        "deadbeef1234567890",
    ],
)
def test_ids_and_times_stay_readable(value: str) -> None:
    assert logs.mask(value) == value


@given(digits=st.text(string.digits, min_size=8, max_size=15), before=st.sampled_from(["", " ", "to:", "(", "="]))
def test_no_international_number_gets_through(digits: str, before: str) -> None:
    assert digits not in logs.mask(f"{before}+{digits} end")


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("logger", ["dispatch.x", "sqlalchemy.pool"])
def test_an_exception_shows_its_kind_and_place_but_not_its_words(form: str, logger: str, stream: io.StringIO) -> None:
    logs.configure("info", form, stream)
    narrative = "Ana said"
    try:
        try:
            raise ConnectionRefusedError(111, "Connection refused")
        except OSError as cause:
            raise ValueError(f"[parameters: ({narrative!r},)]") from cause
    except ValueError:
        if logger.startswith("dispatch"):
            logs.get(logger).exception("send_failed")
        else:
            logging.getLogger(logger).exception("send_failed")
    written = stream.getvalue()
    assert narrative not in written
    assert "ValueError < " in written
    assert "test_logs.py" in written
    assert "ConnectionRefusedError (Connection refused)" in written


def test_libraries_stay_quiet_at_every_level(stream: io.StringIO) -> None:
    logs.configure("debug", "json", stream)
    logging.getLogger("twilio.http_client").info("Request: Body=%s", "made up")
    logging.getLogger("uvicorn.access").info("GET /")
    assert stream.getvalue() == ""
    logs.get("dispatch.x").debug("heard")
    assert _line(stream)["event"] == "heard"


def test_what_is_bound_for_a_request_is_masked_too(stream: io.StringIO) -> None:
    logs.get("dispatch.x").bind(who="+12025550143").warning("odd", thing=object())
    assert "+1202" not in stream.getvalue()

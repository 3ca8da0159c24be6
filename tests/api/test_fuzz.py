"""Generated requests against the whole description: no 5xx, no undeclared status, no answer of another shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dispatch.clock import ManualClock
from dispatch.flow.admin import GRANTABLE
from dispatch.http.lines import MEDIA_TYPE
from tests.api.conftest import URL, served, settings_in
from tests.api.made import GRAVE, contact
from tools.openapi import FILE

pytestmark = pytest.mark.fuzz

#: A part of the profile for each of the fifty operations; `make soak` looks longer.
EACH = max(6, settings().max_examples // 8)
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@schemathesis.serializer(MEDIA_TYPE)
def lines(_: Any, value: Any) -> bytes:
    """Lines are sent as they were drawn: most are no JSON, which is what a bad line is."""
    return str(value).encode()


# The committed file; that it is what the application says of itself is a test of its own.
description = schemathesis.openapi.from_dict(json.loads(FILE.read_text(encoding="utf-8")))
# A stream never ends; webhooks are signed. Both are tried elsewhere.
requests = description.exclude(path="/api/v1/events").exclude(path_regex="^/twilio/")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Any]:
    """A way into an application with two cases in it, with every role. One for all requests: each leaves its traces."""
    with served(settings_in(tmp_path_factory.mktemp("fuzz"), migrated), ManualClock()) as api:
        api.log()
        api.log(contact(GRAVE))
        app: Any = api.app
        with asgi.get_client(app) as client:
            client.headers["Authorization"] = api.as_(*GRANTABLE).headers["Authorization"]
            yield client
        asgi.shutdown_lifespans()


@requests.parametrize()
@settings(max_examples=EACH, suppress_health_check=list(HealthCheck), deadline=None)
def test_no_request_breaks_it(case: Any, line: Any) -> None:
    case.call_and_validate(session=line, base_url=URL, checks=CHECKS)


def test_the_description_is_valid() -> None:
    description.validate()

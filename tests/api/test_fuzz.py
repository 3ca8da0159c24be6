"""Generated requests against the whole description: no 5xx, no undeclared status, no answer of another shape."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from dispatch.flow.admin import GRANTABLE
from tests.api.conftest import Api
from tests.api.made import GRAVE, contact

pytestmark = pytest.mark.fuzz

_PROFILE = settings.default.max_examples if settings.default is not None else 60
#: A tenth of the profile for each of the fifty operations; `make soak` looks longer.
EACH = max(6, _PROFILE // 8)


@pytest.fixture
def description(api: Api) -> Any:
    """The application with two cases in it, described by itself. Streams never end, and are tried elsewhere."""
    api.log()
    api.log(contact(GRAVE))
    schema = schemathesis.openapi.from_asgi("/openapi.json", api.app)
    return schema.exclude(path="/api/v1/events").exclude(path_regex="^/twilio/")


schema = schemathesis.pytest.from_fixture("description")


@schema.parametrize()
@settings(max_examples=EACH, suppress_health_check=list(HealthCheck), deadline=None)
def test_no_request_breaks_it(case: schemathesis.Case, api: Api) -> None:
    everything = api.as_(*GRANTABLE).headers["Authorization"]
    case.call_and_validate(
        headers={"Authorization": everything},
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )


def test_the_description_itself_is_valid(description: Any) -> None:
    description.validate()

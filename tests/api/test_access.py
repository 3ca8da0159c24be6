"""Every route with every role, and with nobody: allowed by the access table, or 401 or 403. New routes walk along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from dispatch.access import MAY, Act, Role
from dispatch.flow.admin import GRANTABLE
from dispatch.http.signin import _Gate, _SignedIn
from tests.api.conftest import Api

#: Reachable by anybody, and why that is right.
OPEN = {
    ("POST", "/twilio/sms"): "signed by the provider",
    ("POST", "/twilio/status"): "signed by the provider",
    ("POST", "/twilio/voice"): "signed by the provider",
    ("GET", "/calendar/{token}.ics"): "the address is the key; 404 without it, and nothing personal with it",
    ("GET", "/healthz"): "says only that the process answers",
    ("GET", "/readyz"): "says what works, and nothing about anybody",
    ("POST", "/api/v1/session"): "signing in",
    ("POST", "/api/v1/session/demo"): "signing in to the demo; 404 anywhere else",
    ("GET", "/sign-in"): "signing in",
    ("POST", "/sign-in"): "signing in",
    ("GET", "/setup/{code}"): "the one-time link; 404 without its code",
    ("POST", "/setup/{code}"): "the one-time link; 404 without its code",
    ("GET", "/static/{name}"): "styles and scripts",
}
#: What never ends when it is allowed.
STREAMS = {("GET", "/api/v1/events")}


def routes(app: FastAPI) -> Iterator[tuple[str, str, Dependant]]:
    """(method, path, what the endpoint depends on) of everything that is served, the description itself excepted."""
    for context in iter_route_contexts(app.routes):
        for method in sorted((context.methods or set()) - {"HEAD"}):
            if context.path != "/openapi.json":
                assert context.path is not None
                yield method, context.path, context.dependant


def gate_of(dependant: Dependant) -> Act | None:
    """The act of the route's Gate; None where anybody who is signed in may come. Raises where there is no gate."""
    calls = [each.call for each in _walk(dependant)]
    gates = [call.act for call in calls if isinstance(call, _Gate)]
    if gates:
        return gates[0]
    if any(isinstance(call, _SignedIn) for call in calls):
        return None
    raise LookupError


def _walk(dependant: Dependant) -> Iterator[Dependant]:
    for each in dependant.dependencies:
        yield each
        yield from _walk(each)


def ask(client: TestClient, method: str, path: str) -> int:
    """The status for ids that do not exist and a body that says nothing."""
    address = path.replace("{override_id}", "0" * 16)
    while "{" in address:
        address = address[: address.index("{")] + "nothing" + address[address.index("}") + 1 :]
    answer = client.request(method, address, json={} if method != "GET" else None, follow_redirects=False)
    # A page sends a stranger to the sign-in instead of showing an error.
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?"):
        return 401
    return answer.status_code


def test_every_route_has_a_gate_or_a_reason(api: Api) -> None:
    without = set()
    for method, path, dependant in routes(api.app):
        try:
            gate_of(dependant)
        except LookupError:
            without.add((method, path))
    assert without == set(OPEN)


def test_nobody_comes_in_without_a_sign_in(api: Api) -> None:
    stranger = api.browser()
    for method, path, _ in routes(api.app):
        if (method, path) not in OPEN:
            assert ask(stranger, method, path) == 401, f"{method} {path}"


@pytest.mark.parametrize("role", GRANTABLE)
def test_a_role_may_do_what_the_table_says_and_nothing_else(api: Api, role: Role) -> None:
    client = api.as_(role)
    for method, path, dependant in routes(api.app):
        if (method, path) in OPEN:
            continue
        act = gate_of(dependant)
        allowed = act is None or role in MAY[act]
        if (method, path) in STREAMS and allowed:
            continue
        status = ask(client, method, path)
        assert (status not in (401, 403)) == allowed, f"{role} {method} {path} ({act}): {status}"


def test_the_table_is_walked_whole(api: Api) -> None:
    """Acts without any route are done by text, by import, or by the service itself."""
    used: set[Any] = {gate_of(dependant) for method, path, dependant in routes(api.app) if (method, path) not in OPEN}
    assert set(Act) - used == {Act.MANAGE_USERS, Act.RUN}

"""The public description of the API: complete, so that every status that can come is declared."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from dispatch.http.problems import MEDIA_TYPE, Problem

API = "/api/v1"
#: Of the contract, not of the package: it changes when callers must.
VERSION = "1"
_REF = "#/components/schemas/{model}"
_WORDS = {
    "400": "The body is not JSON, or cannot be read",
    "401": "Sign in, or send a token",
    "403": "Not allowed for this sign-in",
    "404": "There is no such thing",
    "409": "Not possible now; nothing was changed",
    "410": "Those details were destroyed, as asked",
    "413": "The body is too large",
    "422": "What was sent cannot be right; `errors` names each field",
    "429": "Too many wrong passwords for this login: wait as long as Retry-After says",
    "500": "Something went wrong here",
    "503": "The record cannot be written; nothing was stored, try again",
}

_NONE = re.compile(r"\bNone\b")


def describe(app: FastAPI) -> None:
    """Give `app` its description, made once at first use."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _made(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # how FastAPI documents replacing it


def _made(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title="Crisis dispatch",
        version=VERSION,
        description="Logs crisis contacts, scores them, and pages qualified responders until a person has answered.",
        routes=app.routes,
    )
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    model = Problem.model_json_schema(ref_template=_REF)
    schemas.update(model.pop("$defs", {}))
    schemas["Problem"] = model
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            _declare(path, method, operation)
    told: dict[str, Any] = _in_json_words(found)
    return told


def _in_json_words(part: Any) -> Any:
    """The descriptions are our docstrings, written for readers of Python; whoever calls the API reads JSON."""
    if isinstance(part, list):
        return [_in_json_words(each) for each in part]
    if not isinstance(part, dict):
        return part
    said = part.get("description")
    words = {"description": _NONE.sub("null", said)} if isinstance(said, str) else {}
    return {name: _in_json_words(each) for name, each in part.items()} | words


def _declare(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    # FastAPI's own words for a refused request; ours are problem+json.
    responses.pop("422", None)
    for answer in responses.values():
        for content in answer.get("content", {}).values():
            # A word of OpenAPI 3.2 in a description of 3.1: readers of it refuse the whole.
            if content.pop("itemSchema", None) is not None:
                content["schema"] = {"type": "string"}
    for status in sorted(_statuses(path, method, operation)):
        problem = {"schema": {"$ref": _REF.format(model="Problem")}}
        responses.setdefault(status, {"description": _WORDS[status], "content": {MEDIA_TYPE: problem}})
    if path.startswith(API) or path == "/metrics":
        operation["security"] = [{"token": []}]


def _statuses(path: str, method: str, operation: dict[str, Any]) -> set[str]:
    if path in ("/healthz", "/readyz"):
        return {"500"}
    if path == "/metrics":
        return {"401", "403", "500"}
    found = {"401", "403", "500", "503"} if path.startswith(API) else {"403", "500", "503"}
    if "requestBody" in operation or method in ("post", "put", "patch"):
        found |= {"400", "413"}
    if path.startswith(API) or "requestBody" in operation or operation.get("parameters"):
        # Of an address that takes no parameters: one it does not know.
        found |= {"422"}
    if "{" in path:
        found |= {"404"}
    if path.startswith(API) and method != "get":
        found |= {"409"}
    if path == f"{API}/session" and method == "post":
        found |= {"429"}
    if path in (f"{API}/contacts", f"{API}/session/demo"):
        # A case to be joined that is not there; a demo that this is not.
        found |= {"404"}
    if path.endswith("/fhir"):
        # What was answered can be destroyed; a result without it is no export.
        found |= {"410"}
    return found

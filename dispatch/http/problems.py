"""Every error as problem+json (RFC 9457): what is wrong, with which field, and never the value that was sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from dispatch import logs
from dispatch.errors import Fault, ServiceError

log = logs.get(__name__)

MEDIA_TYPE = "application/problem+json"
#: A field's name comes from the caller when it is one we do not know; no more of it than this is repeated.
_NAME = 60


class FieldProblem(BaseModel):
    field: str = Field(description="A dotted path into the body, or the name of a parameter.")
    problem: str


class Problem(BaseModel):
    """RFC 9457. `type` is a stable name, such as `invalid-answer`."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldProblem] = []


class ProblemResponse(JSONResponse):
    media_type = MEDIA_TYPE


def problem(
    status: int,
    title: str,
    detail: str | None = None,
    *,
    kind: str = "about:blank",
    errors: Iterable[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    body = {
        "type": kind,
        "title": title,
        "status": status,
        "detail": detail,
        "errors": [{"field": f.field[:_NAME], "problem": f.problem} for f in errors],
    }
    return ProblemResponse(body, status, dict(headers or {}))


def of_error(error: ServiceError) -> ProblemResponse:
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "2"}}.get(error.status, {})
    # What is ours to mend is not the caller's to read: the log has it.
    detail = error.detail if error.status != HTTPStatus.INTERNAL_SERVER_ERROR else None
    return problem(error.status, error.title, detail, kind=error.type, errors=error.faults, headers=headers)


async def _service_error(_: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, ServiceError)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request_failed", kind=error.type, exc_info=error)
    return of_error(error)


async def _http_error(_: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    kind = phrase.lower().replace(" ", "-").replace("'", "")
    return problem(error.status_code, phrase, None, kind=kind, headers=error.headers)


async def _not_valid(_: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)
    found = list(error.errors())
    if any(e["type"] == "json_invalid" for e in found):
        return problem(400, "The body is not JSON", kind="malformed-json")
    faults = [Fault(_field(e["loc"]), _says(e)) for e in found]
    detail = "; ".join(f"{f.field[:_NAME]}: {f.problem}" for f in faults)
    return problem(422, "What was sent cannot be right", detail, kind="invalid-input", errors=faults)


def _field(loc: Iterable[Any]) -> str:
    where, *path = list(loc) or ["body"]
    if not path:
        return "body" if where == "body" else str(where)
    return ".".join(str(part) for part in path)


def _says(error: Mapping[str, Any]) -> str:
    match error["type"]:
        case "extra_forbidden":
            return "is no field here"
        case "missing":
            return "is required"
        case _:
            # Pydantic's own sentences name what is expected, never what was sent.
            return str(error["msg"]).removeprefix("Value error, ")


async def _unhandled(_: Request, error: Exception) -> ProblemResponse:
    log.error("request_broke", exc_info=error)
    return problem(500, "Something went wrong", kind="internal")


def install(app: FastAPI) -> None:
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(Exception, _unhandled)

"""Every error as problem+json (RFC 9457): what is wrong, with which field, and never the value that was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

from dispatch import logs
from dispatch.errors import Fault, ServiceError, TooManyTries

log = logs.get(__name__)

MEDIA_TYPE = "application/problem+json"
#: What the bare status leaves open.
_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not do that: see /openapi.json.",
    413: "The body is larger than any that is read here.",
}
#: Newer Pythons call it otherwise.
_PHRASES = {413: "Content Too Large"}
#: A field's name comes from the caller when it is one we do not know; no more of it than this is repeated.
_NAME = 60


_PYDANTIC = re.compile(r"^(Input|String|List|Value) should")


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
    if isinstance(error, TooManyTries):
        headers = {"Retry-After": str(error.seconds)}
    # What is ours to mend is not the caller's to read: the log has it.
    detail = error.detail if error.status != HTTPStatus.INTERNAL_SERVER_ERROR else None
    return problem(error.status, error.title, detail, kind=error.type, errors=error.faults, headers=headers)


async def _service_error(_: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, ServiceError)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request_failed", kind=error.type, exc_info=error)
    return of_error(error)


async def of_http(_: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)
    return of_status(error.status_code, error.headers)


def of_status(status: int, headers: Mapping[str, str] | None = None) -> ProblemResponse:
    """A refusal that needs no more words than its status has."""
    phrase = _PHRASES.get(status, HTTPStatus(status).phrase)
    kind = phrase.lower().replace(" ", "-").replace("'", "")
    faults = [Fault("body", "is too large")] if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else []
    return problem(status, phrase, _DETAILS.get(status), kind=kind, errors=faults, headers=headers)


async def _not_valid(_: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)
    said: dict[str, list[str]] = {}
    for e in error.errors():
        problems = said.setdefault(_field(e, error.body), [])
        problems.append(_says(e).removeprefix("must be ") if problems else _says(e))
    # A value that may be of several types fails as each of them: one field, one sentence.
    faults = [Fault(field, " or ".join(problems)) for field, problems in said.items()]
    detail = "; ".join(f"{f.field[:_NAME]}: {f.problem}" for f in faults)
    return problem(422, "What was sent cannot be right", detail, kind="invalid-input", errors=faults)


def _field(error: Mapping[str, Any], body: Any) -> str:
    where, *path = list(error["loc"]) or ["body"]
    if not path:
        return str(where)
    # A parameter has one name; what follows is which of several types it was tried as.
    return ".".join(_sent(path, body, error["type"]) if where == "body" else [str(path[0])])


def _sent(path: Iterable[Any], body: Any, kind: str) -> Iterator[str]:
    """The path as far as the body goes; what follows is the name of a type, which is no field of anybody's."""
    for part in path:
        if isinstance(body, dict) and (part in body or kind == "missing"):
            body = body.get(part)
        elif isinstance(body, list) and isinstance(part, int) and part < len(body):
            body = body[part]
        else:
            return
        yield str(part)


def _says(error: Mapping[str, Any]) -> str:
    match error["type"]:
        case "extra_forbidden":
            return "is no field here"
        case "missing":
            return "is required"
        case "model_attributes_type" | "model_type" | "dict_type":
            return "must be an object"
        case "timezone_aware":
            return "needs a zone, such as a Z at the end"
        case "datetime_from_date_parsing" | "datetime_parsing":
            return "must be a time such as 2026-01-05T12:00:00Z"
        case _:
            # Pydantic's own sentences name what is expected, never what was sent.
            return _PYDANTIC.sub("must", str(error["msg"]).removeprefix("Value error, "))


async def _gone(_: Request, _error: Exception) -> ProblemResponse:
    # Nobody hears it, and it is no fault of ours: each one would have been two errors in the log.
    return of_status(HTTPStatus.BAD_REQUEST)


async def _unhandled(_: Request, error: Exception) -> ProblemResponse:
    log.error("request_broke", exc_info=error)
    return problem(500, "Something went wrong", kind="internal")


def install(app: FastAPI) -> None:
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unhandled)

"""How the JSON endpoints read a request: nothing in it may be taken two ways, and nothing in it is passed over.

Python's own reader takes the last of two answers to one question, and a misspelt `?team=` would show every team. Both
would be guesses.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from email.message import Message
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from dispatch.errors import Fault, InvalidInput, MalformedJson

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

#: How NUL is written in JSON; the character itself is none there.
_NUL = "\\u0000"


class StrictRoute(APIRoute):
    """Refuses unknown and repeated parameters, a key given twice, and a body that is not JSON or not called so."""

    def get_route_handler(self) -> Handler:
        read = super().get_route_handler()
        known = frozenset(_parameters(self.dependant))
        takes_body = self.body_field is not None

        async def handler(request: Request) -> Response:
            _check_parameters(request, known)
            if takes_body and (body := await request.body()):
                _check_content_type(request)
                # Where Starlette keeps what it has read: read once, by our rules, instead of again by its own.
                request._json = parse(body)  # noqa: SLF001
            return await read(request)

        return handler


def _parameters(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _parameters(inner)


def parse(body: bytes) -> Any:
    """The body as JSON.

    Raises MalformedJson, and InvalidInput for a key given twice and for the character NUL, which no name or text has,
    and which one of our databases keeps and the other refuses.
    """
    twice: list[_Twice] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) == len(found):
            return made
        twice.append(_Twice(made, name=Counter(key for key, _ in found).most_common(1)[0][0]))
        return twice[-1]

    try:
        text = body.decode()
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise MalformedJson("is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise MalformedJson(f"is not JSON from line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise MalformedJson("is nested too deeply") from error
    except ValueError as error:
        # Python reads no integer of more than 4,300 digits.
        raise MalformedJson("holds a number that is none, or far too long") from error
    faults = []
    if twice:
        faults += [
            Fault(".".join((*path, one.name)), "is given twice")
            for path, one in _parts(value)
            if isinstance(one, _Twice)
        ]
    if _NUL in text:
        faults += [
            Fault(".".join(path), "must not hold the character NUL")
            for path, one in _parts(value)
            if (isinstance(one, str) and "\0" in one) or any("\0" in name for name in path[-1:])
        ]
    if faults:
        raise InvalidInput("; ".join(f"{fault.field}: {fault.problem}" for fault in faults), faults)
    return value


class _Twice(dict[str, Any]):
    """An object in which `name` came more than once."""

    def __init__(self, made: dict[str, Any], *, name: str) -> None:
        super().__init__(made)
        self.name = name


def _parts(value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The value and all that is in it, each with its place, in the order in which they came."""
    left: list[tuple[tuple[str, ...], Any]] = [((), value)]
    # No function that calls itself: a body may be nested deeper than those may be.
    while left:
        path, one = left.pop()
        yield path, one
        inner = one.items() if isinstance(one, dict) else enumerate(one) if isinstance(one, list) else ()
        left += [((*path, str(name)), part) for name, part in reversed(list(inner))]


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _check_content_type(request: Request) -> None:
    given = Message()
    given["content-type"] = request.headers.get("content-type", "text/plain")
    subtype = given.get_content_subtype()
    if given.get_content_maintype() != "application" or not (subtype == "json" or subtype.endswith("+json")):
        raise InvalidInput(
            "Content-Type: must be application/json", [Fault("Content-Type", "must be application/json")]
        )


def _check_parameters(request: Request, known: frozenset[str]) -> None:
    faults = [
        Fault(name, "is no parameter here" if name not in known else "is given twice")
        for name, times in Counter(name for name, _ in request.query_params.multi_items()).items()
        if name not in known or times > 1
    ]
    if faults:
        raise InvalidInput("; ".join(f"{f.field[:60]}: {f.problem}" for f in faults), faults)

"""Bodies of many lines: taken in whole, outside memory, then answered line by line.

Taken in whole first, because most callers send everything before they read anything: answering while they still send
would fill both pipes and leave each side waiting for the other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.routing import Match
from starlette.types import Scope

from dispatch.http.threads import quickly, slowly

MEDIA_TYPE = "application/x-ndjson"
#: What callers call the same thing.
TYPES = (MEDIA_TYPE, "application/ndjson", "application/jsonl")
#: A million lines of the longest shipped instrument are under 200 MiB.
LARGEST = 512 * 1024 * 1024
#: Kept in memory up to here, then in a file without a name, which is gone with its process.
_IN_MEMORY = 1024 * 1024
_AT_ONCE = 500


def are_lines(scope: Scope) -> bool:
    """Whether the body calls itself lines."""
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0]
    return scope["type"] == "http" and kind.strip().lower() in TYPES


class LinesRoute(APIRoute):
    """Takes only bodies of lines, so that the same address takes one JSON value by another route."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        return (match, child) if match is not Match.FULL or are_lines(scope) else (Match.NONE, {})


@asynccontextmanager
async def body() -> AsyncIterator[BinaryIO]:
    """A place for a body; closed when the request fails, else by `answered`."""
    file = cast("BinaryIO", SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - outlives the request's function
    try:
        yield file
    except BaseException:
        file.close()
        raise


async def take_in(request: Request, file: BinaryIO) -> None:
    """The whole body, to be read from its start."""
    async for chunk in request.stream():
        # Past `_IN_MEMORY` this writes to a disk, and nothing else would be served while it does.
        await quickly(file.write, chunk)
    file.seek(0)


async def answered(lines: Iterator[str], file: BinaryIO) -> AsyncIterator[bytes]:
    """The lines as they are made, some hundred at a time, in one of the threads for slow arithmetic."""
    try:
        while some := await slowly(_some, lines):
            yield some
    finally:
        file.close()


def _some(lines: Iterator[str]) -> bytes:
    return "".join(f"{line}\n" for line in islice(lines, _AT_ONCE)).encode()

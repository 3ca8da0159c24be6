"""Logs: one line an event, JSON or for a terminal, on stderr. Ids, enumerations, numbers and times; never a person.

Whoever writes a line is expected to leave people out. This file is the net below that: personal keys are dropped, what
looks like a telephone number is masked, and an exception's message (which quotes values: SQL parameters,
request bodies) is left out. A log call never raises: a careless line must not stop a page.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Keys whose values are, or may quote, a person. `refused` on the line says which were left out.
PERSONAL = frozenset(
    {
        "address",
        "answers",
        "authorization",
        "body",
        "caller",
        "content",
        "cookie",
        "date_of_birth",
        "dob",
        "email",
        "first_name",
        "from",
        "from_",
        "given_name",
        "headers",
        "last_name",
        "location",
        "message",
        "name",
        "narrative",
        "note",
        "notes",
        "number",
        "password",
        "payload",
        "person",
        "phone",
        "query",
        "recipient",
        "reply",
        "secret",
        "text",
        "to",
        "token",
        "transcript",
        "user_agent",
    }
)

# International form (also as %2B in a URL), or ten digits the North American way. Not inside an id: ids continue with
# letters or dashes on one side, telephone numbers do not.
_NUMBER = re.compile(
    r"(?:\+|%2[Bb])\d[\d\s().-]{5,20}\d"
    r"|(?<![\w.-])(?:1[\s.-]?)?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}(?![\w-])"
)
MASK = "[number]"
_OURS = ("dispatch", "workers", "protocols")


def mask(value: object) -> Any:
    """`value` with anything like a telephone number replaced, inside lists and mappings too."""
    if isinstance(value, str):
        return _NUMBER.sub(MASK, value)
    if isinstance(value, MutableMapping):
        return {k: mask(v) for k, v in value.items() if str(k).lower() not in PERSONAL}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask(v) for v in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    # Anything else is turned to text by the renderer, which would come after the mask.
    return mask(str(value))


def without_people(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """The processor that stands before every renderer."""
    refused = sorted(key for key in line if key.lower() in PERSONAL)
    kept = {key: mask(value) for key, value in line.items() if key not in refused}
    return kept | {"refused": refused} if refused else kept


def where_it_broke(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Replaces `exc_info` by the chain of exception types and the places, without messages and without local values."""
    info = line.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        line["error"] = [_outline(e) for e in _chain(error)]
    return line


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return chain


def _outline(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    # The operating system's own words ("Connection refused") quote no person, and are what an administrator needs.
    if isinstance(error, OSError) and error.strerror:
        kind += f" ({error.strerror})"
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join([kind, *(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames[-6:]))])


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        where_it_broke,
    ]


def configure(level: str = "info", form: str = "json", stream: TextIO | None = None) -> None:
    """Sets up logging for this process: `level` is for our own loggers, `form` is json or console.

    Libraries are heard from WARNING up whatever the level: below it, HTTP clients and servers print bodies.
    """
    render: Processor = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, without_people, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger: `log = logs.get(__name__)`, then `log.info("page_sent", page=page_id, attempt=2)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger

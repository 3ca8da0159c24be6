"""Scoring a stream: one JSON object of answers a line in, one JSON object a line out, in the same order.

A line is read, scored and forgotten, so a million of them need no more memory than one; and no line is read beyond
LONGEST, so neither does a file without any line end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO

from protocols.engine import Score, score
from protocols.errors import InvalidAnswer
from protocols.model import Protocol

Also = Callable[[Score], Mapping[str, object]]

LONGEST = 64 * 1024
"""Bytes of a line; the longest shipped instrument, every item answered, takes under one thousand."""


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The file's lines; of one that is longer than LONGEST its beginning, which `score_lines` tells by its length."""
    while line := file.readline(LONGEST + 1):
        yield line
        while len(line) > LONGEST and not line.endswith(b"\n"):
            line = file.readline(LONGEST + 1)


def score_lines(protocol: Protocol, lines: Iterable[str | bytes], also: Also | None = None) -> Iterator[str]:
    """A result line for every line of answers; a line that cannot be scored gives `{"error", "line", "item"?}`.

    `also` adds keys to a result (the policy's urgency, for instance). A blank line is an error too: dropping one would
    shift every result after it.
    """
    for number, line in enumerate(lines, 1):
        yield json.dumps(_line(protocol, line, number, also), ensure_ascii=False)


def _line(protocol: Protocol, line: str | bytes, number: int, also: Also | None) -> dict[str, object]:
    if len(line) > LONGEST:
        return {"error": f"longer than {LONGEST} bytes", "line": number}
    try:
        # Decoded here: `json.loads` would take bytes of UTF-16 for what they look like.
        text = line.decode("utf-8") if isinstance(line, bytes) else line
        answers = json.loads(text, object_pairs_hook=_once)
    except InvalidAnswer as twice:
        return {"error": twice.detail, "line": number, "item": twice.item}
    except UnicodeDecodeError:
        return {"error": "not UTF-8 text", "line": number}
    except (ValueError, RecursionError):
        # The text is not repeated: it may hold what somebody said.
        return {"error": "not JSON", "line": number}
    if not isinstance(answers, dict):
        return {"error": "not a JSON object of answers", "line": number}
    try:
        scored = score(protocol, answers)
    except InvalidAnswer as impossible:
        return {"error": impossible.detail, "line": number, "item": impossible.item}
    return scored.as_json() | dict(also(scored) if also is not None else {})


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    answers = dict(pairs)
    if len(answers) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidAnswer(twice[:60], "is answered twice in one line")
    return answers

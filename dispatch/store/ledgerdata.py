"""What a ledger entry may say, and the exact bytes its hash covers.

The history is kept for years and copied out of the database, so nothing personal may enter it: only ids, enumerations,
whole numbers and times. This check is the last net; it refuses loudly what does not look like one of those.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_WORD = re.compile(r"[A-Za-z0-9_.:+|/-]{1,64}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_PHONE = re.compile(r"\+\d{7}|(?:^|[:|/])[\d.-]{7,20}(?:$|[:|/])")
_LARGEST = 10**9


class NotForLedger(ValueError):
    """A value that could be personal was about to enter the history. Says where, never what."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `at` and every time in `data` are aware datetimes; `data` holds JSON values else."""

    at: datetime
    actor: str
    kind: str
    case_id: str | None
    team: str | None
    data: Mapping[str, Any]


def checked(entry: Entry) -> dict[str, Any]:
    """The entry's `data` as it is stored: times as RFC 3339 text in UTC.

    Raises NotForLedger, naming the place, for text that is no id, enumeration or time (spaces, other alphabets, over 64
    characters, digits like a phone number), for a whole number of ten digits or more (likewise: give durations in
    seconds, moments as datetimes), and for fractions, which the databases do not keep to the bit.
    """
    for place in ("actor", "kind", "case_id", "team"):
        _plain(getattr(entry, place), place)
    if not isinstance(entry.data, Mapping):
        raise NotForLedger("data: not a mapping")
    return {key: _plain(value, f"data.{key}") for key, value in _words(entry.data, "data")}


def link_hash(n: int, entry: Entry, data: Mapping[str, Any], prev: str) -> str:
    """SHA-256, in hexadecimal, of this JSON text in ASCII, keys sorted, no spaces, no line end:

    {"actor":…,"at":…,"case_id":…,"data":…,"kind":…,"n":…,"prev":…,"team":…}

    `at` is RFC 3339 in UTC with six decimals and `Z`, `prev` the hash before (64 zeros at first), absent values null.
    """
    preimage = {
        "actor": entry.actor,
        "at": _moment(entry.at, "at"),
        "case_id": entry.case_id,
        "data": data,
        "kind": entry.kind,
        "n": n,
        "prev": prev,
        "team": entry.team,
    }
    return hashlib.sha256(json.dumps(preimage, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _plain(value: Any, place: str) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, int):
        if abs(value) >= _LARGEST:
            raise NotForLedger(f"{place}: a number of ten digits could be a phone number")
        return value
    if isinstance(value, datetime):
        return _moment(value, place)
    if isinstance(value, Mapping):
        return {key: _plain(inner, f"{place}.{key}") for key, inner in _words(value, place)}
    if isinstance(value, list | tuple):
        return [_plain(inner, f"{place}.{i}") for i, inner in enumerate(value)]
    raise NotForLedger(f"{place}: {type(value).__name__} is neither id, enumeration, whole number nor time")


def _words(mapping: Mapping[str, Any], place: str) -> list[tuple[str, Any]]:
    return [(_text(key, f"a key of {place}"), value) for key, value in mapping.items()]


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise NotForLedger(f"{place}: text that is neither id nor enumeration")
    if _PHONE.search(value) and not _DATE.fullmatch(value):
        raise NotForLedger(f"{place}: digits like a phone number")
    # A plain str, not the enumeration's member: JSON and the drivers then write the same.
    return str(value)


def _moment(value: datetime, place: str) -> str:
    if value.tzinfo is None:
        raise NotForLedger(f"{place}: a time needs a zone")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

"""The file format as a JSON Schema, made from the types of `model.py`, so that editors complete and check it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, timedelta
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from protocols.binding import is_condition
from protocols.conditions import WORDS
from protocols.model import Definition

Schema = dict[str, Any]

_LEAVES: dict[Any, Schema] = {
    str: {"type": "string", "minLength": 1},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    timedelta: {"type": "string", "pattern": r"^\d+[smhdw]$"},
    NoneType: {"type": "null"},
    object: {},
}

_COMPARED: Schema = {
    "anyOf": [
        {"type": ["string", "integer"]},
        {"type": "array", "minItems": 1, "items": {"type": ["string", "integer"]}},
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {"at_least": {"type": "number"}, "at_most": {"type": "number"}},
        },
    ]
}

_SEVERAL: Schema = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Condition"}}

_CONDITION: Schema = {
    "description": "{item: answer}, {item: [answers]}, {number: {at_least: 3}}, any: […], all: […], not: {…}",
    "type": "object",
    "minProperties": 1,
    "properties": {word: {"$ref": "#/$defs/Condition"} if word == "not" else _SEVERAL for word in WORDS},
    "additionalProperties": _COMPARED,
}


def json_schema() -> Schema:
    """The schema of a protocol file, draft 2020-12."""
    definitions: dict[str, Schema] = {"Condition": _CONDITION}
    root = _record(Definition, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Protocol file",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def published() -> str:
    """The schema as the text that is kept beside the documentation."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _record(kind: Any, definitions: dict[str, Schema]) -> Schema:
    hints = get_type_hints(kind, include_extras=True)
    required = [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]
    return {
        "description": (kind.__doc__ or "").strip().split("\n")[0],
        "type": "object",
        "properties": {each.name: _schema(hints[each.name], definitions) for each in fields(kind)},
        "required": required,
        "additionalProperties": False,
    }


def _schema(kind: Any, definitions: dict[str, Schema]) -> Schema:
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return {"description": args[1], **_schema(args[0], definitions)}
    if origin in (Union, UnionType):
        if is_condition(args):
            return {"$ref": "#/$defs/Condition"}
        return {"anyOf": [_schema(each, definitions) for each in args]}
    if origin is Literal:
        return {"enum": list(args)}
    if origin is tuple:
        return {"type": "array", "items": _schema(args[0], definitions)}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(args[1], definitions)}
    if is_dataclass(kind):
        name = str(getattr(kind, "__name__", kind))
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = _record(kind, definitions)
        return {"$ref": f"#/$defs/{name}"}
    return dict(_LEAVES[kind])

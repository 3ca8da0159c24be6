"""Keeps docs/openapi.json, the public description of the API, and refuses to break whoever relies on it.

Run: python -m tools.openapi            writes it, unless that would break callers
     python -m tools.openapi --breaking  writes it all the same; say so in CHANGELOG.md
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from dispatch import bootstrap, web
from dispatch.settings import Settings

FILE = Path(__file__).parent.parent / "docs/openapi.json"
_METHODS = ("get", "post", "put", "patch", "delete")
Json = dict[str, Any]


def current() -> Json:
    """The description of the application as it is now."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), secret_key=SecretStr("x" * 40), public_url="http://localhost")
        svc = bootstrap.build(settings)
        try:
            return web.create(svc, settings).openapi()
        finally:
            svc.record.dispose()


def committed() -> Json:
    found: Json = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def written(description: Json) -> str:
    return json.dumps(description, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def breaking(old: Json, new: Json) -> list[str]:
    """What a caller of `old` may rely on and `new` no longer gives. Anything added is no break."""
    found: list[str] = []
    for path, method, before in _operations(old):
        after = new["paths"].get(path, {}).get(method)
        if after is None:
            found.append(f"{method.upper()} {path} is gone")
            continue
        where = f"{method.upper()} {path}"
        found += _parameters(where, before, after, old, new)
        found += _bodies(where, before, after, old, new)
        found += _answers(where, before, after, old, new)
    return found


def _operations(description: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in sorted(description["paths"].items()):
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _parameters(where: str, before: Json, after: Json, old: Json, new: Json) -> Iterator[str]:
    had = {(p["in"], p["name"]): p for p in before.get("parameters", [])}
    has = {(p["in"], p["name"]): p for p in after.get("parameters", [])}
    for key, parameter in had.items():
        if key not in has:
            yield f"{where}: the {key[0]} parameter {key[1]} is gone"
        else:
            yield from _taken(f"{where}: {key[1]}", parameter["schema"], has[key]["schema"], old, new, frozenset())
    for key, parameter in has.items():
        if parameter.get("required") and not had.get(key, {}).get("required"):
            yield f"{where}: the {key[0]} parameter {key[1]} is required now"


def _bodies(where: str, before: Json, after: Json, old: Json, new: Json) -> Iterator[str]:
    had, has = before.get("requestBody"), after.get("requestBody")
    if has and has.get("required") and not (had and had.get("required")):
        yield f"{where}: a body is required now"
    for kind, content in (had or {}).get("content", {}).items():
        now = (has or {}).get("content", {}).get(kind)
        if now is None:
            yield f"{where}: a body of {kind} is no longer taken"
        else:
            yield from _taken(f"{where} body", content["schema"], now["schema"], old, new, frozenset())


def _answers(where: str, before: Json, after: Json, old: Json, new: Json) -> Iterator[str]:
    for status, answer in before["responses"].items():
        if not status.startswith("2"):
            continue
        now = after["responses"].get(status)
        if now is None:
            yield f"{where}: {status} no longer comes"
            continue
        for kind, content in answer.get("content", {}).items():
            given = now.get("content", {}).get(kind)
            if given is None:
                yield f"{where}: {status} is no longer {kind}"
            else:
                schemas = content.get("schema", {}), given.get("schema", {})
                yield from _given(f"{where} {status}", *schemas, old, new, frozenset())


def _taken(where: str, before: Json, after: Json, old: Json, new: Json, seen: frozenset[str]) -> Iterator[str]:
    """What was accepted must be accepted still."""
    again = _seen(before, after, seen)
    if again is None:
        return
    before, after = _resolved(before, old), _resolved(after, new)
    yield from (f"{where}: {lost} is no longer taken" for lost in sorted(_kinds(before, old) - _kinds(after, new)))
    yield from (f"{where}: {lost!r} is no longer taken" for lost in _lost_values(before, after))
    for name, schema in _properties(before).items():
        if name in _properties(after):
            yield from _taken(f"{where}.{name}", schema, _properties(after)[name], old, new, again)
        elif after.get("additionalProperties") is False:
            yield f"{where}.{name} is no longer taken"
    for name in sorted(set(after.get("required", ())) - set(before.get("required", ()))):
        yield f"{where}.{name} is required now"
    if "items" in before and "items" in after:
        yield from _taken(f"{where}[]", before["items"], after["items"], old, new, again)


def _given(where: str, before: Json, after: Json, old: Json, new: Json, seen: frozenset[str]) -> Iterator[str]:
    """What was always there must be there still, of no other kind."""
    again = _seen(before, after, seen)
    if again is None:
        return
    before, after = _resolved(before, old), _resolved(after, new)
    yield from (f"{where} may be {kind} now" for kind in sorted(_kinds(after, new) - _kinds(before, old)))
    for name, schema in _properties(before).items():
        if name not in _properties(after):
            yield f"{where}.{name} is gone"
        else:
            yield from _given(f"{where}.{name}", schema, _properties(after)[name], old, new, again)
    for name in sorted(set(before.get("required", ())) - set(after.get("required", ()))):
        if name in _properties(after):
            yield f"{where}.{name} may be missing now"
    if "items" in before and "items" in after:
        yield from _given(f"{where}[]", before["items"], after["items"], old, new, again)


def _seen(before: Json, after: Json, seen: frozenset[str]) -> frozenset[str] | None:
    pair = f"{before.get('$ref')} {after.get('$ref')}"
    return None if "$ref" in before and pair in seen else seen | {pair}


def _resolved(schema: Json, description: Json) -> Json:
    """The schema a reference names; of "this or null", this."""
    while "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    return _resolved(options[0], description) if len(options) == 1 else schema


def _kinds(schema: Json, description: Json) -> set[str]:
    """The JSON types a schema allows."""
    schema = _resolved(schema, description) if "$ref" in schema else schema
    if "anyOf" in schema:
        return {kind for option in schema["anyOf"] for kind in _kinds(option, description)}
    kind = schema.get("type")
    return set(kind) if isinstance(kind, list) else {kind} if kind else set()


def _lost_values(before: Json, after: Json) -> list[object]:
    return [v for v in before.get("enum", ()) if "enum" in after and v not in after["enum"]]


def _properties(schema: Json) -> Json:
    found: Json = schema.get("properties", {})
    return found


def main(arguments: list[str]) -> int:
    new = current()
    faults = breaking(committed(), new) if FILE.exists() else []
    if faults and "--breaking" not in arguments:
        print("\n".join(["This would break callers:", *faults]), file=sys.stderr)
        return 1
    FILE.write_text(written(new), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

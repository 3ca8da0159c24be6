"""Credentials in the record: what decisions need in plain JSON, the licence number and evidence sealed beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from dispatch.credential import Credential

_ALL = TypeAdapter(tuple[Credential, ...])
_PRIVATE = ("number", "evidence")


def split(credentials: Sequence[Credential]) -> tuple[list[Any], dict[str, Any]]:
    """(plain JSON without the private fields, the private fields by position)."""
    private = {
        f"{n}.{name}": value for n, one in enumerate(credentials) for name in _PRIVATE if (value := getattr(one, name))
    }
    private |= {
        f"{n}.training.{k}": learnt.evidence
        for n, one in enumerate(credentials)
        for k, learnt in enumerate(one.training)
        if learnt.evidence
    }
    bare = tuple(
        replace(one, number=None, evidence=None, training=tuple(replace(t, evidence=None) for t in one.training))
        for one in credentials
    )
    return list(_ALL.dump_python(bare, mode="json", exclude_defaults=True)), private


def joined(plain: Sequence[Any], private: Mapping[str, Any]) -> tuple[Credential, ...]:
    """The credentials again, with whatever private fields were opened."""
    whole = []
    for n, one in enumerate(_ALL.validate_python(plain)):
        given: dict[str, Any] = {name: private[f"{n}.{name}"] for name in _PRIVATE if f"{n}.{name}" in private}
        if one.training and private:
            kept = (replace(t, evidence=private.get(f"{n}.training.{k}")) for k, t in enumerate(one.training))
            given["training"] = tuple(kept)
        whole.append(replace(one, **given))
    return tuple(whole)

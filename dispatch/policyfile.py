"""Reads a team's policy file. A site's file replaces whole top-level keys, and whole ladders, of the shipped default.

Everything that could make a gap lower a risk, a more urgent case wait longer, or a ladder end in silence is refused
here, with file and line, so that no decision has to think of it again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Any

from dispatch.ladder import Ladder
from dispatch.ladderfile import read_ladder
from dispatch.policy import Policy
from dispatch.policyreader import Bands, Reader
from dispatch.policytables import by_urgency, complete
from dispatch.priority import Urgency
from dispatch.yamlfile import Node, duration_text, load

KEYS = tuple(field.name for field in fields(Policy) if field.name != "fingerprint")


@cache
def default() -> Policy:
    """The shipped policy, complete for every shipped protocol."""
    text = resources.files("dispatch").joinpath("policies", "default.yaml").read_text("utf-8")
    return parse(text, "default.yaml", None, None)


def parse(text: str, name: str, base: Policy | None, bands: Bands | None) -> Policy:
    """The policy in `text`, over `base` where a top-level key is left out; without a base every key is needed.

    `bands` are the protocols and bands it may speak of; None leaves names unchecked (the shipped default alone, which
    a test holds against the library). Raises InvalidFile naming every fault's file and line.
    """
    root = load(text, name)
    found = root.mapping(KEYS, KEYS if base is None else ())
    reader = Reader(bands)
    given: dict[str, Any] = {key: getattr(reader, key)(node) for key, node in found.items() if key != "ladders"}
    if "ladders" in found:
        given["ladders"] = _ladders(found["ladders"], base)
    root.done()
    policy = replace(base, **given) if base else Policy(**given, fingerprint="")
    _check_together(root, found, policy)
    root.done()
    # The first words are never due later than they were promised to the person.
    spoken = {u: min(promised, policy.check_in.contact.get(u, promised)) for u, promised in policy.respond_by.items()}
    policy = replace(policy, check_in=replace(policy.check_in, contact=spoken))
    return replace(policy, fingerprint=_fingerprint(policy))


def _ladders(node: Node, base: Policy | None) -> Mapping[Urgency, Ladder]:
    written = by_urgency(node, read_ladder)
    return complete(node, {**(base.ladders if base else {}), **written})


def _check_together(root: Node, found: Mapping[str, Node], policy: Policy) -> None:
    """What must hold between two keys, which may come from two files."""
    if policy.cautious.worry_unknown.rank > policy.worry["none"].rank:
        found.get("cautious", root).fault("worry_unknown is less urgent than worry none; unknown is never 'no'")
    both = sorted(policy.context & policy.urgency.keys())
    if both:
        found.get("context", root).fault(f"{', '.join(both)}: also under urgency; a protocol is one or the other")
    ladders = found["ladders"].entries() if "ladders" in found else {}
    for urgency, ladder in policy.ladders.items():
        rings = sum((step.wait or timedelta(0) for step in ladder), timedelta(0))
        due = policy.respond_by[urgency]
        if rings > due:
            where = ladders.get(urgency) or found.get("respond_by", root)
            where.fault(
                f"the {urgency} ladder rings its alarm after {duration_text(rings)}, "
                f"later than respond_by ({duration_text(due)})"
            )


def _fingerprint(policy: Policy) -> str:
    content = {key: value for key, value in asdict(policy).items() if key not in {"fingerprint", "last_resort"}}
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, frozenset) else str(value)

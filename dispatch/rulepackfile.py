"""Reads a state's rule pack; and all that come with the service."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from dispatch.priority import Mode
from dispatch.rulepack import (
    Confidence,
    Kind,
    Renewal,
    Requirement,
    RulePack,
    RulePacks,
    Source,
    Supervision,
    TeamRule,
    TitleRule,
    key_of,
)
from dispatch.yamlfile import Node, load

_SOURCE = ("cite", "confidence", "unsure")
_STATE = re.compile(r"[A-Z]{2,3}")


@cache
def shipped() -> RulePacks:
    """The packs in `dispatch/rules`."""
    folder = resources.files("dispatch").joinpath("rules", "us")
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name)
    return RulePacks(tuple(read(one.read_text("utf-8"), one.name) for one in files))


def read(text: str, name: str) -> RulePack:
    """Raises InvalidFile with every fault of the file, each at its line."""
    root = load(text, name)
    parts = root.mapping(
        ("state", "effective", "titles", "teams", "renewals", "requirements"), ("state", "effective", "titles")
    )
    titles: dict[str, TitleRule] = {}
    for node in _items(parts, "titles"):
        for rule in _titles(node):
            if key_of(rule.title) in titles:
                node.fault(f"{rule.title} has a rule already")
            titles[key_of(rule.title)] = rule
    renewals = {key_of(found.title): found for node in _items(parts, "renewals") for found in _renewals(node)}
    for title in renewals.keys() - titles.keys():
        parts["renewals"].fault(f"{title!r} is not among the titles")
    state = parts["state"].text() if "state" in parts else ""
    if state and not _STATE.fullmatch(state):
        parts["state"].fault("must be the state's letters, such as VA")
    teams = tuple(_team(node) for node in _items(parts, "teams"))
    requirements = tuple(_requirement(node) for node in _items(parts, "requirements"))
    effective = parts["effective"].day() if "effective" in parts else None
    root.done()
    assert effective is not None
    return RulePack(state, effective, titles, teams, renewals, requirements)


def _titles(node: Node) -> list[TitleRule]:
    """One rule for each title of an entry."""
    needed = ("titles", "kind", "alone", "supervision", "cite", "confidence")
    parts = node.mapping((*needed, "unsure"), needed)
    if any(key not in parts for key in needed):
        return []
    kind = parts["kind"].member(Kind)
    alone = frozenset(one.member(Mode) for one in parts["alone"].items())
    if alone and kind in (Kind.TRAINEE, Kind.PEER):
        parts["alone"].fault(f"a {kind} never responds alone")
    supervision, source = parts["supervision"].member(Supervision), _source(parts)
    return [TitleRule(title, kind, alone, supervision, source) for title in parts["titles"].texts()]


def _team(node: Node) -> TeamRule:
    parts = node.mapping(("slots", *_SOURCE), ("slots", "cite", "confidence"))
    slots = [frozenset(one.member(Kind) for one in slot.items()) for slot in _items(parts, "slots")]
    if "slots" in parts and not slots:
        parts["slots"].fault("a team has at least one slot")
    return TeamRule(tuple(slots), _source(parts))


def _renewals(node: Node) -> list[Renewal]:
    needed = ("titles", "years", "cite", "confidence")
    parts = node.mapping((*needed, "hours", "topics", "first_renewal", "unsure"), needed)
    if any(key not in parts for key in needed):
        return []
    hours = float(parts["hours"].whole(1, 1000)) if "hours" in parts else None
    topics = parts["topics"].entries() if "topics" in parts else {}
    owed = {topic: float(one.whole(1, 1000)) for topic, one in topics.items()}
    years, source = parts["years"].whole(1, 20), _source(parts)
    first = parts["first_renewal"].flag() if "first_renewal" in parts else True
    return [Renewal(title, years, hours, owed, source, first) for title in parts["titles"].texts()]


def _requirement(node: Node) -> Requirement:
    parts = node.mapping(("text", *_SOURCE), ("text", "cite", "confidence"))
    return Requirement(parts["text"].text() if "text" in parts else "", _source(parts))


def _source(parts: dict[str, Node]) -> Source:
    confidence = parts["confidence"].member(Confidence) if "confidence" in parts else Confidence.LOW
    unsure = parts["unsure"].text() if "unsure" in parts else None
    if confidence is not Confidence.HIGH and unsure is None and "confidence" in parts:
        parts["confidence"].fault("below high, say in `unsure` what is not known")
    return Source(parts["cite"].text() if "cite" in parts else "", confidence, unsure)


def _items(parts: dict[str, Node], part: str) -> list[Node]:
    return parts[part].items() if part in parts else []

"""Tables of a policy file that have an entry for each urgency, and what must hold between the entries."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise
from typing import TypeVar

from dispatch.ladder import SHORTEST
from dispatch.priority import Urgency
from dispatch.yamlfile import Node, duration_text

T = TypeVar("T")

_HOURS = re.compile(r"([0-9:]+)-([0-9:]+)")


def by_urgency(node: Node, read: Callable[[Node], T]) -> dict[Urgency, T]:
    found = node.mapping([urgency.value for urgency in Urgency])
    return {urgency: read(found[urgency]) for urgency in Urgency if urgency in found}


def clock_time(node: Node) -> timedelta:
    """How long a clock runs: no shorter than the steps of a ladder, which is what timers are promised to."""
    return node.duration(SHORTEST)


def complete(node: Node, table: dict[Urgency, T]) -> dict[Urgency, T]:
    missing = [urgency.value for urgency in Urgency if urgency not in table]
    if missing:
        node.fault(f"says nothing for {', '.join(missing)}; all five urgencies are needed")
    return table


def upward(table: dict[Urgency, timedelta]) -> dict[Urgency, timedelta]:
    """Where a more urgent level is left out, the next less urgent one's time holds for it too."""
    filled: dict[Urgency, timedelta] = {}
    for urgency in reversed(Urgency):
        span = table.get(urgency) or min(filled.values(), default=None)
        if span is not None:
            filled[urgency] = span
    return {urgency: filled[urgency] for urgency in Urgency if urgency in filled}


def falling(node: Node, table: dict[Urgency, timedelta]) -> dict[Urgency, timedelta]:
    """Refuse a more urgent level that is given more time than a less urgent one."""
    for more, less in pairwise(urgency for urgency in Urgency if urgency in table):
        if table[more] > table[less]:
            longer, shorter = duration_text(table[more]), duration_text(table[less])
            node.fault(f"{more.value} ({longer}) is given more time than {less.value} ({shorter})")
    return table


def hours_of(node: Node) -> tuple[time, time]:
    """`08:00-21:00`; past midnight when the first is the later one."""
    match = _HOURS.fullmatch(node.content) if isinstance(node.content, str) else None
    if match is None:
        node.fault('must be two times of day such as "08:00-21:00"')
        return time(0), time(0)
    begin, end = (replace(node, content=part).local_time() for part in match.groups())
    if begin == end:
        node.fault("begins and ends at the same time")
    return begin, end

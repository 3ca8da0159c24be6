"""Measures, folded from the ledger: the entries that moved the cases, so that figures and history cannot disagree.

Every measure names its formula. Times run from the moment a case was opened; a case whose moment has not come yet is
counted in `open`, and is in no percentile, which makes recent figures look better than they will be: read them with
`open` beside them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from dispatch.priority import Urgency

#: name -> its formula, in words a report can print
FORMULAS = {
    "contacts_logged": "contacts written down in the window",
    "cases_opened": "contacts that needed a response, in the window",
    "time_to_page": "the provider took the first page, minus case opened",
    "time_to_accept": "the first responder accepted or was assigned, minus case opened",
    "time_to_first_contact": "a QMHP first spoke with the person, minus case opened",
    "respond_by_kept": "share of first contacts that were not later than respond_by",
    "unanswered": "share of cases for which the ladder, or the time to find anyone, ran out at least once",
    "pages_declined": "share of pages that were answered with no",
    "pages_silent": "share of pages whose time ran out without an answer",
}


class Happening(Protocol):
    """A ledger entry."""

    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def case_id(self) -> str | None: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Measure:
    """`p50` and `p90` in seconds (nearest rank), `share` from 0 to 1; None where nothing was measured.

    `n` counts what was measured, `open` the cases whose moment has not come. `urgency` None is all together.
    """

    name: str
    formula: str
    urgency: Urgency | None
    n: int
    open: int
    p50: float | None = None
    p90: float | None = None
    share: float | None = None


@dataclass(slots=True)
class _Case:
    opened: datetime
    urgency: Urgency
    first: dict[str, datetime] = field(default_factory=dict)
    in_time: bool | None = None
    unanswered: bool = False
    pages: int = 0
    declined: int = 0
    silent: int = 0

    def take(self, entry: Happening) -> None:
        data = entry.data
        match entry.kind:
            case "page_wanted":
                self.pages += 1
            case "page" if data.get("delivery") in ("sent", "delivered"):
                self.first.setdefault("time_to_page", entry.at)
            case "page_silent":
                self.silent += 1
            case "first_contact":
                self.first.setdefault("time_to_first_contact", entry.at)
                self.in_time = data.get("late") is False
            case "case":
                if data.get("event") in ("accepted", "assigned"):
                    self.first.setdefault("time_to_accept", entry.at)
                self.declined += data.get("event") == "declined"
                self.unanswered |= data.get("state") == "unanswered"

    def seconds(self, name: str) -> float | None:
        at = self.first.get(name)
        return None if at is None else max(0.0, (at - self.opened).total_seconds())


def fold(entries: Iterable[Happening], start: datetime, end: datetime) -> tuple[Measure, ...]:
    """Measures of the cases opened in [start, end). `entries` are in ledger order, and go on after `end` for those
    cases.
    """
    contacts = 0
    cases: dict[str, _Case] = {}
    for entry in entries:
        inside = start <= entry.at < end
        if entry.kind == "contact_logged":
            contacts += inside
        elif entry.kind == "case_opened" and entry.case_id is not None and inside:
            cases[entry.case_id] = _Case(entry.at, Urgency(entry.data["urgency"]))
        elif entry.case_id in cases:
            cases[entry.case_id].take(entry)
    found = [_count("contacts_logged", None, contacts)]
    for urgency in (None, *Urgency):
        own = [case for case in cases.values() if urgency in (None, case.urgency)]
        found += _of(urgency, own)
    return tuple(found)


def _of(urgency: Urgency | None, cases: Sequence[_Case]) -> list[Measure]:
    measured = [_count("cases_opened", urgency, len(cases))]
    measured += [
        _times(name, urgency, [case.seconds(name) for case in cases])
        for name in ("time_to_page", "time_to_accept", "time_to_first_contact")
    ]
    spoke = [case for case in cases if case.in_time is not None]
    measured.append(_share("respond_by_kept", urgency, spoke, lambda c: bool(c.in_time), len(cases) - len(spoke)))
    measured.append(_share("unanswered", urgency, cases, lambda c: c.unanswered, 0))
    pages = sum(case.pages for case in cases)
    for name, count in (
        ("pages_declined", sum(c.declined for c in cases)),
        ("pages_silent", sum(c.silent for c in cases)),
    ):
        measured.append(Measure(name, FORMULAS[name], urgency, pages, 0, share=count / pages if pages else None))
    return measured


def _count(name: str, urgency: Urgency | None, n: int) -> Measure:
    return Measure(name, FORMULAS[name], urgency, n, 0)


def _times(name: str, urgency: Urgency | None, seconds: Sequence[float | None]) -> Measure:
    known = sorted(s for s in seconds if s is not None)
    return Measure(
        name,
        FORMULAS[name],
        urgency,
        len(known),
        len(seconds) - len(known),
        p50=_rank(known, 0.5),
        p90=_rank(known, 0.9),
    )


def _share(
    name: str, urgency: Urgency | None, cases: Sequence[_Case], holds: Callable[[_Case], bool], waiting: int
) -> Measure:
    n = len(cases)
    share = sum(holds(case) for case in cases) / n if n else None
    return Measure(name, FORMULAS[name], urgency, n, waiting, share=share)


def _rank(ordered: Sequence[float], part: float) -> float | None:
    """Nearest rank: a value that was really measured, never one between two."""
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)] if ordered else None

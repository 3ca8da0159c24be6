"""Which events an entry makes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dispatch.access import Actor, Role
from dispatch.flow.history import Told
from dispatch.http.live import kinds_of, may_see


def told(kind: str, case: str | None = "c", team: str | None = "default") -> Told:
    return Told(1, datetime(2026, 1, 5, tzinfo=UTC), kind, case, team, {})


@pytest.mark.parametrize(
    ("kind", "case", "events"),
    [
        ("case_opened", "c", ("queue", "case")),
        ("case", "c", ("queue", "case")),
        ("regraded", "c", ("queue", "case")),
        ("note", "c", ("case",)),
        ("first_contact", "c", ("case",)),
        ("page_wanted", "c", ("page",)),
        ("alarm_rang", None, ("alarm",)),
        ("alarm_opened", "c", ("alarm",)),
        ("availability", None, ("responder",)),
        ("roster_imported", None, ("responder",)),
        ("signed_in", None, ()),
        ("user_added", None, ()),
    ],
)
def test_an_entry_s_events(kind: str, case: str | None, events: tuple[str, ...]) -> None:
    assert kinds_of(told(kind, case)) == events


def test_who_sees_an_entry() -> None:
    north = Actor("n", frozenset({Role.OPERATOR}), frozenset({"north"}))
    assert not may_see(north, told("case"))
    assert may_see(north, told("case", team="north"))
    assert may_see(north, told("availability", None, None))
    assert not may_see(Actor("a", frozenset({Role.AUDITOR})), told("case"))

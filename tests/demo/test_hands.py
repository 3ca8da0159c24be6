"""Whose phone is in a visitor's hand, and for how long; and that a visitor at work is left to it."""

from __future__ import annotations

import pytest

from dispatch.demo import hands
from dispatch.demo.hands import Hands
from tests.support.waiting import wait_until


def test_a_phone_is_let_go_of_by_itself_unless_it_is_held_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "LETS_GO", 0.5)
    held = Hands()
    assert not held.held("ana")
    held.holds(["ana", "bao"])
    assert held.held("ana")
    assert 0 < held.left("ana") <= 0.5
    held.lets_go("bao")
    assert held.left("bao") == 0
    wait_until(lambda: not held.held("ana"), 5.0, "the phone to be let go of")


def test_whoever_opens_something_on_the_board_is_at_work_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "AT_WORK", 0.2)
    visitor = Hands()
    assert not visitor.at_work()
    visitor.goes_to_work()
    assert visitor.at_work()
    wait_until(lambda: not visitor.at_work(), 5.0, "the visitor to be back")


def test_a_role_is_looked_at_as_long_as_its_page_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "LETS_GO", 0.2)
    visitor = Hands()
    assert not visitor.somebody.is_set()
    visitor.looks_as("coordinator")
    assert visitor.somebody.is_set()
    assert visitor.somebody_is("coordinator")
    assert not visitor.somebody_is("operator")
    wait_until(lambda: not visitor.somebody_is("coordinator"), 5.0, "the page to be closed")

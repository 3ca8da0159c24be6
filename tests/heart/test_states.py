"""The picture of the states is the tables'."""

from __future__ import annotations

from dispatch.case import LEAVES, Event, State
from dispatch.debrief import State as Debrief
from dispatch.escalation import Run
from dispatch.page import Answer, Delivery
from dispatch.shiftcheck import State as ShiftCheck
from dispatch.signature import State as Signing
from tools import states


def test_the_picture_is_fresh() -> None:
    stale = "dispatch/STATES.md is stale: python -m tools.states"
    assert states.FILE.read_text(encoding="utf-8") == states.document(), stale


def test_every_state_is_in_it() -> None:
    text = states.document()
    for kind in (State, Run, Delivery, Answer, Signing, ShiftCheck, Debrief):
        for state in kind:
            assert f" {state}" in text, state


def test_a_change_of_a_table_makes_it_stale() -> None:
    row = LEAVES[State.CLOSED]
    before = states.document()
    row[Event.CLEARED] = State.CLEARED
    try:
        assert states.document() != before
    finally:
        del row[Event.CLEARED]

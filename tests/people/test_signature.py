"""Whose assessment must be signed, who may sign it, who is asked, and what a day without a signature does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch import signature
from dispatch.casefile import Office
from dispatch.credential import Credential
from dispatch.deadline import Deadline, Meaning
from dispatch.errors import Refused
from dispatch.matter import Matter
from dispatch.rulepack import Confidence, Kind, Source, Supervision, TitleRule
from dispatch.signature import WITHIN, Signature, State, may_sign, needs_signature, whose
from tests.people.example import NOW


def title(kind: Kind, supervision: Supervision = Supervision.NONE) -> TitleRule:
    return TitleRule("made-up", kind, frozenset(), supervision, Source("made up", Confidence.HIGH))


LICENSED, QUALIFIED, TRAINEE = (title(kind) for kind in (Kind.LICENSED, Kind.QUALIFIED, Kind.TRAINEE))


@pytest.mark.parametrize(
    ("of", "signed_for", "signs"),
    [
        (LICENSED, False, True),
        (QUALIFIED, False, True),
        (title(Kind.QUALIFIED, Supervision.LICENSED), False, True),
        (title(Kind.QUALIFIED, Supervision.NAMED), True, False),
        (title(Kind.LICENSED, Supervision.NAMED), True, False),
        (title(Kind.ASSOCIATE), False, False),
        (title(Kind.PEER), False, False),
        (TRAINEE, True, False),
        ("VA LMHP expired on 2026-01-05", False, False),
    ],
)
def test_who_is_signed_for_and_who_signs(of: TitleRule | str, signed_for: bool, signs: bool) -> None:
    assert (needs_signature(of), may_sign(of)) == (signed_for, signs)


TOM = [Credential("MD", "QMHP-T", supervisor="eve"), Credential("VA", "QMHP-T", supervisor="dee")]


@pytest.mark.parametrize(
    ("on_call", "titles", "asked"),
    [
        # The one named for this state, on call or not, and not the one another state names.
        (("ana",), {"dee": LICENSED, "ana": LICENSED, "eve": LICENSED}, "dee"),
        # Whose own credential has run out signs nothing.
        (("ana",), {"dee": "expired", "ana": QUALIFIED}, "ana"),
        (("ben", "ana"), {"ben": QUALIFIED, "ana": LICENSED}, "ana"),
        (("cy", "ben"), {"ben": QUALIFIED, "cy": QUALIFIED}, "ben"),
        # Nobody signs their own, nor for whom they may not.
        (("tom",), {"tom": LICENSED}, None),
        (("pat",), {"pat": title(Kind.PEER)}, None),
        (("new",), {}, None),
        ((), {}, None),
    ],
)
def test_whom_it_is_for(on_call: tuple[str, ...], titles: dict[str, TitleRule | str], asked: str | None) -> None:
    assert whose("tom", TOM, "VA", on_call, titles) == asked


def test_whoever_is_named_as_their_own_supervisor_is_not_asked() -> None:
    own = [Credential("VA", "QMHP", supervisor="tom")]
    assert whose("tom", own, "VA", ("ana",), {"tom": LICENSED, "ana": QUALIFIED}) == "ana"


def matter(state: State = State.ASKED, **more: Any) -> Matter[Signature]:
    row = Signature("s1", "default", "c1", "a1", "tom", "dee", NOW - WITHIN, NOW, state, **more)
    return Matter(row, NOW, Office(("kim",)), "dee", lambda: "new")


@pytest.mark.parametrize("state", [State.ASKED, State.OVERDUE, State.RETURNED])
def test_a_signature_is_welcome_until_it_is_given_and_ends_its_clock(state: State) -> None:
    done = matter(state)
    assert matter(state).row.deadline == Deadline(Meaning.SIGNATURE_OVERDUE, NOW)
    signature.sign(done, LICENSED)
    assert (done.row.state, done.row.signed_by, done.row.signed_at) == (State.SIGNED, "dee", NOW)
    assert done.row.deadline is None
    for again in (signature.sign, lambda one, by: signature.send_back(one, by, "K7Q", "dee")):
        with pytest.raises(Refused, match="signed already"):
            again(done, LICENSED)


@pytest.mark.parametrize("of", [TRAINEE, title(Kind.PEER), "expired"])
def test_who_may_not_sign_neither_signs_nor_sends_back(of: TitleRule | str) -> None:
    asked = matter()
    with pytest.raises(Refused):
        signature.sign(asked, of)
    with pytest.raises(Refused):
        signature.send_back(asked, of, "K7Q", "dee")
    assert (asked.row, asked.effects) == (matter().row, [])


def test_sent_back_the_trainee_hears_it_and_has_a_day_and_what_they_assess_then_is_to_be_signed() -> None:
    back = matter(State.OVERDUE)
    signature.send_back(back, QUALIFIED, "K7Q", "dee")
    assert (back.row.state, back.row.due_at, len(back.effects)) == (State.RETURNED, NOW + WITHIN, 1)
    later = NOW + timedelta(hours=1)
    again = signature.asked(back.row, "a2", later)
    assert (again.state, again.assessment_id) == (State.ASKED, "a2")
    assert (again.asked_at, again.due_at) == (later, later + WITHIN)
    with pytest.raises(Refused):
        signature.asked(again, "a3", later)


@pytest.mark.parametrize(
    ("state", "after"),
    [(State.ASKED, State.OVERDUE), (State.OVERDUE, State.OVERDUE), (State.RETURNED, State.RETURNED)],
)
def test_each_day_without_one_is_told_and_gives_another_day(state: State, after: State) -> None:
    late = matter(state)
    signature.overdue(late)
    assert (late.row.state, late.row.due_at) == (after, NOW + WITHIN)
    assert [(alarm.because, alarm.subject) for alarm in late.alarms] == [(f"signature_{state.value}", "tom")]


def test_a_clock_that_is_early_or_of_what_is_signed_does_nothing() -> None:
    early, signed = matter(), matter(State.SIGNED)
    early.now -= timedelta(seconds=1)
    for one in (early, signed):
        before = one.row
        signature.overdue(one)
        assert (one.row, one.alarms) == (before, [])

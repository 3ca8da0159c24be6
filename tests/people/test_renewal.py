from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dispatch.credential import Credential, Training
from dispatch.renewal import EXPIRED, expiring, owed
from dispatch.rulepackfile import shipped
from tests.people.example import responder

TODAY = date(2026, 11, 22)
QMHP = Credential("VA", "QMHP", issued=date(2022, 7, 1), expires=date(2027, 6, 30))


@pytest.mark.parametrize(
    ("days", "stage"), [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (0, 7), (-1, EXPIRED)]
)
def test_a_warning_at_ninety_thirty_and_seven_days_and_when_it_is_over(days: int, stage: int | None) -> None:
    who = responder("ana", expires=TODAY + timedelta(days=days))
    assert [one.stage for one in expiring([who], TODAY)] == ([] if stage is None else [stage])


def test_what_was_renewed_suspended_or_has_no_end_is_not_warned_of() -> None:
    old, new = replace(QMHP, expires=TODAY), replace(QMHP, title="qmhp", expires=date(2028, 6, 30))
    suspended = replace(QMHP, status="suspended", expires=TODAY)
    endless = replace(QMHP, expires=None)
    who = replace(responder("ana"), credentials=(old, new, suspended, endless))
    assert expiring([who], TODAY) == ()


def test_training_is_counted_in_the_year_before_the_renewal_and_by_topic() -> None:
    logged = (
        Training(date(2026, 6, 30), 4, "ethics"),
        Training(date(2026, 7, 1), 3),
        Training(date(2026, 9, 1), 0.5, "ethics"),
    )
    found = owed(replace(QMHP, training=logged), shipped(), TODAY)
    assert found is not None
    assert (found.since, found.due) == (date(2026, 6, 30), date(2027, 6, 30))
    assert (found.hours, found.topics) == (4.5, {"ethics": 0.5})
    done = owed(replace(QMHP, training=(*logged, Training(date(2026, 10, 1), 6, "ethics"))), shipped(), TODAY)
    assert done is not None
    assert done.nothing


def test_the_first_renewal_in_virginia_owes_nothing() -> None:
    found = owed(replace(QMHP, issued=date(2026, 8, 1)), shipped(), TODAY)
    assert found is not None
    assert found.nothing


def test_no_known_rule_is_not_the_same_as_nothing_owed() -> None:
    assert owed(Credential("TX", "QMHP-CS"), shipped(), TODAY) is None
    south_dakota = owed(Credential("SD", "QMHP", expires=date(2028, 2, 29)), shipped(), TODAY)
    assert south_dakota is not None
    assert (south_dakota.hours, south_dakota.since) == (None, date(2024, 2, 29))
    assert owed(Credential("MT", "LCPC"), shipped(), TODAY) is None


def test_training_that_is_not_counted_in_hours_is_owed_until_one_is_logged_and_confirmed() -> None:
    held = Credential("SD", "QMHP", expires=date(2028, 2, 29))
    none = owed(held, shipped(), TODAY)
    claimed = owed(replace(held, training=(Training(date(2026, 1, 1), 2, claimed=True),)), shipped(), TODAY)
    done = owed(replace(held, training=(Training(date(2026, 1, 1), 2),)), shipped(), TODAY)
    assert [one and (one.unlogged, one.nothing) for one in (none, claimed, done)] == [
        (True, False),
        (True, False),
        (False, True),
    ]


def test_claimed_hours_do_not_count() -> None:
    claimed = Training(date(2026, 9, 1), 8, "ethics", claimed=True)
    found = owed(replace(QMHP, training=(claimed,)), shipped(), TODAY)
    assert found is not None
    assert (found.hours, found.logged) == (8, 0)

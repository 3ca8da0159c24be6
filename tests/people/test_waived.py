"""A credential waived for one case: what that covers, what it never does, and that it is of that case alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dispatch.credential import Credential
from dispatch.matching import Pool, team_mix
from dispatch.need import Waived
from dispatch.priority import Mode
from dispatch.responder import Responder
from dispatch.rulepackfile import shipped
from tests.people.example import LIMITS, NOW, responder
from tests.people.test_matching import NEED, ask, on, picked


def holder(**fields: Any) -> Responder:
    """Somebody with one credential that is not as it should be."""
    one = Credential(**{"state": "VA", "title": "LMHP", **fields})
    return replace(responder("a"), credentials=(one,))


WAIVED = replace(NEED, mode=Mode.PHONE, waived=(Waived("a", "kim"),))


@pytest.mark.parametrize(
    "lapsed",
    [
        {"state": "MD"},
        {"expires": date(2020, 1, 1)},
        {"status": "pending"},
        {"status": "expired"},
        {"issued": date(2030, 1, 1)},
    ],
)
def test_what_has_lapsed_is_covered_and_the_pick_says_by_whom(lapsed: dict[str, Any]) -> None:
    who = [on(holder(**lapsed))]
    assert picked(ask(who, replace(WAIVED, waived=()))) == []
    (pick,) = ask(who, WAIVED).picks
    assert "credential waived by kim" in pick.because


@pytest.mark.parametrize("status", ["suspended", "revoked", "surrendered"])
def test_nobody_gives_back_what_an_authority_took_away(status: str) -> None:
    found = ask([on(responder("a", status=status))], WAIVED)
    assert (picked(found), found.skips[0].filter) == ([], "credential")
    assert found.skips[0].reason == f"VA LMHP is {status}: no waiver covers that"


def test_one_licence_taken_away_in_another_state_is_not_covered_by_one_that_lapsed_here() -> None:
    who = responder("a", expires=date(2020, 1, 1))
    both = replace(who, credentials=(*who.credentials, Credential("MD", "LPC", status="revoked")))
    assert picked(ask([on(both)], WAIVED)) == []


def test_an_employers_restriction_holds_and_nothing_is_nothing() -> None:
    theirs = ask([on(holder(only_for=frozenset({"other"})))], WAIVED)
    none = ask([on(replace(responder("a"), credentials=()))], WAIVED)
    assert (picked(theirs), picked(none)) == ([], [])
    assert "restricted to another employer" in theirs.skips[0].reason
    assert "no credential at all" in none.skips[0].reason


def test_a_waived_trainee_is_still_a_trainee_and_never_sole() -> None:
    tom = on(responder("a", "QMHP-T", expires=date(2020, 1, 1)))
    found = ask([tom], replace(WAIVED, mode=Mode.MOBILE))
    assert (picked(found), found.skips[0].filter) == ([], "team_mix")


def test_a_waiver_stands_for_the_supervisor_who_is_not_on_call() -> None:
    tom = on(responder("a", "QMHP-T", supervisor="dee"))
    ben = on(responder("ben"))
    two = replace(WAIVED, people=2)
    alone = ask([ben, tom], replace(two, waived=()), count=2)
    assert (picked(alone), alone.skips[0].filter) == (["ben"], "supervision")
    assert picked(ask([ben, tom], two, count=2)) == ["ben", "a"]


def test_a_waived_person_is_nobodys_senior_in_other_cases() -> None:
    """Both cases are matched in one pass; the waiver is of the first alone."""
    pool = Pool([on(responder("a", expires=date(2020, 1, 1))), on(responder("q", "QMHP"))], NOW, LIMITS, shipped())
    pool.match(WAIVED, "primary", 2)
    other = pool.match(replace(WAIVED, case_id="other", waived=()), "primary", 2)
    assert [skip.filter for skip in other.skips if skip.person == "q"] == ["supervision"]


def test_who_accepted_by_a_waiver_counts_in_the_team() -> None:
    who = [on(responder("a", expires=date(2020, 1, 1)))]
    assert team_mix(WAIVED, who, NOW, LIMITS, None).complete
    assert not team_mix(replace(WAIVED, waived=()), who, NOW, LIMITS, None).complete

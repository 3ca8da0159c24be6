"""The pick and its reasons, one rule at a time, and then together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dispatch.matching import EVERYONE, Candidate, Match, Need, candidates, match, match_relaxing, team_mix
from dispatch.priority import Mode, Urgency
from dispatch.responder import Availability, Responder, Standing
from dispatch.roster import EXTRA, OnCall
from tests.people.example import LIMITS, NOW, responder, utc

NEED = Need("case-1", "default", "VA", Urgency.VERY_URGENT, population="adult")
FREE = Standing()


def on(person: Responder, layer: str = "primary", standing: Standing = FREE) -> Candidate:
    return Candidate(person, (OnCall(person.id, layer, None, "always"),), standing)


def off(person: Responder, standing: Standing = FREE) -> Candidate:
    return Candidate(person, (), standing)


def ask(who: list[Candidate], need: Need = NEED, layer: str = "primary", count: int = 1) -> Match:
    return match(need, layer, who, count, NOW, LIMITS, None)


def picked(found: Match) -> list[str]:
    return [pick.person for pick in found.picks]


LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("who", "need", "rule", "reason", "lasting"),
    [
        (off(responder("a")), NEED, "on_call", "not on call", True),
        (on(responder("a"), "backup"), NEED, "on_call", "on call in backup, not in primary", True),
        (
            on(responder("a"), standing=Standing(Availability.OFF, LATER)),
            NEED, "available", "said OFF until 2026-01-06T16:00Z", True,
        ),
        (
            on(responder("a"), standing=Standing(reachable=False, unreachable_because="opted_out")),
            NEED, "reachable", "cannot be reached: opted_out", True,
        ),
        (on(responder("a")), replace(NEED, with_people=frozenset("a")), "on_case", "already on the case", True),
        (on(responder("a")), replace(NEED, declined=frozenset("a")), "declined", "declined in this run", True),
        (on(responder("a")), replace(NEED, asked=frozenset("a")), "asked", "asked in this run, no answer", True),
        (on(responder("a", state="MD")), NEED, "credential", "MD LMHP is not good in VA", True),
        (on(responder("a", status="suspended")), NEED, "credential", "VA LMHP is suspended", True),
        (
            on(responder("a", expires=date(2026, 1, 5))),
            NEED, "credential", "VA LMHP expired on 2026-01-05", True,
        ),
        (on(responder("a", "QMHP-T")), NEED, "supervision", "QMHP-T has no supervisor on record", True),
        (
            on(responder("a", "QMHP-T", supervisor="dee")),
            NEED, "supervision", "QMHP-T: the supervisor dee is not on call", True,
        ),
        (on(responder("a", populations=frozenset({"child"}))), NEED, "population", "not for adult", True),
        (on(responder("a")), replace(NEED, skills=frozenset({"perinatal"})), "skill", "without perinatal", True),
        (on(responder("a"), standing=Standing(open_cases=1)), NEED, "capacity", "holds 1 of 1 cases", False),
        (
            on(responder("a"), standing=Standing(open_page_ranks=(1,))),
            NEED, "open_page", "has an open page of equal or higher urgency", False,
        ),
        (
            on(responder("a"), standing=Standing(resting_until=LATER)),
            replace(NEED, urgency=Urgency.SOON), "rest", "resting until 2026-01-06T16:00Z", False,
        ),
        (
            on(responder("a"), standing=Standing(excused_once=True)),
            replace(NEED, urgency=Urgency.ROUTINE), "rest", "excused once after a hard call", False,
        ),
    ],
)  # fmt: skip
def test_every_filter_gives_its_reason(who: Candidate, need: Need, rule: str, reason: str, lasting: bool) -> None:
    found = ask([who], need)
    assert not found.picks
    (skip,) = found.skips
    assert (skip.person, skip.filter, skip.reason, skip.lasting) == ("a", rule, reason, lasting)
    assert found.only_busy is not lasting


def test_the_last_good_day_of_a_credential_is_the_teams_day() -> None:
    who = [on(responder("a", expires=date(2026, 1, 5)))]
    late_evening_in_virginia = utc("2026-01-06T04:59")
    assert match(NEED, "primary", who, 1, late_evening_in_virginia, LIMITS, None).picks
    assert not match(NEED, "primary", who, 1, late_evening_in_virginia + timedelta(minutes=1), LIMITS, None).picks


def test_somebody_who_is_busy_and_also_has_no_credential_is_nobody_to_wait_for() -> None:
    found = ask([on(responder("a", state="MD"), standing=Standing(open_cases=1))])
    assert [skip.filter for skip in found.skips] == ["credential"]
    assert not found.only_busy


def test_an_open_page_takes_a_place_only_from_cases_that_are_not_more_urgent() -> None:
    less_urgent = [on(responder("a"), standing=Standing(open_page_ranks=(Urgency.SOON.rank,)))]
    assert picked(ask(less_urgent)) == ["a"]
    assert not ask(less_urgent, replace(NEED, urgency=Urgency.ROUTINE)).picks


@pytest.mark.parametrize(
    ("cases", "pages", "capacity", "filter_"),
    [
        (0, 0, 1, None),
        (0, 1, 1, "open_page"),
        (1, 0, 1, "capacity"),
        (1, 0, 2, None),
        (0, 1, 2, None),
        (1, 1, 2, "open_page"),
        (0, 2, 2, "open_page"),
        (2, 0, 2, "capacity"),
        (1, 1, 3, None),
    ],
)
def test_cases_and_open_pages_fill_the_room_together(
    cases: int, pages: int, capacity: int, filter_: str | None
) -> None:
    standing = Standing(open_cases=cases, open_page_ranks=(NEED.urgency.rank,) * pages)
    found = ask([on(responder("a", capacity=capacity), standing=standing)])
    assert [skip.filter for skip in found.skips] == ([] if filter_ is None else [filter_])


def test_rest_is_over_the_moment_it_ends() -> None:
    soon = replace(NEED, urgency=Urgency.SOON)
    for until, rested in ((NOW, True), (NOW + timedelta(seconds=1), False)):
        assert bool(ask([on(responder("a"), standing=Standing(resting_until=until))], soon).picks) == rested


def test_who_is_on_in_two_layers_is_asked_in_each() -> None:
    both = Candidate(responder("a"), tuple(OnCall("a", layer, None, "always") for layer in ("backup", "primary")), FREE)
    for layer in ("primary", "backup", EVERYONE):
        assert picked(ask([both], layer=layer)) == ["a"]
    assert not ask([both], layer="supervisor").picks


def test_everyone_asks_again_who_was_silent_but_not_who_declined() -> None:
    who = [
        on(responder("silent"), "backup", Standing(open_page_ranks=(Urgency.VERY_URGENT.rank,))),
        on(responder("declined")),
        off(responder("home")),
    ]
    need = replace(NEED, asked=frozenset({"silent"}), paged=frozenset({"silent"}), declined=frozenset({"declined"}))
    found = ask(who, need, EVERYONE, 3)
    assert [(pick.person, pick.layer) for pick in found.picks] == [("silent", "backup")]


def test_who_said_on_helps_with_everyone_and_is_not_woken_before_the_roster() -> None:
    people = [responder("volunteer"), responder("rostered")]
    duties = (OnCall("rostered", "primary", None, "always"),)
    who = list(candidates(people, duties, {"volunteer": Standing(Availability.ON, LATER)}, NOW))
    assert picked(ask(who, count=2)) == ["rostered"]
    everyone = ask(who, layer=EVERYONE, count=2)
    assert {(pick.person, pick.layer) for pick in everyone.picks} == {("rostered", "primary"), ("volunteer", EXTRA)}
    gone = list(candidates(people, duties, {"volunteer": Standing(Availability.ON, NOW)}, NOW))
    assert picked(ask(gone, layer=EVERYONE, count=2)) == ["rostered"]


@pytest.mark.parametrize(
    ("better", "worse", "need", "because"),
    [
        (
            on(responder("z", languages=frozenset({"es"}))), on(responder("a")),
            replace(NEED, languages=frozenset({"es"})), "speaks es",
        ),
        (
            on(responder("z", languages=frozenset({"es-MX"}))), on(responder("a")),
            replace(NEED, languages=frozenset({"es"})), "speaks es",
        ),
        (
            on(responder("z", languages=frozenset({"es"}))), on(responder("a", languages=frozenset({"eo"}))),
            replace(NEED, languages=frozenset({"es-419"})), "speaks es-419",
        ),
        (
            on(responder("z", gender="female")), on(responder("a", gender="male")),
            replace(NEED, gender="female"), "female, as asked",
        ),
        (on(responder("z", populations=frozenset({"adult"}))), on(responder("a")), NEED, "for adult"),
        (
            on(responder("z", areas=frozenset({"fairfax"}))), on(responder("a", areas=frozenset({"arlington"}))),
            replace(NEED, area="fairfax"), "covers fairfax",
        ),
        (
            on(responder("z")), on(responder("a")),
            replace(NEED, known_people=frozenset("z")), "has spoken with this person before",
        ),
        (
            on(responder("z"), standing=Standing(last_paged_at=NOW - timedelta(days=2))),
            on(responder("a"), standing=Standing(last_paged_at=NOW - timedelta(days=1))),
            NEED, "last paged 2026-01-04T15:00Z",
        ),
        (on(responder("z")), on(responder("a"), standing=Standing(load_week=5)), NEED, "not paged yet"),
        (on(responder("z")), on(responder("a"), standing=Standing(pages_tonight=1)), NEED, "not paged yet"),
    ],
)  # fmt: skip
def test_every_rank_decides_and_says_so(better: Candidate, worse: Candidate, need: Need, because: str) -> None:
    found = ask([worse, better], need)
    assert picked(found) == ["z"]
    assert because in found.picks[0].because
    assert [other.person for other in found.others] == ["a"]


def test_equal_people_are_taken_in_the_order_of_their_ids_whatever_order_they_come_in() -> None:
    people = [on(responder(person)) for person in "dbca"]
    assert picked(ask(people, count=4)) == picked(ask(people[::-1], count=4)) == ["a", "b", "c", "d"]


def test_rest_ranks_last_at_urgent_and_never_excludes_the_last_eligible_person() -> None:
    tired = on(responder("a"), standing=Standing(resting_until=LATER))
    fresh = on(responder("b"), standing=Standing(last_paged_at=NOW, load_week=40))
    assert picked(ask([tired, fresh])) == ["b"]
    assert picked(ask([tired])) == ["a"]
    assert "resting until 2026-01-06T16:00Z, asked after all who are not" in ask([tired]).picks[0].because


def test_a_night_limit_counts_at_night_only() -> None:
    who = [on(responder("a"), standing=Standing(pages_tonight=6))]
    soon = replace(NEED, urgency=Urgency.SOON)
    assert match(soon, "primary", who, 1, NOW, LIMITS, None).picks
    night = match(soon, "primary", who, 1, utc("2026-01-07T04:00"), LIMITS, None)
    assert night.skips[0].reason == "paged 6 times tonight"
    assert night.only_busy


class TestTwoPeople:
    dee = on(responder("dee"), "supervisor")
    two = replace(NEED, people=2)

    def trainee(self, person: str = "tom") -> Candidate:
        return on(responder(person, "QMHP-T", supervisor="dee"))

    def test_a_trainee_is_never_sole(self) -> None:
        found = ask([self.trainee(), self.dee])
        skip = next(skip for skip in found.skips if skip.person == "tom")
        assert (skip.filter, skip.lasting) == ("team_mix", True)
        assert not found.picks

    def test_a_trainee_comes_second_to_somebody_who_may_respond_alone(self) -> None:
        found = ask([self.trainee(), on(responder("ben", "QMHP")), self.dee], self.two, count=2)
        assert picked(found) == ["ben", "tom"]

    def test_a_supervisor_whose_own_credential_has_run_out_supervises_nobody(self) -> None:
        """They are told so by text: nobody works under a licence that is no more."""
        lapsed = on(responder("dee", expires=date(2026, 1, 5)), "supervisor")
        found = ask([self.trainee(), on(responder("ben", "QMHP")), lapsed], self.two, count=2)
        skip = next(skip for skip in found.skips if skip.person == "tom")
        assert (skip.filter, skip.reason) == (
            "supervision", "QMHP-T: no credential of the supervisor dee counts",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("standing", "layers", "there"),
        [
            (FREE, ("supervisor",), True),
            # Whoever has a case can still be telephoned.
            (Standing(open_cases=1), ("supervisor",), True),
            (FREE, (), False),
            (Standing(Availability.OFF), ("supervisor",), False),
            (Standing(Availability.OFF, LATER), ("supervisor",), False),
            (Standing(Availability.OFF, NOW), ("supervisor",), True),
            (Standing(reachable=False), ("supervisor",), False),
        ],
    )
    def test_a_supervisor_nobody_can_ring_supervises_nobody(
        self, standing: Standing, layers: tuple[str, ...], there: bool
    ) -> None:
        dee = Candidate(responder("dee"), tuple(OnCall("dee", layer, None, "always") for layer in layers), standing)
        found = ask([self.trainee(), on(responder("ben", "QMHP")), dee], self.two, count=2)
        assert picked(found) == (["ben", "tom"] if there else ["ben"])
        reasons = [skip.reason for skip in found.skips if skip.filter == "supervision"]
        assert reasons == ([] if there else ["QMHP-T: the supervisor dee is not on call"])

    def test_two_trainees_are_no_team(self) -> None:
        found = ask([self.trainee("tim"), self.trainee("tom"), self.dee], self.two, count=2)
        assert not found.picks

    def test_a_trainee_joins_who_has_accepted(self) -> None:
        need = replace(self.two, with_people=frozenset({"ben"}))
        assert picked(ask([self.trainee(), on(responder("ben", "QMHP")), self.dee], need)) == ["tom"]

    def test_the_first_of_two_is_told_that_one_is_missing(self) -> None:
        found = ask([on(responder("ben", "QMHP"))], self.two)
        assert "half of a team: 1 of 2" in found.picks[0].because

    def test_who_have_accepted_are_a_team_or_not_yet(self) -> None:
        ben, tom = on(responder("ben", "QMHP")), self.trainee()
        assert not team_mix(self.two, [ben], NOW, LIMITS, None).complete
        assert team_mix(self.two, [ben, tom], NOW, LIMITS, None).complete
        assert not team_mix(NEED, [tom], NOW, LIMITS, None).possible


def test_relaxing_follows_the_policys_order_stops_early_and_never_touches_a_credential() -> None:
    need = replace(NEED, skills=frozenset({"veteran"}), mode=Mode.PHONE)
    who = [on(responder("a", populations=frozenset({"child"}))), on(responder("b", state="MD"))]
    order = ("credential", "skill", "population")
    found = match_relaxing(need, "primary", who, 1, NOW, LIMITS, None, order)
    assert (picked(found), found.relaxed) == (["a"], ("skill", "population"))
    only_md = match_relaxing(need, "primary", who[1:], 1, NOW, LIMITS, None, order)
    assert (picked(only_md), only_md.relaxed) == ([], ())
    enough = match_relaxing(NEED, "primary", [on(responder("c"))], 1, NOW, LIMITS, None, order)
    assert (picked(enough), enough.relaxed) == (["c"], ())

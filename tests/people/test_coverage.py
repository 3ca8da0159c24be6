"""Gaps ahead: each kind, the total gap that hides nothing and is never hidden, and exactness to the minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings

from dispatch.coverage import Gap, alarming, gaps
from dispatch.responder import Availability, Responder, Standing
from dispatch.roster import EVERYONE, Always, Once, Roster, Shift, Team
from dispatch.rosterfile import read
from dispatch.rulepack import RulePacks
from dispatch.rulepackfile import read as read_pack
from dispatch.rulepackfile import shipped
from dispatch.teamsettings import Demand
from tests.people.example import ROSTER, responder, utc
from tests.people.oracle import MINUTE, minutes, on_duty
from tests.people.rosters import PEOPLE, rosters

TEAM = Team("default", "America/New_York", "VA")
START, END = utc("2026-01-06T00:00"), utc("2026-01-09T00:00")
BOTH = {person: responder(person) for person in ("ana", "ben")}


def roster(*shifts: tuple[str, str, str, str]) -> Roster:
    return Roster((TEAM,), tuple(Shift("default", layer, Once(who, utc(a), utc(b))) for layer, who, a, b in shifts))


def find(
    plan: Roster,
    people: dict[str, Responder] = BOTH,
    standings: dict[str, Standing] | None = None,
    demand: Demand | None = None,
    now: datetime = START,
) -> list[tuple[str, str, datetime, datetime, str]]:
    found = gaps(plan, "default", people, standings or {}, START, END, now, demand)
    return [(gap.layer, gap.kind, gap.start, gap.end, gap.reason) for gap in found]


FULL = roster(
    ("primary", "ana", "2026-01-06T00:00", "2026-01-09T00:00"),
    ("backup", "ben", "2026-01-06T00:00", "2026-01-09T00:00"),
)


def test_a_full_roster_has_no_gap() -> None:
    assert find(FULL) == []


def test_a_layer_without_anybody_for_a_while() -> None:
    plan = roster(
        ("primary", "ana", "2026-01-06T00:00", "2026-01-07T00:00"),
        ("primary", "ana", "2026-01-07T08:00", "2026-01-09T00:00"),
        ("backup", "ben", "2026-01-06T00:00", "2026-01-09T00:00"),
    )
    morning = (utc("2026-01-07T00:00"), utc("2026-01-07T08:00"))
    assert find(plan) == [
        (EVERYONE, "single", *morning, "only ben is on call in any layer"),
        ("primary", "nobody", *morning, "nobody is on call in primary"),
    ]


def test_a_total_gap_is_said_for_every_layer_and_of_a_roster_without_any_shift() -> None:
    assert find(Roster((TEAM,))) == [(EVERYONE, "nobody", START, END, "nobody is on call in any layer")]
    wanted = Demand(("primary", "backup"), ("es",), ("child",))
    assert [(layer, kind) for layer, kind, *_ in find(Roster((TEAM,)), demand=wanted)] == [
        ("backup", "nobody"),
        (EVERYONE, "nobody"),
        ("primary", "nobody"),
    ]


def test_nothing_is_said_about_the_past() -> None:
    plan = roster(("primary", "ana", "2026-01-08T00:00", "2026-01-09T00:00"))
    now = utc("2026-01-07T12:00")
    starts = [start for _, kind, start, *_ in find(plan, now=now) if kind == "nobody"]
    assert starts == [now, now]
    assert find(plan, now=END) == []


def test_a_layer_that_is_empty_because_people_said_off_names_them() -> None:
    back = utc("2026-01-07T00:00")
    standings = {"ana": Standing(Availability.OFF, until=back)}
    (single, nobody) = gaps(FULL, "default", BOTH, standings, START, END, START)
    assert (single.kind, single.person) == ("single", "ben")
    assert (nobody.layer, nobody.start, nobody.end, nobody.off) == ("primary", START, back, ("ana",))
    # What an alarm goes by stays the same, whoever else says OFF while the layer is empty.
    assert nobody.reason == "nobody is on call in primary"
    assert nobody.told == "nobody is on call in primary; said OFF: ana"
    everybody = {person: Standing(Availability.OFF) for person in ("ana", "ben")}
    found = gaps(FULL, "default", BOTH, everybody, START, END, START)
    assert [(gap.layer, gap.end, gap.off) for gap in found] == [
        ("backup", END, ("ben",)),
        (EVERYONE, END, ("ana", "ben")),
        ("primary", END, ("ana",)),
    ]
    over = {"ana": Standing(Availability.OFF, until=START)}
    assert gaps(FULL, "default", BOTH, over, START, END, START) == ()


def test_languages_and_populations_need_somebody_who_can_be_paged() -> None:
    people = {
        "ana": responder("ana", languages=frozenset({"en", "es"}), populations=frozenset({"adult", "child"})),
        "ben": responder("ben", populations=frozenset({"adult"})),
    }
    plan = roster(
        ("primary", "ana", "2026-01-06T00:00", "2026-01-07T00:00"),
        ("backup", "ana", "2026-01-07T00:00", "2026-01-08T00:00"),
        ("primary", "ben", "2026-01-06T00:00", "2026-01-09T00:00"),
    )
    wanted = Demand(("primary",), ("en", "es"), ("adult", "child"))
    kinds = {"language", "population", "unreachable"}
    last_day = (utc("2026-01-08T00:00"), END)
    assert [gap for gap in find(plan, people, demand=wanted) if gap[1] in kinds] == [
        (EVERYONE, "language", *last_day, "nobody speaks es"),
        (EVERYONE, "population", *last_day, "nobody is for child"),
    ]
    mexican = {**people, "ben": responder("ben", languages=frozenset({"es-MX"}))}
    assert "language" not in {gap[1] for gap in find(plan, mexican, demand=Demand(("primary",), ("es",)))}
    muted = {"ana": Standing(reachable=False, unreachable_because="opted_out")}
    found = [gap for gap in find(plan, people, muted, wanted) if gap[1] in kinds]
    assert (EVERYONE, "language", START, END, "nobody speaks es") in found
    assert ("primary", "unreachable", START, utc("2026-01-07T00:00"), "ana cannot be reached: opted_out") in found


def test_an_unproved_number_is_shown_and_alarms_nobody() -> None:
    plan = Roster((TEAM,), (Shift("default", "primary", Always("ana")),))
    found = find(plan, BOTH, {"ana": Standing(proved=False)})
    unproved = [gap for gap in found if gap[1] == "unproved"]
    assert unproved == [("primary", "unproved", START, END, "ana: the number is not proved")]
    gap = Gap(START, END, "primary", "unproved", "ana: the number is not proved", "ana")
    assert alarming([gap], START) == ()


def test_a_credential_that_lapses_during_a_duty_is_a_gap_from_that_midnight_on() -> None:
    people = {"ana": responder("ana", expires=date(2026, 1, 7)), "ben": responder("ben")}
    midnight = utc("2026-01-08T05:00")
    # The duty began at 19:00 on the 5th where the team is.
    reason = "ana: VA LMHP expired on 2026-01-07, lapses during the shift of Monday 2026-01-05"
    assert find(FULL, people) == [("primary", "credential", midnight, END, reason)]
    both = {person: responder(person, expires=date(2026, 1, 7)) for person in ("ana", "ben")}
    assert (EVERYONE, "credential", midnight, END, "nobody on call has a credential that counts") in find(FULL, both)


def test_what_lapses_during_saturdays_shift_says_so_by_the_teams_day() -> None:
    """The shift is Saturday evening's in Virginia, and Sunday's already in UTC."""
    saturday = ("primary", "ana", "2026-01-11T01:00", "2026-01-11T13:00")
    sunday = ("primary", "ana", "2026-01-12T01:00", "2026-01-12T13:00")
    plan = roster(saturday, sunday)
    ana = {"ana": responder("ana", expires=date(2026, 1, 10))}
    found = gaps(plan, "default", ana, {}, START, utc("2026-01-13T00:00"), START, Demand(("backup",)))
    assert [(gap.start, gap.reason) for gap in found if gap.layer == "primary" and gap.kind == "credential"] == [
        (
            utc("2026-01-11T05:00"),
            "ana: VA LMHP expired on 2026-01-10, lapses during the shift of Saturday 2026-01-10",
        ),
        (utc("2026-01-12T01:00"), "ana: VA LMHP expired on 2026-01-10, during the shift of Sunday 2026-01-11"),
    ]


def test_a_trainee_on_duty_without_their_supervisor_is_a_gap_and_so_is_a_qmhp_without_anybody_licensed() -> None:
    people = {
        "ana": responder("ana"),
        "ben": responder("ben", "QMHP"),
        "tom": responder("tom", "QMHP-T", supervisor="ana"),
    }
    plan = roster(
        ("supervisor", "ana", "2026-01-06T00:00", "2026-01-08T00:00"),
        ("primary", "ben", "2026-01-06T00:00", "2026-01-09T00:00"),
        ("second", "tom", "2026-01-07T00:00", "2026-01-09T00:00"),
    )
    last_day = (utc("2026-01-08T00:00"), END)
    found = gaps(plan, "default", people, {}, START, END, START, Demand(("primary",)), shipped())
    assert [(gap.layer, gap.start, gap.end, gap.reason) for gap in found if gap.kind == "credential"] == [
        ("primary", *last_day, "ben: no supervisor on call"),
        ("second", *last_day, "tom: no supervisor on call"),
    ]
    muted = {"ana": Standing(reachable=False, unreachable_because="bad_number")}
    all_week = gaps(plan, "default", people, muted, START, END, START, Demand(("primary",)), shipped())
    assert ("primary", START, END, "ben: no supervisor on call") in [
        (g.layer, g.start, g.end, g.reason) for g in all_week
    ]


def test_in_the_coverage_too_nobody_supervises_themselves() -> None:
    pack = """\
state: VA
effective: 2026-01-01
titles:
  - {titles: [QMHP], kind: qualified, alone: [phone], supervision: qualified, cite: a rule, confidence: high}
"""
    people = {person: responder(person, "QMHP") for person in ("ana", "ben")}
    packs = RulePacks((read_pack(pack, "va.yaml"),))
    assert gaps(FULL, "default", people, {}, START, END, START, None, packs) == ()
    alone = roster(("primary", "ana", "2026-01-06T00:00", "2026-01-09T00:00"))
    kinds = [gap.kind for gap in gaps(alone, "default", people, {}, START, END, START, None, packs)]
    assert kinds == ["single", "credential"]


def test_only_what_begins_within_a_day_is_alarmed() -> None:
    now = START
    soon = Gap(now + timedelta(hours=23), now + timedelta(hours=30), "primary", "nobody", "…")
    later, over = replace(soon, start=now + timedelta(hours=24)), replace(soon, start=now, end=now)
    assert alarming([soon, later, over], now) == (soon,)


def test_the_example_roster_is_covered_but_for_its_weekend_backup() -> None:
    file = read(ROSTER)
    people = {one.id: one for one in file.responders}
    start = utc("2026-02-02T13:00")
    found = gaps(file.roster, "default", people, {}, start, start + timedelta(days=5), start, Demand(("primary",)))
    assert found == ()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(rosters())
def test_gaps_are_exactly_the_minutes_with_nobody_and_with_one(drawn: tuple[Roster, datetime, datetime]) -> None:
    plan, start, end = drawn
    people = {person: responder(person, expires=None) for person in PEOPLE}
    layers = plan.layers("default")
    found = gaps(plan, "default", people, {}, start, end, start)
    empty = {(gap.layer, at) for gap in found if gap.kind == "nobody" for at in _minutes(gap)}
    alone = {at for gap in found if gap.kind == "single" for at in _minutes(gap)}
    for at, shown in minutes(plan.teams[0], start, end):
        on = {layer: on_duty(plan, plan.teams[0], layer, at, shown) for layer in layers}
        for layer in layers:
            assert ((layer, at) in empty) is (not on[layer]), (layer, at)
        everybody: set[str] = set().union(*on.values())
        assert ((EVERYONE, at) in empty) is (not everybody), at
        assert (at in alone) is (len(everybody) == 1), at


def _minutes(gap: Gap) -> list[datetime]:
    return [gap.start + MINUTE * number for number in range((gap.end - gap.start) // MINUTE)]


def test_somebody_always_on_and_alone_is_one_gap_not_many() -> None:
    plan = Roster((TEAM,), (Shift("default", "primary", Always("ana")), Shift("default", "backup", Always("ana"))))
    assert find(plan) == [(EVERYONE, "single", START, END, "only ana is on call in any layer")]

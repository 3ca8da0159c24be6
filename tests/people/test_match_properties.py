"""What holds of every match, whoever is on call and whatever the case needs."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.credential import Credential
from dispatch.eligibility import RELAXABLE
from dispatch.matching import EVERYONE, Candidate, Need, match, match_relaxing, team_mix
from dispatch.priority import Mode, Urgency
from dispatch.responder import Availability, Responder, Standing
from dispatch.roster import OnCall
from dispatch.rulepack import RulePacks
from dispatch.rulepackfile import shipped
from tests.people.example import LIMITS, NOW

IDS = tuple("abcdefgh")
some = st.sampled_from
few = st.frozensets

credentials = st.builds(
    Credential,
    state=some(("VA", "VA", "VA", "MD")),
    title=some(("LMHP", "QMHP", "QMHP-T", "PRS", "Chaplain")),
    status=some(("active", "active", "active", "suspended")),
    expires=some((None, date(2026, 1, 5), date(2026, 1, 6), date(2027, 1, 1))),
    supervisor=some((None, *IDS)),
)
standings = st.builds(
    Standing,
    availability=some(Availability),
    until=some((None, NOW, NOW + timedelta(hours=1))),
    reachable=some((True, True, True, False)),
    open_cases=st.integers(0, 2),
    open_page_ranks=st.lists(st.integers(0, 4), max_size=2).map(tuple),
    resting_until=some((None, None, NOW + timedelta(hours=1))),
    last_paged_at=some((None, NOW - timedelta(hours=1), NOW - timedelta(hours=2))),
    pages_tonight=st.integers(0, 8),
    load_week=st.integers(0, 3),
    excused_once=st.booleans(),
)


@st.composite
def pools(draw: st.DrawFn) -> list[Candidate]:
    found = []
    for person in draw(st.lists(some(IDS), min_size=1, unique=True)):
        responder = Responder(
            id=person,
            teams=frozenset({"default"}),
            roles=frozenset({"responder"}),
            languages=draw(few(some(("en", "es")))),
            populations=draw(few(some(("adult", "child")))),
            skills=draw(few(some(("veteran", "perinatal")))),
            capacity=draw(st.integers(1, 2)),
            credentials=tuple(draw(st.lists(credentials, min_size=0, max_size=2))),
        )
        layers = draw(st.lists(some(("primary", "backup")), max_size=2, unique=True))
        on = tuple(OnCall(person, layer, None, "always") for layer in layers)
        found.append(Candidate(responder, on, draw(standings)))
    return found


needs = st.builds(
    Need,
    case_id=st.just("case-1"),
    team=st.just("default"),
    state=st.just("VA"),
    urgency=some(Urgency),
    population=some((None, "adult", "child")),
    languages=few(some(("en", "es"))),
    skills=few(some(("veteran", "perinatal")), max_size=1),
    asked=few(some(IDS), max_size=2),
    declined=few(some(IDS), max_size=2),
    with_people=few(some(IDS), max_size=1),
    paged=few(some(IDS), max_size=1),
    mode=some((Mode.PHONE, Mode.MOBILE)),
    people=st.integers(1, 2),
)
layers = some(("primary", "backup", EVERYONE))
rules = some((None, shipped()))


@settings(max_examples=120, deadline=None)
@given(pools(), needs, layers, st.integers(1, 3), rules, st.randoms(use_true_random=False))
def test_everybody_is_accounted_for_once_and_the_order_of_input_means_nothing(
    pool: list[Candidate], need: Need, layer: str, count: int, packs: RulePacks | None, shuffle: object
) -> None:
    found = match(need, layer, pool, count, NOW, LIMITS, packs)
    named = [p.person for p in (*found.picks, *found.others)] + [s.person for s in found.skips]
    assert sorted(named) == sorted(who.responder.id for who in pool)
    assert len(found.picks) <= count
    assert not found.others or len(found.picks) == count
    shuffle.shuffle(pool)  # type: ignore[attr-defined]
    again = match(need, layer, pool, count, NOW, LIMITS, packs)
    assert (again.picks, again.others) == (found.picks, found.others)
    assert set(again.skips) == set(found.skips)


@settings(max_examples=120, deadline=None)
@given(pools(), needs, layers, rules)
def test_nobody_is_picked_who_must_not_be(
    pool: list[Candidate], need: Need, layer: str, packs: RulePacks | None
) -> None:
    """Not even when everything that may be relaxed is."""
    by_id = {who.responder.id: who for who in pool}
    found = match_relaxing(need, layer, pool, 3, NOW, LIMITS, packs, ("credential", "capacity", *RELAXABLE))
    assert set(found.relaxed) <= set(RELAXABLE)
    for pick in (*found.picks, *found.others):
        who = by_id[pick.person]
        assert who.on
        assert layer in (EVERYONE, *(on.layer for on in who.on))
        assert who.standing.says(NOW) is not Availability.OFF
        assert who.standing.reachable
        assert who.standing.open_cases < who.responder.capacity
        assert pick.person not in need.declined | need.with_people
        assert any(
            one.state == "VA" and one.status == "active" and (one.expires is None or one.expires >= date(2026, 1, 6))
            for one in who.responder.credentials
        )


@settings(max_examples=120, deadline=None)
@given(pools(), needs, rules)
def test_a_trainee_is_never_sole(pool: list[Candidate], need: Need, packs: RulePacks | None) -> None:
    """Whoever of those asked accepts, alone or with those who have: a trainee by themselves is no team."""
    by_id = {who.responder.id: who for who in pool}
    found = match(need, EVERYONE, pool, 3, NOW, LIMITS, packs)
    for pick in found.picks:
        who = by_id[pick.person]
        if {one.title for one in who.responder.credentials} <= {"QMHP-T"}:
            assert not team_mix(need, [who], NOW, LIMITS, packs).complete


@settings(max_examples=120, deadline=None)
@given(pools(), needs, layers, rules)
def test_waiting_is_worth_it_only_when_time_alone_would_help(
    pool: list[Candidate], need: Need, layer: str, packs: RulePacks | None
) -> None:
    """`only_busy` promises that once everybody is free and rested there is somebody to ask."""
    found = match(need, layer, pool, 1, NOW, LIMITS, packs)
    rested = [
        Candidate(
            who.responder,
            who.on,
            Standing(who.standing.availability, who.standing.until, who.standing.reachable, last_paged_at=NOW),
        )
        for who in pool
    ]
    later = match(need, layer, rested, 1, NOW, LIMITS, packs)
    if found.picks:
        assert later.picks
    lasting = {skip.person for skip in found.skips if skip.lasting and skip.filter != "team_mix"}
    assert {skip.person for skip in later.skips if skip.filter != "team_mix"} == lasting


@settings(max_examples=80, deadline=None)
@given(pools(), needs, rules)
def test_rest_never_takes_the_last_person_from_an_urgent_case(
    pool: list[Candidate], need: Need, packs: RulePacks | None
) -> None:
    found = match(need, EVERYONE, pool, 1, NOW, LIMITS, packs)
    if need.urgency.at_least(Urgency.URGENT):
        assert all(skip.filter != "rest" for skip in found.skips)

"""State rule packs: that they load, what they decide, and that what is not known is applied strictly and said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dispatch.errors import InvalidFile
from dispatch.matching import Candidate, Match, Need, match, team_mix
from dispatch.priority import Mode, Urgency
from dispatch.responder import Responder, Standing
from dispatch.roster import OnCall
from dispatch.rulepack import VISITS, Kind, RulePacks, Supervision
from dispatch.rulepackfile import read, shipped
from tests.people.example import LIMITS, NOW, responder

STATES = ["GA", "IA", "IL", "KS", "KY", "MO", "NC", "NV", "OH", "OR", "SD", "TX", "VA", "WA"]
PACK = """\
state: MT
effective: 2026-01-01
titles:
  - {titles: [LCPC], kind: licensed, alone: [phone, mobile], supervision: none, cite: a rule, confidence: high}
  - {titles: [BHA], kind: associate, alone: [], supervision: qualified, cite: a, confidence: low, unsure: all of it}
"""


def on(person: Responder, layer: str = "primary") -> Candidate:
    return Candidate(person, (OnCall(person.id, layer, None, "always"),), Standing())


def ask(who: list[Responder], state: str, mode: Mode = Mode.MOBILE, count: int = 2, **need: object) -> Match:
    case = replace(Need("case-1", "default", state, Urgency.URGENT, mode=mode), **need)  # type: ignore[arg-type]
    return match(case, "primary", [on(one) for one in who], count, NOW, LIMITS, shipped())


def picked(found: Match) -> list[str]:
    return [pick.person for pick in found.picks]


def test_every_state_of_the_list_has_a_pack_that_loads_and_one_for_each_day() -> None:
    """A rule that changes is a further file: the one before stays, for the cases of its days."""
    assert sorted({pack.state for pack in shipped().packs}) == STATES
    assert len({(pack.state, pack.effective) for pack in shipped().packs}) == len(shipped().packs)


@pytest.mark.parametrize("state", STATES)
def test_no_unverified_rule_sends_an_unlicensed_person_on_a_visit_alone(state: str) -> None:
    pack = shipped().of(state, date(2026, 11, 22))
    assert pack is not None
    for rule in pack.titles.values():
        used = rule.applied
        assert rule.source.verified or rule.source.unsure
        if used.kind in (Kind.TRAINEE, Kind.PEER):
            assert not used.alone
        if not rule.source.verified and used.kind is not Kind.LICENSED:
            assert not used.alone & VISITS


@pytest.mark.parametrize("state", STATES)
def test_every_state_can_send_somebody(state: str) -> None:
    """No pack is so strict that a full house cannot make a team: one of every title, all on call."""
    pack = shipped().of(state, date(2026, 11, 22))
    assert pack is not None
    people = [
        responder(f"p{number}", rule.title, state=state, supervisor="p0")
        for number, rule in enumerate(pack.titles.values())
    ]
    for mode in (Mode.PHONE, Mode.MOBILE):
        found = ask(people, state, mode, count=2)
        chosen = [on(one) for one in people if one.id in picked(found)]
        need = Need("case-1", "default", state, Urgency.URGENT, mode=mode)
        assert team_mix(need, chosen, NOW, LIMITS, shipped()).complete


class TestVirginia:
    ana, ben = responder("ana", "LMHP"), responder("ben", "QMHP")
    tom = responder("tom", "QMHP-T", supervisor="ana")

    def test_a_licensed_person_visits_alone_a_qmhp_does_not(self) -> None:
        found = ask([self.ben, self.ana], "VA", count=1)
        assert picked(found) == ["ana"]
        (second,) = found.others
        assert second.because[0] == "QMHP does not respond alone"

    def test_a_qmhp_takes_a_call_alone_while_somebody_licensed_is_on_call(self) -> None:
        assert picked(ask([self.ben, self.ana], "VA", Mode.PHONE)) == ["ana", "ben"]
        alone = ask([self.ben], "VA", Mode.PHONE)
        assert alone.skips[0].reason == "QMHP needs somebody licensed on call; nobody else is"

    def test_a_trainee_is_the_second_of_a_qmhp(self) -> None:
        ana_elsewhere = on(self.ana, "supervisor")
        need = Need("case-1", "default", "VA", Urgency.URGENT)
        people = [on(self.tom), on(self.ben), ana_elsewhere]
        found = match(need, "primary", people, 2, NOW, LIMITS, shipped())
        assert picked(found) == ["ben", "tom"]
        assert "half of a team: 1 of 2" in found.picks[0].because
        assert any(reason.startswith("rule not verified: Va. Code 54.1-3521") for reason in found.picks[1].because)
        only_tom = match(need, "primary", [on(self.tom), ana_elsewhere], 2, NOW, LIMITS, shipped())
        assert not only_tom.picks

    def test_a_title_of_another_state_is_not_a_title_of_this_one(self) -> None:
        found = ask([responder("kim", "DCR"), self.ben], "VA")
        assert picked(found) == []
        supervised = ask([responder("kim", "DCR"), self.ben, self.ana], "VA", people=2)
        reasons = next(p.because for p in (*supervised.picks, *supervised.others) if p.person == "kim")
        assert "rule not verified: DCR is not in the VA rule pack, so never alone" in reasons

    def test_a_trainee_does_not_race_somebody_who_is_a_whole_team(self) -> None:
        assert picked(ask([self.ana, self.tom], "VA")) == ["ana"]

    def test_a_trainee_is_asked_while_a_qmhp_has_an_open_page(self) -> None:
        found = ask([self.ana, self.ben, self.tom], "VA", paged=frozenset({"ben"}), with_people=frozenset())
        assert picked(found) == ["ana", "ben"]
        without_ana = replace(on(self.ana, "supervisor"), standing=Standing(open_cases=1))
        need = Need("case-1", "default", "VA", Urgency.URGENT, paged=frozenset({"ben"}), asked=frozenset({"ben"}))
        late = match(need, "primary", [on(self.ben), on(self.tom), without_ana], 1, NOW, LIMITS, shipped())
        assert picked(late) == ["tom"]
        assert "half of a team: 1 of 2" in late.picks[0].because

    def test_policy_may_ask_for_more_people_than_the_states_team_has(self) -> None:
        need = Need("case-1", "default", "VA", Urgency.URGENT, people=3)
        three = [on(self.ben), on(self.tom), on(self.ana)]
        assert not team_mix(need, three[:2], NOW, LIMITS, shipped()).complete
        assert team_mix(need, three, NOW, LIMITS, shipped()).complete


def test_nobody_supervises_themselves() -> None:
    text = PACK.replace("kind: associate, alone: []", "kind: qualified, alone: [phone, mobile]")
    packs = RulePacks((read(text, "mt.yaml"),))
    need = Need("case-1", "default", "MT", Urgency.URGENT, mode=Mode.PHONE)
    one, other = on(responder("one", "BHA", state="MT")), on(responder("other", "BHA", state="MT"))
    assert not match(need, "primary", [one], 1, NOW, LIMITS, packs).picks
    assert picked(match(need, "primary", [one, other], 2, NOW, LIMITS, packs)) == ["one", "other"]
    assert read(text, "mt.yaml").titles["bha"].applied.alone == {Mode.PHONE}, "not verified, so no visit alone"


def test_oregon_and_georgia_send_two_even_where_one_is_licensed() -> None:
    for state in ("OR", "GA"):
        doc, peer = (
            responder("doc", "LCSW", state=state),
            responder("pia", "PSS" if state == "OR" else "CPS", state=state),
        )
        need = Need("case-1", "default", state, Urgency.URGENT)
        assert not team_mix(need, [on(doc)], NOW, LIMITS, shipped()).complete
        assert team_mix(need, [on(doc), on(peer)], NOW, LIMITS, shipped()).complete
        assert picked(ask([doc, peer], state)) == ["doc", "pia"]


def test_a_low_confidence_rule_asks_for_a_licensed_person_within_reach() -> None:
    found = ask([responder("q", "QMHP", state="KY")], "KY", Mode.PHONE)
    assert found.skips[0].filter == "supervision"
    bha = read(PACK, "mt.yaml").titles["bha"].applied
    assert (bha.supervision, bha.alone) == (Supervision.QUALIFIED, frozenset())


def test_a_state_without_a_pack_says_so_in_the_reasons() -> None:
    found = ask([responder("m", "LCPC", state="MT")], "MT", count=1)
    assert "rule not verified: no rule pack for MT" in found.picks[0].because


def test_the_latest_pack_in_force_counts() -> None:
    old = read(PACK, "mt.yaml")
    new = replace(old, effective=date(2027, 1, 1))
    packs = RulePacks((new, old))
    assert packs.of("MT", date(2026, 6, 1)) is old
    assert packs.of("MT", date(2027, 6, 1)) is new
    assert packs.of("MT", date(2025, 6, 1)) is None


@pytest.mark.parametrize(
    ("was", "now", "line", "says"),
    [
        ("kind: associate, alone: []", "kind: peer, alone: [phone]", 5, "a peer never responds alone"),
        ("titles: [BHA]", "titles: [lcpc]", 5, "lcpc has a rule already"),
        ("kind: licensed", "kind: doctor", 4, "must be licensed"),
        (", unsure: all of it", "", 5, "say in `unsure` what is not known"),
        ("state: MT", "state: Montana", 1, "must be the state's letters"),
        ("2026-01-01", "soon", 2, "must be a date"),
    ],
)
def test_a_fault_names_file_and_line(was: str, now: str, line: int, says: str) -> None:
    assert was in PACK
    with pytest.raises(InvalidFile) as caught:
        read(PACK.replace(was, now), "mt.yaml")
    assert (f"mt.yaml:{line}", True) in [(f.field, says in f.problem) for f in caught.value.faults]


@pytest.mark.parametrize(
    ("state", "title", "kind", "supervision", "confidence"),
    [
        ("VA", "QMHP", "qualified", "licensed", "high"),
        ("VA", "QMHP-T", "trainee", "named", "medium"),
        ("VA", "Certified Pre-Screener", "qualified", "none", "high"),
        ("OR", "QMHP", "qualified", "none", "medium"),
        ("OR", "QMHP (Youth Authority)", "qualified", "qualified", "medium"),
        ("OR", "QMHA", "associate", "qualified", "high"),
        ("TX", "QMHP-CS", "qualified", "licensed", "high"),
        ("TX", "CSSP", "peer", "licensed", "high"),
        ("IL", "QMHP", "qualified", "licensed", "medium"),
        ("IL", "MHP", "associate", "qualified", "high"),
        ("IL", "RSA", "associate", "licensed", "low"),
        ("MO", "QMHP", "qualified", "licensed", "low"),
        ("NV", "QMHP", "qualified", "licensed", "medium"),
        ("NV", "QBA", "associate", "qualified", "medium"),
        ("KS", "QMHP", "licensed", "none", "medium"),
        ("SD", "QMHP", "licensed", "none", "medium"),
        ("KY", "QMHP", "qualified", "licensed", "low"),
        ("WA", "MHP", "qualified", "none", "medium"),
        ("WA", "DCR", "qualified", "qualified", "medium"),
        ("NC", "QP", "qualified", "none", "medium"),
        ("NC", "AP", "associate", "qualified", "medium"),
        ("OH", "QBHS", "associate", "licensed", "medium"),
        ("GA", "LCSW", "licensed", "none", "high"),
        ("GA", "PP", "associate", "licensed", "high"),
        ("IA", "LISW", "licensed", "none", "high"),
    ],
)
def test_each_title_as_its_state_has_it(state: str, title: str, kind: str, supervision: str, confidence: str) -> None:
    pack = shipped().of(state, date(2026, 11, 22))
    assert pack is not None
    rule = pack.titles[title.casefold()]
    assert (rule.kind, rule.supervision, rule.source.confidence) == (kind, supervision, confidence)


@pytest.mark.parametrize(
    ("state", "title", "years", "hours"),
    [
        ("VA", "QMHP", 1, 8),
        ("OR", "QMHP (Youth Authority)", 2, 5),
        ("SD", "QMHP", 4, None),
        ("WA", "DCR", 1, None),
    ],
)
def test_what_each_renewal_asks(state: str, title: str, years: int, hours: float | None) -> None:
    pack = shipped().of(state, date(2026, 11, 22))
    assert pack is not None
    found = pack.renewals[title.casefold()]
    assert (found.years, found.hours) == (years, hours)

"""A pass over many cases answers what each case alone would be answered, with the pages it has made so far."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.matching import Candidate, Need, Pool, match
from dispatch.rulepackfile import shipped
from tests.people.example import LIMITS, NOW
from tests.people.test_match_properties import layers, needs, pools


def also_asked(who: list[Candidate], person: str, rank: int) -> list[Candidate]:
    """The same people after `person` got one more page, spelled out by hand (it is day)."""

    def with_page(one: Candidate) -> Candidate:
        open_pages = (*one.standing.open_page_ranks, rank)
        standing = replace(one.standing, open_page_ranks=open_pages, last_paged_at=NOW, excused_once=False)
        return replace(one, standing=standing)

    return [with_page(one) if one.responder.id == person else one for one in who]


@settings(max_examples=120, deadline=None)
@given(pools(), st.lists(st.tuples(needs, layers), min_size=1, max_size=6))
def test_each_match_of_a_pass_is_what_it_would_be_alone(who: list[Candidate], cases: list[tuple[Need, str]]) -> None:
    rules = shipped()
    pool = Pool(who, NOW, LIMITS, rules)
    # Cases that need the same share what was found of people, so each is asked twice.
    for need, layer in (*cases, *cases):
        together = pool.match(need, layer, 1)
        alone = match(need, layer, who, 1, NOW, LIMITS, rules)
        assert (together.picks, together.others) == (alone.picks, alone.others)
        assert sorted(together.skips) == sorted(alone.skips)
        for pick in together.picks:
            pool.asked(pick.person, need.urgency)
            who = also_asked(who, pick.person, need.urgency.rank)

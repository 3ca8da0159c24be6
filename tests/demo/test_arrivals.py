"""Drawn arrivals keep to their figures, and every contact made of one is one the service takes."""

from __future__ import annotations

import math
import random
import statistics
from collections import Counter
from datetime import timedelta
from itertools import islice, takewhile

import pytest

from dispatch.api.schemas.contact import ContactIn
from dispatch.clock import ManualClock
from dispatch.contact import check
from dispatch.demo import arrivals, contacts, figures
from dispatch.demo.habits import ANSWERS
from dispatch.demo.kinds import KINDS
from dispatch.disposition import Disposition
from dispatch.errors import InvalidFile
from protocols.engine import score
from protocols.loader import Library

SHIPPED = figures.shipped()
WEEK = timedelta(days=7)


def test_every_figure_says_where_it_comes_from() -> None:
    assert set(SHIPPED.origins) >= {"per_hour", "reached", "end_points", "kinds", "travel_minutes"}
    with pytest.raises(InvalidFile, match=r"figures\.yaml: per_hour needs a value, and one of source and assumption"):
        figures.read("per_hour: {value: 4}", "figures.yaml")


def test_the_same_seed_draws_the_same_arrivals() -> None:
    first, again, other = (list(islice(arrivals.draw(SHIPPED, seed), 200)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_week_holds_as_many_as_the_figures_say() -> None:
    ends = arrivals.FIRST + WEEK * 8
    drawn = list(takewhile(lambda a: a.at < ends, arrivals.draw(SHIPPED, 7)))
    moments = [arrivals.FIRST + timedelta(minutes=5 * n) for n in range(12 * 24 * 7 * 8)]
    expected = sum(arrivals.rate(SHIPPED, at, arrivals.FIRST) for at in moments) / 12
    # Four standard deviations of a Poisson count.
    assert abs(len(drawn) - expected) < 4 * expected**0.5


def test_kinds_come_as_often_as_their_shares() -> None:
    drawn = Counter(arrival.kind for arrival in islice(arrivals.draw(SHIPPED, 7), 4000))
    whole = sum(SHIPPED.kinds.values())
    for kind, share in SHIPPED.kinds.items():
        assert drawn[kind] / 4000 == pytest.approx(share / whole, abs=0.03)


def test_hours_of_the_day_are_as_busy_as_the_figures_say() -> None:
    ends = arrivals.FIRST + WEEK * 20
    drawn = Counter(a.at.hour for a in takewhile(lambda a: a.at < ends, arrivals.draw(SHIPPED, 7)))
    moments = [arrivals.FIRST + timedelta(minutes=5 * n) for n in range(12 * 24 * 7 * 20)]
    expected = dict.fromkeys(range(24), 0.0)
    for at in moments:
        expected[at.hour] += arrivals.rate(SHIPPED, at, arrivals.FIRST) / 12
    chi = sum((drawn[hour] - expected[hour]) ** 2 / expected[hour] for hour in range(24))
    # Of chi squared with 24 degrees of freedom 999 in 1,000 stay below this.
    assert chi < 51.2


def test_a_surge_is_as_much_busier_as_the_figures_say() -> None:
    ends = arrivals.FIRST + WEEK * 20
    drawn = list(takewhile(lambda a: a.at < ends, arrivals.draw(SHIPPED, 7)))
    within = [a for a in drawn if arrivals.surging(SHIPPED.surge, a.at - arrivals.FIRST)]
    share = SHIPPED.surge.minutes / (SHIPPED.surge.every_hours * 60)
    busier = (len(within) / share) / ((len(drawn) - len(within)) / (1 - share))
    assert busier == pytest.approx(SHIPPED.surge.factor, rel=0.1)


@pytest.mark.parametrize("name", ["travel_minutes", "on_scene_minutes", "telephone_minutes", "answer_seconds"])
def test_spans_have_the_mean_and_the_spread_of_their_figure(name: str) -> None:
    drawn, spread = random.Random(7), getattr(SHIPPED, name)
    spans = [spread.draw(drawn) for _ in range(5000)]
    assert min(spans) > 0
    assert statistics.fmean(spans) == pytest.approx(spread.mean, rel=0.04)
    assert statistics.stdev(map(math.log, spans)) == pytest.approx(spread.spread, rel=0.04)


@pytest.mark.parametrize("name", ["end_points", "answers"])
def test_ends_and_answers_come_as_often_as_their_shares(name: str) -> None:
    drawn, shares = random.Random(7), getattr(SHIPPED, name)
    found = Counter(figures.pick(shares, drawn) for _ in range(5000))
    whole = sum(shares.values())
    for one, share in shares.items():
        assert found[one] / 5000 == pytest.approx(share / whole, abs=0.02)


def test_every_end_point_is_a_disposition_and_every_answer_a_habit() -> None:
    assert set(SHIPPED.end_points) <= {one.value for one in Disposition}
    assert set(SHIPPED.answers) == set(ANSWERS)


def test_speed_moves_arrivals_and_waiting_moves_them_all() -> None:
    first, later = islice(arrivals.draw(SHIPPED, 7), 2)
    pace = arrivals.Pace(speed=60.0, began=first.at, since=100.0)
    gap = (later.at - first.at).total_seconds() / 60
    assert pace.due(first) == 100.0
    assert pace.due(later) == pytest.approx(100.0 + gap)
    assert pace.at(pace.due(later)) - later.at < timedelta(milliseconds=1)
    pace.held += 5.0
    assert pace.due(later) == pytest.approx(105.0 + gap)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_makes_a_contact_the_service_takes(kind: str) -> None:
    now, library = ManualClock().now(), Library.shipped()
    for seed in range(60):
        body = ContactIn.model_validate(contacts.body(kind, random.Random(seed), "Recorded"))
        draft = body.draft()
        check(draft.contact, now)
        for given in draft.assessments:
            assert not score(library.get(given.protocol), given.answers).incomplete


def test_everything_a_person_could_read_is_marked() -> None:
    for kind in KINDS:
        body = contacts.body(kind, random.Random(1), "Recorded")
        assert body["narrative"].startswith("DEMO.")
        assert "DEMO" in body.get("person", {}).get("name", "DEMO")
        number = body.get("person", {}).get("phone", {}).get("number", "+12025550150")
        assert "+12025550150" <= number <= "+12025550199"

"""Drawn arrivals keep to their figures, and every contact made of one is one the service takes."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from itertools import islice, takewhile

import pytest

from dispatch.api.schemas.contact import ContactIn
from dispatch.clock import ManualClock
from dispatch.contact import check
from dispatch.demo import arrivals, contacts, figures
from dispatch.demo.kinds import KINDS
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

"""What was not answered: never a "no", never a lower result, and never guessed."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.engine import score
from protocols.model import Protocol
from tests.protocols.interviews import LIBRARY, PROTOCOLS, Answers, complete, completions, item_of, real_answers

every_protocol = pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.id)


def place(protocol: Protocol, band: str | None) -> int:
    return [each.id for each in protocol.bands].index(band or "")


@every_protocol
@given(data=st.data())
def test_a_worse_answer_never_lowers_the_band(protocol: Protocol, data: st.DataObject) -> None:
    assert protocol.definition.monotonic is True
    before = data.draw(complete(protocol))
    item = data.draw(st.sampled_from(sorted(before)))
    values = real_answers(protocol, item_of(protocol, item))
    worse = data.draw(st.sampled_from(values[values.index(before[item]) :]))
    after = data.draw(complete(protocol, {**before, item: worse}))
    low, high = score(protocol, before), score(protocol, after)
    assert place(protocol, low.band) <= place(protocol, high.band)


@every_protocol
@given(data=st.data())
def test_the_truth_lies_between_floor_and_ceiling_whatever_is_left_out(protocol: Protocol, data: st.DataObject) -> None:
    truth = data.draw(complete(protocol))
    gaps = data.draw(st.dictionaries(st.sampled_from(sorted(truth)), st.sampled_from(["unable", None]), min_size=1))
    result = score(protocol, {**truth, **gaps})
    real = place(protocol, score(protocol, truth).band)
    assert place(protocol, result.floor) <= real <= place(protocol, result.ceiling)
    assert result.incomplete
    assert set(result.missing) <= set(gaps) | {item.id for item in protocol.definition.items if item.ask is not None}


@every_protocol
@given(data=st.data())
def test_floor_and_ceiling_are_exactly_the_extremes_of_all_completions(protocol: Protocol, data: st.DataObject) -> None:
    truth = data.draw(complete(protocol))
    hidden = data.draw(st.sets(st.sampled_from(sorted(truth)), min_size=1, max_size=3))
    answers: Answers = {item: answer for item, answer in truth.items() if item not in hidden}
    bands = [place(protocol, score(protocol, each).band) for each in completions(protocol, answers)]
    result = score(protocol, answers)
    assert (place(protocol, result.floor), place(protocol, result.ceiling)) == (min(bands), max(bands))


@every_protocol
def test_nothing_answered_means_nothing_known(protocol: Protocol) -> None:
    result = score(protocol, {})
    assert result.band is None
    assert (result.floor, result.ceiling) == (protocol.bands[0].id, protocol.bands[-1].id)
    assert result.incomplete
    assert all(flag in ("unknown", False) for flag in result.flags.values())
    assert result.because == tuple(f"{item} = not asked" for item in result.missing)


@every_protocol
def test_refusing_everything_is_never_the_reassuring_band(protocol: Protocol) -> None:
    result = score(protocol, dict.fromkeys([i.id for i in protocol.definition.items if i.ask is None], "refused"))
    assert result.band != protocol.bands[0].id
    assert result.ceiling == protocol.bands[-1].id


def test_refused_unable_not_asked_and_forbidden_are_told_apart() -> None:
    cssrs = LIBRARY.get("cssrs-screener")
    result = score(cssrs, {"q1": "refused", "q2": "no", "q6": "unable"})
    assert result.because == ("q1 = refused", "q6 = unable")
    assert result.missing == ("q1", "q6")
    assert score(cssrs, {"q2": "no"}).because == ("q1 = not asked", "q6 = not asked")


def test_one_open_answer_in_phq_9_costs_two_readings_and_not_every_completion() -> None:
    # Nine gaps have 262,144 completions; trying them all would hold up a queue for minutes.
    phq = LIBRARY.get("phq-9")
    for answers in product([None, "refused"], repeat=2):
        result = score(phq, dict(zip(("q1", "q9"), answers, strict=True)))
        assert (result.floor, result.ceiling) == ("minimal", "severe")


@pytest.mark.parametrize("protocol_id", ["uk-mhts", "vic-mhts"])
def test_no_code_may_still_be_the_most_urgent(protocol_id: str) -> None:
    result = score(LIBRARY.get(protocol_id), {"code": None})
    assert (result.floor, result.ceiling) == ("G", "A")


@given(items=st.lists(st.one_of(st.integers(0, 3), st.none()), min_size=9, max_size=9))
def test_up_to_two_phq_9_gaps_take_the_mean_of_the_rest(items: list[int | None]) -> None:
    answered = [value for value in items if value is not None]
    result = score(LIBRARY.get("phq-9"), {f"q{place}": value for place, value in enumerate(items, 1)})
    if len(answered) < 7:
        assert (result.score, result.band) == (None, None)
    else:
        assert result.score == pytest.approx(sum(answered) * 9 / len(answered))
        assert place(LIBRARY.get("phq-9"), result.floor) <= place(LIBRARY.get("phq-9"), result.band)
        assert place(LIBRARY.get("phq-9"), result.band) <= place(LIBRARY.get("phq-9"), result.ceiling)

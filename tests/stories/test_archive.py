"""An assessment is scored again with the file that was in force, whatever has become of the library since."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from dispatch.errors import UnknownProtocol
from dispatch.flow import answers, assessing
from dispatch.flow.instruments import Instruments
from dispatch.store import schema
from protocols.engine import score
from protocols.loader import Library
from tests.stories.places import everywhere
from tests.stories.world import ANSWERS, OPERATOR, SECOND_OPERATOR, World

pytestmark = pytest.mark.story


def test_a_result_is_scored_again_with_its_own_file_after_the_library_has_lost_it(world: World, tmp_path: Path) -> None:
    case = world.log("soon")
    world.ana.expect_sms("CRISIS PAGE")
    (row,) = world.rows(schema.assessments, case_id=case.id)
    empty = Library((tmp_path,))
    later = dataclasses.replace(world.svc, library=empty, instruments=Instruments(empty))
    with pytest.raises(UnknownProtocol):
        empty.at_hash(row.content_hash)
    with later.record.read() as conn:
        file = later.instruments.at_hash(conn, row.content_hash)
    assert (file.id, file.version, file.hash) == (row.protocol, row.version_of, row.content_hash)
    assert score(file, ANSWERS["soon"]).band == row.band
    assert [result.band for result in assessing.results_of(later, case.id)] == [row.band]


def test_every_later_result_of_a_case_is_kept_beside_the_first(world: World) -> None:
    case = world.log("soon")
    world.ana.expect_sms("CRISIS PAGE", "SOON")
    world.do(assessing.assess, OPERATOR, case.id, answers.Given("cssrs-screener", ANSWERS["very_urgent"]))
    world.ben.expect_sms("CRISIS PAGE", "VERY URGENT")
    kept = [(row.band, row.standing) for row in world.rows(schema.assessments, case_id=case.id)]
    assert sorted(kept) == [("high", "counts"), ("low", "counts")]


@everywhere
def test_a_result_scored_at_the_same_moment_is_known_to_the_one_that_comes_second(world: World) -> None:
    """Else a lower one would count beside the higher, and nobody could ever confirm it."""
    case = world.log("soon", settle=False)
    calls = []

    def new_id() -> str:
        calls.append(1)
        if len(calls) == 1:
            assessing.assess(OPERATOR, world.svc, case.id, answers.Given("cssrs-screener", ANSWERS["very_urgent"]))
        return world.svc.new_id()

    slow = dataclasses.replace(world.svc, new_id=new_id)
    done = assessing.assess(SECOND_OPERATOR, slow, case.id, answers.Given("cssrs-screener", ANSWERS["urgent"]))
    assert not done.counts
    kept = [(row.band, row.standing) for row in world.rows(schema.assessments, case_id=case.id)]
    assert sorted(kept) == [("high", "counts"), ("low", "counts"), ("moderate", "proposed")]
    world.settle()
    world.ana.expect_sms("CRISIS PAGE", "VERY URGENT")

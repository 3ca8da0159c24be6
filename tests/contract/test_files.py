"""The files a site writes, as the contract shows them."""

from __future__ import annotations

from dispatch import policyfile, rosterfile
from dispatch.access import system
from dispatch.flow import people
from dispatch.ladder import timeline
from dispatch.priority import Urgency
from dispatch.rosterexport import write
from protocols.loader import Library
from tests.api.conftest import Api
from tests.contract.examples import block


def test_the_roster_example_reads_and_comes_back_the_same() -> None:
    once = rosterfile.read(block("# roster.yaml"))
    assert rosterfile.read(write(once)) == once
    assert {p.id for p in once.people} == {"ana", "ben", "tom", "dee"}


def test_importing_the_roster_example_twice_changes_nothing(api: Api) -> None:
    text = block("# roster.yaml")
    people.import_roster(system("test"), api.svc, text)
    assert people.import_roster(system("test"), api.svc, text).nothing


def test_the_policy_example_is_taken_over_the_default() -> None:
    bands = {p.id: [b.id for b in p.bands] for p in Library.shipped()}
    policy = policyfile.parse(block("# policy.yaml"), "policy.yaml", policyfile.default(), bands)
    assert set(policy.ladders) == set(Urgency)
    lines = timeline(policy.ladders[Urgency.VERY_URGENT])
    assert [line.split()[1 if line.startswith("+ ") else 0].lstrip("+") for line in lines] == [
        "0s",
        "2m",
        "4m",
        "7m",
        "9m",
    ]

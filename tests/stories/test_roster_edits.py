"""Rosters and policies are changed by several people, and not every change succeeds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dispatch.errors import InvalidInput
from dispatch.flow import people, rostering
from dispatch.responder import Responder
from dispatch.rosterfile import Person
from dispatch.store import schema
from tests.stories.places import everywhere
from tests.stories.world import COORDINATOR, SYSTEM, World

pytestmark = pytest.mark.story


@everywhere
def test_two_edits_of_one_person_at_the_same_moment_both_count(world: World) -> None:
    both = threading.Barrier(2, timeout=10)
    met = threading.local()

    def together() -> None:
        if not getattr(met, "once", False):
            met.once = True
            both.wait()

    def edit(anew: Callable[[Responder], Responder]) -> None:
        def change(before: Person) -> Person:
            together()
            return replace(before, responder=anew(before.responder))

        rostering.change_person(COORDINATOR, world.svc, "ana", change)

    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(edit, lambda who: replace(who, capacity=3))
        other = threads.submit(edit, lambda who: replace(who, gender="female"))
        one.result(30)
        other.result(30)
    (ana,) = world.rows(schema.people, id="ana")
    assert (ana.capacity, ana.gender) == (3, "female")


def test_a_policy_that_was_rolled_back_is_never_kept_for_the_next_one(world: World) -> None:
    with world.svc.record.write() as conn:
        conn.execute(text("CREATE TRIGGER no BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END"))
    with pytest.raises(IntegrityError):
        world.policy("receipt: 30s")
    with world.svc.record.write() as conn:
        conn.execute(text("DROP TRIGGER no"))
    world.policy("receipt: 90s")
    with world.svc.record.read() as conn:
        assert world.svc.rosters.team(conn, "default").policy.receipt == timedelta(seconds=90)


def test_a_policy_for_a_team_that_is_not_there_is_refused(world: World) -> None:
    with pytest.raises(InvalidInput, match="There is no team 'nowhere'"):
        people.set_policy(SYSTEM, world.svc, "nowhere", "team: nowhere\n")

"""Closed cases are deleted after a while, and what speaks of them with them; the ledger stays whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Table, func, select

from dispatch.demo.tidy import tidy
from dispatch.disposition import Disposition
from dispatch.flow import work
from dispatch.store import ledger, schema
from tests.stories.world import COORDINATOR, World

pytestmark = pytest.mark.story

HALF_AN_HOUR = timedelta(minutes=30)


def count(world: World, table: Table) -> int:
    with world.svc.record.read() as conn:
        return conn.scalar(select(func.count()).select_from(table)) or 0


def test_a_closed_case_goes_after_half_an_hour_and_an_open_one_stays(world: World) -> None:
    closed = world.log("soon")
    world.ana.expect_sms(closed.code).reply("1").expect_sms("You have").reply("6").expect_sms("reached")
    world.do(work.close, COORDINATOR, closed.id, Disposition.DE_ESCALATED, "a note about it")
    world.ana.expect_sms("is closed")
    kept = world.log("soon")
    world.ben.expect_sms(kept.code).reply("1").expect_sms("You have").reply("6").expect_sms("reached")
    assert tidy(world.svc, HALF_AN_HOUR) == 0
    keys = count(world, schema.data_keys)
    world.forward(minutes=31)
    world.ben.expect_sms("check-in").reply("OK").expect_sms("Noted")

    assert tidy(world.svc, HALF_AN_HOUR) == 1
    assert count(world, schema.cases) == count(world, schema.contacts) == count(world, schema.codes) == 1
    assert count(world, schema.assessments) == 1
    assert count(world, schema.notes) == 0
    assert count(world, schema.data_keys) < keys
    assert world.state(kept) == "engaged"
    with world.svc.record.read() as conn:
        assert ledger.verify(conn) is None
        spoken = set(conn.scalars(select(schema.ledger.c.case_id)))
    assert closed.id in spoken
    assert tidy(world.svc, HALF_AN_HOUR) == 0

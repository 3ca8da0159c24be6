"""Every open row has exactly one clock; one that lost it, whatever did that, gets it back."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from dispatch.alarm import Kind
from dispatch.case import Line
from dispatch.flow import service_alarms, sweeping, work
from dispatch.flow.work import EmergencyCall
from dispatch.store import schema
from dispatch.store.casefiles import Told
from tests.stories.world import OPERATOR, SYSTEM, World

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"


def test_whatever_lost_its_clock_gets_it_back(world: World) -> None:
    case = world.log("very_urgent", line=Line.LOST)
    world.ana.expect_sms(PAGE, case.code)
    world.do(work.emergency, OPERATOR, case.id, EmergencyCall("op1", "county"))
    world.forward(minutes=12)
    for who in (world.ana, world.ben, world.cam, world.dan, world.eve, world.dee, world.kim):
        heard(world, who)
    with world.svc.record.write() as conn:
        service_alarms.open_for(
            world.svc, conn, Told(), ["default"], Kind.COVERAGE, "gap", world.clock.now(), "system:story"
        )
    clocks = world.rows(schema.deadlines)
    kinds = {row.owner_kind for row in clocks}
    assert kinds == {"case", "escalation", "page", "alarm", "recontact", "emergency"}
    with world.svc.record.write() as conn:
        conn.execute(delete(schema.deadlines))
    assert sweeping.sweep(SYSTEM, world.svc)["clockless"] == 2, "one case, and an alarm about none"
    assert {row.owner_id for row in world.rows(schema.deadlines)} == {row.owner_id for row in clocks}
    assert sweeping.sweep(SYSTEM, world.svc)["clockless"] == 0
    world.settle()
    for who in (world.ana, world.ben, world.cam, world.dan, world.eve, world.dee, world.kim):
        heard(world, who)
    assert len(world.rows(schema.deadlines)) == len({row.owner_id for row in world.rows(schema.deadlines)})


def heard(world: World, who: object) -> None:
    """What the long ladder said on the way is no matter of this story."""
    network = world.telephony.phones.server.network
    world.telephony.phones.expected.update([*network.messages, *network.calls])

"""Credentials that run out: who is told, when, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dispatch.access import system
from dispatch.credential import Credential
from dispatch.flow import expiries, rostering
from dispatch.rosterfile import Person
from dispatch.store import schema
from tests.stories.places import everywhere
from tests.stories.world import SYSTEM, World

pytestmark = pytest.mark.story

SWEEPER = system("sweeper")
#: The stories begin on 6 January 2026.
LAST_DAY = date(2026, 4, 6)


def credentials(world: World, person: str, *held: Credential) -> None:
    def change(before: Person) -> Person:
        return replace(before, responder=replace(before.responder, credentials=held))

    rostering.change_person(SYSTEM, world.svc, person, change)


def lmhp(expires: date) -> Credential:
    return Credential("VA", "LMHP", expires=expires)


def look(world: World) -> int:
    said = expiries.warn(SWEEPER, world.svc)
    world.settle()
    return said


def days(world: World, count: int) -> None:
    """So many days pass, each with a few looks of the sweeper by day."""
    for _ in range(count):
        world.forward(hours=24)
        for _ in range(2):
            look(world)


@everywhere
def test_ninety_thirty_and_seven_days_before_each_once_and_the_last_week_rings(world: World) -> None:
    credentials(world, "ana", lmhp(LAST_DAY))
    assert look(world) == 1
    world.ana.expect_sms("runs out within 90 days")
    days(world, 59)
    assert look(world) == 0
    days(world, 1)
    world.ana.expect_sms("runs out within 30 days")
    days(world, 22)
    assert world.ringing() == []
    days(world, 1)
    world.ana.expect_sms("runs out within 7 days")
    world.kim.expect_sms("ALARM", "a credential of ana runs out within days")
    assert world.ringing() == ["expiring"]


def test_already_expired_while_on_the_roster(world: World) -> None:
    credentials(world, "ana", lmhp(date(2026, 1, 5)))
    look(world)
    world.ana.expect_sms("has run out", "not paged")
    world.kim.expect_sms("ALARM", "a credential of ana")
    world.forward(hours=1)
    assert look(world) == 0


def test_who_is_on_no_shift_is_told_and_nobody_is_rung(world: World) -> None:
    world.staff("ben")
    credentials(world, "ana", lmhp(date(2026, 1, 5)))
    look(world)
    world.ana.expect_sms("has run out")
    assert world.ringing() == []


def test_a_renewal_ends_it_and_the_alarm(world: World) -> None:
    credentials(world, "ana", lmhp(date(2026, 1, 10)))
    look(world)
    world.ana.expect_sms("within 7 days")
    world.kim.expect_sms("a credential of ana")
    credentials(world, "ana", lmhp(date(2028, 1, 10)))
    assert look(world) == 0
    assert world.ringing() == []
    days(world, 10)


def test_nobody_is_told_at_night(world: World) -> None:
    world.forward(hours=10)
    credentials(world, "ana", lmhp(date(2026, 1, 10)))
    assert look(world) == 0
    world.forward(hours=11)
    assert look(world) == 0
    world.forward(hours=1)
    assert look(world) == 1
    world.ana.expect_sms("within 7 days")
    world.kim.expect_sms("a credential of ana")


def test_a_supervisors_expiry_is_told_to_their_trainees_too(world: World) -> None:
    credentials(world, "ben", Credential("VA", "QMHP-T", expires=date(2028, 1, 1), supervisor="dee"))
    credentials(world, "dee", lmhp(date(2026, 2, 1)))
    assert look(world) == 2
    world.dee.expect_sms("within 30 days")
    world.ben.expect_sms("a credential of dee, who supervises you, runs out soon")
    assert look(world) == 0
    keys = [row.key for row in world.rows(schema.notices)]
    assert all("LMHP" not in key for key in keys)

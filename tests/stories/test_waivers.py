"""A credential that has lapsed, and a named person who lets somebody go all the same: with a reason and an alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dispatch.access import Actor, Role
from dispatch.case import Case
from dispatch.credential import Credential
from dispatch.disposition import Disposition
from dispatch.errors import InvalidInput, NotAllowed, NotFound, Refused
from dispatch.flow import looks, rostering, waivers, work
from dispatch.rosterfile import Person
from dispatch.store import schema
from tests.stories.places import everywhere
from tests.stories.world import COORDINATOR, SUPERVISOR, SYSTEM, World

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"
WHY = "nobody else within an hour, renewal is in the post"
LAPSED = date(2026, 1, 5)


def credential(world: World, person: str, **fields: Any) -> None:
    """This person has one credential, an LMHP of Virginia but for these fields."""
    one = Credential(**{"state": "VA", "title": "LMHP", "expires": date(2027, 6, 30), **fields})

    def change(before: Person) -> Person:
        return replace(before, responder=replace(before.responder, credentials=(one,)))

    rostering.change_person(SYSTEM, world.svc, person, change)


def nobody_counts(world: World, **fields: Any) -> Case:
    """A case for which only Ana is on call, and her credential does not count: the coordinator is rung at once."""
    world.staff("ana")
    credential(world, "ana", **(fields or {"expires": LAPSED}))
    case = world.log("soon")
    world.kim.expect_sms("ALARM", "nobody has taken", case.code).expect_call("nobody has taken")
    return case


@everywhere
def test_a_waiver_has_the_person_asked_at_once_and_rings_the_coordinator(world: World) -> None:
    case = nobody_counts(world)
    world.do(waivers.waive, SUPERVISOR, case.id, "ana", WHY)
    world.kim.expect_sms("ALARM", "ana works on", case.code, "by a waiver")
    world.ana.expect_sms(PAGE, case.code).expect_call("Crisis page").reply("1").expect_sms("You have", case.code)
    assert world.owners(case) == ("ana",)
    (page,) = world.file(case.id).pages
    assert "credential waived by dee" in page.because
    assert world.ringing(case) == ["waiver"]
    (line,) = [one for one in looks.timeline(COORDINATOR, world.svc, case.id) if one.kind == "waived"]
    assert (line.by.id, line.data["person"], line.text) == ("dee", "ana", WHY)
    (shown,) = looks.case(COORDINATOR, world.svc, case.id).waivers
    assert (shown.person.id, shown.by.id, shown.reason, shown.ended_at) == ("ana", "dee", WHY, None)
    assert WHY not in str(world.history(case, "waived")), "what somebody wrote stays out of the ledger"


def test_a_waiver_is_of_one_case_alone(world: World) -> None:
    case = nobody_counts(world)
    world.do(waivers.waive, COORDINATOR, case.id, "ana", WHY)
    world.kim.expect_sms("by a waiver")
    world.ana.expect_sms(PAGE, case.code).expect_call("Crisis page").reply("2").expect_sms("declined")
    other = world.log("soon")
    world.kim.expect_sms("nobody has taken", other.code).expect_call("nobody has taken")
    assert world.file(other.id).pages == ()


def test_a_waiver_ended_by_name_is_over_and_closing_ends_the_rest(world: World) -> None:
    case = nobody_counts(world)
    id_ = world.do(waivers.waive, SUPERVISOR, case.id, "ana", WHY)
    world.kim.expect_sms("by a waiver")
    world.ana.expect_sms(PAGE, case.code).expect_call("Crisis page")
    world.do(waivers.end, COORDINATOR, case.id, id_)
    world.do(waivers.end, COORDINATOR, case.id, id_)
    assert len(world.history(case, "waiver_ended")) == 1
    with world.svc.record.read() as conn:
        assert waivers.waived(conn, [case.id]) == {}
    again = world.do(waivers.waive, SUPERVISOR, case.id, "ana", WHY)
    assert again != id_
    with world.svc.record.read() as conn:
        assert waivers.waived(conn, [case.id, "other"]) == {case.id: frozenset({"ana"})}
    world.do(work.close, COORDINATOR, case.id, Disposition.RESOLVED_ON_CALL)
    world.ana.expect_sms(case.code)
    world.do(work.reopen, COORDINATOR, case.id, "they called again")
    world.kim.expect_sms("nobody has taken", case.code).expect_call("nobody has taken")
    with world.svc.record.read() as conn:
        assert waivers.waived(conn, [case.id]) == {}, "none comes back with its case"


def test_the_same_waiver_twice_is_one(world: World) -> None:
    case = nobody_counts(world)
    once = world.do(waivers.waive, SUPERVISOR, case.id, "ana", WHY)
    assert world.do(waivers.waive, COORDINATOR, case.id, "ana", "the same") == once
    world.kim.expect_sms("by a waiver")
    world.ana.expect_sms(PAGE).expect_call("Crisis page")
    assert len(world.rows(schema.waivers)) == 1


@pytest.mark.parametrize("status", ["suspended", "revoked", "surrendered"])
def test_what_an_authority_took_away_is_refused_in_words(world: World, status: str) -> None:
    case = nobody_counts(world, status=status)
    with pytest.raises(Refused, match=f"VA LMHP is {status}: no waiver covers that"):
        waivers.waive(SUPERVISOR, world.svc, case.id, "ana", WHY)
    assert world.rows(schema.waivers) == []


def test_a_licence_suspended_after_the_waiver_stops_the_next_page(world: World) -> None:
    case = nobody_counts(world)
    world.do(waivers.waive, SUPERVISOR, case.id, "ana", WHY)
    world.kim.expect_sms("by a waiver")
    world.ana.expect_sms(PAGE).expect_call("Crisis page")
    credential(world, "ana", status="suspended")
    world.do(work.escalate, COORDINATOR, case.id)
    assert len(world.file(case.id).pages) == 1


def test_nobody_waives_their_own_and_only_leads_waive(world: World) -> None:
    case = nobody_counts(world)
    ana = Actor("ana", frozenset({Role.SUPERVISOR}), person="ana")
    with pytest.raises(NotAllowed, match="their own"):
        waivers.waive(ana, world.svc, case.id, "ana", WHY)
    with pytest.raises(NotAllowed):
        waivers.waive(Actor("ben", frozenset({Role.RESPONDER}), person="ben"), world.svc, case.id, "ana", WHY)


def test_a_waiver_needs_a_reason_a_person_and_something_to_waive(world: World) -> None:
    case = nobody_counts(world)
    for person, reason, field in (("ana", "  ", "reason"), ("nobody", WHY, "person"), ("kim", WHY, "person")):
        with pytest.raises(InvalidInput) as refused:
            waivers.waive(SUPERVISOR, world.svc, case.id, person, reason)
        assert [fault.field for fault in refused.value.faults] == [field]
    with pytest.raises(Refused, match="Nothing has to be waived"):
        waivers.waive(SUPERVISOR, world.svc, case.id, "ben", WHY)
    with pytest.raises(NotFound):
        waivers.end(SUPERVISOR, world.svc, case.id, "none")


def test_a_case_is_not_given_by_name_to_whose_credential_does_not_count(world: World) -> None:
    case = nobody_counts(world)
    with pytest.raises(Refused, match="ana: VA LMHP expired on 2026-01-05"):
        work.assign(SUPERVISOR, world.svc, case.id, "ana")
    assert world.owners(case) == ()
    world.do(waivers.waive, SUPERVISOR, case.id, "ana", WHY)
    world.kim.expect_sms("ALARM", "by a waiver")
    world.ana.expect_sms(PAGE, case.code).expect_call("Crisis page")
    world.do(work.assign, SUPERVISOR, case.id, "ana")
    world.ana.expect_sms(f"{case.code} was given to you")
    assert world.owners(case) == ("ana",)


def test_who_is_full_or_resting_may_be_given_a_case_by_name_and_a_stranger_may_not(world: World) -> None:
    world.staff("ana", "ben")
    first, second = world.log(), world.log()
    world.ana.expect_sms(PAGE).reply(f"1 {first.code}").expect_sms("You have")
    world.ben.expect_sms(PAGE, second.code)
    world.do(work.assign, SUPERVISOR, second.id, "ana")
    world.ana.expect_sms(f"{second.code} was given to you")
    world.ben.expect_sms("is with ana")
    assert world.owners(second) == ("ana",)
    with pytest.raises(InvalidInput, match="person: is nobody of the team"):
        work.assign(SUPERVISOR, world.svc, second.id, "nobody")


def test_a_trainee_who_is_given_a_case_by_name_is_half_a_team(world: World) -> None:
    world.staff("ana", "dee")
    credential(world, "eve", title="QMHP-T", supervisor="dee")
    case = world.log()
    world.ana.expect_sms(PAGE, case.code)
    world.do(work.assign, SUPERVISOR, case.id, "eve")
    world.eve.expect_sms(f"You have {case.code}, first of 2")
    assert world.state(case) != "accepted", "one more is wanted before the team is whole"
    assert world.owners(case) == ("eve",)

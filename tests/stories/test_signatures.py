"""What a trainee assesses goes to their supervisor for signature: it holds up no page, and silence about it rings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dispatch.access import Actor, Role, system
from dispatch.alarm import Kind
from dispatch.case import Case
from dispatch.credential import Credential
from dispatch.disposition import Disposition
from dispatch.errors import InvalidInput, NotAllowed, Refused
from dispatch.flow import answers, assessing, boards, intake, looks, rostering, signatures, sweeping, unsigned, work
from dispatch.flow.unsigned import SignatureView
from dispatch.rosterfile import Person
from dispatch.store import schema
from tests.stories.places import everywhere
from tests.stories.world import ANSWERS, COORDINATOR, SUPERVISOR, SYSTEM, World

pytestmark = pytest.mark.story

BEN = Actor("ben", frozenset({Role.RESPONDER}), person="ben")
CAM = Actor("cam", frozenset({Role.RESPONDER}), person="cam")
AGAIN = answers.Given("cssrs-screener", ANSWERS["very_urgent"])
WHY = "ask once more about the plan"


def title(world: World, person: str, name: str, supervisor: str | None = None) -> None:
    one = Credential("VA", name, expires=date(2027, 6, 30), supervisor=supervisor)

    def change(before: Person) -> Person:
        return replace(before, responder=replace(before.responder, credentials=(one,)))

    rostering.change_person(SYSTEM, world.svc, person, change)


def trained_case(world: World, supervisor: str | None = "dee") -> Case:
    """Ben is in training, and has assessed a case that Ana has."""
    title(world, "ben", "QMHP-T", supervisor)
    case = world.log("urgent")
    world.ana.expect_sms("CRISIS PAGE").reply("1").expect_sms("You have")
    world.do(assessing.assess, BEN, case.id, AGAIN)
    return case


def mine(world: World, actor: Actor = SUPERVISOR) -> SignatureView:
    (one,) = unsigned.waiting(actor, world.svc)
    return one


@everywhere
def test_the_named_supervisor_is_asked_and_signs(world: World) -> None:
    case = trained_case(world)
    world.dee.expect_sms(case.code, "an assessment by ben waits for your signature")
    one = mine(world)
    assert (one.yours, one.may_sign, one.trainee.id, one.state.value) == (True, True, "ben", "asked")
    assert one.assessment is not None
    assert one.assessment.answers == ANSWERS["very_urgent"]
    world.do(signatures.sign_one, SUPERVISOR, one.id)
    assert unsigned.waiting(SUPERVISOR, world.svc) == []
    world.do(work.close, COORDINATOR, case.id, Disposition.DE_ESCALATED)
    world.forward(hours=30)
    assert world.ringing() == []
    events = [e["event"] for e in world.history(case, "signature")]
    assert events == ["asked", "signed"]
    drain(world)


def drain(world: World) -> None:
    """What the case itself rang about is not this story's."""
    for phone in world.telephony.phones.server.network.phones():
        world.telephony.phones.expected.update(text.sid for text in phone.thread)
        world.telephony.phones.expected.update(call.sid for call in phone.calls)


def test_the_page_never_waits_for_the_signature(world: World) -> None:
    """A trainee who logs the contact has it paged at once, on their own result."""
    title(world, "ben", "QMHP-T", "dee")
    operator = Actor("op1", frozenset({Role.OPERATOR}), person="ben")
    draft = intake.Draft(world.contact(), (answers.Given("cssrs-screener", ANSWERS["urgent"]),))
    logged = intake.log_contact(operator, world.svc, draft, "key", "body")
    world.settle()
    assert logged.case_id is not None
    world.ana.expect_sms("CRISIS PAGE")
    world.dee.expect_sms("waits for your signature")
    assert mine(world).state.value == "asked"


def test_silence_tells_the_coordinators_each_day_and_a_late_signature_is_welcome(world: World) -> None:
    case = trained_case(world)
    world.do(work.close, COORDINATOR, case.id, Disposition.DE_ESCALATED)
    world.forward(hours=24)
    world.kim.expect_sms("ALARM", "an assessment by ben was not signed in time")
    assert mine(world).state.value == "overdue"
    assert "unsigned" in world.ringing()
    world.kim.reply("OK")
    drain(world)
    world.do(signatures.sign_one, SUPERVISOR, mine(world).id)
    assert world.rows(schema.deadlines, owner_kind="signature") == []
    drain(world)


@everywhere
def test_what_runs_out_at_night_is_told_in_the_morning(world: World) -> None:
    """Assessed at eleven in the evening, so overdue at eleven the day after; the coordinator hears of it at seven."""
    world.forward(hours=13)
    case = trained_case(world)
    world.do(work.close, COORDINATOR, case.id, Disposition.DE_ESCALATED)
    drain(world)
    world.forward(hours=24)
    [alarm] = boards.alarms(COORDINATOR, world.svc)
    assert (alarm.kind, alarm.rings) == (Kind.UNSIGNED, 0)
    assert alarm.rings_again_at == world.clock.now() + timedelta(hours=8)
    world.forward(hours=7)
    world.assert_quiet()
    world.forward(hours=1)
    world.kim.expect_sms("ALARM", "an assessment by ben was not signed in time")
    drain(world)


def test_sent_back_with_a_reason_and_asked_again_when_assessed_again(world: World) -> None:
    case = trained_case(world)
    world.forward(hours=1)
    drain(world)
    with pytest.raises(InvalidInput) as refused:
        signatures.return_one(SUPERVISOR, world.svc, mine(world).id, " ")
    assert [f.field for f in refused.value.faults] == ["reason"]
    before = mine(world)
    world.do(signatures.return_one, SUPERVISOR, before.id, WHY)
    world.ben.expect_sms(case.code, "your assessment came back from dee")
    back = mine(world, BEN)
    assert (back.state.value, back.may_sign) == ("returned", False)
    (note,) = [one for one in looks.timeline(BEN, world.svc, case.id) if one.kind == "note_sent_back"]
    assert note.text == WHY
    world.do(assessing.assess, BEN, case.id, AGAIN)
    world.dee.expect_sms("waits for your signature")
    again = mine(world)
    assert (again.id, again.state.value) == (before.id, "asked")
    assert again.assessment is not None
    assert before.assessment is not None
    assert again.assessment.id != before.assessment.id
    assert again.due_at == world.clock.now() + timedelta(hours=24)


def test_without_a_named_supervisor_the_most_senior_on_call_is_asked_and_anybody_senior_may_sign(world: World) -> None:
    title(world, "ana", "QMHP")
    case = trained_case(world, supervisor=None)
    world.cam.expect_sms(case.code, "waits for your signature")
    drain(world)
    assert (mine(world, CAM).yours, mine(world).yours) == (True, False)
    world.do(signatures.sign_one, SUPERVISOR, mine(world).id)
    (row,) = world.rows(schema.signatures)
    assert (row.supervisor, row.signed_by) == ("cam", "dee")


def test_with_nobody_to_ask_the_coordinators_are_told_at_once(world: World) -> None:
    world.staff("ben")
    title(world, "ben", "QMHP-T")
    case = world.log("soon")
    drain(world)
    world.do(assessing.assess, BEN, case.id, answers.Given("cssrs-screener", ANSWERS["soon"]))
    world.kim.expect_sms("ALARM", "an assessment by ben was not signed")
    (row,) = world.rows(schema.signatures)
    assert (row.supervisor, row.state) == (None, "asked")


def test_who_may_not_sign(world: World) -> None:
    trained_case(world)
    drain(world)
    id_ = mine(world).id
    with pytest.raises(Refused, match="licensed or qualified"):
        signatures.sign_one(BEN, world.svc, id_)
    with pytest.raises(NotAllowed):
        signatures.sign_one(COORDINATOR, world.svc, id_)
    nobody = Actor("token:x", frozenset({Role.SUPERVISOR}))
    with pytest.raises(Refused, match="licensed or qualified"):
        signatures.sign_one(nobody, world.svc, id_)
    assert unsigned.waiting(nobody, world.svc) == []


def test_what_a_qualified_person_assesses_needs_none(world: World) -> None:
    title(world, "ben", "QMHP")
    case = world.log("urgent")
    world.do(assessing.assess, BEN, case.id, AGAIN)
    assert world.rows(schema.signatures) == []
    drain(world)


def test_a_lost_clock_is_given_back(world: World) -> None:
    trained_case(world)
    drain(world)
    with world.svc.record.write() as conn:
        conn.execute(schema.deadlines.delete().where(schema.deadlines.c.owner_kind == "signature"))
    sweeping.sweep(system("sweeper"), world.svc)
    (clock,) = world.rows(schema.deadlines, owner_kind="signature")
    assert clock.meaning == "signature_overdue"

"""After somebody has the case: travel, contact, check-ins, clearing, and what silence means on the way."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.access import Actor, Role
from dispatch.case import Case, Event, Line
from dispatch.contactvalues import Tri
from dispatch.disposition import Disposition
from dispatch.errors import NotAllowed, Refused
from dispatch.flow import intake, work
from dispatch.flow.work import EmergencyCall
from dispatch.store import schema
from tests.stories.places import everywhere, without_redis
from tests.stories.world import COORDINATOR, OPERATOR, SUPERVISOR, World

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"


def accepted(world: World, urgency: str = "very_urgent", **contact: Any) -> Case:
    """A case that Ana has."""
    case = world.log(urgency, **contact)
    world.ana.expect_sms(PAGE).reply("1").expect_sms("You have")
    return case


@everywhere
def test_from_the_road_to_a_disposition_by_text(world: World) -> None:
    case = accepted(world)
    world.ana.reply("3").expect_sms(case.code, "on the way")
    world.ana.reply("4").expect_sms(case.code, "on scene")
    world.ana.reply("6").expect_sms(case.code, "reached")
    assert world.case(case.id).first_contact_at == world.clock.now()
    world.ana.reply("5").expect_sms(case.code, "done, needs a disposition")
    world.do(work.close, OPERATOR, case.id, Disposition.ENGAGED_ASSISTED)
    assert world.state(case) == "closed"
    assert world.rows(schema.deadlines, case_id=case.id) == []


def test_status_lists_what_i_hold_in_plain_words(world: World) -> None:
    case = accepted(world)
    world.ana.reply("3").expect_sms("on the way").reply("status").expect_sms(f"Your cases: {case.code} on the way.")


def test_who_is_on_with_me(world: World) -> None:
    world.ana.reply("who").expect_sms("On call with you:", "ben (primary)")


@everywhere
def test_accepted_is_not_engaged_a_second_person_is_asked_while_the_first_stays_told(world: World) -> None:
    case = accepted(world)
    world.forward(minutes=10)
    world.ana.expect_sms("nobody has spoken with the person yet")
    world.ben.expect_sms(PAGE, case.code).reply("1").expect_sms("You have", "with ana")
    world.ana.expect_sms("the team is complete, with ben")
    assert world.owners(case) == ("ana", "ben")
    world.forward(minutes=10)
    for person in (world.ana, world.ben):
        person.expect_sms("nobody has spoken")
    # One after another could say yes and nobody call: from the second time on a coordinator hears of it too.
    world.kim.expect_sms("ALARM", case.code, "nobody has spoken with the person yet")
    world.cam.expect_sms(PAGE)
    world.dan.expect_sms(PAGE)
    world.ana.reply("6").expect_sms("reached")


def test_not_arrived_in_time_rings_and_asks_for_backup(world: World) -> None:
    case = accepted(world)
    world.ana.reply("3").expect_sms("on the way")
    world.forward(minutes=60)
    world.ana.expect_sms("are you there?")
    world.kim.expect_sms("ALARM", case.code, "not arrived")
    world.ben.expect_sms(PAGE)
    world.ana.reply("4").expect_sms("on scene")
    assert world.ringing(case) == []
    world.ben.reply("2").expect_sms("declined")
    world.cam.expect_sms(PAGE)
    world.dan.expect_sms(PAGE)


def _safety_rings(world: World, who: str = "ana") -> None:
    """A safety alarm rings coordinators and supervisors together, from the first time on."""
    for person in (world.kim, world.dee):
        person.expect_sms("ALARM", f"safety alarm, {who}").expect_call("Alarm", "Safety alarm")


@everywhere
def test_a_check_in_is_asked_for_and_answered(world: World) -> None:
    case = accepted(world)
    world.ana.reply("4").expect_sms("on scene")
    world.forward(minutes=30)
    world.ana.expect_sms(f"{case.code} check-in").reply("OK").expect_sms("Noted")
    world.forward(minutes=29)
    world.forward(minutes=1)
    world.ana.expect_sms("check-in").reply("ok").expect_sms("Noted")
    assert world.ringing(case) == []


@everywhere
def test_a_missed_check_in_is_a_safety_alarm_until_it_is_answered_after_all(world: World) -> None:
    case = accepted(world)
    world.ana.reply("4").expect_sms("on scene")
    world.forward(minutes=35)
    world.ana.expect_sms("check-in")
    _safety_rings(world)
    world.forward(minutes=1)
    for person in (world.kim, world.dee):
        person.expect_sms("safety alarm").expect_call("Safety alarm")
    world.ana.reply("OK").expect_sms("Noted")
    assert world.ringing(case) == []
    world.forward(minutes=20)


def test_anything_but_ok_to_a_check_in_is_a_safety_alarm_and_looks_like_nothing(world: World) -> None:
    case = accepted(world)
    world.ana.reply("4").expect_sms("on scene")
    world.forward(minutes=30)
    world.ana.expect_sms("check-in").reply("no").expect_sms("Noted")
    assert world.ana.last_text == "Noted."
    _safety_rings(world)
    assert world.ringing(case) == ["safety"]


@pytest.mark.parametrize("cry", ["HELP", "sos!", "911", "Emergency", "help me please"])
def test_a_cry_for_help_from_the_field_rings_and_is_answered_neutrally(world: World, cry: str) -> None:
    case = accepted(world)
    world.ana.reply("3").expect_sms("on the way").reply(cry).expect_sms("Noted")
    assert world.ana.last_text == "Noted."
    _safety_rings(world)
    assert world.ringing(case) == ["safety"]


@without_redis
def test_the_private_word_rings_like_a_cry_and_no_text_of_the_responder_ends_that(world: World) -> None:
    with world.svc.record.write() as conn:
        secret = world.svc.sealer.blind_index("duress", "IS THE KETTLE ON")
        conn.execute(schema.people.update().where(schema.people.c.id == "ana").values(duress_index=secret))
    case = accepted(world)
    world.ana.reply("4").expect_sms("on scene").reply("is the kettle on?").expect_sms("Noted")
    _safety_rings(world)
    # Somebody else may be holding the telephone by now.
    world.forward(seconds=50)
    world.ana.reply("ok").expect_sms()
    world.ana.reply("5").expect_sms("done")
    assert "safety" in world.ringing(case)
    world.kim.press("1").expect_heard("Acknowledged")
    assert "safety" in world.ringing(case)
    # Kim has spoken with her, and says so.
    world.do(work.status, COORDINATOR, case.id, Event.CHECKED_IN, "ana")
    world.ana.expect_sms(case.code, "recorded")
    assert "safety" not in world.ringing(case)


def test_help_from_a_desk_is_only_a_question(world: World) -> None:
    world.ana.reply("HELP").expect_sms("Not understood")
    world.kim.expect_sms("nobody could act on")


@everywhere
def test_not_reached_is_asked_about_again_and_somebody_must_choose(world: World) -> None:
    case = accepted(world)
    world.ana.reply("3").expect_sms("on the way").reply("7").expect_sms("not reached")
    world.forward(minutes=10)
    world.ana.expect_sms("not reached yet. Reply 3")
    world.kim.expect_sms("ALARM", case.code, "Choose: retry, welfare check or co-response")
    world.ana.reply("3").expect_sms("on the way").reply("6").expect_sms("reached")
    assert world.ringing(case) == []


def test_a_cleared_case_owes_a_disposition_and_says_so_until_it_has_one(world: World) -> None:
    case = accepted(world)
    world.ana.reply("6").expect_sms("reached").reply("5").expect_sms("done")
    world.forward(hours=12)
    # Ten in the evening: it stands on the board, and people hear of it when the night is over.
    assert world.ringing(case) == ["disposition_overdue"]
    world.forward(hours=9)
    world.ana.expect_sms("has no disposition yet")
    world.kim.expect_sms("ALARM", "no disposition")
    world.do(work.close, OPERATOR, case.id, Disposition.OUTPATIENT)
    assert world.ringing(case) == []
    world.forward(hours=24)


def test_clearing_takes_back_pages_that_are_still_out(world: World) -> None:
    case = accepted(world)
    world.ana.reply("6").expect_sms("reached").reply("backup").expect_sms("backup is being asked")
    world.ben.expect_sms(PAGE)
    world.ana.reply("5").expect_sms("done")
    world.ben.expect_sms(f"{case.code} needs nobody any more")
    assert [page.person for page in world.file(case.id).pages if page.open] == []


@everywhere
def test_a_released_case_waits_at_its_old_place_and_is_not_offered_to_who_gave_it_back(world: World) -> None:
    case = accepted(world, "urgent")
    world.forward(minutes=1)
    younger = world.log("urgent")
    world.ben.expect_sms(PAGE, younger.code)
    place = world.case(case.id).place
    world.do(work.release, COORDINATOR, case.id, "ana", "taken ill")
    world.ana.expect_sms(f"{case.code} is given back")
    assert world.case(case.id).place == place
    assert world.state(case) != "accepted"
    world.ben.reply("2").expect_sms("declined")
    world.ben.expect_sms(PAGE, case.code)
    world.ana.expect_sms(PAGE, younger.code)


@everywhere
def test_two_people_answer_a_case_that_needs_two(world: World) -> None:
    case = world.log("very_urgent", known=Tri.UNKNOWN)
    assert (case.needed, case.needed_because) == (2, ("location_unknown",))
    world.ben.expect_sms(PAGE, "2-person")
    world.ana.expect_sms(PAGE, "2-person").reply("1").expect_sms("You have", "first of 2")
    assert world.state(case) == "paging"
    world.ana.reply("3").expect_sms(case.code)
    world.ben.reply("1").expect_sms("You have", "with ana")
    world.ana.expect_sms("the team is complete, with ben")
    assert world.state(case) == "accepted"
    assert world.owners(case) == ("ana", "ben")


def test_when_one_of_two_ends_the_case_the_other_hears_it(world: World) -> None:
    """From then on nobody asks them for check-ins any more."""
    case = world.log("very_urgent", known=Tri.UNKNOWN)
    world.ana.expect_sms(PAGE).reply("1").expect_sms("first of 2")
    world.ben.expect_sms(PAGE).reply("1").expect_sms("with ana").reply("4").expect_sms("on scene")
    world.ana.expect_sms("complete").reply("5").expect_sms("done, needs a disposition")
    world.ben.expect_sms(case.code, "is done")
    world.ana.reply("5").expect_sms("done, needs a disposition")
    assert world.state(case) == "cleared"
    world.ben.reply("help").expect_sms("Noted.")
    _safety_rings(world, "ben")
    assert world.ringing(case) == ["safety"]


@everywhere
def test_a_case_is_reopened_also_while_backup_is_looked_for(world: World) -> None:
    """Asked for after it was cleared: a case has one run at the most, and the new one takes its place."""
    case = accepted(world)
    world.ana.reply("5").expect_sms("done")
    world.do(work.escalate, COORDINATOR, case.id)
    world.ben.expect_sms(PAGE, case.code)
    world.do(work.reopen, COORDINATOR, case.id, "called again")
    assert world.state(case) == "paging"
    assert [run.state.value for run in world.file(case.id).escalations if run.open] == ["asking"]
    world.ana.expect_sms(PAGE).reply("1").expect_sms("You have")
    world.ben.expect_sms("is with ana")


def test_the_second_of_two_is_looked_for_until_found(world: World) -> None:
    case = world.log("very_urgent", known=Tri.UNKNOWN)
    world.ana.expect_sms(PAGE).reply("1").expect_sms("first of 2")
    world.ben.expect_sms(PAGE).reply("2").expect_sms("declined")
    world.cam.expect_sms(PAGE)
    world.dan.expect_sms(PAGE).reply("1").expect_sms("You have", "with ana")
    world.ana.expect_sms("complete, with dan")
    world.cam.expect_sms("is with ana and dan")
    assert world.state(case) == "accepted"


def test_one_of_two_gives_it_back_and_the_other_is_told(world: World) -> None:
    case = world.log("very_urgent", known=Tri.UNKNOWN)
    world.ana.expect_sms(PAGE).reply("1").expect_sms("first of 2")
    world.ben.expect_sms(PAGE).reply("1").expect_sms("with ana")
    world.ana.expect_sms("complete").reply("3").expect_sms("on the way")
    world.do(work.release, SUPERVISOR, case.id, "ben", "other duty")
    world.ben.expect_sms("is given back")
    world.ana.expect_sms("no longer with you: ben")
    assert world.state(case) == "en_route"
    world.cam.expect_sms(PAGE).reply("1").expect_sms("with ana")
    world.dan.expect_sms(PAGE)
    world.ana.expect_sms("complete, with cam")
    world.dan.expect_sms("is with ana and cam")


def test_both_of_two_give_it_back_while_a_third_is_asked_and_two_are_needed_again(world: World) -> None:
    case = world.log("very_urgent", known=Tri.UNKNOWN)
    world.ana.expect_sms(PAGE).reply("1").expect_sms("first of 2")
    world.ben.expect_sms(PAGE).reply("1").expect_sms("with ana")
    world.ana.expect_sms("complete").reply(f"backup {case.code}").expect_sms("backup is being asked")
    world.cam.expect_sms(PAGE)
    world.dan.expect_sms(PAGE)
    for name, person in (("ana", world.ana), ("ben", world.ben)):
        world.do(work.release, SUPERVISOR, case.id, name, "wrong county")
        person.expect_sms("is given back")
    world.ben.expect_sms("no longer with you: ana")
    world.cam.reply("1").expect_sms("first of 2")
    assert world.state(case) != "accepted"
    world.dan.reply("1").expect_sms("You have", "with cam")
    world.cam.expect_sms("complete, with dan")


@everywhere
def test_backup_asks_one_more_person_and_the_case_stays_where_it_is(world: World) -> None:
    case = accepted(world)
    world.ana.reply("4").expect_sms("on scene").reply(f"BACKUP {case.code}").expect_sms("backup is being asked")
    world.ben.expect_sms(PAGE).reply("1").expect_sms("You have", "with ana")
    world.ana.expect_sms("complete, with ben")
    assert world.state(case) == "on_scene"
    assert world.owners(case) == ("ana", "ben")


def test_stand_down_rings_whoever_is_on_the_way_until_they_have_answered(world: World) -> None:
    case = accepted(world)
    world.ana.reply("3").expect_sms("on the way")
    world.do(work.stand_down, SUPERVISOR, case.id)
    world.ana.expect_sms("STAND DOWN", "Reply 5")
    assert world.state(case) == "cleared"
    world.forward(minutes=4)
    world.ana.expect_sms("STAND DOWN").expect_sms("STAND DOWN")
    world.ana.reply("5").expect_sms("done")
    assert world.ringing(case) == []
    world.forward(minutes=20)


def test_stand_down_rings_each_of_two_until_that_one_has_answered(world: World) -> None:
    case = world.log("very_urgent", known=Tri.UNKNOWN)
    world.ana.expect_sms(PAGE).reply("1").expect_sms("first of 2")
    world.ben.expect_sms(PAGE).reply("1").expect_sms("with ana")
    world.ana.expect_sms("complete")
    world.do(work.stand_down, SUPERVISOR, case.id)
    world.ana.expect_sms("STAND DOWN").reply("5").expect_sms("done")
    world.ben.expect_sms("STAND DOWN")
    world.forward(minutes=7)
    for _ in range(3):
        world.ben.expect_sms("STAND DOWN")
    world.ben.reply("5").expect_sms("done")
    assert world.ringing(case) == []


def test_stand_down_of_an_unanswered_case_ends_its_alarm_and_takes_pages_back(world: World) -> None:
    case = world.log()
    world.ana.expect_sms(PAGE)
    world.do(work.stand_down, SUPERVISOR, case.id)
    world.ana.expect_sms(f"{case.code} needs nobody any more")
    world.staff("nobody")
    other = world.log()
    world.kim.expect_sms("nobody has taken", other.code).expect_call("nobody has taken")
    world.do(work.stand_down, SUPERVISOR, other.id)
    assert world.ringing(other) == []
    world.forward(minutes=30)


def test_assigning_by_name_counts_like_an_accept(world: World) -> None:
    case = world.log()
    world.ana.expect_sms(PAGE)
    world.do(work.assign, SUPERVISOR, case.id, "eve")
    world.eve.expect_sms(f"{case.code} was given to you")
    world.ana.expect_sms("is with eve")
    assert world.owners(case) == ("eve",)
    with pytest.raises(NotAllowed):
        work.assign(OPERATOR, world.svc, case.id, "ben")


def test_call_rings_me_and_joins_me_to_the_person_from_the_hotlines_number(world: World) -> None:
    case = accepted(world, phone="+12025550143")
    world.ana.reply("CALL").expect_sms(f"{case.code}: your phone will ring now")
    world.ana.expect_call("Connecting you now")
    world.person("+12025550143").expect_call()
    world.ana.expect_heard("The call is over")


@pytest.mark.parametrize("call", ["no", None])
def test_call_for_a_person_without_a_number_that_may_be_called_says_so(world: World, call: str | None) -> None:
    case = accepted(world, phone="+12025550143" if call else None, may_call=call or "unknown")
    world.ana.reply("CALL").expect_sms(f"{case.code}: your phone will ring now")
    world.ana.expect_call("There is no telephone number", "that may be called")


def test_a_number_the_person_now_says_not_to_call_is_not_called_though_they_allowed_it_before(world: World) -> None:
    case = accepted(world, phone="+12025550143", may_call="yes")
    # Of two contacts of one moment neither is the later one.
    world.forward(seconds=1)
    again = intake.Draft(world.contact(phone="+12025550143", may_call="no"), case_id=case.id)
    world.do(intake.log_contact, OPERATOR, again, "later", "later")
    world.ana.reply("CALL").expect_sms(f"{case.code}: your phone will ring now")
    world.ana.expect_call("There is no telephone number", "that may be called")


def test_only_a_lead_closes_while_nobody_has_spoken_with_the_person(world: World) -> None:
    case = accepted(world)
    with pytest.raises(NotAllowed):
        work.close(OPERATOR, world.svc, case.id, Disposition.OUT_OF_AREA)
    world.do(work.close, SUPERVISOR, case.id, Disposition.OUT_OF_AREA)
    world.ana.expect_sms(f"{case.code} is closed")
    with pytest.raises(Refused):
        work.close(SUPERVISOR, world.svc, case.id, Disposition.OUT_OF_AREA)


def test_a_reopened_case_is_looked_after_again_at_its_old_place(world: World) -> None:
    case = accepted(world)
    world.do(work.close, SUPERVISOR, case.id, Disposition.OUT_OF_AREA)
    world.ana.expect_sms(f"{case.code} is closed")
    world.forward(hours=1)
    world.do(work.reopen, OPERATOR, case.id, "called back")
    world.ben.expect_sms(PAGE, case.code)
    assert world.case(case.id).place == case.place


# --- promises to the person in crisis --------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [Line.LOST, Line.ENDED, Line.NEVER_SPOKE], ids=str)
def test_a_line_that_is_not_held_has_a_clock_owned_by_the_operator_until_a_qmhp_has_spoken(
    world: World, line: Line
) -> None:
    case = accepted(world, line=line)
    (promise,) = world.file(case.id).recontacts
    assert promise.owner == OPERATOR.id
    world.do(work.recontact, OPERATOR, case.id, reached=False)
    world.ana.reply("3").expect_sms("on the way")
    world.forward(minutes=9)
    world.forward(minutes=1)
    world.kim.expect_sms("ALARM", case.code, "has not been called back")
    assert world.ringing(case) == ["recontact_overdue"]
    world.do(work.recontact, OPERATOR, case.id, reached=True)
    assert world.ringing(case) == []
    world.ana.reply("6").expect_sms("reached")
    world.forward(minutes=29)


def test_a_911_hand_off_is_open_until_somebody_confirms_contact(world: World) -> None:
    case = accepted(world)
    world.ana.reply("6").expect_sms("reached")
    world.do(work.emergency, OPERATOR, case.id, EmergencyCall("op1", "police", reason="she has a knife"))
    world.forward(minutes=15)
    world.kim.expect_sms("ALARM", "nobody has confirmed they arrived").expect_call("911 was called")
    world.forward(minutes=5)
    for person in (world.kim, world.dee):
        person.expect_sms("nobody has confirmed").expect_call("911 was called")
    confirmed = EmergencyCall("op1", "police", contact_confirmed_at=world.clock.now())
    world.do(work.emergency, OPERATOR, case.id, confirmed)
    assert world.ringing(case) == []
    world.forward(minutes=9)


def test_closing_ends_everything_that_still_runs(world: World) -> None:
    case = accepted(world, line=Line.LOST)
    ana = Actor("ana", frozenset({Role.RESPONDER}), person="ana")
    world.do(work.emergency, ana, case.id, EmergencyCall("ana", "ambulance"))
    world.do(work.escalate, OPERATOR, case.id)
    world.ben.expect_sms(PAGE)
    world.do(work.close, SUPERVISOR, case.id, Disposition.EMERGENCY_SERVICES)
    world.ben.expect_sms("needs nobody any more")
    world.ana.expect_sms(f"{case.code} is closed").expect_sms(f"{case.code} was a hard one")
    assert world.rows(schema.deadlines, case_id=case.id) == []
    assert world.ringing(case) == []
    world.forward(hours=1)

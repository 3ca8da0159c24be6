"""What work leaves behind: somebody the person knows already, rest after long hours, a talk after a hard call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dispatch.access import Actor, Role
from dispatch.case import Case
from dispatch.contact import Phone
from dispatch.contactvalues import Tri
from dispatch.debrief import Event
from dispatch.disposition import Disposition
from dispatch.errors import NotAllowed, NotFound, Refused
from dispatch.flow import debriefs, duty, intake, people, responders, sweeping, work
from dispatch.responder import Availability
from dispatch.store import schema
from tests.stories.places import everywhere
from tests.stories.world import COORDINATOR, OPERATOR, SUPERVISOR, SYSTEM, World

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"
PHONE = "+12025550143"
ANA = Actor("ana", frozenset({Role.RESPONDER}), person="ana")
BEN = Actor("ben", frozenset({Role.RESPONDER}), person="ben")
#: Rest comes after twenty minutes, so that no check-in comes between.
SOON_TIRED = 'limits: {rest_after: 20m, pages_per_night: 6, night: "22:00-07:00"}'
REST = timedelta(hours=8)


def row(world: World, person: str) -> Any:
    (found,) = world.rows(schema.people, id=person)
    return found


def spoken(world: World, urgency: str = "very_urgent", **contact: Any) -> Case:
    """Ana has spoken with the person."""
    case = world.log(urgency, **contact)
    world.ana.expect_sms(PAGE).reply("1").expect_sms("You have").reply(f"6 {case.code}").expect_sms("recorded")
    return case


def closed(world: World, case: Case, disposition: Disposition = Disposition.DE_ESCALATED) -> Case:
    at_work = [one.person for one in world.file(case.id).assignments if one.open and one.cleared_at is None]
    world.do(work.close, SUPERVISOR, case.id, disposition)
    for person in at_work:
        getattr(world, person).expect_sms(f"{case.code} is closed")
    return world.case(case.id)


def worked(world: World, minutes: int) -> None:
    """Ana works on a case for so long, and is done with it."""
    case = spoken(world)
    world.forward(minutes=minutes)
    world.ana.reply(f"5 {case.code}").expect_sms("recorded")
    closed(world, case)


class TestSomebodyTheyKnow:
    def talked(self, world: World) -> None:
        """Ben is the only one on call, and speaks with whoever has this telephone."""
        world.staff("ben")
        case = world.log(phone=PHONE)
        world.ben.expect_sms(PAGE).reply("1").expect_sms("You have").reply("6").expect_sms("recorded")
        closed(world, case)
        world.staff()

    @everywhere
    def test_who_has_spoken_with_the_person_before_is_asked_first_and_the_page_says_why(self, world: World) -> None:
        self.talked(world)
        case = world.log(phone=PHONE)
        world.ben.expect_sms(PAGE, case.code)
        (page,) = world.file(case.id).pages
        assert "has spoken with this person before" in page.because
        assert case.known_people == ("ben",)

    def test_another_telephone_and_none_say_nothing(self, world: World) -> None:
        self.talked(world)
        assert world.log(None, assessing=True, phone="+12025550144").known_people == ()
        assert world.log(None, assessing=True).known_people == ()

    def test_a_shared_telephone_says_nothing(self, world: World) -> None:
        self.talked(world)
        contact = world.contact()
        shared = replace(contact, person=replace(contact.person, phone=Phone(number=PHONE, shared=Tri.YES)))
        logged = world.do(intake.log_contact, OPERATOR, intake.Draft(shared, assessing=True), "shared", "shared")
        assert world.case(logged.case_id).known_people == ()

    def test_who_accepted_and_never_spoke_with_them_is_not_known(self, world: World) -> None:
        case = world.staff("ben").log(phone=PHONE)
        world.ben.expect_sms(PAGE).reply("1").expect_sms("You have")
        closed(world, case, Disposition.NOT_REACHED)
        assert world.log(None, assessing=True, phone=PHONE).known_people == ()

    def test_a_later_contact_may_bring_the_telephone(self, world: World) -> None:
        self.talked(world)
        case = world.log(None, assessing=True)
        more = intake.Draft(world.contact(phone=PHONE), case_id=case.id)
        world.do(intake.log_contact, OPERATOR, more, "later", "later")
        assert world.case(case.id).known_people == ("ben",)
        world.ben.expect_sms(PAGE, case.code)


class TestRest:
    @everywhere
    def test_long_work_rests_its_person_behind_everybody_else_and_ends_by_itself(self, world: World) -> None:
        world.policy(SOON_TIRED)
        worked(world, 25)
        assert row(world, "ana").resting_until == world.clock.now() + REST
        case = world.log()
        world.ben.expect_sms(PAGE, case.code).reply("1").expect_sms("You have")
        closed(world, case)
        world.ben.reply("OFF").expect_sms("off call")
        world.forward(hours=8)
        case = world.log("soon")
        world.ana.expect_sms(PAGE, case.code)

    def test_hours_add_up_over_cases_until_a_pause_as_long_as_a_rest(self, world: World) -> None:
        world.policy(SOON_TIRED).staff("ana")
        worked(world, 12)
        world.forward(hours=1)
        worked(world, 5)
        assert row(world, "ana").resting_until is None
        world.forward(hours=9)
        worked(world, 15)
        assert row(world, "ana").resting_until is None
        worked(world, 6)
        assert row(world, "ana").resting_until is not None

    def test_time_after_the_work_was_done_is_no_work(self, world: World) -> None:
        world.policy(SOON_TIRED)
        case = spoken(world)
        world.ana.reply("5").expect_sms("recorded")
        world.forward(minutes=45)
        closed(world, case)
        assert row(world, "ana").resting_until is None

    @everywhere
    def test_the_last_one_who_could_go_is_asked_at_urgent_and_left_to_rest_below_it(self, world: World) -> None:
        world.policy(SOON_TIRED).staff("ana")
        worked(world, 25)
        soon = world.log("soon")
        assert world.history(soon, "only_busy")
        urgent = world.log("urgent")
        world.ana.expect_sms(PAGE, urgent.code)
        (page,) = world.file(urgent.id).pages
        assert any(reason.startswith("resting until") for reason in page.because)

    def test_on_by_text_and_on_by_the_coordinator_end_it(self, world: World) -> None:
        world.policy(SOON_TIRED).staff("ana")
        worked(world, 25)
        world.ana.reply("ON").expect_sms("You are on call")
        assert row(world, "ana").resting_until is None
        worked(world, 25)
        people.set_availability(COORDINATOR, world.svc, "ana", Availability.ON)
        assert row(world, "ana").resting_until is None

    def test_who_rests_is_shown_with_until_when(self, world: World) -> None:
        world.policy(SOON_TIRED)
        worked(world, 25)
        until = (world.clock.now() + REST).strftime("%Y-%m-%dT%H:%MZ")
        (primary, *_) = duty.on_call(COORDINATOR, world.svc, "default").layers
        assert [(skip.person, skip.reason) for skip in primary.skipped] == [("ana", f"resting until {until}")]
        assert responders.responder(COORDINATOR, world.svc, "ana").resting_until == world.clock.now() + REST


class TestDebrief:
    def hard(self, world: World) -> Case:
        """Ana has spoken with somebody whose attempt was under way."""
        world.staff("ana", "ben")
        case = spoken(world, attempt_in_progress="yes")
        world.ana.expect_call("Crisis page")
        return case

    def offered(self, world: World) -> Case:
        case = self.hard(world)
        world.ana.reply(f"5 {case.code}").expect_sms("recorded")
        world.ana.expect_sms(f"{case.code} was a hard one", "DEBRIEF")
        return case

    def state(self, world: World, person: str = "ana") -> str:
        (found,) = world.rows(schema.debriefs, person=person)
        return str(found.state)

    @everywhere
    def test_a_hard_call_offers_a_talk_and_the_one_who_asks_for_it_has_it_arranged(self, world: World) -> None:
        case = self.offered(world)
        world.ana.reply("Debrief.").expect_sms("will arrange a talk", case.code)
        world.kim.expect_sms("ana would like a debrief")
        world.dee.expect_sms("ana would like a debrief")
        (mine,) = debriefs.listed(COORDINATOR, world.svc)
        assert (mine.person.id, mine.because, mine.code) == ("ana", ("attempt_in_progress",), case.code)
        world.do(debriefs.answer, COORDINATOR, mine.id, Event.HELD)
        assert self.state(world) == "held"
        assert debriefs.listed(COORDINATOR, world.svc) == []
        closed(world, case)
        world.forward(hours=72)
        assert world.ringing() == []

    @everywhere
    def test_one_that_was_asked_for_and_not_held_rings_until_it_is(self, world: World) -> None:
        case = self.offered(world)
        closed(world, case)
        world.ana.reply("DEBRIEF").expect_sms("will arrange")
        world.kim.expect_sms("would like")
        world.dee.expect_sms("would like")
        world.forward(hours=24)
        world.kim.expect_sms("ALARM", "ana asked for a debrief and has not had one")
        assert world.ringing() == ["debrief"]
        (wanted,) = debriefs.listed(SUPERVISOR, world.svc)
        world.do(debriefs.answer, SUPERVISOR, wanted.id, Event.HELD)
        assert world.ringing() == []

    def test_an_offer_that_stays_unanswered_lapses_without_a_word_and_a_late_yes_still_counts(
        self, world: World
    ) -> None:
        case = self.offered(world)
        closed(world, case)
        world.forward(hours=48)
        assert self.state(world) == "lapsed"
        assert world.ringing() == []
        world.ana.reply("DEBRIEF").expect_sms("will arrange")
        world.kim.expect_sms("would like")
        world.dee.expect_sms("would like")
        assert self.state(world) == "wanted"

    def test_no_thank_you_and_a_change_of_heart(self, world: World) -> None:
        closed(world, self.offered(world))
        world.ana.reply("no debrief").expect_sms("no debrief. Send DEBRIEF if you think otherwise")
        assert self.state(world) == "declined"
        world.ana.reply("NO DEBRIEF").expect_sms("no debrief")
        world.ana.reply("DEBRIEF").expect_sms("will arrange")
        world.kim.expect_sms("would like")
        world.dee.expect_sms("would like")
        world.ana.reply("NO DEBRIEF").expect_sms("no debrief")
        world.kim.expect_sms("ana wants no debrief any more")
        world.dee.expect_sms("ana wants no debrief any more")

    def test_anybody_may_ask_after_any_case_of_the_last_days_and_nobody_without_one(self, world: World) -> None:
        world.ben.reply("DEBRIEF").expect_sms("You had no case in the last days")
        case = spoken(world)
        world.ana.reply("5").expect_sms("recorded")
        closed(world, case)
        world.ana.reply("DEBRIEF").expect_sms("will arrange a talk", case.code)
        world.kim.expect_sms("would like")
        world.dee.expect_sms("would like")
        assert row(world, "ana").excused_until is not None

    def test_an_ordinary_call_offers_nothing_and_a_hard_ending_does(self, world: World) -> None:
        case = spoken(world)
        world.ana.reply("5").expect_sms("recorded")
        assert world.rows(schema.debriefs) == []
        closed(world, case, Disposition.DIED)
        world.ana.expect_sms(f"{case.code} was a hard one")
        (found,) = world.rows(schema.debriefs)
        assert list(found.because) == ["died"]

    def test_a_call_for_help_offers_a_talk_to_whoever_called_and_a_forgotten_check_in_does_not(
        self, world: World
    ) -> None:
        case = spoken(world)
        world.forward(minutes=35)
        world.ana.expect_sms("check-in. Reply OK")
        for lead in (world.kim, world.dee):
            lead.expect_sms("safety alarm").expect_call("safety alarm")
        world.ana.reply("OK").expect_sms("Noted")
        world.ana.reply("5").expect_sms("recorded")
        assert world.rows(schema.debriefs) == []
        closed(world, case)

    def test_nobody_else_learns_of_an_offer_or_answers_for_them(self, world: World) -> None:
        self.offered(world)
        (offer,) = debriefs.listed(ANA, world.svc)
        assert debriefs.listed(COORDINATOR, world.svc) == debriefs.listed(BEN, world.svc) == []
        for actor, event in ((COORDINATOR, Event.WANTED), (BEN, Event.HELD)):
            with pytest.raises(NotAllowed):
                debriefs.answer(actor, world.svc, offer.id, event)
        with pytest.raises(NotFound):
            debriefs.one(BEN, world.svc, offer.id)
        world.do(debriefs.answer, ANA, offer.id, Event.DECLINED)
        world.ana.expect_sms("no debrief")
        with pytest.raises(Refused):
            debriefs.answer(ANA, world.svc, offer.id, Event.DECLINED)

    def test_a_lost_clock_is_given_back(self, world: World) -> None:
        self.offered(world)
        with world.svc.record.write() as conn:
            conn.execute(schema.deadlines.delete().where(schema.deadlines.c.owner_kind == "debrief"))
        assert sweeping.sweep(SYSTEM, world.svc)["clockless"] == 1
        assert sweeping.sweep(SYSTEM, world.svc)["clockless"] == 0
        assert len(world.rows(schema.deadlines, owner_kind="debrief")) == 1


class TestExcused:
    def after_a_hard_call(self, world: World) -> None:
        """Ana's last case was a hard one; Ben has been asked since, so that the next one would be hers."""
        closed(world, TestDebrief().offered(world))
        case = world.log("urgent")
        world.ben.expect_sms(PAGE, case.code).reply("1").expect_sms("You have")
        closed(world, case)
        assert row(world, "ana").excused_until == world.clock.now() + timedelta(hours=12)

    @everywhere
    @pytest.mark.parametrize("urgency", ["very_urgent", "soon"])
    def test_the_next_page_goes_to_somebody_else_and_the_one_after_it_to_them(self, world: World, urgency: str) -> None:
        self.after_a_hard_call(world)
        case = world.log(urgency)
        world.ben.expect_sms(PAGE, case.code).reply("1").expect_sms("You have")
        assert world.history(case, "passed_over") == [{"person": "ana"}]
        assert row(world, "ana").excused_until is None
        closed(world, case)
        case = world.log(urgency)
        world.ana.expect_sms(PAGE, case.code)

    def test_a_case_that_would_not_have_been_theirs_uses_up_nothing(self, world: World) -> None:
        closed(world, TestDebrief().offered(world))
        case = world.log("urgent")
        world.ben.expect_sms(PAGE, case.code)
        assert row(world, "ana").excused_until is not None

    @everywhere
    def test_never_the_last_one_who_could_go_at_urgent(self, world: World) -> None:
        self.after_a_hard_call(world)
        world.staff("ana")
        soon = world.log("soon")
        assert world.history(soon, "matched")[0]["of"] == {"rest": {"ana": "excused_once_after_a_hard_call"}}
        case = world.log("urgent")
        world.ana.expect_sms(PAGE, case.code)

    def test_on_says_that_no_excuse_is_needed_and_it_does_not_last(self, world: World) -> None:
        self.after_a_hard_call(world)
        world.ana.reply("ON").expect_sms("You are on call")
        assert row(world, "ana").excused_until is None

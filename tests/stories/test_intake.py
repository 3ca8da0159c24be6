"""Logging a contact: once, however often it is sent; and what makes a case."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from dispatch.contactvalues import CallType, Tri, Worry
from dispatch.disposition import Disposition, Ending, FollowUpChoice, Outcome
from dispatch.errors import InvalidInput, KeyReused, NotAllowed
from dispatch.facts import Safety
from dispatch.flow import answers, assessing, intake, work
from dispatch.priority import Urgency
from dispatch.store import schema
from tests.stories.places import everywhere
from tests.stories.world import ANSWERS, COORDINATOR, OPERATOR, SECOND_OPERATOR, SUPERVISOR, World

pytestmark = pytest.mark.story

PAGE = "CRISIS PAGE"


def screened(world: World, urgency: str, **contact: object) -> intake.Draft:
    return intake.Draft(world.contact(**contact), (answers.Given("cssrs-screener", ANSWERS[urgency]),))  # type: ignore[arg-type]


@everywhere
def test_twins_sent_in_one_instant_make_one_case_and_one_page(world: World) -> None:
    draft = screened(world, "very_urgent")
    found: list[intake.Logged] = []
    start = threading.Barrier(6)

    def post() -> None:
        start.wait()
        found.append(intake.log_contact(OPERATOR, world.svc, draft, "one-key", "one-body"))

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.settle()
    assert len({(logged.contact_id, logged.case_id) for logged in found}) == 1
    assert sorted(logged.again for logged in found) == [False, True, True, True, True, True]
    assert len(world.rows(schema.cases)) == len(world.rows(schema.contacts)) == 1
    world.ana.expect_sms(PAGE)


def test_one_key_for_two_bodies_is_refused_and_another_persons_key_is_another(world: World) -> None:
    draft = screened(world, "soon")
    first = intake.log_contact(OPERATOR, world.svc, draft, "a-key", "a-body")
    with pytest.raises(KeyReused):
        intake.log_contact(OPERATOR, world.svc, draft, "a-key", "another-body")
    other = intake.log_contact(SECOND_OPERATOR, world.svc, draft, "a-key", "a-body")
    assert other.case_id != first.case_id
    world.settle()
    world.ana.expect_sms(PAGE)
    world.ben.expect_sms(PAGE)


def test_what_is_refused_leaves_nothing_behind(world: World) -> None:
    wrong = replace(screened(world, "soon"), assessments=(answers.Given("cssrs-screener", {"q1": "perhaps"}),))
    with pytest.raises(InvalidInput, match=r"assessments.0.answers.q1"):
        intake.log_contact(OPERATOR, world.svc, wrong, "k", "b")
    assert world.rows(schema.contacts) == world.rows(schema.idempotency) == []
    # The key is still free for the corrected body.
    assert intake.log_contact(OPERATOR, world.svc, screened(world, "soon"), "k", "b2").case_id
    world.settle()
    world.ana.expect_sms(PAGE)


def test_a_contact_that_asks_for_nothing_makes_no_case(world: World) -> None:
    ending = Ending(disposition=Disposition.NO_ONE_SPOKE)
    silent = replace(world.contact(), call_type=CallType.SILENT, ending=ending)
    logged = intake.log_contact(OPERATOR, world.svc, intake.Draft(silent), "k", "b")
    world.settle()
    assert logged.case_id is None
    assert world.rows(schema.cases) == []


def test_resolved_on_the_call_pages_nobody_and_is_refused_where_somebody_must_go(world: World) -> None:
    ending = Ending(
        disposition=Disposition.RESOLVED_ON_CALL,
        outcome=Outcome.DISTRESS_DOWN,
        resources_offered=(),
        follow_up=FollowUpChoice.ACCEPTED,
    )
    calm = screened(world, "soon")
    calm = replace(calm, contact=replace(calm.contact, ending=ending))
    logged = intake.log_contact(OPERATOR, world.svc, calm, "k", "b")
    assert logged.case_id is not None
    world.settle()
    assert world.case(logged.case_id).state == "closed"
    grave = screened(world, "urgent")
    grave = replace(grave, contact=replace(grave.contact, ending=ending))
    with pytest.raises(InvalidInput, match="a supervisor must confirm"):
        intake.log_contact(OPERATOR, world.svc, grave, "k2", "b2")
    assert intake.log_contact(SUPERVISOR, world.svc, grave, "k3", "b3").case_id


def test_a_further_contact_raises_the_case_it_belongs_to_and_never_lowers_it(world: World) -> None:
    case = world.log("urgent")
    world.ana.expect_sms(PAGE, "URGENT")
    worse = replace(screened(world, "very_urgent"), case_id=case.id)
    intake.log_contact(OPERATOR, world.svc, worse, "k2", "b2")
    world.settle()
    world.ben.expect_sms(PAGE, "VERY URGENT")
    calmer = replace(screened(world, "routine"), case_id=case.id)
    intake.log_contact(OPERATOR, world.svc, calmer, "k3", "b3")
    assert world.case(case.id).urgency is Urgency.VERY_URGENT
    world.settle()


def test_finishing_the_form_moves_the_case_from_its_cautious_level(world: World) -> None:
    case = world.log(None, assessing=True)
    assert (case.urgency, case.incomplete) == (Urgency.VERY_URGENT, True)
    world.do(assessing.assess, OPERATOR, case.id, answers.Given("cssrs-screener", ANSWERS["urgent"]))
    world.ana.expect_sms(PAGE, case.code, "URGENT")
    assert world.case(case.id).urgency is Urgency.URGENT


def test_worry_raises_and_unknown_is_never_no(world: World) -> None:
    assert world.log("routine", settle=False).urgency is Urgency.ROUTINE
    assert world.log("routine", worry=Worry.HIGH, settle=False).urgency is Urgency.URGENT
    assert world.log("routine", worry=Worry.UNKNOWN, settle=False).urgency is Urgency.SOON
    unasked = world.log("routine", attempt_in_progress=Tri.UNKNOWN, settle=False)
    assert unasked.urgency is Urgency.SOON
    world.settle()
    for person in (world.ana, world.ben):
        person.expect_sms(PAGE)


def test_who_may_not_log_may_not(world: World) -> None:
    auditor = replace(COORDINATOR, roles=frozenset())
    with pytest.raises(NotAllowed):
        intake.log_contact(auditor, world.svc, screened(world, "soon"), "k", "b")


def test_a_second_call_in_which_nothing_was_asked_takes_no_danger_back(world: World) -> None:
    """The first caller saw an attempt in progress; the second, on the same case, was asked nothing of the kind."""
    case = world.log(None, attempt_in_progress="yes", settle=False)
    assert (case.urgency, case.incomplete) == (Urgency.IMMEDIATE, True)
    nothing = replace(world.contact(), safety=Safety(), worry=Worry.UNKNOWN)
    more = intake.Draft(nothing, (answers.Given("cssrs-screener", ANSWERS["soon"]),), case_id=case.id)
    intake.log_contact(OPERATOR, world.svc, more, "second", "second")
    after = world.case(case.id)
    assert (after.urgency, after.mode, after.respond_by) == (case.urgency, case.mode, case.respond_by)
    assert not after.incomplete
    assessing.assess(OPERATOR, world.svc, case.id, answers.Given("cssrs-screener", ANSWERS["routine"]))
    assert world.case(case.id).urgency is Urgency.IMMEDIATE
    world.settle()
    for who in (world.ana, world.dee):
        who.expect_sms(PAGE, case.code).expect_call("Crisis page")


def test_whoever_has_the_case_hears_that_it_needs_two_after_all(world: World) -> None:
    case = world.log("very_urgent")
    world.ana.expect_sms(PAGE).reply("1").expect_sms("You have")
    unsure = world.contact(weapon="unknown")
    more = intake.Draft(unsure, (answers.Given("cssrs-screener", ANSWERS["very_urgent"]),), case_id=case.id)
    intake.log_contact(OPERATOR, world.svc, more, "second", "second")
    world.settle()
    world.ana.expect_sms("You have", case.code, "first of 2")
    world.ben.expect_sms(PAGE, "2-person").reply("1").expect_sms("with ana")
    world.ana.expect_sms("the team is complete, with ben")
    assert world.owners(case) == ("ana", "ben")


def test_what_a_second_contact_tells_reaches_the_case_and_holds_no_scene_that_was_cleared(world: World) -> None:
    """The first caller told of a weapon, and took the person for an adult."""
    case = world.staff("ana").log("urgent", weapon="yes")
    world.ana.expect_sms(PAGE).reply("1").expect_sms("You have")
    world.do(work.clear_scene, SUPERVISOR, case.id)
    later = replace(screened(world, "urgent", person_age=9, weapon="unknown"), case_id=case.id)
    world.do(intake.log_contact, OPERATOR, later, "second", "second")
    world.ana.expect_sms("scene is cleared")
    known = world.case(case.id)
    assert (case.scene_hold, known.scene_hold) == (True, False)
    assert (case.population, known.population) == ("adult", "child")
    again = replace(screened(world, "urgent", weapon="yes"), case_id=case.id)
    world.do(intake.log_contact, OPERATOR, again, "third", "third")
    assert (world.case(case.id).scene_hold, world.case(case.id).population) == (True, "child")


def test_an_area_the_team_has_not_named_is_on_no_page_and_the_operator_is_told(world: World) -> None:
    """Whatever has the form of an area may be a name or a street."""
    draft = screened(world, "very_urgent")
    elsewhere = replace(draft.contact, location=replace(draft.contact.location, area="mary-elm-street"))
    logged = intake.log_contact(OPERATOR, world.svc, replace(draft, contact=elsewhere), "k", "b")
    world.settle()
    world.ana.expect_sms(PAGE)
    assert "VERY URGENT mobile" in world.ana.last_text
    assert logged.prompts[-1:] == ("The team has no area mary-elm-street: pages name none. It has arlington, fairfax.",)
    again = replace(draft, contact=elsewhere, case_id=logged.case_id)
    assert intake.log_contact(OPERATOR, world.svc, again, "k2", "b").prompts[-1:] == logged.prompts[-1:]

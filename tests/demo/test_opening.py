"""The opening is played to its end, on the real processes of the demo: what each moment claims did happen.

Spans below are by the service's clock, as the record has them.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.demo import people
from dispatch.demo.outage import BACK, GONE
from dispatch.store import schema
from tests.demo.watching import Played
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("demo")]

STEP = timedelta(seconds=15)
NAMES = {member.id: member.name for member in people.members()}


def test_the_strip_tells_six_moments_in_plain_words_and_then_the_replay(played: Played) -> None:
    assert [played.seen.titles(number) for number in range(1, 7)] == [
        ["One key accepts"],
        ["Silence, so the next person"],
        ["Undelivered, so the next at once"],
        ["Nobody answers, so an alarm", "An alarm you must act on", "A person acted"],
        ["A hard stop"],
        ["Kill Redis", "Redis is gone", "Redis is back"],
    ]
    assert "in the world of the demo" in played.seen.scenes[-1][1]


def test_one_key_accepts(played: Played) -> None:
    case = played.cases[0]
    (page,) = played.pages(case)
    assert (page.person, page.answer) == (played.seen.pressed, "accepted")
    assert page.answered_at < page.by
    assert played.asked(page.person, case.code)
    assert "1" in played.seen.said(page.person)
    assert any(words.startswith(f"You have {case.code}.") for words in played.seen.read(page.person))
    assert f"{case.code}: {NAMES[page.person]} has it." in played.seen.news


def test_a_phone_that_stays_in_the_hand_does_not_spoil_the_next_moment(played: Played) -> None:
    assert played.cases[0].closed_at <= played.cases[1].logged_at


def test_silence_so_the_next_person_when_the_ladder_says(played: Played) -> None:
    case = played.cases[1]
    silent, next_one = played.pages(case)
    assert silent.person != next_one.person
    assert (silent.answer, next_one.answer) == ("expired", "accepted")
    assert silent.delivery == "delivered"
    assert STEP <= next_one.created_at - silent.created_at < STEP * 2
    assert played.seen.news.index(f"{case.code}: {NAMES[silent.person]} is asked.") < played.seen.news.index(
        f"{case.code}: {NAMES[next_one.person]} is asked."
    )


def test_undelivered_so_the_next_at_once(played: Played) -> None:
    case = played.cases[2]
    lost, next_one = played.pages(case)
    assert lost.person != next_one.person
    assert lost.delivery in ("undelivered", "failed")
    assert next_one.answer == "accepted"
    # Nobody waited for the step to end.
    assert next_one.created_at - lost.created_at < STEP
    assert (lost.person, "Undelivered, so the next at once") in played.seen.off
    assert not played.asked(lost.person, case.code)
    (alarm,) = played.rows(schema.alarms, case_id=case.id)
    assert (alarm.kind, alarm.subject) == ("undelivered", lost.person)


def test_nobody_so_an_alarm_that_rings_until_a_person_acts(played: Played) -> None:
    case = played.cases[3]
    pages = played.pages(case)
    assert not {page.answer for page in pages} & {"accepted", "declined"}
    first, others = pages[0], pages[1:]
    everyone = {member.id for member in people.members() if member.post.opening}
    assert {page.person for page in others} == everyone
    assert all(page.created_at - first.created_at >= STEP for page in others)
    (alarm,) = played.rows(schema.alarms, case_id=case.id, kind="unanswered")
    assert alarm.opened_at - case.logged_at >= STEP * 2
    assert alarm.rings >= 1
    (coordinator,) = (member.id for member in people.members() if "coordinator" in member.post.roles)
    assert f"ALARM: nobody has taken {case.code}. Page or assign someone now." in played.seen.read(coordinator)
    assert (coordinator, "An alarm you must act on") in played.seen.rang
    # It rang until somebody had the case, and no longer.
    (owner,) = played.rows(schema.assignments, case_id=case.id)
    assert alarm.opened_at < owner.since == alarm.ended_at
    assert f"{case.code}: the coordinator has given it to {NAMES[owner.person]}." in played.seen.news
    assert any(f"{case.code} is with {NAMES[owner.person]}" in words for _, _, words in played.seen.scenes)


def test_a_hard_stop_rings_two_together_and_911_is_called(played: Played) -> None:
    case = played.cases[4]
    assert (case.urgency, case.mode, list(case.hard_stops)) == ("immediate", "911", ["attempt_in_progress"])
    first, second = played.pages(case)[:2]
    assert first.voice
    assert second.voice
    assert {first.layer, second.layer} == {"supervisor", "primary"}
    assert first.created_at == second.created_at
    assert {(page.person, "A hard stop") for page in (first, second)} <= played.seen.rang
    (call,) = played.rows(schema.emergencies, case_id=case.id)
    assert call.called_at - case.logged_at < timedelta(minutes=1)
    assert f"{case.code}: the operator has called 911 and stays on the line." in played.seen.news


def test_without_redis_contacts_are_logged_and_pages_go_out(played: Played) -> None:
    seen = played.seen
    assert seen.gone_from is not None
    assert seen.gone_until is not None
    assert all(answer["code"] == 200 for answer in seen.health)
    assert any("queue_down" in str(answer["reasons"]) for answer in seen.health)
    meanwhile = [case for case in played.cases[5:] if seen.gone_from < case.logged_at < seen.gone_until]
    accepted = [page for case in meanwhile for page in played.pages(case) if page.answer == "accepted"]
    assert [page for page in accepted if page.answered_at < seen.gone_until]
    assert GONE in seen.news


def test_redis_comes_back_and_is_filled_again_by_itself(played: Played) -> None:
    before, after = played.seen.servers
    assert before != after
    wait_until(played.svc.queue.epoch.intact, 10.0, "the queue to be filled again")
    assert BACK in played.seen.news
    assert "queue_down" not in played.demo.visitor.get(f"{played.demo.address}/readyz", timeout=5).text

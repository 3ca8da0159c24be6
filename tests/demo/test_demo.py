"""The demo itself, started as `make run` starts it, replaying a tiny record of arrivals after its opening."""

from __future__ import annotations

import pytest

from tests.demo.running import RunningDemo
from tests.demo.watching import Played
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("demo")]


@pytest.fixture
def demo(played: Played) -> RunningDemo:
    return played.demo


def test_it_opens_without_a_password_and_says_that_it_is_a_demo(demo: RunningDemo) -> None:
    page = demo.visitor.get(demo.address, timeout=5)
    assert page.status_code == 200
    assert "DEMO: everybody here is made up" in page.text
    assert page.text.count("data-phone=") == 3
    assert "15 to 20 seconds" in page.text


def test_a_recorded_arrival_is_paged_and_accepted_through_a_phone(demo: RunningDemo) -> None:
    logged: set[str] = set()

    def accepted() -> str:
        now = demo.now()["strip"]["last"]
        logged.update(line[-4:-1] for line in now if line.startswith("A contact is logged: suicidal thoughts, case "))
        said = [words for thread in demo.texts().values() for words in thread]
        return next((code for code in logged if f"You have {code}" in " ".join(said)), "")

    code = wait_until(accepted, 60.0, "somebody to accept")
    threads = demo.texts()
    asked = [person for person, thread in threads.items() if any(f"PAGE {code}" in words for words in thread)]
    said = [person for person, thread in threads.items() if f"1 {code}" in thread]
    assert asked
    assert set(said) & set(asked)


def test_a_phone_in_the_hand_answers_as_its_visitor_does(demo: RunningDemo) -> None:
    person = demo.now()["phones"][1]["id"]
    assert demo.post(f"/demo/phones/{person}/text", words="WHO").status_code == 200
    wait_until(lambda: any(w.startswith("On call with you:") for w in demo.texts()[person]), 20.0, "an answer to WHO")
    assert next(phone for phone in demo.now()["phones"] if phone["id"] == person)["held"]


def test_the_switch_signs_in_as_somebody_else(demo: RunningDemo) -> None:
    for role, sees in (
        ("operator", "Log a contact yourself"),
        ("responder", "/mine/live"),
        ("coordinator", "/board/live"),
    ):
        assert demo.post(f"/demo/as/{role}").status_code == 303
        assert sees in demo.visitor.get(demo.address, timeout=5).text


def test_a_visitor_at_work_is_heard_of(demo: RunningDemo) -> None:
    assert demo.post("/demo/work").status_code == 200
    assert "/demo/work" in demo.visitor.get(f"{demo.address}/demo/static/demo.js", timeout=5).text


def test_nobody_without_the_pages_token_moves_a_phone(demo: RunningDemo) -> None:
    answer = demo.visitor.post(f"{demo.address}/demo/phones/ana/text", json={"words": "STOP"}, timeout=5)
    assert answer.status_code == 403
    assert demo.post("/demo/phones/nobody/text", words="1").status_code == 404

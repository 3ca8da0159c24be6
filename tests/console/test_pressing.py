"""A full board: whatever is about to go wrong is first, and the rest is folded away without being lost."""

from __future__ import annotations

import re

from dispatch.access import Role
from dispatch.alarm import Kind
from dispatch.clock import ManualClock
from dispatch.console import pressing
from dispatch.console.words import because
from dispatch.flow import boards, desk, firing, health, searching, service_alarms
from dispatch.priority import Urgency
from dispatch.store.casefiles import Told
from tests.api.conftest import TEST, Api
from tests.api.made import CALM, GRAVE, contact
from tests.console.conftest import Screen


def log(api: Api, answers: dict[str, str]) -> str:
    code: str = api.log(contact(answers)).json()["case"]["code"]
    return code


def silence(api: Api, clock: ManualClock) -> None:
    """Nobody answers until every ladder has ended."""
    for _ in range(24):
        clock.forward(minutes=15)
        firing.fire_due(TEST, api.svc, None, 200)
        searching.match_team(TEST, api.svc, "default")


def tell(api: Api, kind: Kind, subject: str) -> None:
    """An alarm that belongs to no case."""
    with api.svc.record.write() as conn:
        service_alarms.open_for(api.svc, conn, Told(), ["default"], kind, "text", api.clock.now(), "t", subject=subject)


def test_a_list_of_alarms_has_the_most_pressing_kind_first_and_then_the_oldest(api: Api, clock: ManualClock) -> None:
    for kind in (Kind.UNKNOWN_TEXT, Kind.SERVICE, Kind.COVERAGE, Kind.UNANSWERED):
        tell(api, kind, "one")
        clock.forward(minutes=1)
    listed = [one["kind"] for one in api.as_(Role.COORDINATOR).get("/api/v1/alarms").json()["items"]]
    assert listed == ["unanswered", "service", "coverage", "unknown_text"]


def alarms_of(screen: Screen) -> list[str]:
    """The codes of alarms about cases, as the page lists them."""
    return re.findall(r'<li id="alarm-[^>]*>.*?class="code">(\w+)', screen.html, re.DOTALL)


class TestFirst:
    def test_the_most_urgent_case_nobody_took_stands_above_everything(
        self, api: Api, coordinator: Screen, clock: ManualClock
    ) -> None:
        calm = [log(api, CALM) for _ in range(6)]
        grave = log(api, GRAVE)
        silence(api, clock)
        shown = coordinator.open("/board")
        assert re.search(rf"Board First {grave} \W*very urgent Nobody has taken this case ?, ", shown.text)
        assert alarms_of(shown)[0] == grave
        assert set(alarms_of(shown)) == {grave, *calm}
        assert "2 more: 2 × nobody has taken this case" in shown.text
        assert "Alarms (7)" in shown.text

    def test_a_case_whose_time_is_nearly_over_is_first_before_any_alarm_rings(
        self, api: Api, coordinator: Screen, clock: ManualClock
    ) -> None:
        grave = log(api, GRAVE)
        clock.forward(minutes=45)
        for _ in range(5):
            log(api, CALM)
        assert "First" not in coordinator.open("/board").text
        clock.forward(minutes=7)
        assert re.search(
            rf"First {grave} \W*very urgent Nobody has taken it yet ?, due in 8 min", coordinator.open("/board").text
        )
        clock.forward(minutes=10)
        assert re.search(r"Nobody has taken it yet ?, 2 min 00 s late", coordinator.open("/board").text)

    def test_it_is_not_told_twice_where_the_page_begins_with_its_alarm(
        self, api: Api, coordinator: Screen, clock: ManualClock
    ) -> None:
        log(api, GRAVE)
        silence(api, clock)
        for _ in range(6):
            log(api, CALM)
        assert 'id="first"' not in coordinator.open("/board").html
        tell(api, Kind.SAFETY, "ana")
        assert 'id="first"' in coordinator.open("/board").html

    def test_a_quiet_board_says_nothing_of_the_kind(self, api: Api, coordinator: Screen, clock: ManualClock) -> None:
        for _ in range(7):
            log(api, CALM)
        assert 'id="first"' not in coordinator.open("/board").html


class TestAlarms:
    def test_danger_before_waiting_before_what_can_wait(self, api: Api, clock: ManualClock) -> None:
        tell(api, Kind.UNKNOWN_TEXT, "one")
        tell(api, Kind.SAFETY, "ana")
        log(api, CALM)
        grave = log(api, GRAVE)
        silence(api, clock)
        found = _sorted(api)
        kinds = [alarm.kind for alarm in (*found.shown, *found.folded)]
        assert kinds == [Kind.SAFETY, Kind.UNANSWERED, Kind.UNANSWERED, Kind.UNKNOWN_TEXT]
        assert found.shown[1].code == grave
        assert found.urgency[str(found.shown[1].case_id)] is Urgency.VERY_URGENT

    def test_what_one_has_seen_is_folded_once_there_are_many(
        self, api: Api, coordinator: Screen, clock: ManualClock
    ) -> None:
        for _ in range(4):
            log(api, CALM)
        silence(api, clock)
        coordinator.open("/board")
        seen = re.findall(r'action="/alarms/(\w+)/acknowledge"', coordinator.html)
        assert len(seen) == 4
        coordinator.post(f"/alarms/{seen[0]}/acknowledge")
        assert "1 more that you have seen: 1 × nobody has taken this case" in coordinator.text
        assert f'id="alarm-{seen[0]}" class="seen"' in coordinator.html.partition('id="more-alarms"')[2]

    def test_few_alarms_are_all_in_sight(self, api: Api, coordinator: Screen, clock: ManualClock) -> None:
        log(api, CALM)
        silence(api, clock)
        coordinator.open("/board")
        (seen,) = re.findall(r'action="/alarms/(\w+)/acknowledge"', coordinator.html)
        coordinator.post(f"/alarms/{seen}/acknowledge")
        assert "Silent for you until" in coordinator.text
        assert 'id="more-alarms"' not in coordinator.html

    def test_a_gap_leads_to_where_it_is_mended(self, api: Api, coordinator: Screen) -> None:
        tell(api, Kind.COVERAGE, "ana")
        coordinator.open("/board")
        assert re.search(r'<a class="button main" href="/coverage\?team=default">Act on it', coordinator.html)


def test_the_board_says_what_the_service_lacks(api: Api, coordinator: Screen) -> None:
    """There is no Redis and no worker in these tests."""
    shown = coordinator.open("/board").text
    assert "Redis is not answering: pages go out from the record, a little later." in shown
    assert "No ticker has been heard of for 15 seconds." in shown
    for process in health.NEEDED:
        health.beat(api.svc, process)
    assert "has been heard of" not in coordinator.open("/board").text


def test_why_an_alarm_rings_is_said_in_words() -> None:
    assert because(["ladder_exhausted"]) == "Nobody answered at any step"
    assert because(["undelivered:30003"]) == "Did not arrive, carrier's code 30003"
    assert because(["undelivered:0"]) == "Did not arrive"
    assert because(["code:21610"]) == "Carrier's code 21610"
    assert because(["no_contact_made"]) == ""
    assert because(["nobody is on call in second, Wed 09:00 to Wed 11:00"]).startswith("Nobody is on call in second")


def _sorted(api: Api) -> pressing.Alarms:
    found = boards.queue(TEST, api.svc).items, desk.working(TEST, api.svc)
    return pressing.alarms(boards.alarms(TEST, api.svc), *found)

"""Cover ahead, the calendar of a team with what a coordinator changes there, and everybody's share."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from dispatch.access import Role
from dispatch.flow import people, rostering
from dispatch.override import Override
from dispatch.responder import Availability
from tests.api.conftest import TEST, Api
from tests.api.made import ROSTER
from tests.console.conftest import Screen, SignIn

ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//made up//EN
BEGIN:VEVENT
UID:one
DTSTAMP:20260101T000000Z
SUMMARY:Nights
DTSTART:{day}T200000Z
DTEND:{day}T230000Z
END:VEVENT
END:VCALENDAR
"""


def local(api: Api, hours: float) -> str:
    """So many hours from now, as a page sends a moment of the team's clock."""
    at = api.clock.now() + timedelta(hours=hours)
    return at.astimezone(rostering_zone(api)).strftime("%Y-%m-%dT%H:%M")


def rostering_zone(api: Api):  # type: ignore[no-untyped-def]
    with api.svc.record.read() as conn:
        return api.svc.rosters.team(conn, "default").team.zone


def gap(api: Api, hours: float = 5) -> None:
    """Nobody is on in backup for two hours."""
    start = api.clock.now() + timedelta(hours=hours)
    away = Override("default", "backup", start, start + timedelta(hours=2), instead_of="ben")
    rostering.add_override(TEST, api.svc, away)


class TestCover:
    def test_three_days_ahead_with_each_gap_by_word_and_somebody_put_on_right_there(
        self, api: Api, coordinator: Screen
    ) -> None:
        gap(api)
        coordinator.open("/coverage")
        assert "Nobody is on call in backup." in coordinator.text
        assert 'class="gap"' in coordinator.html
        assert "<title>nobody, " in coordinator.html
        values = {"team": "default", "layer": "backup", "person": "ben", "back": "/coverage"}
        values |= {"from": local(api, 5), "to": local(api, 7)}
        coordinator.post("/calendar/override", values)
        assert coordinator.at == "/coverage"
        assert "No gap" in coordinator.text

    def test_who_said_off_is_no_bar_of_somebody_on_call_and_the_gap_names_them(
        self, api: Api, coordinator: Screen
    ) -> None:
        people.set_availability(TEST, api.svc, "ben", Availability.OFF, 24)
        coordinator.open("/coverage")
        assert "Nobody is on call in backup: Ben Okoro is on the roster and said OFF." in coordinator.text
        bars = re.findall(r'<svg x="([^"]+)%"[^>]*?( class="off")?><title>Ben Okoro( said OFF)?,', coordinator.html)
        assert bars == [("0.0", ' class="off"', " said OFF"), ("33.333", "", "")]
        backup = re.search(r"backup</dt>.*?</dd>", coordinator.open("/board").html, re.DOTALL)
        assert backup
        assert "nobody is free now" in backup[0]
        assert "Nobody is on call in backup: Ben Okoro is on the roster and said OFF." in coordinator.text
        today = re.search(r'class="today".*?</tr>', coordinator.open("/calendar").html, re.DOTALL)
        assert today
        assert re.search(r'Ben Okoro</span> <span class="tag warn">said OFF', today[0])
        assert '<span class="tag bad">nobody</span>' in today[0]

    def test_hours_too_short_for_a_name_are_in_a_row_of_their_person(self, api: Api, coordinator: Screen) -> None:
        start = api.clock.now() + timedelta(hours=1)
        for n in range(3):
            at = start + timedelta(hours=2 * n)
            hour = Override("default", "backup", at, at + timedelta(hours=1), person="ana", instead_of="ben")
            rostering.add_override(TEST, api.svc, hour)
        coordinator.open("/coverage")
        rows = re.findall(r'<text x="6" y="(\d+)" class="whose">([^<]+)<', coordinator.html)
        assert rows == [("17", "Ben Okoro"), ("43", "Ana Ruiz")]
        assert len(re.findall(r"<title>Ana Ruiz, Mon", coordinator.html)) == 4  # three hours, and primary

    def test_a_refused_override_keeps_what_was_typed_and_names_the_field(self, api: Api, coordinator: Screen) -> None:
        gap(api)
        coordinator.open("/coverage")
        values = {"team": "default", "layer": "backup", "person": "ana", "instead_of": "", "back": "/coverage"}
        coordinator.post("/calendar/override", {**values, "from": local(api, 7), "to": local(api, 5)})
        assert (coordinator.status, coordinator.problems()) == (422, ["must be after from"])
        assert '<a href="#f-override-to">To</a>: must be after from' in coordinator.html
        kept = coordinator.html.partition("again-title")[2].partition("</form>")[0]
        assert f'id="f-override-to" name="to" value="{local(api, 5)}"' in kept
        assert f'value="{local(api, 7)}"' in kept
        assert '<option value="ana" selected>' in kept
        assert '<option value="backup" selected>' in kept

    def test_any_range_and_one_that_cannot_be_shown(self, api: Api, coordinator: Screen) -> None:
        gap(api, hours=24 * 20)
        assert "No gap" in coordinator.open("/coverage").text
        far = f"/coverage?team=default&from={local(api, 24 * 19)}&to={local(api, 24 * 21)}"
        assert "Nobody is on call in backup." in coordinator.open(far).text
        wrong = coordinator.open(f"/coverage?from={local(api, 5)}&to={local(api, 4)}")
        assert "cannot be shown: to: must be after from" in wrong.text
        assert coordinator.open("/coverage?from=yesterday").status == 200

    def test_whoever_cannot_change_the_roster_sees_the_gaps_and_no_form(self, api: Api, ana: Screen) -> None:
        gap(api)
        ana.open("/coverage")
        assert "Nobody is on call in backup." in ana.text
        assert "Put somebody on" not in ana.text
        assert "Shares" not in ana.text

    def test_another_teams_cover_is_not_there(self, ana: Screen) -> None:
        assert ana.open("/coverage?team=north").status == 404


class TestCalendar:
    def test_four_weeks_by_day_and_layer(self, api: Api, coordinator: Screen) -> None:
        gap(api)
        coordinator.open("/calendar")
        assert coordinator.html.count('<details class="week"') == 4
        assert coordinator.html.count('<details class="week" open') == 1
        assert "Mon 5 Jan today" in coordinator.text
        # Days that are all the same are one row; two hours without anybody stand in the row of their day.
        assert "Tue 6 Jan to Sun 11 Jan" in coordinator.text
        assert "nobody for some time: Mon" in coordinator.text
        assert re.search(r"Ben Okoro [^|]*?nobody 12:00 to 14:00", coordinator.text)
        assert coordinator.open("/calendar?team=default&all=1").html.count('<details class="week" open') == 4
        later = coordinator.open("/calendar?team=default&from=2026-12-21")
        assert "21 Dec to 17 Jan 2027" in later.text

    def test_ones_own_duties_come_first(self, api: Api, ana: Screen) -> None:
        ana.open("/calendar")
        assert "You primary : now, and still on after 1 Feb" in ana.text
        assert ana.text.count("you: every day") == 4
        people.set_availability(TEST, api.svc, "ana", Availability.OFF, 24 * 8, even_so=True)
        ana.open("/calendar")
        assert "you said OFF until Tue 13 Jan, 07:00" in ana.text
        assert ana.text.count("you: every day") == 2

    def test_an_absence_added_shown_and_taken_back(self, api: Api, coordinator: Screen) -> None:
        coordinator.open("/calendar")
        values = {"team": "default", "person": "ana", "from": local(api, 24), "to": local(api, 72)}
        coordinator.post("/calendar/absence", values)
        assert "Away (1) Ana Ruiz" in coordinator.text
        assert "nobody" in coordinator.text
        hidden = coordinator.hidden()
        coordinator.post("/calendar/remove", {"team": "default", "kind": "absence", "id": hidden["id"]})
        assert "Away (0)" in coordinator.text

    def test_a_temporary_schedule_with_its_fallback(self, api: Api, coordinator: Screen) -> None:
        coordinator.open("/calendar")
        values = {
            "team": "default",
            "layer": "primary",
            "from": local(api, 24),
            "to": local(api, 72),
            "fallback": "dee",
        }
        shift = {"person-0": "ben", "from-0": local(api, 24), "to-0": local(api, 30)}
        coordinator.post("/calendar/temporary", {**values, **shift})
        assert "Temporary schedules (1)" in coordinator.text
        assert "where nobody is on: Dee Park" in coordinator.text
        coordinator.post("/calendar/temporary", {**values, "fallback": ""})
        assert coordinator.status == 422
        assert "give shifts or a fallback" in coordinator.text

    def test_what_was_refused_is_said_and_what_was_entered_stays(self, api: Api, coordinator: Screen) -> None:
        coordinator.open("/calendar")
        values = {"team": "default", "layer": "primary", "person": "ana", "from": local(api, 5), "to": local(api, 4)}
        coordinator.post("/calendar/override", values)
        assert coordinator.status == 422
        assert "must be after from" in coordinator.text
        assert f'value="{local(api, 5)}"' in coordinator.html

    @pytest.mark.parametrize("path", ["override", "absence", "temporary", "remove", "ics"])
    def test_an_empty_form_is_refused_by_name(self, coordinator: Screen, path: str) -> None:
        coordinator.open("/calendar")
        assert coordinator.post(f"/calendar/{path}", {"team": "default"}).status == 422

    def test_a_calendar_file_as_a_telephone_makes_it(self, api: Api, coordinator: Screen) -> None:
        coordinator.open("/calendar")
        day = (api.clock.now() + timedelta(days=2)).strftime("%Y%m%d")
        values = {"csrf_token": coordinator.hidden()["csrf_token"], "team": "default", "layer": "primary"}
        for _ in range(2):
            answer = coordinator.client.post(
                "/calendar/ics",
                data={**values, "person": "ben"},
                files={"file": ("nights.ics", ICS.format(day=day), "text/calendar")},
                headers={"Origin": "http://testserver"},
            )
            assert answer.status_code == 200
        exported = people.export_roster(TEST, api.svc)
        assert exported.count("person: ben") == 2
        broken = coordinator.client.post(
            "/calendar/ics",
            data={**values, "person": "ben"},
            files={"file": ("nights.ics", b"\xff\xfe nonsense", "text/calendar")},
            headers={"Origin": "http://testserver"},
        )
        assert broken.status_code == 422

    def test_nobody_else_changes_it(self, api: Api, ana: Screen) -> None:
        ana.open("/calendar")
        values = {"team": "default", "layer": "primary", "person": "ana", "from": local(api, 5), "to": local(api, 6)}
        assert ana.post("/calendar/override", values).status == 403


class TestShares:
    def test_a_page_and_a_file_for_a_spreadsheet(self, api: Api, coordinator: Screen) -> None:
        coordinator.open("/fairness")
        assert "Ana Ruiz" in coordinator.text
        found = coordinator.client.get("/fairness.csv?team=default")
        assert found.headers["content-type"].startswith("text/csv")
        head, *rows = found.text.splitlines()
        assert head.startswith("from,to,person,name,hours,night_hours")
        assert [row.split(",")[2] for row in rows] == ["ana", "ben", "dee"]

    def test_a_name_that_looks_like_a_formula_is_text(self, api: Api, coordinator: Screen) -> None:
        people.import_roster(TEST, api.svc, ROSTER.replace("name: Ana Ruiz", 'name: "=2+3"'))
        assert ",'=2+3," in coordinator.client.get("/fairness.csv").text

    def test_a_responder_does_not_see_it(self, sign_in: SignIn) -> None:
        ben = sign_in("ben", Role.RESPONDER, person="ben")
        assert ben.open("/fairness").status == 403

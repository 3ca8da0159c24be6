"""Whoever is signed in for one team, in every role, sees and moves nothing of another's, by any route: new routes walk
along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from dispatch.access import system
from dispatch.flow import admin, live, people, searching, sessions
from dispatch.flow.admin import GRANTABLE
from dispatch.http import forgery
from dispatch.http.signin import COOKIE
from dispatch.store import schema
from tests.api.conftest import TEST, Api
from tests.api.made import GRAVE, ROSTER, contact
from tests.api.test_access import OPEN, STREAMS, routes

NORTH = """
  - {id: nora, name: Nora Quill, phone: "+12025550177", roles: [responder], teams: [north], populations: [adult],
     credentials: [{state: VA, title: LMHP, status: active, expires: 2027-06-30}]}
  - {id: otto, name: Otto Vane, phone: "+12025550178", roles: [responder], teams: [north], populations: [adult],
     credentials: [{state: VA, title: LMHP, status: active, expires: 2027-06-30}]}
shifts:
  - {team: north, layer: primary, person: nora, always: true}
  - {team: north, layer: backup, person: otto, always: true}"""
THEIRS = ("Nora", "Quill", "nora", "otto", "Otto", "555017", "loudoun")
LATER, LATEST = "2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z"
PERSON = {"person": "nora"}
#: What makes sense to each address under `/api/v1`, so that it is refused for whose it is and for nothing else.
SENT: dict[str, dict[str, Any]] = {
    "cases/{case_id}/accept": {},
    "cases/{case_id}/decline": {},
    "cases/{case_id}/assessments": {"protocol": "cssrs-screener", "answered_by": "self", "answers": {"q1": "yes"}},
    "cases/{case_id}/assign": PERSON,
    "cases/{case_id}/clear-scene": {},
    "cases/{case_id}/close": {"disposition": "resolved_on_call"},
    "cases/{case_id}/emergency": {"called_by": "ana", "agency": "fairfax-911"},
    "cases/{case_id}/escalate": {},
    "cases/{case_id}/note": {"text": "mine"},
    "cases/{case_id}/recontact": {"reached": True},
    "cases/{case_id}/regrade": {"urgency": "immediate", "reason": "mine"},
    "cases/{case_id}/regrade/confirm": {},
    "cases/{case_id}/release": {**PERSON, "reason": "mine"},
    "cases/{case_id}/release-hold": {},
    "cases/{case_id}/reopen": {"reason": "mine"},
    "cases/{case_id}/stand-down": {},
    "cases/{case_id}/status": {"status": "arrived", **PERSON},
    "cases/{case_id}/waivers": {**PERSON, "reason": "mine"},
    "alarms/{alarm_id}/acknowledge": {},
    "responders/{person}": {"name": "Mine"},
    "responders/{person}/availability": {"availability": "off", "even_so": True},
    "responders/{person}/duress-word": {"word": "aubergine"},
    "responders/{person}/phone/confirm": {"code": "123456"},
    "responders/{person}/phone/verify": {},
    "responders/{person}/training": {"state": "VA", "title": "LMHP", "on": "2026-01-02", "hours": 2},
    "responders/{person}/training/confirm": {"state": "VA", "title": "LMHP", "on": "2026-01-02", "hours": 2},
    "absences": {**PERSON, "from": LATER, "to": LATEST},
    "contacts": contact(team="north", location={"area": "loudoun", "known": "yes"}),
    "feeds": {"team": "north"},
    "handoffs": {"team": "north", "taker": "otto", "giver": "nora"},
    "overrides": {"team": "north", "layer": "primary", "person": "otto", "from": LATER, "to": LATEST},
    "swaps": {"team": "north", "layer": "primary", "from": LATER, "to": LATEST, "giver": "nora"},
}


@dataclass
class Apart:
    """`mine` is signed in for the team `default` in every role; `ids` are of the team `north`."""

    api: Api
    mine: TestClient
    ids: dict[str, str]

    def addresses(self, *methods: str) -> Iterator[tuple[str, str, str]]:
        """(method, template, address) of every route that can be asked with what there is."""
        for method, path, _ in routes(self.api.app):
            address = path
            for name, value in self.ids.items():
                address = address.replace(f"{{{name}}}", value)
            if method in methods and "{" not in address and (method, path) not in {*OPEN, *STREAMS}:
                yield method, path, address


@pytest.fixture
def apart(api: Api) -> Apart:
    people.import_roster(TEST, api.svc, ROSTER.replace("\nshifts:", NORTH))
    case = api.log(contact(GRAVE, team="north", location={"area": "loudoun", "known": "yes"})).json()["case"]
    searching.match_team(system("test"), api.svc, "north")
    live.ring_installer(TEST, api.svc, "north", "nora")
    with api.svc.record.read() as conn:
        alarm = str(conn.scalar(select(schema.alarms.c.id).where(schema.alarms.c.team == "north")))
    user = admin.add_user(TEST, api.svc, "ana", None, GRANTABLE, ["default"], person="ana")
    session = sessions._open(api.svc, user.id)
    client = api.browser()
    client.cookies.set(COOKIE, session)
    client.headers |= {"Sec-Fetch-Site": "same-origin", forgery.HEADER: forgery.token_of(session)}
    return Apart(api, client, {"case_id": case["id"], "person": "nora", "alarm_id": alarm})


def test_nothing_of_another_team_is_shown(apart: Apart) -> None:
    everybody, secrets = apart.api.as_(*GRANTABLE), (*THEIRS, apart.ids["case_id"])
    shown = []
    for _, _, address in apart.addresses("GET"):
        for asked in (address, f"{address}?team=north"):
            text = apart.mine.get(asked, follow_redirects=False).text.replace(address, "")
            shown += [(asked, word) for word in secrets if word in text]
    assert shown == []
    for asked in ("/board", "/people", "/api/v1/cases", "/api/v1/oncall?team=north"):
        assert any(word in everybody.get(asked).text for word in secrets), asked


def test_nothing_of_another_team_is_moved(apart: Apart) -> None:
    before = _record(apart.api)
    refused: dict[str, int] = {}
    for method, path, address in apart.addresses("POST", "PUT", "PATCH"):
        sent = SENT.get(path.removeprefix("/api/v1/"))
        if sent is not None:
            answer = apart.mine.request(method, address, json=sent, headers={"Idempotency-Key": "mine"})
            refused[path] = answer.status_code
            assert answer.status_code in (403, 404), f"{method} {path}: {answer.status_code} {answer.text}"
        elif "{case_id}" in path and path.startswith("/api/"):
            raise AssertionError(f"say what {method} {path} is sent")
    assert len(refused) >= len(SENT) - 1
    assert _record(apart.api) == before


def _record(api: Api) -> dict[str, list[Any]]:
    """All that is in the record, but who looked and who is signed in."""
    apart = {"sessions", "looks", "looks_head"}
    with api.svc.record.read() as conn:
        tables = [table for table in schema.metadata.sorted_tables if table.name not in apart]
        return {table.name: sorted(map(str, conn.execute(table.select()))) for table in tables}

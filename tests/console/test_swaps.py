"""Shifts, swaps and hand-offs at a screen."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch.access import Role
from dispatch.clock import ManualClock
from dispatch.flow import departures, firing, people
from dispatch.store.schema import ledger
from tests.api.conftest import TEST, Api
from tests.api.made import ROSTER
from tests.console.conftest import Screen, SignIn

#: Ana is on in the first layer until one in the afternoon of the day, eight in the morning by the team's clock, and
#: again two days later; Cy has nothing to do yet and follows her.
PEOPLE = """\
  - {id: cy, name: Cy Long, phone: "+12025550105", roles: [responder], teams: [default],
     credentials: [{state: VA, title: LMHP, status: active, expires: 2027-06-30}]}
shifts:
  - {team: default, layer: primary, person: ana, from: "2026-01-05T02:00", to: "2026-01-05T08:00"}
  - {team: default, layer: primary, person: ana, from: "2026-01-07T08:00", to: "2026-01-07T20:00"}
  - {team: default, layer: primary, person: cy, from: "2026-01-05T08:00", to: "2026-01-05T20:00"}"""
MINE = "primary, from Wed 7 Jan, 08:00, until Wed 7 Jan, 20:00"


@pytest.fixture(autouse=True)
def roster(api: Api) -> None:
    _import(api)


def _import(api: Api, settings: str = "") -> None:
    text = ROSTER.replace("shifts:", PEOPLE).replace(
        "  - {team: default, layer: primary, person: ana, always: true}\n", ""
    )
    people.import_roster(
        TEST, api.svc, text.replace("areas: [fairfax, arlington]", f"areas: [fairfax, arlington]{settings}")
    )


@pytest.fixture
def cy(sign_in: SignIn) -> Screen:
    return sign_in("cy", Role.RESPONDER, person="cy")


def said(screen: Screen) -> str:
    """What a person reads, without the spaces that fall between two tags."""
    return re.sub(r" ([,.:])", r"\1", screen.text)


def ask_form(screen: Screen, start: str = "2026-01-07T08:00") -> dict[str, str | list[str]]:
    """What the form of the shift that begins then holds, as it stands."""
    forms = re.findall(r'<form method="post" action="/shifts/ask">.*?</form>', screen.html, re.DOTALL)
    form = next(each for each in forms if start in each)
    fields: dict[str, str | list[str]] = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    fields.pop("asked", None)
    fields |= dict(re.findall(r'name="(from|to)"(?: required)? value="([^"]*)"', form))
    return fields


def act(screen: Screen, words: str) -> str:
    """The address of the first form on the page whose button says this."""
    found = re.search(rf'action="([^"]+)">(?:(?!</form>).)*<button[^>]*>{words}', screen.html, re.DOTALL)
    assert found, screen.text
    return found[1]


def test_a_person_sees_their_shifts_asks_and_somebody_takes_one(api: Api, ana: Screen, cy: Screen) -> None:
    shown = ana.open("/shifts")
    assert MINE in said(shown)
    assert "primary, on call now, until Mon 5 Jan, 08:00" in said(shown)
    shown.post("/shifts/ask", ask_form(shown) | {"asked": ["cy"]})
    assert (shown.status, shown.at) == (200, "/shifts")
    assert "Asked: Cy Long. Wed 7 Jan, 08:00 to 20:00. Until somebody has it, it stays yours." in said(shown)
    assert "Ana Ruiz asks you to take primary, Wed 7 Jan, 08:00 to 20:00" in said(cy.open("/shifts"))
    cy.post(act(cy, "Take it"))
    assert "Cy Long has primary, Wed 7 Jan, 08:00 to 20:00, instead of Ana Ruiz." in said(cy)
    assert MINE in said(cy)
    assert MINE not in said(ana.open("/shifts"))
    ana.post(act(ana, "Undo"))
    assert MINE in said(ana)


def test_a_coordinator_writes_down_a_yes_and_a_no_of_the_telephone(
    api: Api, ana: Screen, cy: Screen, coordinator: Screen
) -> None:
    ana.open("/shifts").post("/shifts/ask", ask_form(ana))
    assert "Somebody told you on the telephone?" not in said(cy.open("/shifts"))
    assert "Somebody told you on the telephone? Ana Ruiz: primary" in said(coordinator.open("/shifts"))
    take = act(coordinator, "They take it")
    assert 'value="ana"' not in coordinator.html.split('id="unanswered"')[1].split("</section>")[0]
    coordinator.post(take.replace("/take", "/decline"), {"person": "ben"})
    assert "No: Ben Okoro." in said(coordinator)
    coordinator.post(take, {"person": "cy"})
    assert "Cy Long has primary, Wed 7 Jan, 08:00 to 20:00, instead of Ana Ruiz." in said(coordinator)
    with api.svc.record.read() as conn:
        moves = conn.execute(select(ledger.c.actor, ledger.c.data).where(ledger.c.kind == "swap")).all()
    dee = next(move for move in moves if move.data["event"] == "took")
    assert (dee.data["taker"], dee.actor) == ("cy", coordinator.client.get("/api/v1/session").json()["id"])


def test_nobody_else_speaks_for_a_colleague(ana: Screen, cy: Screen) -> None:
    ana.open("/shifts").post("/shifts/ask", ask_form(ana))
    cy.open("/shifts")
    assert cy.post(act(cy, "Take it"), {"person": "ben"}).status == 403


def test_asked_of_the_whole_team_in_part_and_kept_after_all(api: Api, ana: Screen, cy: Screen) -> None:
    form = ask_form(ana.open("/shifts")) | {"from": "2026-01-07T10:00", "to": "2026-01-07T12:00"}
    ana.post("/shifts/ask", form)
    assert "The whole team is asked. Wed 7 Jan, 10:00 to 12:00" in said(ana)
    cy.open("/shifts")
    cy.post(act(cy, "Not me"))
    assert "You said no. You may still take it." in said(cy)
    ana.open("/shifts")
    ana.post(act(ana, "Keep it after all"))
    assert "The whole team is asked" not in said(ana)
    assert "Asked of you" not in said(cy.open("/shifts"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"to": "2026-01-07T21:00"}, "To: is later than the end of this duty"),
        ({"from": ""}, "From: say when"),
        ({"from": "soon"}, "From: is no time"),
        ({"asked": ["cy", "ana"]}, "Ana Ruiz: it is their own shift"),
        ({"team": "nowhere"}, "Team: choose one"),
    ],
)
def test_what_cannot_be_asked_is_said_on_a_page(ana: Screen, change: dict[str, str | list[str]], says: str) -> None:
    ana.open("/shifts")
    ana.post("/shifts/ask", ask_form(ana) | {"asked": ["cy"]} | change)
    assert (ana.status, says in said(ana)) == (422, True), ana.text
    # The form of that shift is open again, with what was entered.
    assert ana.html.count('<details class="act" open>') == 1
    assert f'name="to" value="{change.get("to", "2026-01-07T20:00")}"' in ana.html
    assert len(re.findall(r'value="cy" checked', ana.html)) == 1


def test_a_coordinator_agrees_from_the_board(api: Api, ana: Screen, cy: Screen, coordinator: Screen) -> None:
    _import(api, ", swaps: approved")
    ana.open("/shifts")
    ana.post("/shifts/ask", ask_form(ana) | {"asked": ["cy"]})
    cy.open("/shifts")
    cy.post(act(cy, "Take it"))
    assert "Yours, once a coordinator agrees" in said(cy)
    assert "1 swap of shifts waits for your yes" in said(coordinator.open("/board"))
    assert "Cy Long takes primary, Wed 7 Jan, 08:00 to 20:00, from Ana Ruiz" in said(coordinator.open("/shifts"))
    coordinator.post(act(coordinator, "Agree"))
    assert "Cy Long has primary" in said(coordinator)
    assert "waits for your yes" not in said(coordinator.open("/board"))


def test_a_coordinator_asks_for_somebody_else_and_others_may_not_look(cy: Screen, coordinator: Screen) -> None:
    assert cy.open("/shifts?of=ana").status == 404
    shown = coordinator.open("/shifts?of=ana")
    assert "Ana Ruiz: the next four weeks" in said(shown)
    coordinator.post("/shifts/ask", ask_form(shown) | {"asked": ["cy"]})
    assert "Asked: Cy Long." in said(coordinator)
    assert coordinator.open("/shifts?of=nobody").status == 404


def held_by_ana(api: Api, coordinator: Screen) -> tuple[str, str]:
    case = api.log().json()["case"]
    coordinator.open(f"/cases/{case['id']}")
    coordinator.post(f"/cases/{case['id']}/assign", {"person": "ana"})
    return case["id"], case["code"]


def test_cases_are_handed_on_before_the_end_of_a_shift(
    api: Api, ana: Screen, cy: Screen, coordinator: Screen, clock: ManualClock
) -> None:
    one, code = held_by_ana(api, coordinator)
    two, other = held_by_ana(api, coordinator)
    clock.forward(minutes=40)
    assert departures.watch(TEST, api.svc) == 1
    assert "Your duty ends" in said(ana.open("/mine"))
    board = said(coordinator.open("/board"))
    assert re.search(
        rf"Ana Ruiz goes off duty in 20 min 00 s with [^:]*{code}[^:]*: nobody was offered them yet", board
    )
    shown = ana.open("/handoffs")
    assert "Your duty ends at 08:00" in said(shown)
    assert re.search(r'<select id="taker-1" name="taker"><option value="cy">', shown.html), "who follows comes first"
    ana.post("/handoffs", {"team": "default", "taker": "cy", "case": [one, two]})
    assert "You offered to Cy Long" in said(ana)
    assert re.search(rf"Ana Ruiz offers you ({code}, {other}|{other}, {code})", said(cy.open("/mine")))
    cy.open("/handoffs")
    assert cy.html.count('type="checkbox" name="case"') == 2
    assert "checked" in cy.html
    cy.post(act(cy, "Take over what is ticked"), {"case": [one]})
    assert "Your open cases (1)" in said(cy)
    assert "Cy Long took it over from ana" in said(coordinator.open(f"/cases/{one}"))
    cy.open("/handoffs")
    cy.post(act(cy, "Take over what is ticked"), {"case": [two]})
    assert "Your open cases (2)" in said(cy)
    assert "You have no open case" in said(ana.open("/handoffs"))
    assert other in said(cy.open("/mine"))


def test_who_is_with_the_person_is_not_ticked_and_a_check_in_without_an_answer_is_said(
    api: Api, ana: Screen, cy: Screen, coordinator: Screen, clock: ManualClock
) -> None:
    case, code = held_by_ana(api, coordinator)
    ana.open(f"/cases/{case}")
    ana.post(f"/cases/{case}/status", {"status": "arrived"})
    ana.open("/handoffs")
    ana.post("/handoffs", {"team": "default", "taker": "cy", "case": [case]})
    cy.open("/handoffs")
    assert "Ana Ruiz is with the person. Tick this only if you take over there" in said(cy)
    assert not re.search(r'name="case"[^>]*checked', cy.html)
    assert cy.post(act(cy, "Take over what is ticked")).status == 409
    clock.forward(timedelta(hours=1))
    firing.fire_due(TEST, api.svc, None, 100)
    cy.open("/handoffs")
    cy.post(act(cy, "Take over what is ticked"), {"case": [case]})
    assert f"{code}: a safety check-in of ana has no answer yet." in said(cy)


def test_a_no_and_a_withdrawal(api: Api, ana: Screen, cy: Screen, coordinator: Screen) -> None:
    case, _ = held_by_ana(api, coordinator)
    coordinator.open("/handoffs")
    assert "Open cases of Ana Ruiz (1)" in said(coordinator)
    coordinator.post("/handoffs", {"team": "default", "taker": "cy", "giver": "ana", "case": [case]})
    cy.open("/handoffs")
    cy.post(act(cy, "I take none of them"))
    assert "Cy Long said no." in said(ana.open("/handoffs"))
    assert "Off duty soon, and open cases were not taken over" in said(coordinator.open("/board"))
    ana.open("/handoffs")
    ana.post(act(ana, "Withdraw"))
    assert "offered to Cy Long" not in said(ana)
    assert ana.post("/handoffs", {"team": "default", "taker": "cy"}).status == 409

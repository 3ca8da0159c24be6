"""A coordinator's people: who counts and who does not, changed on a page; and training, claimed and confirmed."""

from __future__ import annotations

from dispatch.access import Role
from dispatch.flow import verifying
from tests.api.conftest import TEST, Api
from tests.console.conftest import Screen, SignIn

BEN: dict[str, str | list[str]] = {
    "name": "Ben Okoro",
    "phone": "+12025550102",
    "capacity": "1",
    "roles": ["responder"],
    "teams": ["default"],
    "populations": ["adult"],
    "credentials.0.state": "VA",
    "credentials.0.title": "QMHP",
    "credentials.0.status": "active",
    "credentials.0.issued": "2022-07-01",
    "credentials.0.expires": "2026-06-30",
}


def test_the_list_says_whose_credential_counts_and_until_when(api: Api, coordinator: Screen) -> None:
    lapsed = {"credentials": [{"state": "VA", "title": "QMHP", "expires": "2020-01-01"}]}
    api.as_(Role.COORDINATOR).patch("/api/v1/responders/ben", json=lapsed)
    shown = coordinator.open("/people").text
    assert "1 cannot be asked , because no credential counts: Ben Okoro" in shown
    assert "VA QMHP VA QMHP expired on 2020-01-01" in shown
    assert "VA LMHP counts until 2027-06-30" in shown
    assert "5550102" not in shown
    soon = {"credentials": [{"state": "VA", "title": "QMHP", "expires": "2026-02-01"}]}
    api.as_(Role.COORDINATOR).patch("/api/v1/responders/ben", json=soon)
    listed = coordinator.open("/people").text
    assert "Running out within 90 days Ben Okoro : VA QMHP, last good day 2026-02-01" in listed


def test_a_person_is_changed_and_the_look_is_recorded(api: Api, coordinator: Screen) -> None:
    shown = coordinator.open("/people/ben")
    assert 'value="+12025550102"' in shown.html
    assert "responder_seen" in api.looks()
    changed = {**BEN, "name": "Benjamin Okoro", "languages": "en, es", "skills": "perinatal"}
    assert coordinator.post("/people/ben", changed).at == "/people"
    assert "Benjamin Okoro" in coordinator.text
    found = api.as_(Role.COORDINATOR).get("/api/v1/responders/ben").json()
    assert (found["languages"], found["skills"]) == (["en", "es"], ["perinatal"])
    assert [c["expires"] for c in found["credentials"]] == ["2026-06-30"]


def test_a_change_on_the_page_brings_nobody_back_who_has_left(api: Api, coordinator: Screen) -> None:
    api.as_(Role.COORDINATOR).patch("/api/v1/responders/ben", json={"active": False})
    assert coordinator.post("/people/ben", {**BEN, "name": "Benjamin Okoro"}).at == "/people"
    found = api.as_(Role.COORDINATOR).get("/api/v1/responders/ben").json()
    assert (found["name"], found["active"]) == ("Benjamin Okoro", False)


def test_a_code_is_sent_to_somebody_whose_number_is_not_proved(coordinator: Screen) -> None:
    assert (
        "Not proved One wrong digit sends their pages to a stranger. Send them a code"
        in coordinator.open("/people/ben").text
    )
    coordinator.post("/people/ben/number/verify")
    assert (coordinator.status, coordinator.at) == (200, "/people/ben")
    assert "they text it back, or enter it on their page Me" in coordinator.text
    coordinator.post("/people/ben/number/verify")
    assert (coordinator.status, "Wait a minute" in coordinator.text) == (409, True)


def test_a_number_that_is_proved_or_missing_is_sent_nothing(api: Api, coordinator: Screen) -> None:
    verifying.proved(TEST, api.svc, "ben", "code")
    assert "Proved" in coordinator.open("/people/ben").text
    assert "Send them a code" not in coordinator.text
    assert "Is the number theirs?" not in coordinator.open("/people/new").text


def test_every_fault_is_at_its_field_and_nothing_entered_is_lost(coordinator: Screen) -> None:
    coordinator.open("/people/ben")
    wrong = {
        **BEN, "name": " ", "phone": "555", "capacity": "0", "languages": "English!", "roles": [],
        "credentials.0.state": "Virginia", "credentials.0.expires": "soon", "credentials.1.number": "7",
    }  # fmt: skip
    shown = coordinator.post("/people/ben", wrong)
    assert shown.status == 422
    assert len(shown.problems()) == 8
    for called in ("Telephone : ", "Credential 1: State : ", "Credential 2: Title : "):
        assert called in shown.text
    assert 'value="English!"' in shown.html
    assert 'value="Virginia"' in shown.html


def test_a_telephone_that_is_somebody_elses_is_refused_at_its_field(coordinator: Screen) -> None:
    coordinator.open("/people/ben")
    shown = coordinator.post("/people/ben", {**BEN, "phone": "+12025550101"})
    assert shown.problems() == ["is somebody else's: a reply could not be told apart"]


def test_somebody_new_is_added_and_a_credential_taken_away(api: Api, coordinator: Screen) -> None:
    coordinator.open("/people/new")
    new = {**BEN, "id": "zoe", "name": "Zoe Made Up", "phone": "+12025550109"}
    assert coordinator.post("/people/new", new).at == "/people"
    coordinator.open("/people/zoe")
    gone = {**new, "credentials.0.state": "", "credentials.0.title": "", "credentials.0.issued": "",
            "credentials.0.expires": ""}  # fmt: skip
    assert coordinator.post("/people/zoe", gone).at == "/people"
    assert api.as_(Role.COORDINATOR).get("/api/v1/responders/zoe").json()["credentials"] == []


def test_training_is_logged_by_the_person_and_confirmed_by_the_coordinator(
    api: Api, sign_in: SignIn, coordinator: Screen
) -> None:
    coordinator.open("/people/ben")
    coordinator.post("/people/ben", BEN)
    ben = sign_in("ben", Role.RESPONDER, person="ben")
    ben.open("/training")
    assert "0 of 8 hours 8 missing ethics: 1 missing by 2026-06-30" in ben.text
    hours = {"credential": "VA QMHP", "on": "2025-11-03", "hours": "3", "topic": "ethics", "evidence": "folder 7"}
    assert ben.post("/training", {**hours, "hours": "many"}).problems() == ["must be hours such as 3 or 1.5"]
    assert "3 claimed" in ben.post("/training", hours).text
    shown = coordinator.open("/training")
    assert "Ben Okoro VA QMHP: 0 of 8 hours" in shown.text
    assert "folder 7" not in shown.text
    done = coordinator.post("/training/confirm", {**shown.hidden()})
    assert "Ben Okoro VA QMHP: 3 of 8 hours 5 missing" in done.text


def test_people_are_not_shown_to_responders(sign_in: SignIn) -> None:
    ben = sign_in("ben", Role.RESPONDER, person="ben")
    assert ben.open("/people").status == 403
    assert ben.open("/people/ana").status == 403

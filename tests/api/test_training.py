"""Hours of continuing education: claimed by the person, confirmed by a coordinator, counted against the rule."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.access import Role
from dispatch.flow import people
from dispatch.store import people as stored
from tests.api.conftest import TEST, Api

QMHP = {"state": "VA", "title": "QMHP", "issued": "2022-07-01", "expires": "2026-06-30"}
HOURS = {"state": "VA", "title": "QMHP", "on": "2025-11-03", "hours": 3, "topic": "ethics", "evidence": "folder 7"}
LEDGER = "/api/v1/responders/ben/training"


@pytest.fixture
def ben(api: Api) -> Any:
    """Ben is a QMHP of Virginia, which asks eight hours a year, one of them in ethics."""
    changed = api.as_(Role.COORDINATOR).patch("/api/v1/responders/ben", json={"credentials": [QMHP]})
    assert changed.status_code == 200
    return api.browser_as("ben", Role.RESPONDER)


def test_what_a_person_enters_is_claimed_and_counts_once_a_coordinator_confirms_it(api: Api, ben: Any) -> None:
    answer = ben.post(LEDGER, json=HOURS)
    assert answer.status_code == 201
    (one,) = answer.json()["items"]
    assert (one["required"], one["logged"], one["claimed"], one["missing"]) == (8, 0, 3, 8)
    assert (one["due"], one["missing_topics"], one["entries"][0]["evidence"]) == (
        "2026-06-30",
        {"ethics": 1},
        "folder 7",
    )
    assert "18VAC115-80" in one["rule"]
    coordinator = api.as_(Role.COORDINATOR)
    same = {name: HOURS[name] for name in ("state", "title", "on", "hours")}
    assert coordinator.post(f"{LEDGER}/confirm", json=same).status_code == 204
    (one,) = coordinator.get(LEDGER).json()["items"]
    assert (one["logged"], one["claimed"], one["missing"], one["missing_topics"]) == (3, 0, 5, {})
    assert "training_seen" in api.looks()
    assert coordinator.post(f"{LEDGER}/confirm", json=same).status_code == 404
    assert ben.post(f"{LEDGER}/confirm", json=same).status_code == 403


def test_what_a_coordinator_enters_counts_at_once(api: Api, ben: Any) -> None:
    (one,) = api.as_(Role.COORDINATOR).post(LEDGER, json=HOURS).json()["items"]
    assert (one["logged"], one["claimed"]) == (3, 0)


def test_evidence_is_sealed_and_the_ledger_survives_a_change_of_the_credential_and_the_file(api: Api, ben: Any) -> None:
    ben.post(LEDGER, json=HOURS)
    with api.svc.record.read() as conn:
        row = stored.one(conn, "ben")
    assert "folder 7" not in str(row.credentials)
    changed = {"credentials": [{**QMHP, "number": "0799-2"}]}
    api.as_(Role.COORDINATOR).patch("/api/v1/responders/ben", json=changed)
    (one,) = ben.get(LEDGER).json()["items"]
    assert (one["claimed"], one["entries"][0]["evidence"]) == (3, "folder 7")
    exported = people.export_roster(TEST, api.svc)
    assert "claimed: true" in exported
    assert people.import_roster(TEST, api.svc, exported).nothing


@pytest.mark.parametrize(
    ("change", "field"),
    [({"hours": 0}, "hours"), ({"on": "2040-01-01"}, "on"), ({"title": "LMHP"}, "title"), ({"topic": "A B"}, "topic")],
)
def test_wrong_fields_are_named(ben: Any, change: dict[str, Any], field: str) -> None:
    answer = ben.post(LEDGER, json=HOURS | change)
    assert (answer.status_code, [e["field"] for e in answer.json()["errors"]]) == (422, [field])


def test_nobody_logs_or_reads_somebody_elses_without_being_their_coordinator(api: Api, ben: Any) -> None:
    other = "/api/v1/responders/ana/training"
    assert (ben.post(other, json=HOURS).status_code, ben.get(other).status_code) == (403, 403)
    elsewhere = api.as_(Role.COORDINATOR, teams=("north",))
    assert elsewhere.get(LEDGER).status_code == 403


def test_the_list_begins_with_whoever_is_worst(api: Api, ben: Any) -> None:
    late = {"credentials": [{**QMHP, "expires": "2026-02-01"}]}
    api.as_(Role.COORDINATOR).patch("/api/v1/responders/ana", json=late)
    items = api.as_(Role.COORDINATOR).get("/api/v1/training").json()["items"]
    assert [(one["person"], one["missing"]) for one in items] == [("ana", 8), ("ben", 8)]
    assert items[0]["entries"] == []


def test_whoever_is_in_no_team_any_more_still_sees_what_they_logged(api: Api, ben: Any) -> None:
    ben.post(LEDGER, json=HOURS)
    with api.svc.record.write() as conn:
        stored.set_fields(conn, "ben", {"teams": []})
    answer = ben.get(LEDGER)
    assert answer.status_code == 200
    (one,) = answer.json()["items"]
    assert (one["rule"], one["required"], one["claimed"]) == (None, None, 3)

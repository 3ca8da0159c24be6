"""An assessment of a case as FHIR R4: what other services read, and who took it."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.access import Role
from dispatch.store import contacts, datakeys
from protocols.fhir import checked
from protocols.loader import Library
from tests.api.conftest import Api

LOINC = "http://loinc.org"
#: LOINC's yes and no, whatever is asked.
YES_NO = {"LA33-6", "LA32-8"}
HIGH = {"q1": "yes", "q2": "yes", "q3": "no", "q4": "yes", "q5": "no", "q6": "no"}


def assessed(api: Api, protocol: str = "cssrs-screener", answers: Any = None, by: str = "self") -> str:
    """The address of one assessment of a new case."""
    case = api.log().json()["case"]["id"]
    body = {"protocol": protocol, "answered_by": by, "answers": answers or HIGH}
    made = api.as_(Role.OPERATOR).post(f"/api/v1/cases/{case}/assessments", json=body)
    assert made.status_code == 201, made.text
    return f"/api/v1/cases/{case}/assessments/{made.json()['assessment_id']}/fhir"


def bundle(api: Api, address: str) -> dict[str, Any]:
    answer = api.as_(Role.OPERATOR).get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    found: dict[str, Any] = checked(answer.json())
    return found


def loinc_codes(value: Any) -> set[str]:
    """Every code said to be LOINC's, wherever it stands."""
    if isinstance(value, list):
        return {code for each in value for code in loinc_codes(each)}
    if not isinstance(value, dict):
        return set()
    own = {str(value["code"])} if value.get("system") == LOINC else set()
    return own | {code for each in value.values() for code in loinc_codes(each)}


def test_answers_and_result_leave_as_resources_fhir_allows_and_the_look_is_recorded(api: Api) -> None:
    address = assessed(api)
    response, band = (entry["resource"] for entry in bundle(api, address)["entry"])
    assert (response["resourceType"], response["status"]) == ("QuestionnaireResponse", "completed")
    assert [item["linkId"] for item in response["item"]] == ["q1", "q2", "q3", "q4", "q5", "q6"]
    assert (band["resourceType"], band["status"]) == ("Observation", "final")
    assert loinc_codes(band) == {"93374-7", "LA9193-9"}
    assert response["source"]["type"] == "Patient"
    assert api.looks()[-1] == "assessment_exported"


@pytest.mark.parametrize("protocol", sorted(protocol.id for protocol in Library.shipped()))
def test_only_codes_of_the_instruments_own_file_leave_as_loinc(api: Api, protocol: str) -> None:
    found = Library.shipped().get(protocol)
    first = found.definition.items[0]
    answers = {first.id: found.definition.answers_of(first)[-1]}
    codes = loinc_codes(bundle(api, assessed(api, protocol, answers, by="reported"))) - YES_NO
    assert all(code in found.text for code in codes)
    if protocol in ("asq", "pss-3", "cage-aid", "cows", "ctrs", "sbq-r", "uk-mhts"):
        # None was found for any of them; what other software prints beside ASQ items are codes of the C-SSRS.
        assert codes == set()


def test_a_lower_result_that_waits_for_a_second_person_is_preliminary(api: Api) -> None:
    address = assessed(api)
    case = address.split("/")[4]
    body = {"protocol": "cssrs-screener", "answers": dict.fromkeys(("q1", "q2", "q6"), "no")}
    lower = api.as_(Role.OPERATOR).post(f"/api/v1/cases/{case}/assessments", json=body).json()
    assert lower["counts"] is False
    waiting = bundle(api, f"/api/v1/cases/{case}/assessments/{lower['assessment_id']}/fhir")
    assert waiting["entry"][1]["resource"]["status"] == "preliminary"
    assert bundle(api, address)["entry"][1]["resource"]["status"] == "final"


def test_nothing_but_the_case_says_whose_it_is(api: Api) -> None:
    address = assessed(api)
    text = api.as_(Role.OPERATOR).get(address).text
    case = address.split("/")[4]
    assert bundle(api, address)["entry"][0]["resource"]["subject"]["identifier"]["value"] == case
    personal = api.as_(Role.OPERATOR).get(f"/api/v1/cases/{case}").json()["contacts"][0]["personal"]
    for said in (personal["person"]["name"], personal["person"]["phone"]["number"], personal["narrative"]):
        assert said
        assert said not in text


def test_another_case_or_team_does_not_have_it(api: Api) -> None:
    address = assessed(api)
    other = assessed(api).split("/")[4]
    elsewhere = address.replace(address.split("/")[4], other)
    assert api.as_(Role.OPERATOR).get(elsewhere).status_code == 404
    assert api.as_(Role.OPERATOR, teams=("north",)).get(address).status_code == 403
    assert api.as_(Role.ADMINISTRATOR).get(address).status_code == 403
    assert "assessment_exported" not in api.looks()


def test_answers_that_were_destroyed_do_not_leave(api: Api) -> None:
    address = assessed(api)
    with api.svc.record.write() as conn:
        rows = contacts.assessments_of(conn, [address.split("/")[4]])
        datakeys.destroy(conn, [row.key_id for row in rows], api.clock.now())
    assert api.as_(Role.OPERATOR).get(address).status_code == 410

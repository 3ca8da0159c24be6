"""FHIR R4: what leaves is what the standard allows, what comes back is the same file, and no code is made up."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.engine import score
from protocols.errors import InvalidInput
from protocols.fhir import About, assessment, checked, protocol_text, questionnaire
from protocols.forms import asked
from protocols.loader import parse
from protocols.model import Protocol
from tests.protocols.interviews import LIBRARY, PROTOCOLS, complete

STORED = Path(__file__).parent / "fhir"
WHEN = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
ABOUT = About(subject={"reference": "Patient/made-up"}, authored=WHEN)
CSSRS = LIBRARY.get("cssrs-screener")

every_protocol = pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.id)


def stored(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((STORED / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def imported(resource: dict[str, Any]) -> Protocol:
    protocol, found = parse(protocol_text(resource, "garden").encode(), "garden")
    assert protocol is not None, [str(each) for each in found]
    return protocol


def exported(protocol: Protocol, answers: dict[str, Any]) -> dict[str, dict[str, Any]]:
    bundle = checked(assessment(protocol, score(protocol, answers), answers, ABOUT, id_="made-up"))
    response, band, *total = [entry["resource"] for entry in bundle["entry"]]
    return {"response": response, "band": band} | ({"score": total[0]} if total else {})


def codes(concept: dict[str, Any]) -> list[str]:
    return [coding["code"] for coding in concept["coding"] if coding["system"] == "http://loinc.org"]


@every_protocol
def test_every_protocol_is_a_questionnaire_fhir_allows_and_comes_back_as_the_same_file(protocol: Protocol) -> None:
    resource = json.loads(json.dumps(checked(questionnaire(protocol))))
    back, _ = parse(protocol_text(resource, protocol.id).encode(), protocol.id)
    assert back is not None
    assert back.hash == protocol.hash


@every_protocol
@given(data=st.data())
def test_every_assessment_is_a_bundle_fhir_allows_complete_or_not(protocol: Protocol, data: st.DataObject) -> None:
    answers = data.draw(complete(protocol))
    gaps = data.draw(st.dictionaries(st.sampled_from(sorted(answers)), st.sampled_from(["unable", "refused", None])))
    exported(protocol, {**answers, **gaps} if asked(protocol, {**answers, **gaps}).forbidden == () else answers)


def test_skip_logic_is_exported_and_a_condition_fhir_cannot_say_hides_nothing() -> None:
    items = {item["linkId"]: item for item in questionnaire(CSSRS)["item"]}
    answer = {"system": "http://loinc.org", "code": "LA33-6", "display": "Yes"}
    assert items["q4"]["enableWhen"] == [{"question": "q2", "operator": "=", "answerCoding": answer}]
    acuity = questionnaire(LIBRARY.get("asq"))["item"][-1]
    assert acuity["linkId"] == "q5"
    assert "enableWhen" not in acuity
    assert "q1 = refused" in acuity["extension"][0]["valueString"]


def test_the_four_ways_of_not_answering_stay_apart() -> None:
    response = exported(CSSRS, {"q1": "refused", "q2": "unable", "q6": "no"})["response"]
    told = {item["linkId"]: item.get("extension", [{}])[0].get("valueCode", "answered") for item in response["item"]}
    assert told == {
        "q1": "asked-declined",
        "q2": "asked-unknown",
        "q3": "not-asked",
        "q4": "not-asked",
        "q5": "not-asked",
        "q6": "answered",
    }
    assert response["status"] == "in-progress"


def test_a_high_result_carries_the_loinc_level_and_answer() -> None:
    band = exported(CSSRS, {"q1": "no", "q2": "yes", "q3": "no", "q4": "yes", "q5": "no", "q6": "no"})["band"]
    assert codes(band["code"]) == ["93374-7"]
    assert codes(band["valueCodeableConcept"]) == ["LA9193-9"]
    assert band["status"] == "final"


def test_the_negative_result_is_not_squeezed_into_a_loinc_list_that_lacks_it() -> None:
    band = exported(CSSRS, {"q1": "no", "q2": "no", "q6": "no"})["band"]
    assert codes(band["code"]) == []
    assert codes(band["valueCodeableConcept"]) == []
    assert band["valueCodeableConcept"]["text"] == "no suicidal thoughts reported"


def test_an_incomplete_result_is_preliminary_and_shows_floor_and_ceiling() -> None:
    band = exported(CSSRS, {"q1": "no", "q2": "refused", "q6": "no"})["band"]
    assert band["status"] == "preliminary"
    assert "valueCodeableConcept" not in band
    shown = [component["valueCodeableConcept"]["text"] for component in band["component"]]
    assert shown == ["no suicidal thoughts reported", "high by this screen"]


def test_a_result_says_which_answers_it_came_from_and_the_same_assessment_is_the_same_bundle() -> None:
    answers = {"q1": "no", "q2": "no", "q6": "no"}
    made = [assessment(CSSRS, score(CSSRS, answers), answers, ABOUT, id_=each) for each in ("one", "one", "two")]
    assert made[0] == made[1]
    assert {entry["fullUrl"] for entry in made[0]["entry"]}.isdisjoint(entry["fullUrl"] for entry in made[2]["entry"])
    response, band = made[0]["entry"]
    assert band["resource"]["derivedFrom"] == [{"reference": response["fullUrl"]}]


def test_what_somebody_has_still_to_confirm_is_preliminary() -> None:
    answers = {"q1": "no", "q2": "no", "q6": "no"}
    about = replace(ABOUT, settled=False, source={"type": "Practitioner", "display": "judged by the operator"})
    bundle = checked(assessment(CSSRS, score(CSSRS, answers), answers, about, id_="made-up"))
    response, band = (entry["resource"] for entry in bundle["entry"])
    assert (response["source"]["type"], band["status"]) == ("Practitioner", "preliminary")


def test_a_total_carries_its_loinc_code_and_a_missing_one_is_absent() -> None:
    phq = LIBRARY.get("phq-9")
    full = exported(phq, {f"q{place}": 1 for place in range(1, 10)})["score"]
    assert codes(full["code"]) == ["44261-6"]
    assert full["valueQuantity"]["value"] == 9
    assert "dataAbsentReason" in exported(phq, {"q1": 3})["score"]


def test_nothing_exported_says_no_risk() -> None:
    for protocol in PROTOCOLS:
        assert "no risk" not in json.dumps(questionnaire(protocol) | {"extension": []}).lower()


def test_a_questionnaire_from_elsewhere_keeps_points_codes_and_skip_logic() -> None:
    protocol = imported(stored("watering-with-ordinals"))
    leaves, everywhere = protocol.definition.items
    assert (leaves.id, leaves.loinc) == ("44250-9", "44250-9")
    assert protocol.definition.answers_of(leaves) == (0, 1, 3)
    assert everywhere.kind == "yes_no"
    # `all` is a word of the condition language, so the item gets a name of its own.
    assert asked(protocol, {"44250-9": 0}).forbidden == ("all_2",)
    assert asked(protocol, {"44250-9": 3}).now == ("44250-9", "all_2")
    assert protocol.definition.loinc is not None
    assert protocol.definition.loinc.panel == "44249-1"


def test_no_scoring_rule_is_guessed_and_what_was_left_out_is_said() -> None:
    protocol = imported(stored("repotting-with-value-set"))
    assert [item.id for item in protocol.definition.items] == ["roots_out", "size", "years", "soil", "helper"]
    assert score(protocol, {"roots_out": "yes", "size": "large"}).band == "recorded"
    told = " ".join(protocol.definition.uncertain)
    assert "no scoring rule" in told
    assert "Item remarks was left out: it is not answered by a fixed choice." in told
    assert "condition of item helper" in told
    assert asked(protocol, {"roots_out": "no", "years": 3}).forbidden == ("size",)
    assert "soil" in asked(protocol, {"roots_out": "no", "years": 1}).forbidden


def test_what_hides_a_group_hides_everything_in_it() -> None:
    protocol = imported(stored("greenhouse-with-groups"))
    assert asked(protocol, {"1_1": "no"}).forbidden == ("1_2_1", "1_2_2", "1_2_3")
    aphids: dict[str, Any] = {"1_1": "yes", "1_2_1": "Aphids"}
    assert asked(protocol, aphids).forbidden == ()
    assert asked(protocol, {**aphids, "1_2_2": 2}).forbidden == ("1_2_3",)
    assert asked(protocol, {"1_1": "yes", "1_2_1": "Snails"}).forbidden == ("1_2_2", "1_2_3")


def test_answers_may_be_texts_and_numbers_instead_of_codes() -> None:
    protocol = imported(stored("greenhouse-with-groups"))
    pests, shelves = (item for item in protocol.definition.items if item.id in ("1_2_1", "1_2_2"))
    assert protocol.definition.answers_of(pests) == ("Aphids", "Snails", "Something else")
    assert protocol.definition.answers_of(shelves) == (1, 2, 5)


@pytest.mark.parametrize(
    "told",
    [
        "Item 2 was left out: it takes several answers at once.",
        "Item 3 was left out: its answer l2 stands for two things.",
        "Item 4 was left out: its answers lie elsewhere, in http://example.org/fhir/ValueSet/soils.",
        "Item 5 was left out: it is a number without a least and a most.",
        "Item 6 was left out: it is hidden.",
        "Item 7 was left out: it is worked out, not asked.",
        "The condition of item 8 could not be taken over; it is always asked.",
        "Item 9 was left out: it has fewer than two answers.",
        "Item 10 was left out: it has an answer without a code.",
        "Item 11 was left out: it is not answered by a fixed choice.",
    ],
)
def test_what_would_change_an_answer_is_never_passed_over_in_silence(told: str) -> None:
    assert told in imported(stored("greenhouse-with-groups")).definition.uncertain


def test_a_questionnaire_without_anything_to_ask_names_every_item_and_why() -> None:
    resource = stored("greenhouse-with-groups")
    resource["item"] = [item for item in resource["item"] if item["linkId"] in ("2", "11")]
    with pytest.raises(InvalidInput) as refused:
        protocol_text(resource, "garden")
    assert [(fault.field, fault.problem) for fault in refused.value.faults] == [
        ("item 2", "cannot be taken over: it takes several answers at once"),
        ("item 11", "cannot be taken over: it is not answered by a fixed choice"),
    ]


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        ({"resourceType": "Patient"}, "resourceType"),
        ({"resourceType": "Questionnaire"}, "status"),
        ({"resourceType": "Questionnaire", "status": "active", "items": []}, "items"),
        ({"resourceType": "Questionnaire", "status": "active"}, "item"),
        ({"resourceType": "Questionnaire", "status": "active", "item": [{"type": "string", "linkId": "a"}]}, "item a"),
    ],
)
def test_what_is_no_questionnaire_names_the_field(resource: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        protocol_text(resource, "garden")
    assert named in [fault.field for fault in refused.value.faults]


def test_scoring_does_not_load_the_fhir_models() -> None:
    program = "import sys, protocols.fhir, protocols.loader; print('fhir.resources' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"

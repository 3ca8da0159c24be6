"""What an operator logs: split into facts and personal data, refused where it contradicts itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.contact import (
    Caller,
    Consent,
    Contact,
    Location,
    Needs,
    Person,
    Phone,
    check,
    facts_of,
    personal_of,
)
from dispatch.contactvalues import AgeBand, CallType, Channel, Population, Tri
from dispatch.errors import InvalidInput
from dispatch.facts import Safety

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
BARE = Contact(channel=Channel.VOICE, call_type=CallType.PERSON_IN_CRISIS, team="default")
MARK = "xyzzy"


def refused(contact: Contact) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        check(contact, NOW)
    return [fault.field for fault in caught.value.faults]


def test_three_fields_are_enough_and_all_else_is_unknown() -> None:
    check(BARE, NOW)
    facts = facts_of(BARE)
    assert facts.safety == Safety()
    assert (facts.minor, facts.location_known, facts.visit) == (Tri.UNKNOWN, Tri.UNKNOWN, Tri.UNKNOWN)
    assert (facts.population, facts.area, facts.line) == (None, None, None)


def test_no_decision_ever_sees_who_it_is() -> None:
    contact = replace(
        BARE,
        caller=Caller(phone="+12025550143"),
        person=Person(name=MARK, alias=MARK, pronouns=MARK, gender=MARK, phone=Phone(number="+12025550144")),
        location=Location(text=MARK, access=MARK, area="fairfax"),
        narrative=MARK,
        external_ref=MARK,
    )
    check(contact, NOW)
    seen = repr(facts_of(contact))
    assert MARK not in seen
    assert "+1202" not in seen
    assert repr(personal_of(contact)).count(MARK) == 8
    assert repr(personal_of(contact)).count("+1202") == 2


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"team": "The Team"}, "team"),
        ({"answered_at": NOW.replace(tzinfo=None)}, "answered_at"),
        ({"answered_at": NOW + timedelta(minutes=2)}, "answered_at"),
        ({"caller": Caller(phone="555 0143")}, "caller.phone"),
        ({"person": Person(phone=Phone(number="+1 202 555 0143"))}, "person.phone.number"),
        ({"person": Person(phone=Phone(number="+1202555"))}, "person.phone.number"),
        ({"person": Person(age=131)}, "person.age"),
        ({"person": Person(age=-1)}, "person.age"),
        ({"person": Person(age=30, age_band=AgeBand.FROM_13)}, "person.age_band"),
        ({"person": Person(age=17), "safety": Safety(minor=Tri.NO)}, "safety.minor"),
        ({"person": Person(age_band=AgeBand.FROM_13), "safety": Safety(minor=Tri.NO)}, "safety.minor"),
        ({"person": Person(age=18), "safety": Safety(minor=Tri.YES)}, "safety.minor"),
        ({"safety": Safety(weapon=Tri.NO, weapon_in_hand=Tri.YES)}, "safety.weapon"),
        ({"safety": Safety(violence=Tri.NO, violence_now=Tri.YES)}, "safety.violence"),
        ({"location": Location(area="12 Elm Street")}, "location.area"),
        ({"needs": Needs(languages=("Spanish!",))}, "needs.languages.0"),
        ({"needs": Needs(skills=("ok", "Ana's friend"))}, "needs.skills.1"),
        ({"needs": Needs(responder_gender="ask for Ana")}, "needs.responder_gender"),
    ],
)
def test_what_cannot_be_right_names_its_field(parts: dict[str, Any], field: str) -> None:
    assert refused(replace(BARE, **parts)) == [field]


def test_every_fault_is_told_at_once() -> None:
    wrong = replace(BARE, team="", person=Person(age=200), answered_at=NOW + timedelta(days=1))
    assert refused(wrong) == ["team", "answered_at", "person.age"]


@pytest.mark.parametrize(
    ("person", "minor", "asked", "population", "is_minor"),
    [
        (Person(), Tri.UNKNOWN, Population.ADULT, Population.ADULT, Tri.UNKNOWN),
        (Person(age=40), Tri.UNKNOWN, None, None, Tri.NO),
        (Person(age=16), Tri.UNKNOWN, Population.ADULT, Population.ADOLESCENT, Tri.YES),
        (Person(age=9), Tri.UNKNOWN, None, Population.CHILD, Tri.YES),
        (Person(age_band=AgeBand.FROM_13), Tri.UNKNOWN, Population.ADULT, Population.ADOLESCENT, Tri.YES),
        (Person(age_band=AgeBand.DECLINED), Tri.YES, Population.ADULT, Population.CHILD, Tri.YES),
        (Person(), Tri.YES, Population.ADOLESCENT, Population.ADOLESCENT, Tri.YES),
        (Person(), Tri.UNKNOWN, Population.CHILD, Population.CHILD, Tri.YES),
        (Person(age=9), Tri.YES, Population.ADOLESCENT, Population.CHILD, Tri.YES),
    ],
)
def test_a_minor_is_never_an_adult_whatever_was_ticked(
    person: Person, minor: Tri, asked: Population | None, population: Population | None, is_minor: Tri
) -> None:
    contact = replace(BARE, person=person, safety=Safety(minor=minor), needs=Needs(population=asked))
    facts = facts_of(contact)
    assert (facts.population, facts.minor) == (population, is_minor)


def test_consent_to_a_visit_is_a_fact() -> None:
    assert facts_of(replace(BARE, consent=Consent(visit=Tri.NO))).visit is Tri.NO


@pytest.mark.parametrize(
    ("safety", "in_hand"),
    [
        (Safety(weapon=Tri.NO), Tri.NO),
        (Safety(weapon=Tri.YES), Tri.UNKNOWN),
        (Safety(), Tri.UNKNOWN),
        (Safety(weapon_in_hand=Tri.YES), Tri.YES),
    ],
)
def test_no_weapon_there_is_none_in_hand_and_nothing_more_is_concluded(safety: Safety, in_hand: Tri) -> None:
    assert safety.of("weapon_in_hand") is in_hand
    assert safety.of("weapon") is (Tri.YES if in_hand is Tri.YES else safety.weapon)

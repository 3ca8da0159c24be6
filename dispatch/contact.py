"""A contact, as an operator logs it. Only channel, call type and team are required; what was not asked is unknown.

`facts_of` is what decisions may see; `personal_of` is what only encrypted rows and people with a reason may see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import phonenumbers

from dispatch.case import Line
from dispatch.contactvalues import (
    AgeBand,
    CallType,
    Channel,
    Concern,
    PlaceType,
    Population,
    Relation,
    Tri,
    Worry,
)
from dispatch.disposition import Ending
from dispatch.errors import Fault, InvalidInput
from dispatch.facts import Facts, Safety
from dispatch.responder import LANGUAGE

#: Clocks of two machines never agree to the second; a time further ahead than this is a mistake.
AHEAD = timedelta(minutes=1)

# What decisions see is codes: a free text in one of these would carry a name or an address into the ledger.
_CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who called. A third party's own number is not the person's, and is kept apart from it."""

    relation: Relation = Relation.UNKNOWN
    phone: str | None = None
    line: Line | None = None
    #: a third party only: with the person now, and able to stay
    with_person: Tri = Tri.UNKNOWN
    can_stay: Tri = Tri.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """The person's number, and what is safe to do with it. A shared telephone gets no message."""

    number: str
    call: Tri = Tri.UNKNOWN
    voicemail: Tri = Tri.UNKNOWN
    text: Tri = Tri.UNKNOWN
    shared: Tri = Tri.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str | None = None
    alias: str | None = None
    pronouns: str | None = None
    age: int | None = None
    age_band: AgeBand = AgeBand.UNKNOWN
    gender: str | None = None
    languages: tuple[str, ...] = ()
    phone: Phone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where the person is. `area` is the team's own coarse name and may be shown on a page; `text` never."""

    text: str | None = None
    area: str | None = None
    known: Tri = Tri.UNKNOWN
    place: PlaceType | None = None
    access: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    languages: tuple[str, ...] = ()
    population: Population | None = None
    responder_gender: str | None = None
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    visit: Tri = Tri.UNKNOWN
    follow_up: Tri = Tri.UNKNOWN
    share: Tri = Tri.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    channel: Channel
    call_type: CallType
    team: str
    #: when the operator answered; the clocks of the case count from here. None is when it was logged
    answered_at: datetime | None = None
    caller: Caller = Caller()
    person: Person = Person()
    location: Location = Location()
    safety: Safety = field(default_factory=Safety)
    worry: Worry = Worry.UNKNOWN
    needs: Needs = Needs()
    consent: Consent = Consent()
    concerns: tuple[Concern, ...] = ()
    narrative: str | None = None
    #: a 911 incident or another service's number
    external_ref: str | None = None
    ending: Ending | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """All that could tell who somebody is, for encrypted columns."""

    person: Person
    concerns: tuple[Concern, ...]
    caller_phone: str | None
    place: PlaceType | None
    location: str | None
    access: str | None
    narrative: str | None
    external_ref: str | None


def facts_of(contact: Contact) -> Facts:
    minor = _minor(contact)
    return Facts(
        call_type=contact.call_type,
        channel=contact.channel,
        relation=contact.caller.relation,
        line=contact.caller.line,
        safety=contact.safety,
        worry=contact.worry,
        languages=contact.needs.languages,
        population=_population(contact, minor),
        responder_gender=contact.needs.responder_gender,
        skills=contact.needs.skills,
        area=contact.location.area,
        location_known=contact.location.known,
        visit=contact.consent.visit,
        minor=minor,
        age_known=_ages(contact.person) is not None,
    )


def personal_of(contact: Contact) -> Personal:
    return Personal(
        person=contact.person,
        concerns=contact.concerns,
        caller_phone=contact.caller.phone,
        place=contact.location.place,
        location=contact.location.text,
        access=contact.location.access,
        narrative=contact.narrative,
        external_ref=contact.external_ref,
    )


def check(contact: Contact, now: datetime) -> None:
    """Raise InvalidInput naming every field that cannot be right, alone or beside another. Nothing is guessed."""
    faults = tuple(_faults(contact, now))
    if faults:
        raise InvalidInput("; ".join(f"{fault.field}: {fault.problem}" for fault in faults), faults)


def _faults(contact: Contact, now: datetime) -> Iterator[Fault]:
    yield from _not_codes(contact)
    if contact.answered_at is not None:
        if contact.answered_at.tzinfo is None:
            yield Fault("answered_at", "needs a zone, such as a Z at the end")
        elif contact.answered_at > now + AHEAD:
            yield Fault("answered_at", "is in the future")
    if contact.caller.phone is not None and not is_number(contact.caller.phone):
        yield Fault("caller.phone", "must be a telephone number such as +12025550143")
    if contact.person.phone is not None and not is_number(contact.person.phone.number):
        yield Fault("person.phone.number", "must be a telephone number such as +12025550143")
    safety = contact.safety
    if safety.weapon_in_hand is Tri.YES and safety.weapon is Tri.NO:
        yield Fault("safety.weapon", "cannot be no while weapon_in_hand is yes")
    if safety.violence_now is Tri.YES and safety.violence is Tri.NO:
        yield Fault("safety.violence", "cannot be no while violence_now is yes")
    age, band = contact.person.age, contact.person.age_band.ages
    if age is not None and not 0 <= age <= 130:
        yield Fault("person.age", "must be from 0 to 130 years")
    elif age is not None and band is not None and age not in band:
        yield Fault("person.age_band", f"does not hold the age of {age}")
    ages = _ages(contact.person)
    if ages and safety.minor is Tri.NO and ages[-1] < 18:
        yield Fault("safety.minor", "cannot be no for a person under 18")
    if ages and safety.minor is Tri.YES and ages[0] >= 18:
        yield Fault("safety.minor", "cannot be yes for a person of 18 or over")


def _not_codes(contact: Contact) -> Iterator[Fault]:
    codes = [
        ("team", contact.team),
        ("location.area", contact.location.area),
        ("needs.responder_gender", contact.needs.responder_gender),
        *((f"needs.skills.{number}", skill) for number, skill in enumerate(contact.needs.skills)),
    ]
    for name, code in codes:
        if code is not None and not _CODE.fullmatch(code):
            yield Fault(name, "must be a code: lower-case letters, digits, - and _")
    for number, language in enumerate(contact.needs.languages):
        if not LANGUAGE.fullmatch(language):
            yield Fault(f"needs.languages.{number}", "must be a language code such as es")


def is_number(text: str) -> bool:
    """Whether this is a telephone number written in full, `+` and country code first."""
    try:
        parsed = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return False
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return phonenumbers.is_possible_number(parsed) and written == text


def _ages(person: Person) -> range | None:
    if person.age is not None:
        return range(person.age, person.age + 1)
    return person.age_band.ages


def _minor(contact: Contact) -> Tri:
    ages = _ages(contact.person)
    if contact.safety.minor is Tri.YES or (ages is not None and ages[-1] < 18):
        return Tri.YES
    if contact.needs.population in {Population.CHILD, Population.ADOLESCENT} and ages is None:
        return Tri.YES
    return Tri.NO if ages is not None else contact.safety.minor


def _population(contact: Contact, minor: Tri) -> Population | None:
    """Whom the responder must be qualified for. A minor of unknown age is a child until somebody asks: qualified for
    children is the stricter of the two."""
    asked = contact.needs.population
    if minor is not Tri.YES:
        return asked
    ages = _ages(contact.person)
    if ages is None and asked in {Population.CHILD, Population.ADOLESCENT}:
        return asked
    return Population.ADOLESCENT if ages is not None and ages[0] >= 13 else Population.CHILD

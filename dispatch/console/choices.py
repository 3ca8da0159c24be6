"""What a person can choose from in the forms: values the record knows, in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from dispatch.case import Line
from dispatch.console.words import choice
from dispatch.contactvalues import AgeBand, CallType, Channel, Concern, PlaceType, Population, Relation, Tri
from dispatch.disposition import Disposition, FollowUpChoice, Outcome
from dispatch.priority import Urgency
from dispatch.roster import Team
from protocols.forms import Option
from protocols.loader import Library

Choices = list[tuple[str, str]]

#: How a contact may end on the call itself; the others are how a case ends.
_ON_THE_CALL = (
    Disposition.RESOLVED_ON_CALL,
    Disposition.INFORMATION_GIVEN,
    Disposition.NO_ONE_SPOKE,
    Disposition.CALL_ENDED,
    Disposition.TEST,
)


def of(values: Iterable[StrEnum]) -> Choices:
    return [(value.value, choice(value)) for value in values]


def contact(teams: Iterable[Team], library: Library) -> dict[str, Choices]:
    """Every list of the contact form. Areas are the teams' own."""
    places = list(teams)
    return {
        "call_type": of(CallType),
        "channel": of(Channel),
        "team": [(team.id, team.name or team.id) for team in places],
        "area": [(area, area.replace("_", " ")) for area in sorted({a for team in places for a in team.areas})],
        "tri": of(Tri),
        "place": of(PlaceType),
        "age_band": of(band for band in AgeBand if band is not AgeBand.UNKNOWN),
        "relation": of(Relation),
        "population": of(Population),
        "gender": [("female", "A woman"), ("male", "A man")],
        "concern": of(Concern),
        "ending": of(_ON_THE_CALL),
        "outcome": of(Outcome),
        "follow_up": of(FollowUpChoice),
        "protocol": [(protocol.id, protocol.title) for protocol in library],
        "language": every_language(library),
    }


def every_language(library: Library) -> Choices:
    """English, and every language that any instrument has official words in."""
    return languages(("en", *sorted({tag for protocol in library for tag in library.languages(protocol)})))


def languages(tags: Iterable[str]) -> Choices:
    """Languages of the texts, in words; a site's own tag that is not known here stands for itself."""
    return [(tag, {"en": "English", "es": "Spanish"}.get(tag, tag)) for tag in tags]


DISPOSITIONS = of(Disposition)
URGENCIES = of(Urgency)
LINES = of(Line)


def keys(options: Iterable[Option]) -> list[tuple[str | int, str, str]]:
    """A protocol's answers as the templates take them: value, words, key."""
    return [(option.value, option.label, option.key) for option in options]

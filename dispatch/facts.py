"""What decisions may know about a contact: facts that say how urgent it is and what help it needs.

Nothing here tells who the person is. `contact` derives these from what the operator logged and keeps the rest apart,
so that no decision, reason or ledger entry can hold a name, a number or a free word.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from dispatch.case import Line
from dispatch.contactvalues import NO_RESPONSE, CallType, Channel, Population, Relation, Tri, Worry

#: Dangers that come before any score: emergency services are called, and the case stays open until somebody has
#: confirmed that they made contact (UK and Victorian code A; Lifeline policy: no consent is needed for an attempt in
#: progress).
HARD_STOPS = ("attempt_in_progress", "overdose_taken", "medical_emergency", "weapon_in_hand", "violence_now")

#: What is happening right now -> the same about the place.
_NOW_OF = {"weapon_in_hand": "weapon", "violence_now": "violence"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """Plain facts, yes, no or unknown. `weapon` and `violence` are about the place, the last two about right now."""

    weapon: Tri = Tri.UNKNOWN
    violence: Tri = Tri.UNKNOWN
    attempt_in_progress: Tri = Tri.UNKNOWN
    overdose_taken: Tri = Tri.UNKNOWN
    #: unresponsive, not breathing, badly hurt
    medical_emergency: Tri = Tri.UNKNOWN
    minor: Tri = Tri.UNKNOWN
    weapon_in_hand: Tri = Tri.UNKNOWN
    violence_now: Tri = Tri.UNKNOWN

    def of(self, fact: str) -> Tri:
        """A fact by name, with the conclusions that must be right: none there, so none in hand. A yes always stands."""
        said: Tri = getattr(self, fact)
        if fact in _NOW_OF:
            there: Tri = getattr(self, _NOW_OF[fact])
            return Tri.NO if said is Tri.UNKNOWN and there is Tri.NO else said
        right_now = any(getattr(self, now) is Tri.YES for now, there in _NOW_OF.items() if there == fact)
        return Tri.YES if right_now else said

    def hard_stops(self, answer: Tri) -> tuple[str, ...]:
        """The hard stops whose answer is `answer`."""
        return tuple(fact for fact in HARD_STOPS if self.of(fact) is answer)


SAFETY_FACTS = tuple(field.name for field in fields(Safety))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    call_type: CallType
    channel: Channel = Channel.VOICE
    relation: Relation = Relation.UNKNOWN
    #: None is not written down; it is treated like a lost line
    line: Line | None = None
    safety: Safety = Safety()
    worry: Worry = Worry.UNKNOWN
    languages: tuple[str, ...] = ()
    #: whom a responder must be qualified for; a minor is never an adult here, whatever was ticked
    population: Population | None = None
    responder_gender: str | None = None
    skills: tuple[str, ...] = ()
    #: coarse, as the team names its areas; never an address
    area: str | None = None
    location_known: Tri = Tri.UNKNOWN
    #: whether the person agrees to a visit
    visit: Tri = Tri.UNKNOWN
    #: under 18 by what was said or by age
    minor: Tri = Tri.UNKNOWN
    #: the age itself, or its band, was given
    age_known: bool = False

    @property
    def asks_response(self) -> bool:
        """False for call types (silent, prank, information …) that by themselves ask nobody to do anything."""
        return self.call_type not in NO_RESPONSE


_UNDER_18 = (Population.CHILD, Population.ADOLESCENT)
#: From the calmest: not having said is more worrying than having said "none".
_WORRY = (Worry.NONE, Worry.UNKNOWN, Worry.SOME, Worry.HIGH)


def together(earlier: Facts, later: Facts) -> Facts:
    """What two contacts about one case say of it: the later, save that it takes nothing dangerous back.

    Whoever calls the second time is often asked nothing: a danger that somebody has reported stands until a person says
    otherwise by name, and what nobody asked again is not gone. Ours, from the rule that no gap lowers a risk.
    """
    dangers = {
        fact: Tri.YES if Tri.YES in (getattr(earlier.safety, fact), getattr(later.safety, fact)) else said
        for fact, said in ((fact, getattr(later.safety, fact)) for fact in SAFETY_FACTS)
    }
    minor = Tri.YES if Tri.YES in (earlier.minor, later.minor) else later.minor
    populations = [one for one in (later.population, earlier.population) if minor is not Tri.YES or one in _UNDER_18]
    types = (later.call_type, earlier.call_type)
    asks = later.call_type if later.asks_response or not earlier.asks_response else earlier.call_type
    return replace(
        later,
        call_type=CallType.EMERGENCY if CallType.EMERGENCY in types else asks,
        safety=Safety(**dangers),
        worry=max(earlier.worry, later.worry, key=_WORRY.index),
        languages=tuple(dict.fromkeys((*earlier.languages, *later.languages))),
        population=next((one for one in populations if one is not None), None),
        responder_gender=later.responder_gender or earlier.responder_gender,
        skills=tuple(dict.fromkeys((*earlier.skills, *later.skills))),
        area=later.area or earlier.area,
        visit=earlier.visit if later.visit is Tri.UNKNOWN else later.visit,
        minor=minor,
        age_known=earlier.age_known or later.age_known,
    )

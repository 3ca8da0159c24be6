"""What decisions may know about a contact: facts that say how urgent it is and what help it needs.

Nothing here tells who the person is. `contact` derives these from what the operator logged and keeps the rest apart,
so that no decision, reason or ledger entry can hold a name, a number or a free word.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

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

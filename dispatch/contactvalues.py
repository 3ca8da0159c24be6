"""The values a logged contact may hold. The words are those the field publishes (operators' call-type buttons, the
relations and outcome lists of helplines); the text of a member is what the API takes and the record keeps."""

from __future__ import annotations

from enum import StrEnum


class Tri(StrEnum):
    """An answer to a question that may not have been asked. UNKNOWN is never "no"."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    VOICE = "voice"
    SMS = "sms"
    CHAT = "chat"
    TRANSFER_911 = "transfer_911"
    WALK_IN = "walk_in"
    OTHER_LINE = "other_line"


class CallType(StrEnum):
    PERSON_IN_CRISIS = "person_in_crisis"
    SOMEONE_ABOUT_THEM = "someone_about_them"
    FOLLOW_UP = "follow_up"
    PROFESSIONAL = "professional"
    EMERGENCY = "emergency"
    SILENT = "silent"
    HANG_UP = "hang_up"
    ABUSIVE = "abusive"
    PRANK = "prank"
    TEST = "test"
    INFORMATION = "information"


#: Call types that ask for no response by themselves; a yes fact, a worry or a score still makes a case of them.
NO_RESPONSE = frozenset(
    {
        CallType.SILENT,
        CallType.HANG_UP,
        CallType.ABUSIVE,
        CallType.PRANK,
        CallType.TEST,
        CallType.INFORMATION,
    }
)


class Relation(StrEnum):
    """Of the caller to the person the contact is about."""

    SELF = "self"
    PARENT = "parent"
    PARTNER = "partner"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    CAREGIVER = "caregiver"
    FRIEND = "friend"
    NEIGHBOUR = "neighbour"
    POSITION_OF_RESPONSIBILITY = "position_of_responsibility"
    PROFESSIONAL = "professional"
    STRANGER = "stranger"
    OTHER = "other"
    UNKNOWN = "unknown"


class Worry(StrEnum):
    """How worried the operator is, whatever the scores say. UNKNOWN until they have said."""

    NONE = "none"
    SOME = "some"
    HIGH = "high"
    UNKNOWN = "unknown"


class Population(StrEnum):
    CHILD = "child"
    ADOLESCENT = "adolescent"
    ADULT = "adult"
    OLDER_ADULT = "older_adult"


class AgeBand(StrEnum):
    UNDER_13 = "0-12"
    FROM_13 = "13-17"
    FROM_18 = "18-24"
    FROM_25 = "25-40"
    FROM_41 = "41-54"
    FROM_55 = "55+"
    UNKNOWN = "unknown"
    DECLINED = "declined"

    @property
    def ages(self) -> range | None:
        """Whole years the band covers; None when nothing is known."""
        return _AGES.get(self)


_AGES = {
    AgeBand.UNDER_13: range(13),
    AgeBand.FROM_13: range(13, 18),
    AgeBand.FROM_18: range(18, 25),
    AgeBand.FROM_25: range(25, 41),
    AgeBand.FROM_41: range(41, 55),
    AgeBand.FROM_55: range(55, 131),
}


class Concern(StrEnum):
    """What it is about, after Minnesota's reporting codes for crisis contacts (MHIS 5.1.9)."""

    SUICIDE_ATTEMPT = "suicide_attempt"
    SUICIDAL_IDEATION = "suicidal_ideation"
    SELF_INJURY = "self_injury"
    PSYCHOSIS = "psychosis"
    DEPRESSION = "depression"
    ANXIETY = "anxiety"
    MANIA = "mania"
    DYSREGULATED_BEHAVIOUR = "dysregulated_behaviour"
    TRAUMA = "trauma"
    OTHER = "other"


class PlaceType(StrEnum):
    RESIDENCE = "residence"
    COMMUNITY = "community"
    SCHOOL = "school"
    HOSPITAL = "hospital"
    POLICE = "police"
    COURT = "court"
    CRISIS_OFFICE = "crisis_office"
    JAIL = "jail"
    OTHER = "other"

"""What is sent with an act on a case."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dispatch.api.schemas.base import Body, Code, Flag, Moment, Text
from dispatch.case import Line as CallerLine
from dispatch.contactvalues import Tri
from dispatch.disposition import Disposition
from dispatch.flow.work import EmergencyCall
from dispatch.priority import Urgency

PersonId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="A person of the roster.")]


class RegradeIn(Body):
    urgency: Urgency
    reason: Text


class EmergencyIn(Body):
    """The hand-off to 911. `contact_confirmed_at` comes later, when emergency services say that they reached the
    person.
    """

    called_by: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$", description="The id of whoever called.")]
    agency: Code
    reason: Text | None = None
    least_invasive_tried: Text | None = None
    person_consented: Tri = Tri.UNKNOWN
    incident_number: Annotated[str, Field(max_length=64, min_length=1)] | None = None
    contact_confirmed_at: Moment | None = None

    def call(self) -> EmergencyCall:
        return EmergencyCall(
            called_by=self.called_by,
            agency=self.agency,
            reason=self.reason,
            least_invasive_tried=self.least_invasive_tried,
            person_consented=self.person_consented.value,
            incident_number=self.incident_number,
            contact_confirmed_at=self.contact_confirmed_at,
        )


class WaiverIn(Body):
    """Whose credential counts for this case although it has lapsed, and why."""

    person: PersonId
    reason: Text


class AssignIn(Body):
    person: PersonId


class ReleaseIn(Body):
    """`person` is whoever gives the case back; yourself without."""

    person: PersonId | None = None
    reason: Text


class ReasonIn(Body):
    reason: Text


class EscalateIn(Body):
    reason: Text | None = None


class StatusIn(Body):
    """How far the work is. `person` is whoever it is said for; yourself without."""

    status: Literal["en_route", "arrived", "engaged", "not_reached", "checked_in", "cleared"]
    person: PersonId | None = None


class RecontactIn(Body):
    reached: Flag
    line: CallerLine | None = None


class NoteIn(Body):
    text: Text


class CloseIn(Body):
    disposition: Disposition
    text: Text | None = None


class ReopenIn(Body):
    reason: Text


class AnswerIn(Body):
    """A responder at a screen answers a page."""

    page_id: Annotated[str, Field(pattern=r"^[a-z0-9]{1,64}$")] | None = None


class Nothing(Body):
    """An act that needs no more than its name; the body may be left out."""

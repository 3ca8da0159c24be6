"""Absences, temporary schedules and everybody's share, as they are sent and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from dispatch.api.schemas.base import Code, WindowIn, WindowOut
from dispatch.flow.planned import AbsenceView, TemporaryView
from dispatch.flow.sharing import Shared
from dispatch.flow.views import Named
from dispatch.override import Absence, Temporary
from dispatch.shift import Once, Shift


class AbsenceIn(WindowIn):
    """The person is off every layer of every team for this time."""

    person: Code

    def absence(self) -> Absence:
        return Absence(self.person, self.start, self.end)


class AbsenceOut(WindowOut):
    id: str
    person: Named

    @classmethod
    def of(cls, view: AbsenceView) -> AbsenceOut:
        return cls.model_validate(view)


class ShiftIn(WindowIn):
    person: Code


class TemporaryIn(WindowIn):
    """From `from` to `to` these shifts instead of the layer's own; where they leave nobody, `fallback` is on call."""

    team: Code
    layer: Code
    shifts: Annotated[list[ShiftIn], Field(max_length=400)] = []
    fallback: Code | None = None

    def temporary(self) -> Temporary:
        shifts = tuple(Shift(self.team, self.layer, Once(s.person, s.start, s.end)) for s in self.shifts)
        return Temporary(self.team, self.layer, self.start, self.end, shifts, self.fallback)


class ShiftOut(WindowOut):
    """Without times the shift follows a rule of the roster file."""

    start: datetime | None = Field(serialization_alias="from", validation_alias="start")  # type: ignore[assignment]
    end: datetime | None = Field(serialization_alias="to", validation_alias="end")  # type: ignore[assignment]
    person: str


class TemporaryOut(WindowOut):
    id: str
    team: str
    layer: str
    fallback: str | None
    shifts: list[ShiftOut]

    @classmethod
    def of(cls, view: TemporaryView) -> TemporaryOut:
        return cls.model_validate(view)


class ShareOut(BaseModel):
    """One person's part. An hour may be a night, a weekend and a holiday hour at once; `pages` counts those that were
    taken back, or that somebody else answered first, too."""

    person: Named
    hours: float
    night_hours: float
    weekend_hours: float
    holiday_hours: float
    pages: int
    pages_at_night: int
    accepted: int
    declined: int
    silent: int


class FairnessOut(WindowOut):
    team: str
    people: list[ShareOut]

    @classmethod
    def of(cls, found: Shared) -> FairnessOut:
        people = [
            ShareOut(person=who, **{name: getattr(share, name) for name in ShareOut.model_fields if name != "person"})
            for who, share in found.people
        ]
        return cls(team=found.team, start=found.start, end=found.end, people=people)

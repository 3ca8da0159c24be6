"""Exceptions to the shifts: overrides, temporary schedules and absences. Times are aware UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dispatch.errors import Fault, InvalidInput
from dispatch.shift import Shift
from dispatch.spans import Duty, cut, outside

#: the duties of one layer, by person
ByPerson = dict[str, list[Duty]]


@dataclass(frozen=True, slots=True)
class Override:
    """One change of one layer.

    `person` alone adds them; `instead_of` alone takes that person off; both put `person` on where, and only where,
    `instead_of` would have been. Overrides work one after another in the order of the roster, so a later one may hand
    on what an earlier one gave.
    """

    team: str
    layer: str
    start: datetime
    end: datetime
    person: str | None = None
    instead_of: str | None = None

    def __post_init__(self) -> None:
        _check(self.start, self.end)
        if self.person is None and self.instead_of is None:
            raise InvalidInput("person: say who is on, or instead_of whom", [Fault("person", "say who is on")])
        if self.person == self.instead_of:
            raise InvalidInput(
                "instead_of: the same person", [Fault("instead_of", "the same person as the one put on")]
            )

    def change(self, layer: ByPerson) -> None:
        if self.instead_of is None:
            self._give(layer, [(self.start, self.end)], "override: added")
            return
        before = layer.get(self.instead_of, [])
        taken = [
            (max(self.start, duty.start), min(self.end, duty.end))
            for duty in before
            if duty.start < self.end and self.start < duty.end
        ]
        layer[self.instead_of] = list(cut(before, self.start, self.end))
        self._give(layer, taken, f"override: instead of {self.instead_of}")

    def _give(self, layer: ByPerson, times: Iterable[tuple[datetime, datetime]], because: str) -> None:
        if self.person is not None:
            layer.setdefault(self.person, []).extend(Duty(start, end, self.person, because) for start, end in times)


@dataclass(frozen=True, slots=True)
class Temporary:
    """For a time, these shifts instead of the layer's own; where they leave nobody, `fallback` is on call."""

    team: str
    layer: str
    start: datetime
    end: datetime
    shifts: tuple[Shift, ...] = ()
    fallback: str | None = None

    def __post_init__(self) -> None:
        _check(self.start, self.end)
        if not self.shifts and self.fallback is None:
            problem = "give shifts or a fallback; to empty a layer, take its people off by overrides"
            raise InvalidInput(f"shifts: {problem}", [Fault("shifts", problem)])
        if any((shift.team, shift.layer) != (self.team, self.layer) for shift in self.shifts):
            problem = "a temporary schedule is about one layer of one team"
            raise InvalidInput(f"shifts: {problem}", [Fault("shifts", problem)])

    def change(self, layer: ByPerson, duties: Iterable[Duty]) -> None:
        """`duties` are those of `shifts` that touch the temporary schedule."""
        for person, before in layer.items():
            layer[person] = list(cut(before, self.start, self.end))
        own = [
            duty._replace(
                start=max(duty.start, self.start), end=min(duty.end, self.end), because=f"temporary: {duty.because}"
            )
            for duty in duties
        ]
        if self.fallback is not None:
            gaps = outside(own, self.start, self.end)
            own += [Duty(gap.start, gap.end, self.fallback, "temporary: fallback, nobody else is on") for gap in gaps]
        for duty in own:
            layer.setdefault(duty.person, []).append(duty)


@dataclass(frozen=True, slots=True)
class Absence:
    """A person is away: off every layer of every team, whatever puts them there. Comes last, so that an override that
    hands their time to somebody else still works."""

    person: str
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        _check(self.start, self.end)

    def change(self, layer: ByPerson) -> None:
        if self.person in layer:
            layer[self.person] = list(cut(layer[self.person], self.start, self.end))


def _check(start: datetime, end: datetime) -> None:
    if start >= end:
        raise InvalidInput("to: must be after from", [Fault("to", "must be after from")])

"""A matter: something a team settles outside any case (a swap, a hand-off, a check at the start of a shift, a
signature, a debrief); and one decision about it in the making.

The sister of `casefile.Turn` for a single row with a clock of its own. A decision puts the changed row back, says what
must be done, which alarm must ring and what happened; the flow commits all of it or nothing. The row's clock is its
`deadline`, which follows from the row itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from dispatch.alarm import Kind
from dispatch.casefile import Office, Said
from dispatch.deadline import Deadline
from dispatch.effects import Effect, Tell


class Row(Protocol):
    """What every matter's row has."""

    @property
    def id(self) -> str: ...

    @property
    def team(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def deadline(self) -> Deadline | None: ...


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An alarm about a person of the team; the same one is not opened twice."""

    kind: Kind
    because: str
    subject: str | None


class Matter(Generic[R]):
    """One decision about one row. `office` are the people of the team who are told when something goes wrong."""

    def __init__(self, row: R, now: datetime, office: Office, actor: str, new_id: Callable[[], str]) -> None:
        self.row = row
        self.now = now
        self.office = office
        self.actor = actor
        self.new_id = new_id
        self.effects: list[Effect] = []
        self.alarms: list[Wanted] = []
        self.said: list[Said] = []

    def put(self, row: R) -> None:
        self.row = row

    def do(self, effect: Effect) -> None:
        self.effects.append(effect)

    def tell(self, person: str, words: str, **about: str) -> None:
        self.do(Tell(person, words, dict(about)))

    def raise_alarm(self, kind: Kind, because: str, subject: str | None = None) -> None:
        self.alarms.append(Wanted(kind, because, subject))

    def say(self, kind: str, /, **data: object) -> None:
        self.said.append(Said(kind, data))

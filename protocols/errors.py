"""The root of the error tree. Everything this project raises on purpose grows from here.

    ServiceError                 an act that could not be done; carries its HTTP status
    +-- InvalidInput (422)       what was given cannot be right; `faults` name each field
        +-- InvalidAnswer        an answer no published rule allows (unknown item, value, skip logic)
        +-- InvalidFile          a protocol, policy or roster file; names file and line
    +-- UnknownProtocol (422)

`dispatch.errors` adds the branches that need a case, a person or a provider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one named field. `field` is a dotted path such as `assessments.0.answers.q2`."""

    field: str
    problem: str


class ServiceError(Exception):
    """Raise a subclass, never this: a bare error tells nobody what to do."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = tuple(faults)

    @property
    def type(self) -> str:
        """The stable name of this kind of error, as problem+json shows it (`invalid-answer`)."""
        name = type(self).__name__
        return "".join("-" + c.lower() if c.isupper() else c for c in name).lstrip("-")


class InvalidInput(ServiceError):
    status = 422
    title = "What was sent cannot be right"


class InvalidAnswer(InvalidInput):
    """An answer the instrument does not allow. The item is named; nothing is guessed in its place."""

    title = "That answer is not possible"

    def __init__(self, item: str, problem: str) -> None:
        super().__init__(f"{item}: {problem}", [Fault(item, problem)])
        self.item = item


class InvalidFile(InvalidInput):
    """A file a site writes. `faults` fields read `file:line`."""

    title = "That file has a fault"


class UnknownProtocol(InvalidInput):
    title = "No such protocol"

    def __init__(self, protocol: str) -> None:
        super().__init__(f"unknown protocol {protocol!r}", [Fault("protocol", f"unknown protocol {protocol!r}")])

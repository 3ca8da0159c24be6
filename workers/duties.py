"""What the loops are for. They keep time and survive; what is done each time is the service's, behind this interface.

Every duty may be done twice, or at the same time in several processes: the right to send or to fire is one SQL claim
inside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol


class Duties(Protocol):
    """Called from several threads."""

    def now(self) -> datetime:
        """Aware UTC time of the service."""
        ...

    def real_seconds(self, span: timedelta) -> float:
        """How long `span` of service time takes on the wall, never below zero."""
        ...

    def fire_due(self, deadline_ids: Sequence[str] | None, limit: int) -> int:
        """Fire these deadlines, or with None what the record says is due; how many fired.

        One that the record has moved is armed again at its true time before this returns; one that is closed is left.
        """
        ...

    def next_due(self) -> datetime | None:
        """The earliest open deadline of the record."""
        ...

    def work(self, team: str) -> int:
        """Match the team's waiting cases and begin to send what is pending; how many effects were begun."""
        ...

    def drain(self) -> int:
        """Begin to send what nobody has taken for some seconds, of any team; how many effects were begun."""
        ...

    def teams_with_work(self) -> Mapping[str, frozenset[str]]:
        """Teams for which `work` would find something to do now, and what of it has waited longest."""
        ...

    def sweep(self) -> Mapping[str, int]:
        """Find the stuck, repair, alarm, take in what the provider has and we have not; what was found, counted."""
        ...

    def beat(self, process: str) -> None:
        """Note in the record that `process` is alive; /readyz shows it."""
        ...

    def rebuild(self) -> object:
        """Fill Redis from the record and note its epoch."""
        ...

"""The only reader of the time. Everything else takes `now`.

now = base + (real - reference) x speed, so that a simulated or faster clock is one setting shared by all processes.
Leases, HTTP timeouts and back-off use `monotonic`, which no setting moves.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC time of the service."""
        ...

    def real_seconds(self, span: timedelta) -> float:
        """How long `span` of service time takes on the wall, never below zero."""
        ...


def monotonic() -> float:
    return time.monotonic()


def _real() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The real clock, or a shifted and faster one when `reference` is given."""

    base: datetime | None = None
    reference: datetime | None = None
    speed: float = 1.0

    def now(self) -> datetime:
        if self.base is None or self.reference is None:
            return _real()
        return self.base + (_real() - self.reference) * self.speed

    def real_seconds(self, span: timedelta) -> float:
        speed = self.speed if self.reference is not None else 1.0
        return max(0.0, span.total_seconds() / speed)

    @classmethod
    def parse(cls, text: str | None) -> SystemClock:
        """`BASE|REFERENCE|SPEED` (RFC 3339, RFC 3339, number), as DISPATCH_CLOCK carries it; None or "" is real
        time."""
        if not text:
            return cls()
        base, reference, speed = text.split("|")
        return cls(datetime.fromisoformat(base), datetime.fromisoformat(reference), float(speed))


class ManualClock:
    """A clock for tests that moves only when told."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 1, 5, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def real_seconds(self, span: timedelta) -> float:
        return max(0.0, span.total_seconds())

    def forward(self, span: timedelta | None = None, **parts: float) -> datetime:
        """Move ahead by `span`, or by `minutes=…`, `seconds=…` as timedelta takes them."""
        self._now += span if span is not None else timedelta(**parts)
        return self._now

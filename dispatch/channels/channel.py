"""What a channel promises: it takes a message or says why not. It never raises for what the outside world does.

A provider's exceptions and messages quote telephone numbers, so neither leaves a channel: only a kind and a code.
Taken means that the provider has it, not that it arrived; that comes later as a callback, or never.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from dispatch.channels.failures import FailureKind


@dataclass(frozen=True, slots=True)
class Taken:
    """`sid` is the provider's name for what it took."""

    sid: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """`code` is the provider's, None when there was no answer at all (then `kind` is UNKNOWN or TEMPORARY)."""

    kind: FailureKind
    code: int | None = None


SendResult = Taken | Refusal


@dataclass(frozen=True, slots=True)
class RemoteMessage:
    """A message or call as the provider has it. Numbers and text stay out of `repr`, and so out of logs.

    `status` is the provider's word, `created_at` when it got it, `body` is empty for a call.
    """

    sid: str
    direction: Literal["inbound", "outbound"]
    status: str
    error_code: int | None
    created_at: datetime
    to: str = field(repr=False)
    from_: str = field(repr=False)
    body: str = field(repr=False)


class Channel(Protocol):
    """`to` is E.164. URLs are absolute; a callback URL carries our attempt id and its token."""

    def text(self, to: str, body: str, callback: str, validity: timedelta) -> SendResult:
        """Send a text that is worthless after `validity`: the provider then drops it and says so."""
        ...

    def call(self, to: str, answer_url: str, callback: str, timeout: timedelta) -> SendResult:
        """Ring for `timeout`; whoever answers hears what `answer_url` says."""
        ...

    def find(self, to: str, since: datetime, *, voice: bool = False) -> list[RemoteMessage] | Refusal:
        """What we sent to `to` since then, newest first: the way to learn whether a lost answer was a taken message."""
        ...

    def inbound(self, since: datetime) -> list[RemoteMessage] | Refusal:
        """What people texted us since then, newest first: the way to find a reply whose webhook never came."""
        ...

    def fetch(self, sid: str) -> RemoteMessage | Refusal:
        """One message or call as it is now."""
        ...

"""No way to people's phones yet: a service that was started before its provider is set up still records, and alarms."""

# ruff: noqa: ARG002 - what a channel is given does not matter here

from __future__ import annotations

from datetime import datetime, timedelta

from dispatch.channels.channel import Refusal, RemoteMessage, SendResult
from dispatch.channels.failures import FailureKind

_NOTHING = Refusal(FailureKind.OURS)


class AbsentChannel:
    """Refuses everything as our own fault, which rings the alarm of the service itself."""

    def text(self, to: str, body: str, callback: str, validity: timedelta) -> SendResult:
        return _NOTHING

    def call(self, to: str, answer_url: str, callback: str, timeout: timedelta) -> SendResult:
        return _NOTHING

    def find(self, to: str, since: datetime, *, voice: bool = False) -> list[RemoteMessage] | Refusal:
        return []

    def inbound(self, since: datetime) -> list[RemoteMessage] | Refusal:
        return []

    def fetch(self, sid: str) -> RemoteMessage | Refusal:
        return _NOTHING

"""What becomes of a message that was taken: queued, sent, and an outcome, each told by callback. And what a person
texts back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from dispatch.clock import Clock
from dispatch.demo.phones.lines import Callbacks
from dispatch.demo.phones.network import Network, Phone
from dispatch.demo.phones.records import Message, new_sid
from dispatch.demo.phones.webhooks import Webhooks
from dispatch.grammar import OPT_IN, OPT_OUT

#: The bare word YES lifts a block too (Twilio, Advanced Opt-Out); it reaches the service like any reply.
_LIFTS = OPT_IN | {"YES"}

_ORDER: dict[Callbacks, Callable[[str, str], tuple[str, ...]]] = {
    Callbacks.IN_ORDER: lambda sent, outcome: (sent, outcome),
    Callbacks.EARLY: lambda sent, outcome: (sent, outcome),
    Callbacks.REVERSED: lambda sent, outcome: (outcome, sent),
    Callbacks.TWICE: lambda sent, outcome: (sent, sent, outcome, outcome),
    Callbacks.NEVER: lambda _sent, _outcome: (),
}


@dataclass(frozen=True, slots=True)
class Account:
    """One provider account. `sms_url` and `voice_url` are where texts and calls to its numbers are announced."""

    sid: str
    token: str
    numbers: tuple[str, ...]
    sms_url: str | None = None
    voice_url: str | None = None
    messaging_services: tuple[str, ...] = ()


class Tasks:
    """Work that goes on after an answer. Kept until done, because the loop itself forgets what nobody holds."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        self._network.begin()
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._network.fault(f"{type(error).__name__}: {error}")
        self._network.end()

    async def stop(self) -> None:
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class Carrier:
    """`hop` is the time in seconds between two steps of a message on its way."""

    def __init__(self, account: Account, network: Network, webhooks: Webhooks, clock: Clock, hop: float) -> None:
        self.account = account
        self._network = network
        self._webhooks = webhooks
        self._clock = clock
        self._hop = hop

    async def send(self, message: Message, phone: Phone) -> None:
        """Take `message` to its outcome, and tell the service as the line of `phone` does.

        The phone has it before anything is told: a text arrives whether or not the service can hear of it.
        """
        line = phone.line
        await asyncio.sleep(self._hop)
        message.status, message.sent_at = "sent", self._clock.now()
        await asyncio.sleep(self._hop)
        message.status, message.error_code = line.outcome, line.error_code
        if line.outcome == "delivered":
            self._network.show(phone, message)
        for status in _ORDER[line.callbacks]("sent", line.outcome):
            await self._tell(message, status)

    async def receive(self, phone: Phone, to: str, body: str) -> None:
        """`phone` texts `body` to one of our numbers."""
        now = self._clock.now()
        message = Message(new_sid("SM"), to, phone.number, body, "inbound", "received", now, sent_at=now)
        word = body.strip().upper()
        phone.opted_out = (phone.opted_out or word in OPT_OUT) and word not in _LIFTS
        self._network.add_message(message)
        self._network.show(phone, message)
        if self.account.sms_url is None:
            return
        fields = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsMessageSid": message.sid,
            "AccountSid": self.account.sid,
            "From": phone.number,
            "To": to,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
        }
        if self.account.messaging_services:
            fields["MessagingServiceSid"] = self.account.messaging_services[0]
        await self._webhooks.post(self.account.sms_url, fields)

    async def _tell(self, message: Message, status: str) -> None:
        if message.callback is None:
            return
        fields = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "AccountSid": self.account.sid,
            "From": message.from_,
            "To": message.to,
            "MessageStatus": status,
            "SmsStatus": status,
            "ApiVersion": "2010-04-01",
        }
        if message.error_code is not None and status in ("undelivered", "failed"):
            fields["ErrorCode"] = str(message.error_code)
        if message.messaging_service is not None:
            fields["MessagingServiceSid"] = message.messaging_service
        await self._webhooks.post(message.callback, fields)

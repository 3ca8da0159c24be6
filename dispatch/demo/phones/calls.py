"""What becomes of a call: it rings, somebody picks up or not, and the service says by TwiML what happens next.

Understood: Say, Gather with keys, Dial, Redirect, Pause, Hangup, Reject. Anything else in a document is an error here,
so that a verb nobody has tried on these phones is found before it is tried on a real one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from dispatch.clock import Clock
from dispatch.demo.phones.carrier import Account
from dispatch.demo.phones.lines import Voice
from dispatch.demo.phones.network import Network, Phone
from dispatch.demo.phones.records import Call, new_sid
from dispatch.demo.phones.webhooks import Webhooks

#: Documents one call may ask for: a redirect to itself must not ring for ever.
MOST_STEPS = 30


class Calls:
    """`patience` bounds in seconds how long anyone here waits: for somebody to pick up, and for a key."""

    def __init__(self, account: Account, network: Network, webhooks: Webhooks, clock: Clock, patience: float) -> None:
        self._account = account
        self._network = network
        self._webhooks = webhooks
        self._clock = clock
        self._patience = patience

    async def ring(self, call: Call, phone: Phone) -> None:
        """One call we were asked to make, to its end."""
        call.going_on.set()
        await self._status(call, "initiated")
        await self._status(call, "ringing")
        if not await self._picked_up(call, phone):
            await self._status(call, _not_answered(phone))
            return
        await self._status(call, "in-progress")
        await self._follow(call, call.url)
        await self._status(call, "completed")

    async def dial_in(self, phone: Phone, to: str) -> None:
        """`phone` calls one of our numbers."""
        now = self._clock.now()
        call = Call(new_sid("CA"), to, phone.number, "inbound", "in-progress", now, url=self._account.voice_url)
        call.going_on.set()
        self._network.add_call(call, phone)
        await self._follow(call, call.url)
        await self._status(call, "completed")

    async def _picked_up(self, call: Call, phone: Phone) -> bool:
        if phone.line.voice is Voice.ANSWERS:
            return True
        if phone.line.voice in (Voice.BUSY, Voice.FAILED):
            return False
        with self._waiting(call), suppress(TimeoutError):
            await asyncio.wait_for(call.picked_up.wait(), min(call.ring_for, self._patience))
        return phone.line.voice is Voice.RINGS and call.picked_up.is_set()

    async def _follow(self, call: Call, url: str | None, extra: Mapping[str, str] | None = None) -> None:
        """Do what the documents say, one after the other, until one ends the call."""
        for _ in range(MOST_STEPS):
            if url is None or call.over:
                return
            answer = await self._webhooks.post(url, {**self._fields(call), **(extra or {})})
            if answer is None or answer.status >= 400:
                self._network.fault("a call got no document, and ended")
                return
            url, extra = await self._perform(call, answer.text, url)

    async def _perform(self, call: Call, document: str, here: str) -> tuple[str | None, Mapping[str, str] | None]:
        """One document. Gives where to go next, and what to tell there."""
        response = ET.fromstring(document)  # noqa: S314 - our own service's answer, on this machine
        for verb in response:
            match verb.tag:
                case "Say":
                    self._hear(call, verb)
                case "Pause":
                    pass
                case "Gather":
                    for said in verb.iter("Say"):
                        self._hear(call, said)
                    if key := await self._key(call, float(verb.get("timeout", "5"))):
                        return urljoin(here, verb.get("action", here)), {"Digits": key}
                case "Dial":
                    outcome = await self._join(call, verb)
                    if action := verb.get("action"):
                        return urljoin(here, action), outcome
                case "Redirect":
                    return urljoin(here, verb.text or ""), None
                case "Hangup" | "Reject":
                    return None, None
                case other:
                    raise ValueError(f"these phones do not know the TwiML verb {other}")
        return None, None

    def _hear(self, call: Call, said: ET.Element) -> None:
        call.heard.append(said.text or "")
        self._network.note()

    async def _key(self, call: Call, wait: float) -> str | None:
        call.waiting_for_key = True
        with self._waiting(call), suppress(TimeoutError):
            return await asyncio.wait_for(call.keys.get(), min(wait, self._patience))
        return None

    @contextmanager
    def _waiting(self, call: Call) -> Iterator[None]:
        call.going_on.clear()
        try:
            with self._network.resting():
                yield
        finally:
            call.waiting_for_key = False
            call.going_on.set()

    async def _join(self, call: Call, dial: ET.Element) -> dict[str, str]:
        """Ring the other number, and say what came of it. The other phone hears nothing but a person."""
        call.dialled = dial.findtext("Number") or (dial.text or "").strip()
        other = self._network.phone(call.dialled)
        caller = dial.get("callerId", call.from_)
        leg = Call(new_sid("CA"), other.number, caller, "outbound-dial", "ringing", self._clock.now())
        self._network.add_call(leg, other)
        leg.status = "completed" if other.line.voice is Voice.ANSWERS else _not_answered(other)
        self._network.note()
        return {"DialCallStatus": leg.status, "DialCallSid": leg.sid, "DialCallDuration": "1"}

    async def _status(self, call: Call, status: str) -> None:
        call.status = status
        self._network.note()
        event = {"in-progress": "answered"}.get(status, "completed" if call.over else status)
        if call.callback is not None and event in call.events:
            await self._webhooks.post(call.callback, {**self._fields(call), "CallDuration": "1"})

    def _fields(self, call: Call) -> dict[str, str]:
        return {
            "CallSid": call.sid,
            "AccountSid": self._account.sid,
            "From": call.from_,
            "To": call.to,
            "CallStatus": call.status,
            "Direction": call.direction,
            "ApiVersion": "2010-04-01",
        }


def _not_answered(phone: Phone) -> str:
    """A phone that rang and was not picked up did not answer, whatever it might have done."""
    return str(phone.line.voice if phone.line.voice in (Voice.BUSY, Voice.FAILED) else Voice.NO_ANSWER)

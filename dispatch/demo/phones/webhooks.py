"""Signed requests to the service, with the provider's retries.

Signing follows Twilio's published recipe and is written out here on purpose: the service checks signatures with
Twilio's own library, and two copies of one library would agree on any mistake.

Source: Twilio, Webhooks security and Webhooks connection overrides, https://www.twilio.com/docs/usage/webhooks.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urldefrag, urlsplit

import aiohttp

TIMEOUT = 15.0
BACK_OFF = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str


def sign(url: str, fields: Mapping[str, str], token: str) -> str:
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


class Webhooks:
    """`reached_at` maps the start of a public address to where it is reached from here, as a proxy would."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.reached_at: dict[str, str] = {}
        self._session: aiohttp.ClientSession | None = None
        #: Requests the service never took, after all their tries.
        self.refused = 0

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=100), timeout=aiohttp.ClientTimeout(total=TIMEOUT)
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, url: str, fields: Mapping[str, str]) -> Answer | None:
        """The answer, after the retries that the fragment of `url` asks for (`#rc=5&rp=all`); None without one."""
        address, overrides = urldefrag(url)
        here = self._reach(address)
        if here is None:
            self.refused += 1
            return None
        options = {name: values[-1] for name, values in parse_qs(overrides).items()}
        tries = 1 + min(5, int(options.get("rc", "1")))
        policy = set(options.get("rp", "ct").split(","))
        headers = {
            "X-Twilio-Signature": sign(address, fields, self.token),
            "I-Twilio-Idempotency-Token": secrets.token_hex(16),
            "User-Agent": "TwilioProxy/1.1",
        }
        for attempt in range(tries):
            if attempt:
                await asyncio.sleep(BACK_OFF * attempt)
            answer, wrong = await self._try(here, fields, headers)
            if wrong is None or not policy & {wrong, "all"}:
                break
        if answer is None or answer.status >= 400:
            self.refused += 1
        return answer

    async def _try(
        self, here: str, fields: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[Answer | None, str | None]:
        """The answer, and in the provider's words what was wrong with it."""
        assert self._session is not None
        try:
            async with self._session.post(here, data=dict(fields), headers=headers) as response:
                answer = Answer(response.status, await response.text())
        except aiohttp.ClientConnectorError:
            return None, "ct"
        except (TimeoutError, aiohttp.ClientError):
            return None, "rt"
        return answer, f"{answer.status // 100}xx" if answer.status >= 400 else None

    def _reach(self, address: str) -> str | None:
        """Where `address` is on this machine. None for any other: made-up phones never talk to a stranger."""
        for public, local in self.reached_at.items():
            if address.startswith(public):
                return local + address.removeprefix(public)
        return address if urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1") else None

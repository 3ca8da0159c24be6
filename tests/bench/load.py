"""Whoever logs contacts: a few people who type fast, each over one connection."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection
from itertools import count
from typing import Any

from dispatch.clock import SystemClock, monotonic
from tests.bench.service import Running

CONTACT: dict[str, Any] = {
    "channel": "voice",
    "call_type": "person_in_crisis",
    "team": "default",
    "caller": {"relation": "self", "line": "held"},
    "person": {
        "name": "Somebody Made-Up",
        "age_band": "25-40",
        "languages": ["en"],
        "phone": {"number": "+12025550143", "call": "yes", "voicemail": "unknown", "text": "no", "shared": "unknown"},
    },
    "location": {"text": "12 Nowhere Street, second floor", "area": "fairfax", "known": "yes"},
    "safety": dict.fromkeys(
        ("weapon", "violence", "attempt_in_progress", "overdose_taken", "medical_emergency", "minor"), "no"
    ),
    "worry": "some",
    "needs": {"languages": [], "population": "adult"},
    "consent": {"visit": "yes", "follow_up": "unknown", "share": "unknown"},
    "narrative": "Made up for a measurement. " * 10,
    "assessments": [
        {
            "protocol": "cssrs-screener",
            "answered_by": "self",
            "answers": {"q1": "yes", "q2": "yes", "q3": "yes", "q4": "yes", "q5": "no", "q6": "no"},
        }
    ],
}
#: A telephone of their own for each: people who call are different people.
_FIRST_NUMBER = 2_025_550_000
_numbers = count()


def body() -> bytes:
    """The contact of somebody else each time."""
    phone = {**CONTACT["person"]["phone"], "number": f"+1{_FIRST_NUMBER + next(_numbers) % 10_000}"}
    return json.dumps({**CONTACT, "person": {**CONTACT["person"], "phone": phone}}).encode()


@dataclass(frozen=True, slots=True)
class Posted:
    """`at` is the moment before the request was sent; `seconds` until the whole 201 was here."""

    at: datetime
    seconds: float
    code: str


class Client:
    def __init__(self, running: Running) -> None:
        settings = running.settings
        self._connection = HTTPConnection(settings.host, settings.port, timeout=30)
        self._headers = {"Authorization": f"Bearer {running.token}", "Content-Type": "application/json"}

    def log(self) -> Posted:
        """Log a contact. Raises RuntimeError for any answer but 201."""
        headers, sent = {**self._headers, "Idempotency-Key": uuid.uuid4().hex}, body()
        at, start = SystemClock().now(), monotonic()
        self._connection.request("POST", "/api/v1/contacts", sent, headers)
        response = self._connection.getresponse()
        answer = response.read()
        seconds = monotonic() - start
        if response.status != 201:
            raise RuntimeError(f"{response.status}: {answer[:300]!r}")
        return Posted(at, seconds, json.loads(answer)["case"]["code"])

    def close(self) -> None:
        self._connection.close()


def by_many(running: Running, clients: int, more: Callable[[int], bool]) -> list[Posted]:
    """Contacts logged by so many clients at once, in the order of their beginning. Each asks `more(n)`, n counted over
    all of them, before its next."""
    posted: list[Posted] = []
    wrong: list[BaseException] = []
    turn, begun = threading.Lock(), [0]

    def next_one() -> bool:
        with turn:
            begun[0] += 1
            return not wrong and more(begun[0] - 1)

    def work() -> None:
        client = Client(running)
        try:
            while next_one():
                posted.append(client.log())
        except Exception as error:  # noqa: BLE001  (handed to the caller below)
            wrong.append(error)
        finally:
            client.close()

    threads: list[Any] = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return sorted(posted, key=lambda one: one.at)

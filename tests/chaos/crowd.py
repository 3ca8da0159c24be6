"""The people around the service: operators who send each contact until it is taken, and responders who answer."""

from __future__ import annotations

import random
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import requests

from dispatch.demo.phones.carrier import Account
from dispatch.demo.phones.server import PhoneServer
from tests.phones import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, RETRY

#: Few, with room for many cases each: a ladder that runs out asks everybody, and sixty would be a storm.
PEOPLE = 12
_PAGE = re.compile(r"^(REPEAT )?(?:CRISIS )?PAGE ([A-Z0-9]{3}) .*/p/(\w{10})$")
#: An operator's program tries again this often, this long, before it tells the operator that the service is gone.
TRIES, PAUSE = 400, 0.15
#: People look at their phones this often, in seconds.
LOOK = 0.1

POLICY = """\
team: default
ladders:
  very_urgent:
    - {page: primary, count: 1, wait: 15s}
    - {page: primary, count: 2, wait: 20s}
    - {alarm: coordinators, every: 5m}
  urgent:
    - {page: primary, count: 2, wait: 20s}
    - {alarm: coordinators, every: 5m}
match: {immediate: 15s, very_urgent: 15s, urgent: 15s, soon: 1h, routine: 8h}
receipt: 15s
"""


def number(n: int) -> str:
    return f"+1202555{1000 + n:04d}"


def roster() -> str:
    """Made-up people, all in one layer; the last is the coordinator."""
    people = [
        f"  - {{id: p{n}, name: Made-up {n}, phone: '{number(n)}', roles: [responder], teams: [default],"
        " capacity: 50, credentials: [{state: VA, title: LMHP, status: active, expires: 2030-01-01}]}"
        for n in range(PEOPLE)
    ]
    people.append(
        f"  - {{id: kim, name: Made-up Kim, phone: '{number(PEOPLE)}', roles: [coordinator], teams: [default]}}"
    )
    shifts = [f"  - {{team: default, layer: primary, person: p{n}, always: true}}" for n in range(PEOPLE)]
    teams = "teams:\n  - {id: default, timezone: America/New_York, state: VA, areas: [fairfax]}"
    return "\n".join([teams, "people:", *people, "shifts:", *shifts, ""])


def contact(n: int) -> dict[str, object]:
    high = "yes" if n % 2 else "no"
    return {
        "channel": "voice",
        "call_type": "person_in_crisis",
        "team": "default",
        "caller": {"line": "held"},
        "location": {"area": "fairfax", "known": "yes"},
        "safety": dict.fromkeys(
            ("weapon", "violence", "attempt_in_progress", "overdose_taken", "medical_emergency", "minor"), "no"
        ),
        "worry": "some",
        "assessments": [
            {
                "protocol": "cssrs-screener",
                "answers": {"q1": "yes", "q2": "yes", "q3": "yes", "q4": high, "q5": "no", "q6": "no"},
            }
        ],
    }


class Operators:
    """`taken` is every contact that was answered with success: number -> contact id. Sends in the background."""

    def __init__(self, base: str, token: str, contacts: int, threads: int = 8) -> None:
        self.taken: dict[int, str] = {}
        self.wrong: list[str] = []
        self._base = base
        self._headers = {"Authorization": f"Bearer {token}"}
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(threads)
        self._sent = [self._pool.submit(self._send, n) for n in range(contacts)]

    def _send(self, n: int) -> None:
        headers = {**self._headers, "Idempotency-Key": f"contact-{n}"}
        for _ in range(TRIES):
            try:
                answer = requests.post(f"{self._base}/api/v1/contacts", json=contact(n), headers=headers, timeout=10)
            except requests.RequestException:
                if self._over.wait(PAUSE):
                    return
                continue
            if answer.status_code in (200, 201):
                self.taken[n] = answer.json()["contact_id"]
                return
            if answer.status_code < 500 and answer.status_code != 409:
                self.wrong.append(f"{answer.status_code} {answer.text[:200]}")
                return
            if self._over.wait(PAUSE):
                return
        self.wrong.append(f"contact {n} was never taken")

    def have(self, contacts: int) -> bool:
        """So many contacts have been taken by now."""
        return len(self.taken) >= contacts

    def wait(self) -> None:
        for each in self._sent:
            each.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A test that failed leaves nobody behind who goes on trying.
        self._over.set()
        self._pool.shutdown(cancel_futures=True)


@dataclass
class Responders:
    """Answer pages as made-up people do: most accept, some decline, some never look. Coordinators only listen."""

    phones: PhoneServer
    chance: random.Random
    #: link of a page -> whether each copy that arrived said that it was a repeat, in the order they came
    copies: dict[str, list[bool]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._answer, name="responders", daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        seen: set[str] = set()
        network = self.phones.network
        while not self._stop.wait(LOOK):
            with network.changed:
                fresh = [m for m in network.messages.values() if m.sid not in seen and m.arrived]
            for message in fresh:
                seen.add(message.sid)
                page = _PAGE.match(message.body)
                if page is None or message.direction == "inbound":
                    continue
                repeat, code, link = page.groups()
                self.copies.setdefault(link, []).append(bool(repeat))
                answer = self.chance.choices(("1", "2", None), (8, 1, 1))[0]
                if answer is not None:
                    self.phones.reply(message.to, f"{answer} {code}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(5)

    def repeats(self) -> int:
        """Copies of a page that came after the first. Raises when one of them did not say so."""
        for link, copies in self.copies.items():
            assert all(copies[1:]), f"a page came twice without saying so: {link} {copies}"
        return sum(len(copies) - 1 for copies in self.copies.values())


def provider(service: str) -> PhoneServer:
    """The stand-in, which repeats a webhook as the real one does, for as long as that allows."""
    account = Account(
        ACCOUNT_SID, AUTH_TOKEN, (OUR_NUMBER,), f"{service}/twilio/sms{RETRY}", f"{service}/twilio/voice{RETRY}"
    )
    return PhoneServer(account, latency=0.05)
